//! The longest unbroken look at the customer, and the longest away. Neither is good or bad: a stare can be too long.

use serde::{Deserialize, Serialize};

use super::{
    Measured, Reason, Seen, Timeline,
    fold::{OBSERVED_MIN_MS, Run, Tally, longest_unknown_ms, looking, runs},
    reading::seconds,
};
use crate::transaction::Transaction;

/// As JSON `{"value":4.2,"observed_s":38.0}`, with `"at_least":true` where unknown time cut it.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Longest {
    /// Seconds; 0 when there was none.
    #[serde(rename = "value")]
    pub length_s: f64,
    /// It may have been longer: it borders on time that is not known, a longer one fits into such time, or less than
    /// half of the time is known.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub at_least: bool,
    /// Seconds in which a look would have been seen, without work directions.
    pub observed_s: f64,
}

/// The longest run of [`Seen::Yes`] (at the customer) or [`Seen::No`] (away). A look in a work direction ends
/// either, without cutting it.
pub(super) fn measure(transaction: &Transaction, timeline: &Timeline, wanted: Seen) -> Measured<Longest> {
    let (from_ms, to_ms) = (transaction.starts_ms(), transaction.ended_ms);
    let tally = Tally::of(timeline, &[(from_ms, to_ms)], looking);
    if tally.observed_ms() < OBSERVED_MIN_MS {
        return Measured::unknown(tally.reason().unwrap_or(Reason::TooShort));
    }
    let runs = runs(timeline, from_ms, to_ms, looking);
    let longest = runs.iter().filter(|run| run.seen == wanted).max_by_key(|run| run.length_ms());
    let length_ms = longest.map_or(0, Run::length_ms);
    // A longer one fits into time that is not known, or this one reaches into it.
    let hidden = longest_unknown_ms(timeline, from_ms, to_ms, looking) > length_ms;
    Measured::Known(Longest {
        length_s: seconds(length_ms),
        at_least: hidden || longest.is_some_and(|run| run.cut) || tally.too_little().is_some(),
        observed_s: seconds(tally.observed_ms()),
    })
}
