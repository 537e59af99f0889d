//! Time with a phone-like thing in the staff member's hand while a transaction is open. Never what it is used for.

use serde::{Deserialize, Serialize};

use super::{Measured, Seen, State, Timeline, fold::Tally, reading::seconds};
use crate::transaction::Transaction;

/// As JSON `{"value":2.5,"observed_s":40.0}`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TimeInHand {
    /// Seconds with it in the hand.
    #[serde(rename = "value")]
    pub in_hand_s: f64,
    /// Seconds in which it would have been seen.
    pub observed_s: f64,
}

pub(super) fn measure(transaction: &Transaction, timeline: &Timeline) -> Measured<TimeInHand> {
    let tally = Tally::of(timeline, &[(transaction.opened_ms, transaction.closed_ms)], in_hand);
    match tally.too_little() {
        Some(reason) => Measured::unknown(reason),
        None => {
            Measured::Known(TimeInHand { in_hand_s: seconds(tally.yes_ms), observed_s: seconds(tally.observed_ms()) })
        }
    }
}

fn in_hand(state: &State) -> Seen {
    state.phone
}
