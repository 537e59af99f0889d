//! The share of a moment in which a smile was visible, and whether there was one at all. Whether it was meant is not
//! asked; speaking is not smiling.

use serde::{Deserialize, Serialize};

use super::{
    Measured, Reason, Seen, State, Timeline,
    fold::{Tally, runs},
    reading::{seconds, share},
};

/// A smile or look counts as shown from this length on, in milliseconds.
pub const SHOWN_MS: u64 = 500;

/// As JSON `{"value":0.8,"shown":true,"observed_s":3.9}`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SmileShare {
    /// Share of the observed time, 0..1.
    #[serde(rename = "value")]
    pub share: f64,
    /// At least one smile of [`SHOWN_MS`].
    pub shown: bool,
    /// Seconds in which a smile would have been seen.
    pub observed_s: f64,
}

pub(super) fn measure(timeline: &Timeline, stretches: &[(u64, u64)]) -> Measured<SmileShare> {
    let tally = Tally::of(timeline, stretches, smiling);
    if let Some(reason) = tally.too_little() {
        return Measured::unknown(reason);
    }
    Measured::Known(SmileShare {
        share: share(tally.yes_ms, tally.observed_ms()),
        shown: shown(timeline, stretches, smiling),
        observed_s: seconds(tally.observed_ms()),
    })
}

fn smiling(state: &State) -> Seen {
    state.smile
}

/// Whether something was there for [`SHOWN_MS`] at a stretch.
pub(super) fn shown(timeline: &Timeline, stretches: &[(u64, u64)], read: fn(&State) -> Seen) -> bool {
    stretches.iter().any(|&(from_ms, to_ms)| {
        let runs = runs(timeline, from_ms, to_ms, read);
        runs.iter().any(|run| run.seen == Seen::Yes && run.length_ms() >= SHOWN_MS)
    })
}

/// Nothing to measure over: the event is missing, or the moment took no time.
pub(super) fn without(has_event: bool, stretches: &[(u64, u64)]) -> Option<Reason> {
    match (has_event, stretches) {
        (false, _) => Some(Reason::NoEvent),
        (true, []) => Some(Reason::TooShort),
        (true, _) => None,
    }
}
