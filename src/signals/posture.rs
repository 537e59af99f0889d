//! The shares of time upright and leaning, against the person's own posture.

use super::{Measured, Seen, Share, State, Timeline, fold::Tally, observed};
use crate::transaction::Transaction;

pub(super) fn upright(transaction: &Transaction, timeline: &Timeline) -> Measured<Share> {
    measure(transaction, timeline, |state| state.upright)
}

pub(super) fn leaning(transaction: &Transaction, timeline: &Timeline) -> Measured<Share> {
    measure(transaction, timeline, |state| state.leaning)
}

fn measure(transaction: &Transaction, timeline: &Timeline, read: fn(&State) -> Seen) -> Measured<Share> {
    let tally = Tally::of(timeline, &[(transaction.starts_ms(), transaction.ended_ms)], read);
    tally.too_little().map_or_else(|| observed::share_of(&tally), Measured::unknown)
}
