//! What is measured: every combination of sources and settings.

use std::collections::BTreeMap;

use anyhow::Context;
use hymy::bench::job::{Job, Setting, Subject};
use hymy::bench::measure::{precision, provider};
use hymy::camera;
use hymy::config::Config;
use hymy_vision::bench::ClipFormat;
use hymy_vision::{VisionSettings, find_models};

use super::super::WrongUsage;
use super::Bench;

/// One job a case.
pub fn jobs(bench: &Bench) -> anyhow::Result<Vec<Job>> {
    let settings = settings(bench)?;
    let mut jobs = Vec::new();
    for subject in subjects(bench)? {
        for setting in &settings {
            jobs.push(Job {
                subject: subject.clone(),
                config: bench.config.clone(),
                setting: setting.clone(),
                warm_up: bench.warm_up,
                frames: bench.frames,
                seconds: bench.seconds,
                rate_hz: bench.rate,
                paced_s: bench.rate_seconds,
                started_ns: 0,
            });
        }
    }
    Ok(jobs)
}

/// Every combination of the lists; where none is given, what the configuration says, or what a sweep takes.
fn settings(bench: &Bench) -> anyhow::Result<Vec<Setting>> {
    for name in &bench.provider {
        provider(name).map_err(|error| WrongUsage(error.to_string()))?;
    }
    for name in &bench.precision {
        precision(name).map_err(|error| WrongUsage(error.to_string()))?;
    }
    let config = bench.config.as_deref().map(Config::load).transpose()?;
    let given = config.as_ref().map(camera::vision_settings);
    let given = given.unwrap_or_else(|| VisionSettings::new(find_models(None)));
    let base = Setting::of(&given);
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let counts = |given: &[u8], swept: [usize; 2]| match given {
        [] if bench.sweep => {
            let mut swept = swept.to_vec();
            swept.dedup();
            swept
        }
        given => given.iter().copied().map(usize::from).collect(),
    };
    let objects_hz: Vec<f32> = match bench.objects_hz.as_slice() {
        [] if bench.sweep => vec![1.0, 3.0],
        given => given.iter().map(|hz| *hz as f32).collect(),
    };
    let sizes: Vec<_> = bench.size.iter().copied().map(Some).collect();
    let all = each(vec![base], &sizes, |setting, size| setting.size = size);
    let all = each(all, &counts(&bench.threads, [1, cores]), |setting, threads| setting.threads = threads);
    let all = each(all, &objects_hz, |setting, hz| setting.objects_hz = hz);
    let all = each(all, &bench.provider, |setting, provider| setting.provider = provider);
    let all = each(all, &bench.precision, |setting, precision| setting.precision = precision);
    Ok(each(all, &counts(&bench.cameras, [1, 2]), |setting, cameras| setting.cameras = cameras))
}

/// Every setting with every value; as they are without any.
fn each<T: Clone>(settings: Vec<Setting>, values: &[T], set: impl Fn(&mut Setting, T)) -> Vec<Setting> {
    if values.is_empty() {
        return settings;
    }
    let with = |setting: Setting| {
        let set = &set;
        values.iter().cloned().map(move |value| {
            let mut setting = setting.clone();
            set(&mut setting, value);
            setting
        })
    };
    settings.into_iter().flat_map(with).collect()
}

/// Clips and models that can be opened; without any, the staged scene.
fn subjects(bench: &Bench) -> anyhow::Result<Vec<Subject>> {
    let mut subjects = Vec::new();
    for clip in &bench.clips {
        ClipFormat::of(clip)?;
        subjects.push(Subject::Clip(clip.clone()));
    }
    let shapes: BTreeMap<String, Vec<usize>> = bench.shapes.iter().cloned().collect();
    for file in &bench.models {
        std::fs::File::open(file).with_context(|| format!("{}: cannot be read", file.display()))?;
        subjects.push(Subject::Model { file: file.clone(), shapes: shapes.clone() });
    }
    if subjects.is_empty() {
        subjects.push(Subject::Staged);
    }
    Ok(subjects)
}
