//! Nods a minute while the customer is served. What a nod means is never asked.

use serde::{Deserialize, Serialize};

use super::{
    Measured, Reason, Seen, State, Timeline,
    fold::Tally,
    reading::{seconds, share},
};

/// Nods are given from more observed service time than this, in milliseconds.
pub const NODS_SERVICE_MIN_MS: u64 = 30_000;

/// As JSON `{"value":4.0,"count":3,"observed_s":45.0}`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NodRate {
    /// Nods per minute of observed service time.
    #[serde(rename = "value")]
    pub per_minute: f64,
    /// How many nods.
    pub count: u32,
    /// Seconds of service in which a nod would have been seen.
    pub observed_s: f64,
}

/// Nods are counted from this many frames a second on: a nod at 2.5 Hz needs almost four. Below, the head counts as
/// not observable (`signal_off`), because a count would be too low.
pub const NODS_FRAMES_PER_S_MIN: f32 = 9.0;

/// The frame rate is the mean over about this long, in milliseconds: a dropped frame does not end the counting.
const PACE_MS: f32 = 3_000.0;

/// A longer step, in milliseconds, is a hole in which half a nod may lie, and says nothing of the rate: frames were lost,
/// or few were looked at while nobody was there to be served.
const HOLE_MS: u64 = 300;

/// How often frames come.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Pace {
    mean_ms: Option<f32>,
    /// The latest step was a hole.
    hole: bool,
}

impl Pace {
    /// The next frame came after `step_ms`.
    pub(super) fn step(&mut self, step_ms: u64) {
        self.hole = step_ms > HOLE_MS;
        if self.hole {
            return;
        }
        let step_ms = step_ms as f32;
        self.mean_ms =
            Some(self.mean_ms.map_or(step_ms, |mean_ms| mean_ms + (step_ms / PACE_MS).min(1.0) * (step_ms - mean_ms)));
    }

    /// Whether a nod would have been seen in the latest step.
    pub(super) fn shows_nods(self) -> bool {
        !self.hole && self.mean_ms.is_some_and(|mean_ms| mean_ms <= 1_000.0 / NODS_FRAMES_PER_S_MIN)
    }
}

pub(super) fn measure(timeline: &Timeline, service: &[(u64, u64)]) -> Measured<NodRate> {
    let tally = Tally::of(timeline, service, head);
    let observed_ms = tally.observed_ms();
    if observed_ms + tally.unknown_ms() <= NODS_SERVICE_MIN_MS {
        return Measured::unknown(Reason::TooShort);
    }
    if observed_ms <= NODS_SERVICE_MIN_MS {
        return Measured::unknown(tally.reason().unwrap_or(Reason::TooShort));
    }
    let count = service.iter().map(|&(from_ms, to_ms)| timeline.nods_between(from_ms, to_ms) as u32).sum();
    Measured::Known(NodRate {
        per_minute: share(u64::from(count) * 60_000, observed_ms),
        count,
        observed_s: seconds(observed_ms),
    })
}

fn head(state: &State) -> Seen {
    state.head
}
