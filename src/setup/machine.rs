//! What is known of the machine and of what runs on it, for the set-up page. Nothing here is about a person: the speed is
//! of the machine, and says not when it was measured.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use crate::config::Config;
use crate::confine::MemoryKept;

/// The models as they were loaded, each after its hash was found to be the manifest's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Loaded {
    /// What computes them.
    pub provider: &'static str,
    /// How many there are.
    pub models: usize,
}

/// What a program knows of where it runs.
#[derive(Clone, Debug)]
pub struct Machine {
    /// The models; `None` where none were loaded.
    pub loaded: Option<Loaded>,
    /// Why memory does not reach a disk; `None` where nobody saw to it, as in a demonstration.
    pub memory: Option<MemoryKept>,
    /// How fast frames are processed.
    pub speed: Speed,
    /// Days that a transaction's record lives, and months that a summary does.
    pub retention: (u32, u32),
}

impl Machine {
    /// What is known at the start.
    #[must_use]
    pub fn of(config: &Config, loaded: Option<Loaded>, memory: Option<MemoryKept>, speed: Speed) -> Self {
        let retention = (config.terms.records_days, config.terms.summaries_months);
        Self { loaded, memory, speed, retention }
    }
}

/// Frames a second, as they were processed last; clones are the same one.
#[derive(Clone, Debug, Default)]
pub struct Speed(Arc<AtomicU32>);

impl Speed {
    /// Over less time than this, in milliseconds, frames a second say little.
    pub const MEASURED_OVER_MS: u64 = 5_000;

    /// Notes how many frames were processed in how long.
    pub fn note(&self, frames: u32, took: Duration) {
        let hz = (f64::from(frames) / took.as_secs_f64().max(f64::EPSILON)) as f32;
        self.0.store(hz.to_bits(), Ordering::Relaxed);
    }

    /// Frames a second; `None` where that was not measured yet.
    #[must_use]
    pub fn hz(&self) -> Option<f32> {
        Some(f32::from_bits(self.0.load(Ordering::Relaxed))).filter(|hz| *hz > 0.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn speed_is_unknown_until_it_was_measured() {
        let speed = Speed::default();
        assert_eq!(speed.hz(), None);
        speed.clone().note(60, Duration::from_secs(5));
        assert_eq!(speed.hz(), Some(12.0));
    }
}
