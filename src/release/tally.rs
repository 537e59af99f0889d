//! What one person adds up over a window, and the little of it that leaves their sealed records.
//!
//! The tally lies among the person's sealed records: how many transactions, which signals, what they sum to. At
//! sign-out it is opened, added to and sealed again, and only the [`Contribution`] is stored where the release can
//! read it: one share for each figure, without the number of transactions behind it, which the till's own records
//! could tie to a person.

use serde::{Deserialize, Serialize};

use super::{ClippedShare, Plan, SHARE_ONE, Statistic, WindowId};

/// Transactions of a person that are counted in one figure; further ones are not. Five hundred a day for twenty days:
/// nobody is cut, and no sum overflows.
pub const TRANSACTIONS_COUNTED_MAX: u32 = 10_000;

/// A whole share of one person: hundredths. Finer, the share of a person with few transactions would tell how many
/// they were; coarser, rounding would be seen beside the noise.
///
/// Everything that noise is added to is an integer, so that no rounding of floating-point numbers can tell what the
/// noise was added to (Mironov, "On significance of the least significant bits for differential privacy", 2012).
pub const PERSON_ONE: u8 = 100;

/// Under which a person's contribution is stored: random, one for each person and window, and written nowhere but in
/// that person's sealed records.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ContributionId([u8; 16]);

impl ContributionId {
    /// A new one.
    ///
    /// # Errors
    /// When the system gives no random bytes.
    pub fn random() -> Result<Self, getrandom::Error> {
        let mut bytes = [0; 16];
        getrandom::fill(&mut bytes)?;
        Ok(Self(bytes))
    }

    /// As the store keeps it.
    #[must_use]
    pub const fn bytes(self) -> [u8; 16] {
        self.0
    }
}

/// Never printed: whoever reads it in a log could find the row.
impl std::fmt::Debug for ContributionId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ContributionId(not shown)")
    }
}

/// What one transaction added to a tally, kept sealed until its window is released, so that it can be taken back
/// exactly: left out, or counted anew without its smile after a complaint.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Counted {
    /// The window that it was counted in.
    pub window: WindowId,
    /// For each figure of the plan, in its order; `None` where it was not counted.
    shares: Vec<Option<ClippedShare>>,
}

/// The sum of one figure.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Sum {
    /// In ten-thousandths; at most 10,000 times 10,000 fits.
    sum: u32,
    count: u32,
}

/// One person's window. Belongs among their sealed records.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tally {
    /// Which window.
    pub window: WindowId,
    /// Under which the contribution is stored.
    pub id: ContributionId,
    sums: Vec<Sum>,
}

impl Tally {
    /// An empty one with a new random id.
    ///
    /// # Errors
    /// When the system gives no random bytes.
    pub fn new(window: WindowId, plan: &Plan) -> Result<Self, getrandom::Error> {
        Ok(Self { window, id: ContributionId::random()?, sums: vec![Sum::default(); plan.figures_count()] })
    }

    /// Counts one transaction: its share of each statistic, `None` where it is not observable, and the cell in which it
    /// closed. What comes back belongs into the transaction's sealed record.
    #[must_use]
    pub fn count(
        &mut self,
        plan: &Plan,
        cell: Option<usize>,
        share_of: impl Fn(Statistic) -> Option<ClippedShare>,
    ) -> Counted {
        let figures = plan.figures().zip(&mut self.sums);
        let shares = figures.map(|(figure, Sum { sum, count })| {
            if figure.cell.is_some() && figure.cell != cell || *count >= TRANSACTIONS_COUNTED_MAX {
                return None;
            }
            let share = share_of(figure.statistic)?;
            *sum += u32::from(share.parts());
            *count += 1;
            Some(share)
        });
        Counted { window: self.window, shares: shares.collect() }
    }

    /// Takes a transaction back: left out, a complaint, or the record was erased. Another window's changes nothing.
    pub fn take_back(&mut self, counted: &Counted) {
        if counted.window != self.window {
            return;
        }
        for (Sum { sum, count }, share) in self.sums.iter_mut().zip(&counted.shares) {
            if let Some(share) = share {
                *sum = sum.saturating_sub(u32::from(share.parts()));
                *count = count.saturating_sub(1);
            }
        }
    }

    /// Of each figure, how many transactions were counted and what their shares add up to: for the person's own eyes.
    pub fn sums(&self) -> impl Iterator<Item = (u32, f64)> + '_ {
        self.sums.iter().map(|sum| (sum.count, f64::from(sum.sum) / f64::from(SHARE_ONE)))
    }

    /// What may leave the sealed records: for each figure the person's mean, if it has enough transactions behind it.
    #[must_use]
    pub fn contribution(&self, plan: &Plan) -> Contribution {
        let share = |Sum { sum, count }: &Sum| {
            if *count < plan.transactions_floor() {
                return None;
            }
            let mean = f64::from(*sum) / f64::from(*count) / f64::from(SHARE_ONE);
            PersonShare::of(mean)
        };
        Contribution(self.sums.iter().map(share).collect())
    }
}

/// A person's mean share in hundredths, 0 to [`PERSON_ONE`] whatever it was made from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(from = "u8", into = "u8")]
pub struct PersonShare(u8);

impl PersonShare {
    /// Clipped to 0..1 and rounded; `None` for what is not a number.
    #[must_use]
    pub fn of(share: f64) -> Option<Self> {
        let parts = (share.clamp(0.0, 1.0) * f64::from(PERSON_ONE)).round();
        if parts.is_nan() { None } else { Some(Self(parts as u8)) }
    }

    /// In hundredths.
    #[must_use]
    pub const fn parts(self) -> u8 {
        self.0
    }
}

impl From<u8> for PersonShare {
    fn from(parts: u8) -> Self {
        Self(parts.min(PERSON_ONE))
    }
}

impl From<PersonShare> for u8 {
    fn from(share: PersonShare) -> Self {
        share.0
    }
}

/// One person's part of a release: for each figure of the plan, in its order, their share or nothing. The row of the
/// store that a release reads; whose it is, is not in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Contribution(Vec<Option<PersonShare>>);

impl Contribution {
    /// The shares, one for each figure of the plan that it was made for.
    #[must_use]
    pub fn shares(&self) -> &[Option<PersonShare>] {
        &self.0
    }

    /// Made-up people, for tests and the demo.
    #[must_use]
    pub fn of(shares: Vec<Option<PersonShare>>) -> Self {
        Self(shares)
    }
}
