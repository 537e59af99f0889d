//! Whether someone who waited in the queue zone was looked at.

use serde::{Deserialize, Serialize};

use super::{
    Measured, Reason, Seen, State, Timeline,
    fold::{Tally, runs},
    reading::seconds,
};
use crate::transaction::Transaction;

/// A look at the queue counts from this length on, in milliseconds.
pub const QUEUE_LOOK_MS: u64 = 300;

/// As JSON `{"value":true,"observed_s":12.0}`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct QueueLook {
    /// Someone waiting was looked at for [`QUEUE_LOOK_MS`].
    #[serde(rename = "value")]
    pub looked: bool,
    /// Seconds in which someone waited and a look would have been seen.
    pub observed_s: f64,
}

/// `no_event` when nobody waited; `signal_off` without a queue zone or a queue direction.
pub(super) fn measure(transaction: &Transaction, timeline: &Timeline) -> Measured<QueueLook> {
    let (from_ms, to_ms) = (transaction.starts_ms(), transaction.ended_ms);
    let tally = Tally::of(timeline, &[(from_ms, to_ms)], at_the_queue);
    if tally.observed_ms() < QUEUE_LOOK_MS {
        let waiting = tally.reason().filter(|_| tally.unknown_ms() > tally.excluded_ms);
        return Measured::unknown(waiting.unwrap_or(Reason::NoEvent));
    }
    let runs = runs(timeline, from_ms, to_ms, at_the_queue);
    let looked = runs.iter().any(|run| run.seen == Seen::Yes && run.length_ms() >= QUEUE_LOOK_MS);
    if tally.observed_ms() < tally.unknown_ms() {
        return Measured::unknown(tally.reason().unwrap_or(Reason::NoFace));
    }
    Measured::Known(QueueLook { looked, observed_s: seconds(tally.observed_ms()) })
}

fn at_the_queue(state: &State) -> Seen {
    state.queue
}
