//! The periods over which contributions are collected: one after the other, never overlapping, each with a plan that
//! was fixed before it opened.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::Plan;

/// A week: every window spends a budget of its own, so shorter ones would spend a year's sooner.
pub const WINDOW_MIN: SignedDuration = SignedDuration::from_hours(7 * 24);
/// A quarter.
pub const WINDOW_MAX: SignedDuration = SignedDuration::from_hours(92 * 24);
/// From the end of a window to its release. Until then a transaction can still be left out and a contribution
/// withdrawn; three days, so that nobody has to decide on the day on which the window happens to end.
pub const SETTLES_AFTER: SignedDuration = SignedDuration::from_hours(3 * 24);

/// The number of a window, counted up from 1 in the order in which they open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct WindowId(pub u32);

/// Why there is no such window.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WindowFault {
    /// The plan would come after the first contribution could.
    #[error("the window opens at {opens}, which has passed: what it releases has to be chosen before it opens")]
    AlreadyOpen {
        /// When it would open.
        opens: Timestamp,
    },
    /// Contributions would be released twice.
    #[error("the window opens at {opens}, before the one before it closes at {closes}")]
    Overlaps {
        /// When it would open.
        opens: Timestamp,
        /// When the one before closes.
        closes: Timestamp,
    },
    /// Too short or too long.
    #[error("a window lasts 7 to 92 days")]
    Length,
    /// Too many.
    #[error("there are no more numbers for windows")]
    Number,
}

/// One window.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Window {
    /// Which.
    pub id: WindowId,
    /// Transactions that closed from here on belong to it.
    pub opens: Timestamp,
    /// Transactions that closed before here belong to it.
    pub closes: Timestamp,
    /// What it releases.
    pub plan: Plan,
}

impl Window {
    /// The next window after `previous`, chosen now.
    ///
    /// # Errors
    /// When it is open already, overlaps or has no proper length.
    pub fn next(
        previous: Option<&Self>,
        opens: Timestamp,
        closes: Timestamp,
        plan: Plan,
        now: Timestamp,
    ) -> Result<Self, WindowFault> {
        if opens <= now {
            return Err(WindowFault::AlreadyOpen { opens });
        }
        if let Some(previous) = previous.filter(|previous| opens < previous.closes) {
            return Err(WindowFault::Overlaps { opens, closes: previous.closes });
        }
        if !(WINDOW_MIN..=WINDOW_MAX).contains(&opens.duration_until(closes)) {
            return Err(WindowFault::Length);
        }
        let number = previous.map_or(Some(1), |previous| previous.id.0.checked_add(1)).ok_or(WindowFault::Number)?;
        Ok(Self { id: WindowId(number), opens, closes, plan })
    }

    /// Whether a transaction that closed then belongs to it.
    #[must_use]
    pub fn has(&self, closed: Timestamp) -> bool {
        (self.opens..self.closes).contains(&closed)
    }

    /// Whether it may be released. A clock that was put forward makes this true too early, and a clock that is put
    /// back afterwards does not undo the release: it is computed once, whatever the clock says.
    #[must_use]
    pub fn may_settle(&self, now: Timestamp) -> bool {
        now.duration_since(self.closes) >= SETTLES_AFTER
    }
}
