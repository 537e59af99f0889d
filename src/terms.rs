//! The terms in force: every value of the configuration that bears on the privacy of a person.
//!
//! A consent holds under the terms that were shown, and no others: whoever changes one of them has everybody asked
//! again. There is one type for them, so that what is shown, agreed to and compared cannot drift apart.

mod words;

use serde::{Deserialize, Serialize};

use crate::release::Plan;

/// Transaction records live this many days, unless configured down.
pub const RECORDS_DAYS_MAX: u32 = 14;
/// Summaries live this many months, unless configured down.
pub const SUMMARIES_MONTHS_MAX: u32 = 12;

/// The values in force.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Terms {
    /// The reference of the employer's agreement with its staff; without one nobody can agree.
    pub agreement: Option<String>,
    /// How many days a transaction's record lives, 1 to [`RECORDS_DAYS_MAX`].
    pub records_days: u32,
    /// How many months a summary lives, 1 to [`SUMMARIES_MONTHS_MAX`].
    pub summaries_months: u32,
    /// What is released to trainers; `None` while nothing is.
    pub release: Option<ReleaseTerms>,
}

/// What is released, and over how long.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReleaseTerms {
    /// Statistics, floors and budget of one window.
    pub plan: Plan,
    /// How many days a window lasts.
    pub window_days: u32,
}

impl Terms {
    /// With this agreement, the longest retention, and nothing released.
    #[must_use]
    pub fn under(agreement: &str) -> Self {
        Self {
            agreement: Some(agreement.to_owned()),
            records_days: RECORDS_DAYS_MAX,
            summaries_months: SUMMARIES_MONTHS_MAX,
            release: None,
        }
    }
}
