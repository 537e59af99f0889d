//! What customers answer to "how did we do today?": one of four faces, counted over four weeks and a part of the week.
//!
//! An answer is a number that goes up by one. It is never kept with a transaction, a person, a day or an hour, and what
//! was counted is told only where many answered and many people were on duty (docs/release.md). Nothing here knows a
//! clock or a store.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::{Date, Weekday};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan};
use serde::{Deserialize, Serialize};

use crate::release::PEOPLE_FLOOR;

/// Answers without which a part of the week is withheld: with fewer, one customer moves a share by more than three
/// hundredths, and who served whom can be remembered.
pub const ANSWERS_FLOOR: u32 = 30;
/// Presses within this of the press before are of one hand: a child's, or one that is in doubt. The page that thanks
/// stands for three seconds; a customer who comes next is not there so soon.
pub const BURST_MS: u64 = 5_000;
/// Whoever was signed in for this long of a part of the week was on duty in it.
const ON_DUTY_MIN: SignedDuration = SignedDuration::from_mins(30);
/// How finely a shift is divided between parts of the week, in seconds.
const STEP_S: i64 = 15 * 60;
/// A longer shift was forgotten open: only so much of it is looked at.
const SHIFT_MAX: SignedDuration = SignedDuration::from_hours(24);
/// Days over which answers are added up, always the same four weeks from Monday.
const DAYS: i32 = 28;
/// The Monday from which four weeks are counted.
const FIRST: Date = Date::constant(1970, 1, 5);
/// Four weeks are told a day after they ended, when the last shift of them has ended, too.
const TOLD_AFTER_DAYS: i32 = 1;

macro_rules! named {
    ($(#[$doc:meta])* $kind:ident { $($(#[$of:meta])* $name:ident = $key:literal,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum $kind { $($(#[$of])* #[serde(rename = $key)] $name,)* }

        impl $kind {
            /// Every one, in the order in which they are shown.
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// Its name in the store, in forms and in JSON.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$name => $key),* }
            }

            /// The one of this name.
            #[must_use]
            pub fn named(name: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|one| one.name() == name)
            }
        }
    };
}

named! {
    /// A face that a customer can touch.
    Face {
        /// A wide smile.
        VeryWell = "very_well",
        /// A small one.
        Well = "well",
        /// A straight mouth.
        NotSoWell = "not_so_well",
        /// Corners down.
        Badly = "badly",
    }
}

named! {
    /// A part of the week, on the store's clock. Nothing of an answer is kept that is finer.
    Part {
        /// Monday to Friday before noon.
        Morning = "morning",
        /// Monday to Friday from noon to five.
        Afternoon = "afternoon",
        /// Monday to Friday from five on.
        Evening = "evening",
        /// Saturday and Sunday.
        Weekend = "weekend",
    }
}

impl Part {
    /// The part in which this moment lies.
    #[must_use]
    pub fn of(at: Timestamp, zone: &TimeZone) -> Self {
        let at = at.to_zoned(zone.clone());
        match (at.weekday(), at.hour()) {
            (Weekday::Saturday | Weekday::Sunday, _) => Self::Weekend,
            (_, ..12) => Self::Morning,
            (_, 12..17) => Self::Afternoon,
            _ => Self::Evening,
        }
    }
}

/// Four weeks from a Monday: the same for every store, following each other without overlap. The number counts them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct FourWeeks(pub i32);

impl FourWeeks {
    /// Those in which this moment lies.
    #[must_use]
    pub fn of(at: Timestamp, zone: &TimeZone) -> Self {
        let days = at.to_zoned(zone.clone()).date().since(FIRST).map_or(0, |span| span.get_days());
        Self(days.div_euclid(DAYS))
    }

    /// Their first day, a Monday.
    #[must_use]
    pub fn first_day(self) -> Date {
        FIRST.saturating_add((self.0.saturating_mul(DAYS)).days())
    }

    /// Their last day, a Sunday.
    #[must_use]
    pub fn last_day(self) -> Date {
        self.first_day().saturating_add((DAYS - 1).days())
    }

    /// Whether they are over, and may be told.
    #[must_use]
    pub fn are_over(self, now: Timestamp, zone: &TimeZone) -> bool {
        now.to_zoned(zone.clone()).date() > self.last_day().saturating_add(TOLD_AFTER_DAYS.days())
    }
}

/// The parts of the week in which a shift counts as duty, each with its four weeks.
#[must_use]
pub fn duty(started: Timestamp, ended: Timestamp, zone: &TimeZone) -> BTreeSet<(FourWeeks, Part)> {
    let ended = ended.min(started.saturating_add(SHIFT_MAX).unwrap_or(ended));
    let mut worked: BTreeMap<(FourWeeks, Part), SignedDuration> = BTreeMap::new();
    let mut at = started;
    while at < ended {
        // To the next quarter of the clock, which parts of the week begin with in every time zone.
        let next = Timestamp::from_second((at.as_second().div_euclid(STEP_S) + 1).saturating_mul(STEP_S));
        let next = next.unwrap_or(ended).min(ended);
        *worked.entry((FourWeeks::of(at, zone), Part::of(at, zone))).or_default() += next.duration_since(at);
        at = next;
    }
    worked.into_iter().filter(|(_, lasted)| *lasted >= ON_DUTY_MIN).map(|(key, _)| key).collect()
}

/// The latest press, in memory only: never written, and forgotten when the program ends.
#[derive(Clone, Copy, Debug, Default)]
pub struct Burst {
    latest_ms: Option<u64>,
}

impl Burst {
    /// Whether a press at this time of the monotonic clock counts. The first of a burst does; each press after it makes
    /// the burst last longer, so that a hand that goes on pressing counts once.
    #[must_use]
    pub fn counts(&mut self, now_ms: u64) -> bool {
        let latest_ms = self.latest_ms.replace(now_ms);
        latest_ms.is_none_or(|latest_ms| now_ms.saturating_sub(latest_ms) >= BURST_MS)
    }
}

/// How many customers touched which face.
pub type Counts = BTreeMap<Face, u32>;

/// What is told of a part of the week.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Said {
    /// How many touched which face; every face is there.
    Answers(Counts),
    /// Too few answers, or too few people on duty. Which of them is not said.
    Withheld,
}

/// What four weeks say, for ever: computed once, after they are over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Answers {
    /// Which four weeks.
    pub weeks: FourWeeks,
    /// Every part of the week.
    pub parts: BTreeMap<Part, Said>,
}

impl Answers {
    /// What counts say, with so many people on duty in each part, at a floor of people that is never below the compiled
    /// one. Of a part that is withheld nothing is kept.
    #[must_use]
    pub fn of(
        weeks: FourWeeks,
        counted: &BTreeMap<(Part, Face), u32>,
        people: &BTreeMap<Part, u32>,
        people_floor: u32,
    ) -> Self {
        let said = |part: Part| {
            let count = |face: &Face| (*face, counted.get(&(part, *face)).copied().unwrap_or(0));
            let counts: Counts = Face::ALL.iter().map(count).collect();
            let answers = counts.values().fold(0_u32, |sum, count| sum.saturating_add(*count));
            let on_duty = people.get(&part).copied().unwrap_or(0);
            let enough = answers >= ANSWERS_FLOOR && on_duty >= people_floor.max(PEOPLE_FLOOR);
            (part, if enough { Said::Answers(counts) } else { Said::Withheld })
        };
        Self { weeks, parts: Part::ALL.iter().map(|part| said(*part)).collect() }
    }
}

#[cfg(test)]
mod tests;
