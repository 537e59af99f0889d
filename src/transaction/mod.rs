//! One customer served, from opened to closed: decided from till events and from presence in the customer zone.
//!
//! Pure: no input or output, no clock of its own. A [`Register`] takes events and presence with their times and hands
//! out a [`Transaction`] once its farewell is over; [`Moments`] divides one into greeting, service, payment and
//! farewell. Nothing here knows who the customer or the staff member is.

mod between;
mod event;
mod machine;
mod moments;
mod presence;
mod register;

use serde::{Deserialize, Serialize};

pub use between::BetweenCustomers;
pub use event::{TillEvent, TillEventKind};
pub use moments::{FAREWELL_BEFORE_MS, GREETING_AFTER_MS, Moment, Moments, PAYMENT_AROUND_MS, Piece, SHORT_MS};
pub use presence::{ABSENT_MS, FLICKER_MS, STANDING_MS, UNSEEN_MS};
pub use register::{Broken, Dropped, Fate, LATENESS_MS, PENDING_MAX, Register};

/// The greeting begins with the arrival, but at most this long, in milliseconds, before `opened`.
pub const ARRIVAL_BEFORE_MS: u64 = 10_000;

/// The farewell lasts at most this long, in milliseconds, after `closed`.
pub const FAREWELL_AFTER_MS: u64 = 4_000;

/// No customer is served longer than this, in milliseconds: a transaction still open is closed as timed out.
pub const LENGTH_MAX_MS: u64 = 2 * 60 * 60 * 1_000;

/// What opened a transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Opener {
    /// A till event.
    Till,
    /// Someone stood in the customer zone for [`STANDING_MS`].
    Presence,
    /// The beginning of a source that has neither till events nor a customer zone.
    Source,
}

/// What closed a transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Closer {
    /// A till event: closed or voided.
    Till,
    /// The customer zone was empty for [`ABSENT_MS`], after presence had opened it.
    Presence,
    /// The end of the source or of the shift.
    Source,
    /// The next one opened although this one had not been closed.
    NextOpened,
    /// It was open for [`LENGTH_MAX_MS`].
    Timeout,
}

/// One customer served. Times are milliseconds on the axis of the observations.
///
/// Always `arrived <= opened <= closed <= ended`; payments lie in order within opened to closed; a departure lies
/// within opened to ended. Of one register no two overlap, from [`Self::starts_ms`] to `ended_ms`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Transaction {
    /// The register it happened at.
    pub register: String,
    /// What opened it.
    pub opened_by: Opener,
    /// What closed it.
    pub closed_by: Closer,
    /// The till cancelled it.
    pub voided: bool,
    /// A payment came without an opening: when it began is not known, `opened_ms` is the payment's time.
    pub opening_missing: bool,
    /// When the customer came into the customer zone; `None` when presence did not see it.
    pub arrived_ms: Option<u64>,
    /// When it was opened.
    pub opened_ms: u64,
    /// When it was closed.
    pub closed_ms: u64,
    /// When its farewell was over: 4 s after closing, the departure, the next arrival or opening, or the end of the
    /// source, whichever came first.
    pub ended_ms: u64,
    /// When the customer left the customer zone for good; `None` when not seen before the farewell was over.
    pub departed_ms: Option<u64>,
    /// When payments were made.
    pub payments_ms: Vec<u64>,
}

impl Transaction {
    /// The whole source as one transaction, for a source with neither till events nor a customer zone.
    pub fn of_source(register: impl Into<String>, opened_ms: u64, closed_ms: u64) -> Self {
        let closed_ms = closed_ms.max(opened_ms);
        Self {
            register: register.into(),
            opened_by: Opener::Source,
            closed_by: Closer::Source,
            voided: false,
            opening_missing: false,
            arrived_ms: None,
            opened_ms,
            closed_ms,
            ended_ms: closed_ms,
            departed_ms: None,
            payments_ms: Vec::new(),
        }
    }

    /// Where its first moment begins: the arrival, at most [`ARRIVAL_BEFORE_MS`] before the opening; without an
    /// arrival, the opening.
    pub fn starts_ms(&self) -> u64 {
        self.arrived_ms
            .map_or(self.opened_ms, |arrived_ms| arrived_ms.max(self.opened_ms.saturating_sub(ARRIVAL_BEFORE_MS)))
    }

    /// Whether the times are in the order that the type promises.
    pub fn check_invariants(&self) -> Result<(), Broken> {
        let within = |t_ms: u64, last_ms: u64| (self.opened_ms..=last_ms).contains(&t_ms);
        let rules = [
            ("arrived after opened", self.arrived_ms.is_none_or(|arrived_ms| arrived_ms <= self.opened_ms)),
            ("closed before opened", self.opened_ms <= self.closed_ms),
            ("ended before closed", self.closed_ms <= self.ended_ms),
            ("farewell too long", self.ended_ms <= self.closed_ms.saturating_add(FAREWELL_AFTER_MS)),
            ("payments out of order", self.payments_ms.is_sorted()),
            ("payment outside", self.payments_ms.iter().all(|&paid_ms| within(paid_ms, self.closed_ms))),
            ("departure outside", self.departed_ms.is_none_or(|departed_ms| within(departed_ms, self.ended_ms))),
        ];
        rules.into_iter().find(|(_, holds)| !holds).map_or(Ok(()), |(rule, _)| Err(Broken(rule)))
    }
}

#[cfg(test)]
mod tests;
