//! What windows that are not released have of a person, for that person's own eyes.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::release::{self, Tally, Window};

/// What one window has of a person.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OwnWindow {
    /// From when on.
    pub opens: Timestamp,
    /// Until when.
    pub closes: Timestamp,
    /// Each figure of its plan.
    pub figures: Vec<OwnFigure>,
}

/// What one figure of a window has of a person.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OwnFigure {
    /// The statistic.
    pub statistic: release::Statistic,
    /// The name of the cell; `None` over all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cell: Option<String>,
    /// How many transactions stand behind it.
    pub transactions: u32,
    /// What they add up to, each 0 to 1.
    pub shares_sum: f64,
    /// What is contributed of it, 0 to 1; `None` with too few transactions.
    pub contributed: Option<f64>,
}

impl OwnWindow {
    pub(super) fn of(tally: &Tally, window: &Window) -> Self {
        let contribution = tally.contribution(&window.plan);
        let rows = window.plan.figures().zip(tally.sums()).zip(contribution.shares());
        let figures = rows.map(|((figure, (transactions, shares_sum)), share)| OwnFigure {
            statistic: figure.statistic,
            cell: figure.cell.map(|cell| window.plan.cells().name(cell)),
            transactions,
            shares_sum,
            contributed: share.map(|share| f64::from(share.parts()) / f64::from(release::PERSON_ONE)),
        });
        Self { opens: window.opens, closes: window.closes, figures: figures.collect() }
    }
}
