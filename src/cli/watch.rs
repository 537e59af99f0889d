//! The vision thread of `hymy run`: the one place where the vision crate is plugged into the kiosk.

use std::ops::ControlFlow;
use std::sync::atomic::AtomicBool;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use hymy::camera;
use hymy::config::Config;
use hymy::kiosk::{self, CameraSwitch, Purpose, VisionEvent};
use hymy::setup::{Loaded, Speed};
use hymy_vision::{Event, SourceSpec, Vision, VisionError, VisionSettings};

/// The loaded models and the source they will look at.
pub struct Camera {
    vision: Vision,
    source: SourceSpec,
    speed: Speed,
}

impl Camera {
    /// Loads the models; the camera stays closed. `None` without a source.
    pub fn load(config: &Config, speed: &Speed) -> Result<Option<Self>, VisionError> {
        let Some(source) = camera::source(config) else { return Ok(None) };
        let settings = VisionSettings { retry: true, ..camera::vision_settings(config) };
        Ok(Some(Self { vision: Vision::load(&settings)?, source, speed: speed.clone() }))
    }

    /// Loads the models for the staged scene, shown over and over at its own pace.
    pub fn staged(config: &Config, speed: &Speed) -> Result<Self, VisionError> {
        let vision = Vision::load(&camera::vision_settings(config))?;
        Ok(Self { vision, source: SourceSpec::Staged, speed: speed.clone() })
    }

    /// What computes which models.
    pub fn loaded(&self) -> Loaded {
        let report = self.vision.runtime();
        Loaded { provider: report.provider.name(), models: report.models.len() }
    }

    /// Opens and closes the camera as `switch` says and sends what it shows to `emit`, until the switch ends, the
    /// source does, or `emit` says `false`. The thread closes the camera before it ends.
    pub fn start(
        mut self,
        switch: &CameraSwitch,
        emit: impl Fn(VisionEvent) -> bool + Send + 'static,
    ) -> anyhow::Result<JoinHandle<()>> {
        let switch = switch.clone();
        let runtime = tokio::runtime::Handle::current();
        let thread = std::thread::Builder::new().name("hymy-vision".to_owned()).spawn(move || {
            kiosk::follow(&switch, &runtime, &emit, |people, purpose, wished| {
                // Whoever tries something out waits for what is seen of them.
                self.vision.rest_without((purpose == Purpose::Shift).then(|| switch.attention().clone()));
                self.look(people, purpose, wished, &emit)
            });
        })?;
        Ok(thread)
    }

    /// One opening. A live source has something to say ten times a second at least, so that what is no longer wished ends
    /// soon.
    fn look(
        &mut self,
        people: u8,
        purpose: Purpose,
        wished: &dyn Fn() -> bool,
        emit: &impl Fn(VisionEvent) -> bool,
    ) -> Result<(), String> {
        self.vision.set_people(people);
        // A trial is seen as a shift is; what becomes of it is the kiosk's to decide.
        self.vision.seek_outline(purpose == Purpose::Outline);
        let staged = matches!(self.source, SourceSpec::Staged);
        // On the stage there are never ten seconds without anyone.
        let source = match (&self.source, purpose) {
            (SourceSpec::Staged, Purpose::Outline) => SourceSpec::StagedEmpty,
            (source, _) => source.clone(),
        };
        loop {
            self.look_once(&source, wished, emit)?;
            // The scene begins anew, with its time.
            if !staged || !wished() || !emit(VisionEvent::SourceBack) {
                return Ok(());
            }
        }
    }

    fn look_once(
        &mut self,
        source: &SourceSpec,
        wished: &dyn Fn() -> bool,
        emit: &impl Fn(VisionEvent) -> bool,
    ) -> Result<(), String> {
        let begun = Instant::now();
        let staged = matches!(source, SourceSpec::Staged | SourceSpec::StagedEmpty);
        let paced = |t_ms: u64| {
            if staged {
                let due = begun + Duration::from_millis(t_ms);
                std::thread::sleep(due.saturating_duration_since(Instant::now()));
            }
        };
        let (mut frames, mut since) = (0, begun);
        let speed = self.speed.clone();
        let ended = self.vision.run(source, &AtomicBool::new(false), |_, event| {
            let told = wished()
                && match event {
                    Event::Observed { observation, .. } => {
                        frames += 1;
                        if since.elapsed() >= Duration::from_millis(Speed::MEASURED_OVER_MS) {
                            speed.note(frames, since.elapsed());
                            (frames, since) = (0, Instant::now());
                        }
                        paced(observation.t_ms);
                        emit(VisionEvent::Observation(observation))
                    }
                    Event::Outlined { t_ms, empty_ms, outline } => {
                        paced(t_ms);
                        emit(VisionEvent::Outlined { empty_ms, outline })
                    }
                    Event::Lost { why } => emit(VisionEvent::SourceLost { reason: why.to_owned() }),
                    Event::Back => emit(VisionEvent::SourceBack),
                    // A camera that rests does not show how fast frames are processed.
                    Event::Passed => {
                        (frames, since) = (0, Instant::now());
                        true
                    }
                    Event::Skipped { .. } | Event::Idle => true,
                };
            if told { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
        });
        ended.map(|_| ()).map_err(|error| error.to_string())
    }
}
