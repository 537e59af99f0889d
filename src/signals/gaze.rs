//! The share of a moment spent looking towards the customer, and whether there was a look at all. Work directions
//! leave the denominator; turned away is not looking.

use serde::{Deserialize, Serialize};

use super::{
    Measured, Timeline,
    fold::{Tally, looking},
    reading::{seconds, share},
    smile::shown,
};

/// As JSON `{"value":0.6,"shown":true,"observed_s":3.1,"excluded_s":0.8}`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GazeShare {
    /// Share of the observed time outside work directions, 0..1.
    #[serde(rename = "value")]
    pub share: f64,
    /// At least one look of [`super::SHOWN_MS`].
    pub shown: bool,
    /// Seconds in which a look would have been seen, without the excluded ones.
    pub observed_s: f64,
    /// Seconds in work directions, left out.
    pub excluded_s: f64,
}

pub(super) fn measure(timeline: &Timeline, stretches: &[(u64, u64)]) -> Measured<GazeShare> {
    let tally = Tally::of(timeline, stretches, looking);
    if let Some(reason) = tally.too_little() {
        return Measured::unknown(reason);
    }
    Measured::Known(GazeShare {
        share: share(tally.yes_ms, tally.observed_ms()),
        shown: shown(timeline, stretches, looking),
        observed_s: seconds(tally.observed_ms()),
        excluded_s: seconds(tally.excluded_ms),
    })
}
