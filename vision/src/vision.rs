//! The crate's front door: load the models, run a source through them, get observations.

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::cadence::{Attention, Cadence};
use crate::error::VisionError;
use crate::frame::Frame;
use crate::manifest::Manifest;
use crate::observation::Observation;
use crate::orientation::{Orientation, Upright};
use crate::outline::{Looked, Outline, Outliner};
use crate::pipeline::{Pipeline, PipelineSettings};
use crate::runtime::{Provider, Runtime, RuntimeSettings};
use crate::source::{FrameSource, Next, SourceSpec, Timeouts};
use crate::timings::{Stage, Timings, thread_time};
use crate::zone::Zones;

/// Everything that the vision path needs to know.
#[derive(Clone, Debug)]
pub struct VisionSettings {
    /// The folder with `manifest.toml` and the models.
    pub models: PathBuf,
    /// Library, provider and threads.
    pub runtime: RuntimeSettings,
    /// Zones of the camera.
    pub zones: Zones,
    /// How the camera's picture lies; zones and observations are those of the upright picture.
    pub orientation: Orientation,
    /// How often the object model looks, per second.
    pub objects_hz: f32,
    /// How often faces are counted while one is followed, per second.
    pub faces_hz: f32,
    /// Time-outs of live sources.
    pub timeouts: Timeouts,
    /// Retry a live source that cannot be reached at the start, for ever.
    pub retry: bool,
}

impl VisionSettings {
    /// The defaults, with the models in `models`.
    #[must_use]
    pub fn new(models: impl Into<PathBuf>) -> Self {
        Self {
            models: models.into(),
            runtime: RuntimeSettings::default(),
            zones: Zones::default(),
            orientation: Orientation::default(),
            objects_hz: 3.0,
            faces_hz: 4.0,
            timeouts: Timeouts::default(),
            retry: false,
        }
    }
}

/// What happens while a source runs.
#[derive(Clone, Debug, PartialEq)]
pub enum Event<'a> {
    /// A frame was processed.
    Observed {
        /// What it showed.
        observation: Observation,
        /// The still's file name.
        file: Option<&'a str>,
    },
    /// A frame was looked at for an outline of the scene, after [`Vision::seek_outline`].
    Outlined {
        /// Milliseconds since the source's first frame.
        t_ms: u64,
        /// For how long nobody has been seen, anywhere in the picture, in milliseconds.
        empty_ms: u64,
        /// The outline, once that is long enough.
        outline: Option<Box<Outline>>,
    },
    /// A still could not be read; the others go on.
    Skipped {
        /// Its file name.
        file: &'a str,
        /// Why.
        why: &'a str,
    },
    /// A live source was lost and is being reopened. Said once.
    Lost {
        /// Why.
        why: &'a str,
    },
    /// The live source is back.
    Back,
    /// A frame of a live source was not looked at, because nobody is there to be served.
    Passed,
    /// Nothing to say; a chance to stop.
    Idle,
}

/// What a run did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RunReport {
    /// Frames that the source gave, dropped and passed ones included.
    pub frames: u64,
    /// Frames that were processed.
    pub processed: u64,
    /// Frames of a live source that were overtaken by newer ones.
    pub dropped: u64,
    /// Frames of a live source that were not looked at while nobody was there to be served. None of them was dropped.
    pub passed: u64,
    /// Stills that could not be read.
    pub skipped: u64,
}

/// What computes the models.
#[derive(Clone, Debug, PartialEq)]
pub struct RuntimeReport {
    /// The provider that each session really has.
    pub provider: Provider,
    /// The loaded library.
    pub library: PathBuf,
    /// Name and SHA-256 of each loaded model.
    pub models: Vec<(String, String)>,
}

/// Loaded models, ready for a source.
pub struct Vision {
    pipeline: Pipeline,
    /// What finds the outline, while one is sought.
    outliner: Option<Outliner>,
    /// What passes frames by, while it may.
    cadence: Option<Cadence>,
    upright: Upright,
    report: RuntimeReport,
    timeouts: Timeouts,
    retry: bool,
    #[cfg(feature = "lab")]
    degradation: Option<crate::degrade::Degradation>,
    latency: std::time::Duration,
}

