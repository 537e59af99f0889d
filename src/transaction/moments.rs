//! Greeting, service, payment and farewell of one transaction. They never overlap, and together they cover it.

use serde::{Deserialize, Serialize};

use super::{Closer, Opener, Transaction};

/// The greeting lasts until this long, in milliseconds, after `opened`.
pub const GREETING_AFTER_MS: u64 = 4_000;

/// The farewell begins this long, in milliseconds, before `closed`.
pub const FAREWELL_BEFORE_MS: u64 = 4_000;

/// The payment reaches this far, in milliseconds, to either side of its event.
pub const PAYMENT_AROUND_MS: u64 = 2_000;

/// Below this length from opened to closed, in milliseconds, the first half is greeting and the second farewell.
pub const SHORT_MS: u64 = 8_000;

/// A part of a transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Moment {
    /// From the arrival to 4 s after the opening.
    Greeting,
    /// What none of the others takes.
    Service,
    /// 2 s to either side of a payment.
    Payment,
    /// From 4 s before the closing until it is over.
    Farewell,
}

/// A stretch of time of one moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Piece {
    /// Which moment.
    pub moment: Moment,
    /// First millisecond.
    pub from_ms: u64,
    /// One past the last millisecond; always after `from_ms`.
    pub to_ms: u64,
}

/// The moments of one transaction, in the order of their time, without holes. A moment may have several pieces.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moments {
    pieces: Vec<Piece>,
    farewell_known: bool,
    greeting_known: bool,
    paid: bool,
}

impl Moments {
    /// Divides `transaction`. Where several claim a stretch, payment goes before greeting, greeting before farewell,
    /// farewell before service. A transaction whose opening is missing has no greeting; one whose closing is missing
    /// has no farewell.
    pub fn of(transaction: &Transaction) -> Self {
        let (start_ms, end_ms) = (transaction.starts_ms(), transaction.ended_ms);
        let (opened_ms, closed_ms) = (transaction.opened_ms, transaction.closed_ms);
        let length_ms = closed_ms.saturating_sub(opened_ms);
        let (greeting_to_ms, farewell_from_ms) = if length_ms < SHORT_MS {
            (opened_ms + length_ms / 2, opened_ms + length_ms / 2)
        } else {
            (opened_ms + GREETING_AFTER_MS, closed_ms - FAREWELL_BEFORE_MS)
        };
        let farewell_to_ms = transaction.departed_ms.map_or(end_ms, |departed_ms| departed_ms.min(end_ms));
        let greeting_known = !transaction.opening_missing;
        let farewell_known = match transaction.closed_by {
            Closer::Till | Closer::Presence => true,
            Closer::Source => transaction.opened_by == Opener::Source,
            Closer::NextOpened | Closer::Timeout => false,
        };

        let mut claims: Vec<(Moment, u64, u64)> = transaction
            .payments_ms
            .iter()
            .map(|paid_ms| {
                (Moment::Payment, paid_ms.saturating_sub(PAYMENT_AROUND_MS), paid_ms.saturating_add(PAYMENT_AROUND_MS))
            })
            .collect();
        if greeting_known {
            claims.push((Moment::Greeting, start_ms, greeting_to_ms));
        }
        if farewell_known {
            claims.push((Moment::Farewell, farewell_from_ms, farewell_to_ms));
        }

        let mut borders_ms: Vec<u64> = claims.iter().flat_map(|&(_, from_ms, to_ms)| [from_ms, to_ms]).collect();
        borders_ms.extend([start_ms, end_ms]);
        borders_ms.retain(|border_ms| (start_ms..=end_ms).contains(border_ms));
        borders_ms.sort_unstable();
        borders_ms.dedup();

        let mut pieces: Vec<Piece> = Vec::new();
        for (&from_ms, &to_ms) in borders_ms.iter().zip(borders_ms.iter().skip(1)) {
            let claimed = claims.iter().find(|claim| claim.1 <= from_ms && to_ms <= claim.2);
            let moment = claimed.map_or(Moment::Service, |claim| claim.0);
            match pieces.last_mut() {
                Some(last) if last.moment == moment => last.to_ms = to_ms,
                _ => pieces.push(Piece { moment, from_ms, to_ms }),
            }
        }
        Self { pieces, farewell_known, greeting_known, paid: !transaction.payments_ms.is_empty() }
    }

    /// All pieces, in the order of their time, each beginning where the one before ended.
    pub fn pieces(&self) -> &[Piece] {
        &self.pieces
    }

    /// The stretches `(from_ms, to_ms)` of one moment.
    pub fn stretches(&self, moment: Moment) -> Vec<(u64, u64)> {
        let of_moment = self.pieces.iter().filter(|piece| piece.moment == moment);
        of_moment.map(|piece| (piece.from_ms, piece.to_ms)).collect()
    }

    /// Whether the event that the moment belongs to is known: a payment, an opening, a closing.
    pub fn has_event(&self, moment: Moment) -> bool {
        match moment {
            Moment::Greeting => self.greeting_known,
            Moment::Service => true,
            Moment::Payment => self.paid,
            Moment::Farewell => self.farewell_known,
        }
    }
}
