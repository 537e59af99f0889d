//! `[retention]`, `[release]` and `[sharing]`: how long what is kept, and what leaves a person.

use crate::release::{
    Cells, Epsilon, PEOPLE_FLOOR, PEOPLE_FLOOR_MAX, Plan, PlanSettings, STATISTICS_MAX, Statistic, TRANSACTIONS_FLOOR,
    TRANSACTIONS_FLOOR_MAX, WINDOW_MAX, WINDOW_MIN,
};
use crate::terms::{RECORDS_DAYS_MAX, ReleaseTerms, SUMMARIES_MONTHS_MAX};

use super::document::Section;
use super::named;

/// Cells by their names in the file; the first is the default.
const CELLS: [(&str, Cells); 3] = [("none", Cells::None), ("weekday", Cells::Weekday), ("hours", Cells::Hours)];

/// A window lasts four weeks, unless configured: whole weeks, so that each holds the same days of the week.
const WINDOW_DAYS: u64 = 28;

/// `[retention]`: days of records, months of summaries.
pub(super) fn retention(section: &mut Section<'_, '_>) -> (u32, u32) {
    let days = u64::from(RECORDS_DAYS_MAX);
    let months = u64::from(SUMMARIES_MONTHS_MAX);
    (section.int("records_days", 1..=days, days) as u32, section.int("summaries_months", 1..=months, months) as u32)
}

/// `[release]`; `None` while no statistic is chosen.
pub(super) fn release(section: &mut Section<'_, '_>) -> Option<ReleaseTerms> {
    let words = format!("at most {STATISTICS_MAX} out of what `hymy release --list` prints");
    let statistics =
        section.list("statistics", &words, |text| Statistic::from_key(text).ok_or_else(|| format!("has \"{text}\"")));
    let day_h = 24;
    let days = |window: jiff::SignedDuration| window.as_hours().unsigned_abs() / day_h;
    let settings = PlanSettings {
        cells: section.choice("cells", &CELLS, Cells::None),
        people_floor: section.int(
            "people_floor",
            u64::from(PEOPLE_FLOOR)..=u64::from(PEOPLE_FLOOR_MAX),
            u64::from(PEOPLE_FLOOR),
        ) as u32,
        transactions_floor: section.int(
            "transactions_floor",
            1..=u64::from(TRANSACTIONS_FLOOR_MAX),
            u64::from(TRANSACTIONS_FLOOR),
        ) as u32,
        epsilon_thousandths: Epsilon::of(section.float(
            "epsilon",
            Epsilon::FLOOR.value()..=Epsilon::CEILING.value(),
            Epsilon::DEFAULT.value(),
        ))
        .unwrap_or(Epsilon::DEFAULT),
        statistics,
    };
    let window_days = section.int("window_days", days(WINDOW_MIN)..=days(WINDOW_MAX), WINDOW_DAYS) as u32;
    if settings.statistics.is_empty() {
        return None;
    }
    match Plan::new(settings) {
        Ok(plan) => Some(ReleaseTerms { plan, window_days }),
        Err(fault) => {
            section.fail("statistics", format!("does not fit: {fault}"), &words);
            None
        }
    }
}

/// `[sharing]`: whom a person may share their summary with, and who can never be named.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SharingConfig {
    /// Trainers, by name.
    pub trainers: Vec<String>,
    /// Line managers and personnel, by name: nobody can share with them.
    pub never: Vec<String>,
}

/// Why somebody cannot be shared with.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotATrainer {
    /// They decide about people.
    #[error("{0} is a line manager or of personnel: nobody can share their summary with them")]
    DecidesAboutPeople(String),
    /// The configuration does not name them.
    #[error("{0} is not a trainer here; [sharing] trainers in the configuration names those that there are")]
    NotNamed(String),
}

impl SharingConfig {
    /// The trainer of this name, as the configuration writes it.
    ///
    /// # Errors
    /// [`NotATrainer`].
    pub fn trainer(&self, name: &str) -> Result<&str, NotATrainer> {
        let name = name.trim();
        if self.never.iter().any(|never| same(never, name)) {
            return Err(NotATrainer::DecidesAboutPeople(name.to_owned()));
        }
        let trainer = self.trainers.iter().find(|trainer| same(trainer, name));
        trainer.map(|trainer| trainer.trim()).ok_or_else(|| NotATrainer::NotNamed(name.to_owned()))
    }
}

/// Whether two names mean one person.
fn same(one: &str, other: &str) -> bool {
    one.trim().to_lowercase() == other.trim().to_lowercase()
}

pub(super) fn sharing(section: &mut Section<'_, '_>) -> SharingConfig {
    let words = "a list of names, each once";
    let mut lists = ["trainers", "line_managers", "personnel"].map(|key| section.list(key, words, named));
    let [trainers, managers, personnel] = &mut lists;
    let mut never = std::mem::take(managers);
    never.append(personnel);
    if let Some(both) = trainers.iter().find(|trainer| never.iter().any(|name| same(trainer, name))) {
        let found = format!("names \"{both}\", who is a line manager or of personnel");
        section.fail("trainers", found, "people who are neither line managers nor of personnel");
    }
    SharingConfig { trainers: std::mem::take(trainers), never }
}
