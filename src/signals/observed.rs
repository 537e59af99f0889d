//! The share of a transaction in which the face could be read. Turned away is a known state, so it counts as read.

use serde::{Deserialize, Serialize};

use super::{
    Measured, Reason, State, Timeline,
    fold::Tally,
    reading::{seconds, share},
};
use crate::transaction::Transaction;

/// A share of observed time. As JSON `{"value":0.9,"observed_s":31.0}`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Share {
    /// 0..1.
    #[serde(rename = "value")]
    pub share: f64,
    /// Seconds observed.
    pub observed_s: f64,
}

pub(super) fn share_of(tally: &Tally) -> Measured<Share> {
    Measured::Known(Share { share: share(tally.yes_ms, tally.observed_ms()), observed_s: seconds(tally.observed_ms()) })
}

/// The share, and why the transaction's other shares are not given when it is below one half. Where nothing was
/// observed, the reason stands for it as well.
pub(super) fn measure(transaction: &Transaction, timeline: &Timeline) -> (Measured<Share>, Option<Reason>) {
    let tally = Tally::of(timeline, &[(transaction.starts_ms(), transaction.ended_ms)], |state: &State| state.face);
    let whole_ms = tally.observed_ms() + tally.unknown_ms();
    if whole_ms == 0 {
        return (Measured::unknown(Reason::TooShort), Some(Reason::TooShort));
    }
    let withheld = tally.reason().filter(|_| tally.observed_ms() < tally.unknown_ms());
    if let (0, Some(reason)) = (tally.observed_ms(), withheld) {
        return (Measured::unknown(reason), withheld);
    }
    let observed = Share { share: share(tally.observed_ms(), whole_ms), observed_s: seconds(tally.observed_ms()) };
    (Measured::Known(observed), withheld)
}
