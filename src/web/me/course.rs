//! The course of the latest shift: half hour by half hour, how many customers there were, and with how many of them
//! greeting and farewell were shown. It says nothing of how anybody was.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::figure;
use crate::control::{Overview, Served};
use crate::signals::SignalKey;
use crate::web::text::Texts;

/// How long one column is.
const COLUMN_S: i64 = 30 * 60;
/// A day has no more of them; of a shift that lasted longer, its beginning is drawn.
const COLUMNS_MAX: i64 = 48;
/// What is counted beside the number of customers.
const COUNTED: [SignalKey; 4] =
    [SignalKey::GazeGreeting, SignalKey::SmileGreeting, SignalKey::GazeFarewell, SignalKey::SmileFarewell];

/// Widths and heights of a drawing, in its own units.
const COLUMN_WIDTH: u32 = 44;
const HEIGHT: f64 = 110.0;
/// Above the columns there is room for a number, below for a time.
const TOP: f64 = 18.0;

/// The course of a shift.
pub struct Course {
    /// What is counted.
    pub drawings: Vec<Drawing>,
    /// The same as a table: a half hour, its customers, and what is said of each drawing.
    pub rows: Vec<(String, String, Vec<String>)>,
}

/// One signal over the shift.
pub struct Drawing {
    /// What it is called.
    pub name: String,
    /// How wide it is.
    pub width: u32,
    /// From left to right.
    pub columns: Vec<Column>,
}

/// One half hour: its customers, from bottom to top those with whom it was shown, was not, and could not be seen.
pub struct Column {
    /// Where it begins.
    pub x: u32,
    /// When, where there is room to say so.
    pub time: Option<String>,
    /// How many customers; nothing is written where there were none.
    pub customers: Option<u32>,
    /// Where the number stands.
    pub number_y: f64,
    /// From and height of each part; nothing is drawn of an empty one.
    pub shown: Option<(f64, f64)>,
    /// Likewise.
    pub not_shown: Option<(f64, f64)>,
    /// Likewise.
    pub unseen: Option<(f64, f64)>,
}

#[derive(Clone, Copy, Default)]
struct Count {
    shown: u32,
    known: u32,
}

#[derive(Default)]
struct HalfHour {
    customers: u32,
    counts: [Count; COUNTED.len()],
}

impl Course {
    /// Of the latest shift; `None` where no record of it is kept, or nothing of this was chosen.
    pub fn of(overview: &Overview, zone: &TimeZone, t: &Texts) -> Option<Self> {
        let chosen = |key: &SignalKey| overview.signals.contains(key.choice());
        let drawn: Vec<usize> = (0..COUNTED.len()).filter(|place| COUNTED.get(*place).is_some_and(chosen)).collect();
        let half_hours = half_hours(&overview.latest_shift);
        let (first, last) = (*half_hours.keys().next()?, *half_hours.keys().next_back()?);
        if drawn.is_empty() {
            return None;
        }
        let nobody = HalfHour::default();
        let columns: Vec<(Timestamp, &HalfHour)> = (first..=last.min(first + COLUMNS_MAX - 1))
            .filter_map(|place| {
                let at = Timestamp::from_second(place * COLUMN_S).ok()?;
                Some((at, half_hours.get(&place).unwrap_or(&nobody)))
            })
            .collect();
        let most = columns.iter().map(|(_, half_hour)| half_hour.customers).max().unwrap_or(1).max(1);
        let key_of = |place: &usize| COUNTED.get(*place).copied();
        let drawing = |place: &usize| {
            let every = columns.len().div_ceil(12);
            let column = |(at, half_hour): &(Timestamp, &HalfHour), number: usize| {
                let time = number.is_multiple_of(every).then(|| t.time_of(*at, zone));
                Column::of(number, time, half_hour, half_hour.counts.get(*place).copied().unwrap_or_default(), most)
            };
            let columns: Vec<_> = columns.iter().zip(0..).map(|(one, number)| column(one, number)).collect();
            let width = u32::try_from(columns.len()).unwrap_or(0) * COLUMN_WIDTH;
            Some(Drawing { name: figure::name(key_of(place)?, t), width, columns })
        };
        let row = |(at, half_hour): &(Timestamp, &HalfHour)| {
            let time = t.time_of(*at, zone);
            if half_hour.customers == 0 {
                return (time, t.say("me-no-customers"), drawn.iter().map(|_| String::new()).collect());
            }
            let said = |place: &usize| match (key_of(place), half_hour.counts.get(*place)) {
                (Some(key), Some(count)) if count.known > 0 => figure::in_so_many(key, count.shown, count.known, t),
                _ => t.say("me-not-observable"),
            };
            (time, t.count("me-customers", half_hour.customers), drawn.iter().map(said).collect())
        };
        Some(Self { drawings: drawn.iter().filter_map(drawing).collect(), rows: columns.iter().map(row).collect() })
    }
}

/// What was not cancelled, by half hours since 1970: those of nearly every time zone begin with one of these.
fn half_hours(served: &[Served]) -> BTreeMap<i64, HalfHour> {
    let mut half_hours: BTreeMap<i64, HalfHour> = BTreeMap::new();
    for Served { opened_at, record } in served.iter().filter(|one| !one.record.transaction.voided) {
        let here = half_hours.entry(opened_at.as_second().div_euclid(COLUMN_S)).or_default();
        here.customers += 1;
        for (key, measured) in record.signals.figures() {
            let place = COUNTED.iter().position(|counted| *counted == key);
            let (Some(count), Some(figure)) = (place.and_then(|place| here.counts.get_mut(place)), measured.known())
            else {
                continue;
            };
            count.known += 1;
            count.shown += u32::from(figure.shown == Some(true));
        }
    }
    half_hours
}

impl Column {
    fn of(number: usize, time: Option<String>, half_hour: &HalfHour, count: Count, most: u32) -> Self {
        let unit = HEIGHT / f64::from(most);
        let bottom = TOP + HEIGHT;
        let mut below = 0;
        let mut part = |customers: u32| {
            let from = bottom - f64::from(below + customers) * unit;
            below += customers;
            (customers > 0).then_some((from, f64::from(customers) * unit))
        };
        let shown = part(count.shown);
        let not_shown = part(count.known.saturating_sub(count.shown));
        let unseen = part(half_hour.customers.saturating_sub(count.known));
        Self {
            x: u32::try_from(number).unwrap_or(0) * COLUMN_WIDTH,
            time,
            customers: (half_hour.customers > 0).then_some(half_hour.customers),
            number_y: bottom - f64::from(half_hour.customers) * unit - 5.0,
            shown,
            not_shown,
            unseen,
        }
    }
}
