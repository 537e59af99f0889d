//! What trainers see: a few shares over many people, with noise, once for each window (docs/release.md).
//!
//! A [`Plan`] is fixed before its [`Window`] opens. A person's [`Tally`] lies in their sealed records; what leaves
//! them is a [`Contribution`], under an id that nobody else knows. [`settle`] turns a window's contributions into a
//! [`Release`], once, and the contributions are gone. Nothing here knows a person's name, keeps a transaction, or
//! answers a question that was not in the plan. It does no input or output; the store does, through [`Books`].

mod statistic;

mod cells;
mod plan;
mod window;

mod tally;

mod accuracy;
mod noise;

mod figures;

mod books;

pub use accuracy::{HALF_WIDTH_90_MAX, NoiseScale};
pub use books::{Books, ReleaseError, contribute, forget, settle, spent};
pub use cells::Cells;
pub use figures::{Answer, Release, Released};
pub use noise::NoiseError;
pub use plan::{
    Epsilon, FigureKey, PEOPLE_FLOOR, PEOPLE_FLOOR_MAX, Plan, PlanFault, PlanSettings, STATISTICS_MAX,
    TRANSACTIONS_FLOOR, TRANSACTIONS_FLOOR_MAX,
};
pub use statistic::{ClippedShare, SHARE_ONE, Statistic};
pub use tally::{Contribution, ContributionId, Counted, PERSON_ONE, PersonShare, TRANSACTIONS_COUNTED_MAX, Tally};
pub use window::{SETTLES_AFTER, WINDOW_MAX, WINDOW_MIN, Window, WindowFault, WindowId};

#[cfg(test)]
pub(crate) mod tests;
