//! How long it took until the customer was first looked at. Never why.

use serde::{Deserialize, Serialize};

use super::{
    Measured, Reason, Seen, Timeline,
    fold::{Tally, looking, runs},
    reading::seconds,
};
use crate::transaction::Transaction;

/// A look at the customer counts from this length on, in milliseconds.
pub const GREETING_LOOK_MS: u64 = 300;

/// The beginning, in milliseconds, in which the first look usually falls.
pub const GREETING_WATCHED_MS: u64 = 10_000;

/// At most this much, in milliseconds, of [`GREETING_WATCHED_MS`] before the first look may be unknown: a look could
/// hide in more.
pub const GREETING_UNKNOWN_MAX_MS: u64 = 2_000;

/// From the customer's arrival (without it, the opening) to the first look of [`GREETING_LOOK_MS`]. As JSON
/// `{"value":1.2,"observed_s":1.5}` or `{"never":true,"observed_s":12.0}`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(from = "Keys", into = "Keys")]
pub enum GreetDelay {
    /// The customer was looked at.
    After {
        /// Seconds until the look began.
        delay_s: f64,
        /// Seconds in which a look would have been seen, with the first [`GREETING_LOOK_MS`] of this one.
        observed_s: f64,
    },
    /// The customer was not looked at.
    Never {
        /// Seconds in which a look would have been seen.
        observed_s: f64,
    },
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Keys {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    value: Option<f64>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    never: bool,
    observed_s: f64,
}

impl From<GreetDelay> for Keys {
    fn from(delay: GreetDelay) -> Self {
        match delay {
            GreetDelay::After { delay_s, observed_s } => Self { value: Some(delay_s), never: false, observed_s },
            GreetDelay::Never { observed_s } => Self { value: None, never: true, observed_s },
        }
    }
}

impl From<Keys> for GreetDelay {
    fn from(Keys { value, never: _, observed_s }: Keys) -> Self {
        value.map_or(Self::Never { observed_s }, |delay_s| Self::After { delay_s, observed_s })
    }
}

pub(super) fn measure(transaction: &Transaction, timeline: &Timeline) -> Measured<GreetDelay> {
    if transaction.opening_missing {
        return Measured::unknown(Reason::NoEvent);
    }
    let (from_ms, to_ms) = (transaction.arrived_ms.unwrap_or(transaction.opened_ms), transaction.ended_ms);
    let first = runs(timeline, from_ms, to_ms, looking)
        .into_iter()
        .find(|run| run.seen == Seen::Yes && run.length_ms() >= GREETING_LOOK_MS);
    let until_ms = first.map_or(to_ms, |look| look.from_ms);
    let before = Tally::of(timeline, &[(from_ms, until_ms)], looking);
    let beginning =
        Tally::of(timeline, &[(from_ms, until_ms.min(from_ms.saturating_add(GREETING_WATCHED_MS)))], looking);
    if beginning.unknown_ms() > GREETING_UNKNOWN_MAX_MS {
        return Measured::unknown(beginning.reason().unwrap_or(Reason::NoFace));
    }
    // A work direction is a known "not at the customer".
    let observed_ms = before.observed_ms() + before.excluded_ms;
    match first {
        Some(look) => Measured::Known(GreetDelay::After {
            delay_s: seconds(look.from_ms - from_ms),
            observed_s: seconds(observed_ms + GREETING_LOOK_MS),
        }),
        None if until_ms - from_ms < GREETING_LOOK_MS => Measured::unknown(Reason::TooShort),
        None if before.unknown_ms() > observed_ms => Measured::unknown(before.reason().unwrap_or(Reason::NoFace)),
        None => Measured::Known(GreetDelay::Never { observed_s: seconds(observed_ms) }),
    }
}
