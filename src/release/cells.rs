//! Hours or days of the week as cells of a release. Every cell is one more figure, and pays from the same budget.

use jiff::civil::DateTime;
use serde::{Deserialize, Serialize};

/// Hours in one band: a day has eight, so that a band is about as long as a customer rush and a short shift.
const BAND_H: i8 = 3;

/// By what a statistic is divided, beside the figure over all.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cells {
    /// Not at all.
    #[default]
    None,
    /// By the day of the week, Monday first.
    Weekday,
    /// By bands of three hours from midnight.
    Hours,
}

impl Cells {
    /// How many there are.
    #[must_use]
    pub const fn count(self) -> usize {
        match self {
            Self::None => 0,
            Self::Weekday => 7,
            Self::Hours => (24 / BAND_H) as usize,
        }
    }

    /// The cell of a transaction that closed at this time of the store's clock.
    #[must_use]
    pub fn of(self, closed: DateTime) -> Option<usize> {
        let index = match self {
            Self::None => return None,
            Self::Weekday => closed.weekday().to_monday_zero_offset(),
            Self::Hours => closed.hour() / BAND_H,
        };
        usize::try_from(index).ok()
    }

    /// The name of a cell.
    #[must_use]
    pub fn name(self, cell: usize) -> String {
        const DAYS: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
        match self {
            Self::None => String::new(),
            Self::Weekday => DAYS.get(cell).map_or_else(String::new, |day| (*day).to_owned()),
            Self::Hours => {
                let from = cell * BAND_H as usize;
                format!("{from:02}:00 to {:02}:00", from + BAND_H as usize)
            }
        }
    }
}
