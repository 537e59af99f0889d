//! The inside of a process of the bench: loads the models, passes frames, and notes how long everything took.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use hymy_vision::bench::{ClipFormat, library_version};
use hymy_vision::runtime::{Precision, Provider};
use hymy_vision::timings::{Stage, Timings};
use hymy_vision::{Event, SourceSpec, Vision, VisionError, VisionSettings, find_models, staged};

use super::energy::Energy;
use super::job::{Job, Measured, Phase, Picture, Setting, Size, Subject};
use super::process;
use crate::analysis::{Analysis, Boundaries};
use crate::camera;
use crate::config::{Config, ConfigError};
use crate::decide::Directions;

/// The stage after the vision crate: what is decided of an observation.
pub const OBSERVE: &str = "observe";
/// The only stage of a model that is measured alone.
pub const MODEL: &str = "model";

/// Why nothing could be measured.
#[derive(Debug, thiserror::Error)]
pub enum MeasureError {
    /// The configuration is wrong.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// Frames could not be read or processed.
    #[error(transparent)]
    Vision(#[from] VisionError),
    /// No such provider.
    #[error("there is no provider `{0}`; choose cpu, openvino, cuda, tensorrt, xnnpack or coreml")]
    Provider(String),
    /// No such precision.
    #[error("there is no precision `{0}`; choose full, or with the provider openvino bf16")]
    Precision(String),
    /// The staged scene could not be set up.
    #[error(transparent)]
    Staged(#[from] staged::StagedError),
    /// A thread could not do its part.
    #[error("a camera's thread ended before it had measured anything")]
    Thread,
}

/// Does what the job says.
///
/// # Errors
/// [`MeasureError`].
pub fn measure(job: &Job) -> Result<Measured, MeasureError> {
    if let Subject::Model { file, shapes } = &job.subject {
        return super::model::measure(job, file, shapes);
    }
    let source = source_of(job);
    let (settings, directions) = settings_of_job(job)?;
    let picture = picture(job)?;
    let cameras = job.setting.cameras.max(1);
    let mut visions: Vec<Vision> = (0..cameras).map(|_| Vision::load(&settings)).collect::<Result<_, _>>()?;
    let loaded_ms = since_start_ms(job);

    let free = Limits {
        warm_up: job.warm_up,
        frames: job.frames,
        time: Duration::try_from_secs_f64(job.seconds).unwrap_or(Duration::MAX),
    };
    let (free, first) = phase(&mut visions, &source, &directions, &free, || since_start_ms(job))?;
    let steady_kib = process::resident_kib();
    let slots = (job.rate_hz * job.paced_s).round() as u64;
    let paced = if slots == 0 {
        None
    } else {
        let period = Duration::try_from_secs_f64(1.0 / job.rate_hz).unwrap_or(Duration::MAX);
        let source = SourceSpec::Paced { source: Box::new(source), period };
        // Everything is warm; the first frame only sets the clock.
        let limits = Limits { warm_up: 1, frames: slots, time: Duration::MAX };
        Some(phase(&mut visions, &source, &directions, &limits, || 0.0)?.0)
    };
    let report = visions.first().ok_or(MeasureError::Thread)?.runtime();
    Ok(Measured {
        provider: report.provider.name().to_owned(),
        library: report.library.clone(),
        library_version: library_version(&report.library),
        models: report.models.iter().cloned().collect(),
        picture: Some(picture),
        inputs: Vec::new(),
        loaded_ms,
        first_observation_ms: first,
        free,
        paced,
        steady_kib,
        peak_kib: process::peak_kib(),
    })
}

/// The provider of that name.
///
/// # Errors
/// [`MeasureError::Provider`].
pub fn provider(name: &str) -> Result<Provider, MeasureError> {
    let found = Provider::ALL.into_iter().find(|provider| provider.name() == name);
    found.ok_or_else(|| MeasureError::Provider(name.to_owned()))
}

/// The precision of that name.
///
/// # Errors
/// [`MeasureError::Precision`].
pub fn precision(name: &str) -> Result<Precision, MeasureError> {
    let found = Precision::ALL.into_iter().find(|precision| precision.name() == name);
    found.ok_or_else(|| MeasureError::Precision(name.to_owned()))
}

/// How the pipeline is set with what a configuration says beside it, and its directions.
///
/// # Errors
/// [`MeasureError::Config`], [`MeasureError::Provider`] or [`MeasureError::Precision`].
pub fn settings_of(config: Option<&Path>, setting: &Setting) -> Result<(VisionSettings, Directions), MeasureError> {
    let config = config.map(Config::load).transpose()?;
    let settings = settings(setting, config.as_ref())?;
    Ok((settings, config.map_or_else(Directions::default, |config| config.directions)))
}

/// The same of a job. The staged scene has zones of its own: without them its two faces would not be read.
///
/// # Errors
/// As [`settings_of`]; [`MeasureError::Staged`].
pub fn settings_of_job(job: &Job) -> Result<(VisionSettings, Directions), MeasureError> {
    let (mut settings, directions) = settings_of(job.config.as_deref(), &job.setting)?;
    if job.config.is_none() && matches!(job.subject, Subject::Staged) {
        settings.zones = staged::zones()?;
    }
    Ok((settings, directions))
}

fn settings(setting: &Setting, config: Option<&Config>) -> Result<VisionSettings, MeasureError> {
    let mut settings = config.map_or_else(|| VisionSettings::new(find_models(None)), camera::vision_settings);
    settings.runtime.threads = setting.threads;
    settings.runtime.provider = provider(&setting.provider)?;
    settings.runtime.precision = precision(&setting.precision)?;
    settings.objects_hz = setting.objects_hz;
    settings.faces_hz = setting.faces_hz;
    Ok(settings)
}

/// What is read over and over: a clip, or the staged scene, at the size that the job asks for.
#[must_use]
pub fn source_of(job: &Job) -> SourceSpec {
    let source = match &job.subject {
        Subject::Clip(path) => SourceSpec::File { path: path.clone(), times: u32::MAX },
        Subject::Staged | Subject::Model { .. } => SourceSpec::Staged,
    };
    match job.setting.size {
        None => source,
        Some(Size { width_px, height_px }) => SourceSpec::Sized { source: Box::new(source), width_px, height_px },
    }
}

/// The pictures as the models see them.
fn picture(job: &Job) -> Result<Picture, MeasureError> {
    let picture = match &job.subject {
        Subject::Clip(path) => {
            let ClipFormat { codec, width_px, height_px, fps } = ClipFormat::of(path)?;
            Picture { rendered: false, codec, width_px, height_px, fps }
        }
        Subject::Staged | Subject::Model { .. } => Picture {
            rendered: true,
            codec: None,
            width_px: staged::WIDTH_PX as u32,
            height_px: staged::HEIGHT_PX as u32,
            fps: Some(staged::script::FPS as f64),
        },
    };
    Ok(match job.setting.size {
        None => picture,
        Some(Size { width_px, height_px }) => Picture { width_px, height_px, ..picture },
    })
}

pub(super) fn since_start_ms(job: &Job) -> f64 {
    process::monotonic().saturating_sub(Duration::from_nanos(job.started_ns)).as_secs_f64() * 1e3
}

/// How far a camera goes.
struct Limits {
    /// At least one.
    warm_up: u64,
    /// Frames that the source gave, dropped ones included.
    frames: u64,
    time: Duration,
}

/// What one camera measured.
#[derive(Default)]
struct Seen {
    began: Option<Mark>,
    ended: Option<Mark>,
    /// Milliseconds from the start of the process to the first observation.
    first_ms: f64,
    frames: u64,
    dropped: u64,
    latency_us: Vec<u64>,
    stages_us: BTreeMap<String, Vec<u64>>,
}

/// The clocks at one moment.
#[derive(Clone)]
pub(super) struct Mark {
    pub at: Instant,
    pub cpu: Duration,
    pub thread_cpu: Duration,
    pub energy: Option<Energy>,
}

impl Mark {
    pub fn now() -> Self {
        Self {
            at: Instant::now(),
            cpu: process::cpu(),
            thread_cpu: process::thread_cpu(),
            energy: Energy::read(Path::new("/")),
        }
    }
}

/// Where cameras wait until each is warm. One that fails opens it, so that none waits for ever.
struct Gate {
    missing: AtomicUsize,
    failed: AtomicBool,
}

impl Gate {
    fn wait(&self) {
        self.missing.fetch_sub(1, Ordering::AcqRel);
        while self.missing.load(Ordering::Acquire) > 0 && !self.failed.load(Ordering::Acquire) {
            std::thread::sleep(Duration::from_micros(200));
        }
    }
}

/// Every camera on a thread of its own, over the same source.
fn phase(
    visions: &mut [Vision],
    source: &SourceSpec,
    directions: &Directions,
    limits: &Limits,
    clock_ms: impl Fn() -> f64 + Sync,
) -> Result<(Phase, f64), MeasureError> {
    let gate = Gate { missing: AtomicUsize::new(visions.len()), failed: AtomicBool::new(false) };
    let ended: Vec<Result<Seen, MeasureError>> = std::thread::scope(|scope| {
        let cameras: Vec<_> = visions
            .iter_mut()
            .map(|vision| {
                scope.spawn(|| {
                    let seen = look(vision, source, directions, limits, &gate, &clock_ms);
                    gate.failed.fetch_or(seen.is_err(), Ordering::AcqRel);
                    seen
                })
            })
            .collect();
        cameras.into_iter().map(|camera| camera.join().unwrap_or(Err(MeasureError::Thread))).collect()
    });
    let seen = ended.into_iter().collect::<Result<Vec<Seen>, MeasureError>>()?;
    let first_ms = seen.first().map_or(0.0, |seen| seen.first_ms);
    sum(seen).map(|phase| (phase, first_ms)).ok_or(MeasureError::Thread)
}

fn sum(seen: Vec<Seen>) -> Option<Phase> {
    let began = seen.iter().filter_map(|seen| seen.began.clone()).min_by_key(|mark| mark.at)?;
    let ended = seen.iter().filter_map(|seen| seen.ended.clone()).max_by_key(|mark| mark.at)?;
    let mut phase = Phase {
        wall_s: ended.at.saturating_duration_since(began.at).as_secs_f64(),
        cpu_s: ended.cpu.saturating_sub(began.cpu).as_secs_f64(),
        energy_uj: ended.energy.zip(began.energy).and_then(|(now, before)| now.since(&before)),
        ..Phase::default()
    };
    for camera in seen {
        let path = camera.ended?.thread_cpu.saturating_sub(camera.began?.thread_cpu);
        phase.path_cpu_s += path.as_secs_f64();
        phase.frames += camera.frames;
        phase.dropped += camera.dropped;
        phase.latency_us.extend(camera.latency_us);
        for (stage, spent) in camera.stages_us {
            phase.stages_us.entry(stage).or_default().extend(spent);
        }
    }
    Some(phase)
}

/// One camera: the source over and over, until enough was seen.
fn look(
    vision: &mut Vision,
    source: &SourceSpec,
    directions: &Directions,
    limits: &Limits,
    gate: &Gate,
    clock_ms: &(impl Fn() -> f64 + Sync),
) -> Result<Seen, MeasureError> {
    let mut seen = Seen::default();
    let (mut warm, mut slots) = (0, 0);
    let mut before = vision.timings();
    loop {
        let mut analysis = Analysis::new(directions.clone(), Boundaries::Presence);
        let mut next = 0;
        let mut given = 0u64;
        vision.run(source, &AtomicBool::new(false), |vision, event| {
            let Event::Observed { observation, .. } = event else { return ControlFlow::Continue(()) };
            let deciding = Instant::now();
            analysis.observe(&observation);
            let decided = deciding.elapsed();
            given += 1;
            let after = vision.timings();
            let began = match &seen.began {
                Some(began) => began.at,
                None => {
                    if warm == 0 {
                        seen.first_ms = clock_ms();
                    }
                    warm += 1;
                    if warm >= limits.warm_up {
                        gate.wait();
                        seen.began = Some(Mark::now());
                    }
                    (before, next) = (after, observation.frame + 1);
                    return ControlFlow::Continue(());
                }
            };
            seen.frames += 1;
            seen.dropped += observation.frame.saturating_sub(next);
            slots += observation.frame.saturating_sub(next) + 1;
            next = observation.frame + 1;
            seen.latency_us.push(micros(vision.latency() + decided));
            note_stages(&mut seen.stages_us, &before, &after, decided);
            before = after;
            if slots < limits.frames && began.elapsed() < limits.time {
                return ControlFlow::Continue(());
            }
            // Closing the source is no frame's time.
            seen.ended = Some(Mark::now());
            ControlFlow::Break(())
        })?;
        if seen.ended.is_some() {
            return Ok(seen);
        }
        if given == 0 {
            return Err(MeasureError::Thread);
        }
    }
}

fn note_stages(stages: &mut BTreeMap<String, Vec<u64>>, before: &Timings, after: &Timings, decided: Duration) {
    let mut note = |name: &str, spent: Duration| match stages.get_mut(name) {
        Some(known) => known.push(micros(spent)),
        None => {
            stages.insert(name.to_owned(), vec![micros(spent)]);
        }
    };
    for stage in Stage::ALL {
        if after.of(stage).runs > before.of(stage).runs {
            note(stage.name(), after.of(stage).total.saturating_sub(before.of(stage).total));
        }
    }
    note(OBSERVE, decided);
}

pub(super) fn micros(spent: Duration) -> u64 {
    u64::try_from(spent.as_micros()).unwrap_or(u64::MAX)
}
