//! The inside of a process of the bench that measures one ONNX model with made-up inputs.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use hymy_vision::bench::{BenchedModel, ModelInput, library_version};

use super::job::{Job, Measured, Phase};
use super::measure::{MODEL, Mark, MeasureError, micros, settings_of, since_start_ms};
use super::process;

/// Loads the model and runs it as often as the job says.
pub(super) fn measure(job: &Job, file: &Path, shapes: &BTreeMap<String, Vec<usize>>) -> Result<Measured, MeasureError> {
    let (settings, _) = settings_of(job.config.as_deref(), &job.setting)?;
    let mut model = BenchedModel::load(file, shapes, &settings.runtime, &settings.models)?;
    let loaded_ms = since_start_ms(job);
    let mut first_observation_ms = loaded_ms;
    for run in 0..job.warm_up {
        model.run()?;
        if run == 0 {
            first_observation_ms = since_start_ms(job);
        }
    }
    let limit = Duration::try_from_secs_f64(job.seconds).unwrap_or(Duration::MAX);
    let began = Mark::now();
    let mut spent = Vec::new();
    while (spent.len() as u64) < job.frames && began.at.elapsed() < limit {
        spent.push(micros(model.run()?));
    }
    let ended = Mark::now();
    let free = Phase {
        frames: spent.len() as u64,
        dropped: 0,
        wall_s: ended.at.saturating_duration_since(began.at).as_secs_f64(),
        cpu_s: ended.cpu.saturating_sub(began.cpu).as_secs_f64(),
        path_cpu_s: ended.thread_cpu.saturating_sub(began.thread_cpu).as_secs_f64(),
        energy_uj: ended.energy.zip(began.energy).and_then(|(now, before)| now.since(&before)),
        stages_us: [(MODEL.to_owned(), spent.clone())].into(),
        latency_us: spent,
    };
    let steady_kib = process::resident_kib();
    let (library, sha256) = (model.library().to_owned(), model.sha256().to_owned());
    let name = file.file_stem().map_or_else(|| "model".to_owned(), |name| name.to_string_lossy().into_owned());
    Ok(Measured {
        provider: model.provider().to_owned(),
        library_version: library_version(&library),
        library,
        models: [(name, sha256)].into(),
        picture: None,
        inputs: model.inputs().iter().map(shown).collect(),
        loaded_ms,
        first_observation_ms,
        free,
        paced: None,
        steady_kib,
        peak_kib: process::peak_kib(),
    })
}

fn shown(input: &ModelInput) -> String {
    let sides: Vec<String> = input.shape.iter().map(ToString::to_string).collect();
    format!("{} {} {}", input.name, input.element, sides.join("x"))
}
