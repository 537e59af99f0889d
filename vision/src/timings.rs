//! How long each stage took: durations only, added up over a run.

use std::time::{Duration, Instant};

/// A stage of the vision path, in the order in which a frame passes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Stage {
    /// Reading and decoding a frame: processor time of the thread that asks for it, because whoever waits for a camera, or
    /// for a decoder's own threads, does nothing. All other stages are wall time.
    Capture,
    /// Bringing a frame to another size than its source gives, which only benches do.
    Resize,
    /// Filling, resizing, cropping, converting to tensors.
    Preprocess,
    /// The object model.
    Objects,
    /// The hand detector.
    Hands,
    /// The image classifier.
    Classify,
    /// The face detector.
    Detect,
    /// The face mesh.
    Mesh,
    /// The blendshapes.
    Blendshapes,
    /// Decoding outputs and reading signals from them.
    Postprocess,
}

impl Stage {
    /// Every stage, in order.
    pub const ALL: [Self; 10] = [
        Self::Capture,
        Self::Resize,
        Self::Preprocess,
        Self::Objects,
        Self::Hands,
        Self::Classify,
        Self::Detect,
        Self::Mesh,
        Self::Blendshapes,
        Self::Postprocess,
    ];

    /// The stage's key in reports.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Capture => "capture",
            Self::Resize => "resize",
            Self::Preprocess => "preprocess",
            Self::Objects => "objects",
            Self::Hands => "hands",
            Self::Classify => "classify",
            Self::Detect => "detect",
            Self::Mesh => "mesh",
            Self::Blendshapes => "blendshapes",
            Self::Postprocess => "postprocess",
        }
    }
}

/// What one stage cost over a run.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct StageCost {
    /// How often the stage ran.
    pub runs: u64,
    /// Time of all runs together.
    pub total: Duration,
    /// The longest run.
    pub longest: Duration,
}

/// Costs of all stages.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Timings([StageCost; Stage::ALL.len()]);

impl Timings {
    /// What a stage cost so far.
    #[must_use]
    pub fn of(&self, stage: Stage) -> StageCost {
        self.0[stage as usize]
    }

    pub(crate) fn add(&mut self, stage: Stage, spent: Duration) {
        let cost = &mut self.0[stage as usize];
        cost.runs += 1;
        cost.total += spent;
        cost.longest = cost.longest.max(spent);
        tracing::trace!(stage = stage.name(), spent_us = spent.as_micros(), "stage_ran");
    }

    /// Runs `work` and books its time on `stage`.
    pub(crate) fn measure<T>(&mut self, stage: Stage, work: impl FnOnce() -> T) -> T {
        let start = Instant::now();
        let result = work();
        self.add(stage, start.elapsed());
        result
    }
}

/// Processor time of the calling thread so far.
pub(crate) fn thread_time() -> Duration {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: the time is written to a place of its own, and stays zero where there is no such clock.
    unsafe { libc::clock_gettime(libc::CLOCK_THREAD_CPUTIME_ID, &raw mut time) };
    let (seconds, nanoseconds) = (u64::try_from(time.tv_sec), u32::try_from(time.tv_nsec));
    Duration::new(seconds.unwrap_or_default(), nanoseconds.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waiting_is_no_processor_time_and_work_is() {
        let before = thread_time();
        std::thread::sleep(Duration::from_millis(300));
        let waited = thread_time() - before;
        // Whatever else the box does, this thread was not running.
        assert!(waited < Duration::from_millis(100), "{waited:?}");
        while thread_time() - before < Duration::from_millis(20) {
            std::hint::black_box(before);
        }
    }
}
