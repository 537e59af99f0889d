//! How far the noise moves a released share, known from the plan and the number of people alone.
//!
//! Two noises X and Y of one scale b (in people) lie on the people's shares and on what is missing of them to 1. With
//! m the share, c the people and C = c + X + Y the noised number of people, the released share is off by
//! ((1-m)X - mY) / C. The weights are at least 0 and add up to 1; such a sum of two Laplace noises is never more
//! spread than one of them: P(|(1-m)X - mY| > t) <= exp(-t/b), for every m (proof in docs/release.md). So `b ln(20) / C`
//! holds the noise of 95 % of the released figures at least, whatever their values are.

use super::Plan;
use super::tally::PERSON_ONE;

/// A figure is withheld when the 90 % interval of its noise is wider than this to either side.
pub const HALF_WIDTH_90_MAX: f64 = 0.25;

/// The noise of a plan: the same on each of its figures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoiseScale {
    /// In hundredths of a person; whole, so that the library has it exactly.
    pub(super) scale_hundredths: u64,
    /// By how much one person can move all figures together, in hundredths: each by one whole person.
    pub(super) reach_hundredths: u64,
}

impl NoiseScale {
    /// One person's reach over the whole window divided by the budget, rounded up.
    #[must_use]
    pub fn of(plan: &Plan) -> Self {
        // A person moves the two sums of a figure by a and 100 - a: by 100 together, whatever a is.
        let reach_hundredths = plan.figures_count() as u64 * u64::from(PERSON_ONE);
        let epsilon = u64::from(plan.epsilon().thousandths());
        Self { scale_hundredths: (reach_hundredths * 1_000).div_ceil(epsilon), reach_hundredths }
    }

    /// The scale b in people.
    #[must_use]
    pub fn people(self) -> f64 {
        self.scale_hundredths as f64 / f64::from(PERSON_ONE)
    }

    /// Half the width of the interval that the noise stays in with this confidence, for so many people; at most 1,
    /// which says nothing.
    #[must_use]
    pub fn half_width(self, confidence: f64, people: f64) -> f64 {
        if people <= 0.0 {
            return 1.0;
        }
        (self.people() * -(1.0 - confidence).ln() / people).min(1.0)
    }

    /// Whether a figure of so many people, as the noised sums tell, is too uncertain. It reads the noised number of
    /// people and nothing else: that number is in the claim, and its distribution does not depend on the shares.
    #[must_use]
    pub fn too_uncertain(self, people_noised: f64) -> bool {
        self.half_width(0.9, people_noised) > HALF_WIDTH_90_MAX
    }

    /// How likely a figure of so many people is released: that the noised number of people is large enough.
    #[must_use]
    pub fn chance_of_release(self, people: f64) -> f64 {
        let b = self.people();
        let needed = b * 10_f64.ln() / HALF_WIDTH_90_MAX;
        let tail = |excess: f64| 0.5 * (1.0 + excess / (2.0 * b)) * (-excess / b).exp();
        let short_by = needed - people;
        if short_by >= 0.0 { tail(short_by) } else { 1.0 - tail(-short_by) }
    }
}
