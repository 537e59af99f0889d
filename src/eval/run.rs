//! Labelled clips and stills through the whole path, as `hymy analyze` takes it, and what was read of them.

use std::ops::ControlFlow;
use std::path::Path;
use std::sync::atomic::AtomicBool;

use hymy_vision::degrade::Degradation;
use hymy_vision::{Event, SourceSpec, Vision, VisionError};

use super::labels::ClipLabels;
use super::reading::FrameReading;
use super::score::Score;
use super::stills::{Stills, StillsResult};
use crate::analysis::{Analysis, Boundaries};
use crate::decide::{Decided, Directions};

/// A clip may have this many frames, or this share of them, more or less than its labels say: as a file may end before
/// its container's count.
const FRAMES_OFF: u64 = 2;
const FRAMES_OFF_SHARE: f64 = 0.02;

/// What was read of one clip.
#[derive(Clone, Debug)]
pub struct ClipResult {
    /// Its path from the folder.
    pub name: String,
    /// What was said of each frame.
    pub readings: Vec<FrameReading>,
    /// Nods that were counted.
    pub nods: usize,
    /// The time of the last frame, in milliseconds.
    pub last_ms: u64,
    /// Labels and readings compared.
    pub score: Score,
    /// What is wrong with the clip; what could be read of it counts all the same.
    pub trouble: Option<String>,
}

/// Everything that was read in one version of the pictures: as recorded, or degraded.
#[derive(Clone, Debug)]
pub struct Version {
    /// `as_recorded`, or the name of the degradation.
    pub name: &'static str,
    /// The clips that could be opened, in order.
    pub clips: Vec<ClipResult>,
    /// The stills, where there are any.
    pub stills: Option<StillsResult>,
}

/// The name of the version that nothing was done to.
pub const AS_RECORDED: &str = "as_recorded";

/// Runs one clip. `each` sees every decided frame and may break off.
pub fn run_clip(
    vision: &mut Vision,
    directions: &Directions,
    degradation: Option<Degradation>,
    (folder, name): (&Path, &str),
    labels: &ClipLabels,
    stop: &AtomicBool,
    mut each: impl FnMut(&Decided) -> ControlFlow<()>,
) -> ClipResult {
    let source = SourceSpec::File { path: folder.join(name), times: 1 };
    let mut analysis = Analysis::new(directions.clone(), Boundaries::WholeSource);
    let nobody = labels.people == Some(0);
    let mut readings = Vec::new();
    let mut last_ms = 0;
    vision.degrade(degradation);
    let ended = vision.run(&source, stop, |_, event| {
        let Event::Observed { observation, .. } = event else { return ControlFlow::Continue(()) };
        let decided = analysis.observe(&observation);
        readings.push(FrameReading::of(&decided, nobody));
        last_ms = observation.t_ms;
        each(&decided)
    });
    let nods = analysis.finish().iter().map(|analysed| analysed.nods).sum();
    let trouble = match ended {
        Err(error) => Some(error.to_string()),
        Ok(run) => labels.expected_frames().and_then(|expected| {
            let off = if labels.frames.is_some() {
                run.frames.abs_diff(expected)
            } else {
                expected.saturating_sub(run.frames)
            };
            let too_far = off > FRAMES_OFF.max((expected as f64 * FRAMES_OFF_SHARE) as u64);
            let read = run.frames;
            too_far.then(|| {
                format!(
                    "{name}: has {read} frames where the labels speak of {expected}; correct clips.{name} or the clip"
                )
            })
        }),
    };
    let score = Score::of(labels, &readings);
    ClipResult { name: name.to_owned(), readings, nods, last_ms, score, trouble }
}

/// Runs the stills. `skipped` is told of each that could not be read; `each` of every one that was.
///
/// # Errors
/// Whatever fails while a still is processed; one that cannot be decoded is no error.
pub fn run_stills(
    vision: &mut Vision,
    directions: &Directions,
    stills: &Stills,
    degradation: Option<Degradation>,
    stop: &AtomicBool,
    mut each: impl FnMut(),
    mut skipped: impl FnMut(&Path, &str),
) -> Result<StillsResult, VisionError> {
    let mut analysis = Analysis::new(directions.clone(), Boundaries::Stills);
    let mut readings = vec![None; stills.stills.len()];
    // The place of the next still: those that are skipped have no observation, and so no index of their own.
    let (mut place, mut unreadable) = (0, 0);
    let source = SourceSpec::Crops { files: stills.files(), degradation };
    vision.degrade(None);
    vision.run(&source, stop, |_, event| {
        match event {
            Event::Observed { observation, .. } => {
                if let Some(reading) = readings.get_mut(place) {
                    *reading = Some(FrameReading::of(&analysis.observe(&observation), false));
                }
            }
            Event::Skipped { why, .. } => {
                unreadable += 1;
                if let Some(still) = stills.stills.get(place) {
                    skipped(&still.path, why);
                }
            }
            _ => return ControlFlow::Continue(()),
        }
        place += 1;
        each();
        ControlFlow::Continue(())
    })?;
    Ok(StillsResult { readings, unreadable })
}
