//! From contributions to a release: sums, noise on all of them, and what of it may be shown.

use serde::{Deserialize, Serialize};

use super::noise::{Noise, NoiseError};
use super::tally::{Contribution, PERSON_ONE};
use super::{NoiseScale, Plan, Statistic, Window, WindowId};

/// What is said of one figure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Answer {
    /// The mean over people of each one's share, with noise.
    Share {
        /// In thousandths, 0 to 1000.
        share_thousandths: u16,
        /// 95 % of released shares are within this of the mean that they were made from.
        half_width_95_thousandths: u16,
        /// How many people, with noise.
        people_about: u32,
    },
    /// Too few people, or too uncertain. Which of them is not said.
    Withheld,
}

impl Answer {
    /// Of a share, half the width of the interval that holds the noise of 90 % of figures, in thousandths, rounded up:
    /// the noise falls off exponentially, so it is to the one of 95 % as ln 10 to ln 20.
    #[must_use]
    pub fn half_width_90_thousandths(self) -> Option<u16> {
        match self {
            Self::Share { half_width_95_thousandths, .. } => {
                let half_width = f64::from(half_width_95_thousandths) * 10_f64.ln() / 20_f64.ln();
                Some(half_width.ceil() as u16)
            }
            Self::Withheld => None,
        }
    }

    /// Of a share, the interval that holds the noise of 90 % of figures, in thousandths, within 0 to 1000.
    #[must_use]
    pub fn interval_90_thousandths(self) -> Option<(u16, u16)> {
        let (Self::Share { share_thousandths, .. }, Some(half_width)) = (self, self.half_width_90_thousandths()) else {
            return None;
        };
        let high = share_thousandths.saturating_add(half_width).min(1_000);
        Some((share_thousandths.saturating_sub(half_width), high))
    }
}

/// One figure of a release.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Released {
    /// Which statistic.
    pub statistic: Statistic,
    /// In which cell; `None` over all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cell: Option<usize>,
    /// What is said.
    pub answer: Answer,
}

/// What a window released: everything that leaves the people it came from, for ever.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Release {
    /// Which window.
    pub window: WindowId,
    /// How it was made.
    pub plan: Plan,
    /// In the order of the plan.
    pub figures: Vec<Released>,
}

/// The exact sums of a window. They exist in memory, while a release is computed.
pub(super) struct Sums {
    /// For each figure the people's shares, then what is missing of them to 1: each person adds 100 to the two.
    pub(super) pairs: Vec<i64>,
    /// For each figure, how many people.
    people: Vec<u32>,
}

impl Sums {
    pub(super) fn of(plan: &Plan, contributions: &[Contribution]) -> Self {
        let figures = plan.figures_count();
        let mut sums = Self { pairs: vec![0; 2 * figures], people: vec![0; figures] };
        for contribution in contributions {
            let rows = sums.pairs.chunks_exact_mut(2).zip(&mut sums.people).zip(contribution.shares());
            for ((pair, people), share) in rows {
                let (Some(share), [shown, missing]) = (share, pair) else { continue };
                *shown += i64::from(share.parts());
                *missing += i64::from(PERSON_ONE - share.parts());
                *people += 1;
            }
        }
        sums
    }
}

impl Release {
    /// Computes a release with fresh noise. Only [`super::settle`] may call this: a second time for one window would
    /// spend the budget again.
    pub(super) fn compute(window: &Window, contributions: &[Contribution]) -> Result<Self, NoiseError> {
        let noise = Noise::of(&window.plan)?;
        Self::with(window, contributions, |sums| noise.add_to(sums))
    }

    /// With some mechanism; another than the library's only in tests.
    pub(super) fn with(
        window: &Window,
        contributions: &[Contribution],
        mechanism: impl FnOnce(&[i64]) -> Result<Vec<i64>, NoiseError>,
    ) -> Result<Self, NoiseError> {
        let plan = &window.plan;
        let scale = NoiseScale::of(plan);
        let sums = Sums::of(plan, contributions);
        // Every figure gets its noise, the withheld ones too: which are withheld must not show in anything else.
        let noised = mechanism(&sums.pairs)?;
        let rows = plan.figures().zip(noised.chunks_exact(2)).zip(&sums.people);
        let figures = rows.map(|((key, pair), people)| {
            let enough = *people >= plan.people_floor();
            let answer = match pair {
                [shown, missing] if enough => answer(scale, *shown, *missing),
                _ => Answer::Withheld,
            };
            Released { statistic: key.statistic, cell: key.cell, answer }
        });
        Ok(Self { window: window.id, plan: plan.clone(), figures: figures.collect() })
    }
}

/// What the two noised sums of a figure say. From here on everything is computed from what is in the claim.
pub(super) fn answer(scale: NoiseScale, shown: i64, missing: i64) -> Answer {
    let whole = shown.saturating_add(missing) as f64;
    let people = whole / f64::from(PERSON_ONE);
    if scale.too_uncertain(people) {
        return Answer::Withheld;
    }
    // The number of people is positive here. Noise may have made one sum negative; then the other is the whole.
    let share = (shown as f64 / whole).clamp(0.0, 1.0);
    Answer::Share {
        share_thousandths: thousandths(share),
        half_width_95_thousandths: thousandths(scale.half_width(0.95, people)),
        people_about: people.round() as u32,
    }
}

/// Rounds a number of 0 to 1.
fn thousandths(share: f64) -> u16 {
    (share * 1_000.0).round() as u16
}
