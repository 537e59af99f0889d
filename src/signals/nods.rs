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
