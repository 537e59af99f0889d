//! What a window will release, chosen before it opens: which shares, for how many people, at which noise.
//!
//! A plan cannot be made outside the compiled bounds, and is never changed once its window is open.

use serde::{Deserialize, Serialize};

use super::{Cells, Statistic};

/// At most this many statistics: each more makes all of them noisier.
pub const STATISTICS_MAX: usize = 4;
/// No figure about fewer people than this, whatever is configured.
pub const PEOPLE_FLOOR: u32 = 5;
/// A floor above this withholds everything.
pub const PEOPLE_FLOOR_MAX: u32 = 1_000;
/// Transactions of a person without which the person is not in a figure, unless configured: a share of fewer says
/// little about how the person works.
pub const TRANSACTIONS_FLOOR: u32 = 20;
/// A higher floor leaves nobody in any figure.
pub const TRANSACTIONS_FLOOR_MAX: u32 = 1_000;

/// A privacy budget, in thousandths.
///
/// With budget epsilon, no outcome of a window is more than e^epsilon times as likely with a person as without.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Epsilon(u32);

impl Epsilon {
    /// The default for a window: 2.
    pub const DEFAULT: Self = Self(2_000);
    /// No window may spend more: 4.
    pub const CEILING: Self = Self(4_000);
    /// Less than 0.1 withholds everything in any store there is.
    pub const FLOOR: Self = Self(100);

    /// From thousandths.
    #[must_use]
    pub const fn from_thousandths(thousandths: u32) -> Self {
        Self(thousandths)
    }

    /// From a number, rounded down to thousandths; `None` for what is negative, too large or not a number.
    #[must_use]
    pub fn of(epsilon: f64) -> Option<Self> {
        // A number written as 2.3 may lie just below it.
        let thousandths = (epsilon * 1_000.0 + 1e-6).floor();
        (0.0..1e6).contains(&thousandths).then_some(Self(thousandths as u32))
    }

    /// In thousandths.
    #[must_use]
    pub const fn thousandths(self) -> u32 {
        self.0
    }

    /// As a number.
    #[must_use]
    pub fn value(self) -> f64 {
        f64::from(self.0) / 1_000.0
    }
}

/// What a plan is made from; [`Plan::new`] checks it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlanSettings {
    /// One to four different ones.
    pub statistics: Vec<Statistic>,
    /// Hours or days of the week, each for each statistic, beside the figure over all.
    #[serde(default)]
    pub cells: Cells,
    /// k: people without whom a figure is withheld.
    pub people_floor: u32,
    /// n: transactions without which a person is not in a figure.
    pub transactions_floor: u32,
    /// The budget of the whole window.
    pub epsilon_thousandths: Epsilon,
}

impl PlanSettings {
    /// The defaults, for these statistics.
    #[must_use]
    pub fn of(statistics: &[Statistic]) -> Self {
        Self {
            statistics: statistics.to_vec(),
            cells: Cells::None,
            people_floor: PEOPLE_FLOOR,
            transactions_floor: TRANSACTIONS_FLOOR,
            epsilon_thousandths: Epsilon::DEFAULT,
        }
    }
}

/// Why settings are no plan.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PlanFault {
    /// None or too many.
    #[error("{0} statistics: a window releases one to {STATISTICS_MAX}, chosen before it opens")]
    Statistics(usize),
    /// The same one again.
    #[error("{0} is named twice")]
    Twice(&'static str),
    /// Out of range.
    #[error(
        "at least {0} people: must be {PEOPLE_FLOOR} to {PEOPLE_FLOOR_MAX}; fewer than {PEOPLE_FLOOR} cannot be set"
    )]
    People(u32),
    /// Out of range.
    #[error("at least {0} transactions of each person: must be 1 to {TRANSACTIONS_FLOOR_MAX}")]
    Transactions(u32),
    /// Out of range.
    #[error("epsilon {}: must be {} to {}; more cannot be set", .0.value(), Epsilon::FLOOR.value(), Epsilon::CEILING.value())]
    Epsilon(Epsilon),
}

/// One figure of a release: a statistic over all, or in one cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct FigureKey {
    /// The statistic.
    pub statistic: Statistic,
    /// The cell; `None` over all.
    pub cell: Option<usize>,
}

/// A checked plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "PlanSettings", into = "PlanSettings")]
pub struct Plan(PlanSettings);

impl Plan {
    /// Checks the settings.
    ///
    /// # Errors
    /// The first fault found.
    pub fn new(settings: PlanSettings) -> Result<Self, PlanFault> {
        let PlanSettings { statistics, cells: _, people_floor, transactions_floor, epsilon_thousandths } = &settings;
        if !(1..=STATISTICS_MAX).contains(&statistics.len()) {
            return Err(PlanFault::Statistics(statistics.len()));
        }
        for (index, statistic) in statistics.iter().enumerate() {
            if statistics.iter().skip(index + 1).any(|other| other == statistic) {
                return Err(PlanFault::Twice(statistic.as_str()));
            }
        }
        if !(PEOPLE_FLOOR..=PEOPLE_FLOOR_MAX).contains(people_floor) {
            return Err(PlanFault::People(*people_floor));
        }
        if !(1..=TRANSACTIONS_FLOOR_MAX).contains(transactions_floor) {
            return Err(PlanFault::Transactions(*transactions_floor));
        }
        if !(Epsilon::FLOOR..=Epsilon::CEILING).contains(epsilon_thousandths) {
            return Err(PlanFault::Epsilon(*epsilon_thousandths));
        }
        Ok(Self(settings))
    }

    /// What was chosen.
    #[must_use]
    pub fn statistics(&self) -> &[Statistic] {
        &self.0.statistics
    }

    /// By what each is divided.
    #[must_use]
    pub fn cells(&self) -> Cells {
        self.0.cells
    }

    /// k.
    #[must_use]
    pub fn people_floor(&self) -> u32 {
        self.0.people_floor
    }

    /// n.
    #[must_use]
    pub fn transactions_floor(&self) -> u32 {
        self.0.transactions_floor
    }

    /// The budget of the window.
    #[must_use]
    pub fn epsilon(&self) -> Epsilon {
        self.0.epsilon_thousandths
    }

    /// Every figure of the release, in its order: each statistic over all, then in its cells.
    pub fn figures(&self) -> impl Iterator<Item = FigureKey> + '_ {
        let cells = self.cells().count();
        self.statistics().iter().flat_map(move |statistic| {
            std::iter::once(None).chain((0..cells).map(Some)).map(|cell| FigureKey { statistic: *statistic, cell })
        })
    }

    /// How many figures there are: the budget is divided by this, before the window opens and whatever comes.
    #[must_use]
    pub fn figures_count(&self) -> usize {
        self.statistics().len() * (1 + self.cells().count())
    }
}

impl TryFrom<PlanSettings> for Plan {
    type Error = PlanFault;

    fn try_from(settings: PlanSettings) -> Result<Self, PlanFault> {
        Self::new(settings)
    }
}

impl From<Plan> for PlanSettings {
    fn from(plan: Plan) -> Self {
        plan.0
    }
}