impl Vision {
    /// Loads the runtime library and the models; refuses a model whose hash is not the manifest's.
    ///
    /// # Errors
    /// [`VisionError::RuntimeLibrary`], [`VisionError::Provider`], [`VisionError::Manifest`],
    /// [`VisionError::Model`] or [`VisionError::Inference`].
    pub fn load(settings: &VisionSettings) -> Result<Self, VisionError> {
        let manifest = Manifest::read(&settings.models)?;
        let runtime: Arc<Runtime> = Runtime::load(&settings.runtime, &settings.models)?;
        let pipeline = Pipeline::new(
            &runtime,
            &manifest,
            PipelineSettings {
                zones: settings.zones.clone(),
                objects_hz: settings.objects_hz,
                faces_hz: settings.faces_hz,
            },
        )?;
        let report = RuntimeReport {
            provider: runtime.provider(),
            library: runtime.library().to_owned(),
            models: manifest.models.iter().map(|entry| (entry.name.clone(), entry.sha256.clone())).collect(),
        };
        Ok(Self {
            pipeline,
            outliner: None,
            cadence: None,
            upright: Upright::new(settings.orientation),
            report,
            timeouts: settings.timeouts,
            retry: settings.retry,
            #[cfg(feature = "lab")]
            degradation: None,
            latency: std::time::Duration::ZERO,
        })
    }

    /// What computes the models.
    #[must_use]
    pub fn runtime(&self) -> &RuntimeReport {
        &self.report
    }

    /// What each stage cost so far.
    #[must_use]
    pub fn timings(&self) -> Timings {
        self.pipeline.timings
    }

    /// How old the frame that was observed last was then: from standing in memory, decoded, to its observation, with
    /// the wait in a live source's slot.
    #[must_use]
    pub fn latency(&self) -> std::time::Duration {
        self.latency
    }

    /// From now on [`Vision::reading`] tells of each frame.
    #[cfg(feature = "lab")]
    pub fn keep_readings(&mut self) {
        self.pipeline.keeps_readings = true;
    }

    /// What the models said of the face in the frame that was observed last, after [`Vision::keep_readings`].
    #[cfg(feature = "lab")]
    #[must_use]
    pub fn reading(&self) -> Option<crate::lab::FaceReading> {
        self.pipeline.reading.clone()
    }

    /// How many people are signed in from now on; one until this says otherwise. More faces than these in the staff
    /// zone means not alone. With more than one, nothing is read of anyone, because nothing here could tell whose face
    /// is whose; presence is.
    pub fn set_people(&mut self, people: u8) {
        self.pipeline.people = people;
    }

    /// From now on a run seeks an outline of the scene, and reads nothing of anyone; or, with `false`, observes again.
    pub fn seek_outline(&mut self, seek: bool) {
        self.outliner = seek.then(Outliner::new);
    }

    /// From now on a run of a live source rests while nobody is there to be served and `attention` is not wanted: of two
    /// or three frames a second it tells what they show, of the others that they passed. With `None` every frame is
    /// looked at, as is of any other source.
    pub fn rest_without(&mut self, attention: Option<Attention>) {
        self.cadence = attention.map(Cadence::new);
    }

    /// From now on every frame is made worse right after it was captured; `None` ends that. The models stay loaded.
    /// [`SourceSpec::Crops`] has a degradation of its own, which comes before the crops' preparation.
    #[cfg(feature = "lab")]
    pub fn degrade(&mut self, degradation: Option<crate::degrade::Degradation>) {
        self.degradation = degradation;
    }

    /// Opens a source and passes its frames through the models until it ends, `stop` is set, or `sink` breaks.
    /// The source is closed when this returns.
    ///
    /// # Errors
    /// [`VisionError::Source`] when it cannot be opened, [`VisionError::Truncated`] when a file ends early (every
    /// observation was given before), or what failed while a frame was processed.
    pub fn run(
        &mut self,
        source: &SourceSpec,
        stop: &AtomicBool,
        sink: impl FnMut(&Self, Event<'_>) -> ControlFlow<()>,
    ) -> Result<RunReport, VisionError> {
        let end = self.run_until(source, stop, sink);
        // Whatever ended the run, nothing of it stays in memory.
        self.forget();
        end
    }

    fn forget(&mut self) {
        self.pipeline.forget();
        self.upright.wipe();
        if let Some(outliner) = &mut self.outliner {
            outliner.forget();
        }
        if let Some(cadence) = &mut self.cadence {
            cadence.restart();
        }
    }

    fn run_until(
        &mut self,
        source: &SourceSpec,
        stop: &AtomicBool,
        mut sink: impl FnMut(&Self, Event<'_>) -> ControlFlow<()>,
    ) -> Result<RunReport, VisionError> {
        let mut frames = source.open(self.timeouts, self.retry)?;
        let mut frame = Frame::empty();
        let mut report = RunReport::default();
        self.pipeline.forget();
        let live = source.is_live();
        while !stop.load(Ordering::Relaxed) {
            let start = thread_time();
            let next = frames.next(&mut frame)?;
            if matches!(next, Next::Frame(_)) {
                self.captured(thread_time().saturating_sub(start), frames.as_ref());
            }
            let file;
            let event = match &next {
                Next::Frame(stamp) if live && !self.takes(stamp.t_ms) => {
                    report.passed += 1;
                    Event::Passed
                }
                Next::Frame(stamp) => {
                    #[cfg(feature = "lab")]
                    if let Some(degradation) = self.degradation {
                        degradation.apply(&mut frame, stamp.index)?;
                    }
                    let frame = self.upright.of(&mut frame)?;
                    report.processed += 1;
                    if let Some(outliner) = &mut self.outliner {
                        let anyone = self.pipeline.sees_anyone(frame)?;
                        let Looked { empty_ms, outline } = outliner.look(frame, stamp.t_ms, anyone)?;
                        Event::Outlined { t_ms: stamp.t_ms, empty_ms, outline }
                    } else {
                        let observation = match stamp.file {
                            Some(_) => self.pipeline.process_still(frame, stamp.index)?,
                            None => self.pipeline.process(frame, stamp.index, stamp.t_ms)?,
                        };
                        if let Some(cadence) = &mut self.cadence {
                            cadence.saw(&observation);
                        }
                        self.latency = stamp.taken.elapsed();
                        file = stamp.file.clone();
                        Event::Observed { observation, file: file.as_deref() }
                    }
                }
                Next::Skipped { file, why } => {
                    report.skipped += 1;
                    Event::Skipped { file, why }
                }
                Next::Lost { why } => {
                    self.forget();
                    frame.wipe();
                    Event::Lost { why }
                }
                Next::Back => Event::Back,
                Next::Idle => Event::Idle,
                Next::End => break,
            };
            let flow = sink(self, event);
            report.dropped = frames.dropped();
            if flow.is_break() {
                break;
            }
        }
        report.frames = report.processed + report.passed + report.dropped + report.skipped;
        Ok(report)
    }

    /// Books what it took to get a frame. What only a bench does to it is a stage of its own.
    #[cfg(feature = "lab")]
    fn captured(&mut self, spent: std::time::Duration, frames: &dyn FrameSource) {
        let resizing = frames.resizing();
        self.pipeline.timings.add(Stage::Capture, spent.saturating_sub(resizing));
        if !resizing.is_zero() {
            self.pipeline.timings.add(Stage::Resize, resizing);
        }
    }

    #[cfg(not(feature = "lab"))]
    fn captured(&mut self, spent: std::time::Duration, _: &dyn FrameSource) {
        self.pipeline.timings.add(Stage::Capture, spent);
    }

    /// Whether the next frame of a live source is looked at, and how closely.
    fn takes(&mut self, t_ms: u64) -> bool {
        let Some(cadence) = self.cadence.as_mut().filter(|_| self.outliner.is_none()) else {
            self.pipeline.rest(false);
            return true;
        };
        let takes = cadence.takes(t_ms);
        self.pipeline.rest(cadence.is_resting(t_ms));
        takes
    }

    /// How many frames a source states it has, where it knows; opens it for a moment.
    ///
    /// # Errors
    /// [`VisionError::Source`] when it cannot be opened.
    pub fn stated_frames(source: &SourceSpec) -> Result<Option<u64>, VisionError> {
        if source.is_live() {
            return Ok(None);
        }
        Ok(source.open(Timeouts::default(), false)?.stated_frames())
    }
}

/// The models folder: the one given, else `models` here or beside the program.
#[must_use]
pub fn find_models(given: Option<&Path>) -> PathBuf {
    if let Some(path) = given {
        return path.to_owned();
    }
    let here = PathBuf::from("models");
    let beside = std::env::current_exe().ok().and_then(|program| {
        program.ancestors().skip(1).map(|folder| folder.join("models")).find(|folder| is_models(folder))
    });
    if is_models(&here) { here } else { beside.unwrap_or(here) }
}

fn is_models(folder: &Path) -> bool {
    folder.join("manifest.toml").is_file()
}
