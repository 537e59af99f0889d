//! The windows over which a person's shifts are added up, when they look: nothing of it is stored.

use jiff::Timestamp;
use jiff::civil::Time;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use super::Summary;

/// Over what a summary adds up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WindowKind {
    /// The latest shift.
    Shift,
    /// The week that began on Monday.
    Week,
    /// That week and the three before.
    FourWeeks,
}

impl WindowKind {
    /// Every kind, shortest first.
    pub const ALL: [Self; 3] = [Self::Shift, Self::Week, Self::FourWeeks];

    /// Its name in JSON.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Shift => "shift",
            Self::Week => "week",
            Self::FourWeeks => "four_weeks",
        }
    }
}

/// One window's summary.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Window {
    /// Over what it adds up.
    pub kind: WindowKind,
    /// The window's beginning.
    pub start: Timestamp,
    /// What it says to the person.
    pub summary: Summary,
}

/// The windows of shifts, each with its beginning, oldest first; a window without a shift is left out.
#[must_use]
pub fn windows(shifts: &[(Timestamp, Summary)], now: Timestamp, zone: &TimeZone) -> Vec<Window> {
    let Some((latest, _)) = shifts.last() else { return Vec::new() };
    let mut windows = Vec::new();
    for kind in WindowKind::ALL {
        let start = start(kind, *latest, now, zone);
        let mut within = shifts.iter().filter(|(begun, _)| *begun >= start).peekable();
        if within.peek().is_none() {
            continue;
        }
        let mut summary = Summary::default();
        within.for_each(|(_, shift)| summary.merge(shift));
        windows.push(Window { kind, start, summary });
    }
    windows
}

/// Since when shifts can matter.
#[must_use]
pub fn earliest(now: Timestamp, zone: &TimeZone) -> Timestamp {
    start(WindowKind::FourWeeks, now, now, zone)
}

fn start(kind: WindowKind, latest: Timestamp, now: Timestamp, zone: &TimeZone) -> Timestamp {
    let weeks_before = match kind {
        WindowKind::Shift => return latest,
        WindowKind::Week => 0,
        WindowKind::FourWeeks => 3,
    };
    let today = now.to_zoned(zone.clone());
    let days = i64::from(today.weekday().to_monday_zero_offset()) + 7 * weeks_before;
    let monday =
        today.date().saturating_sub(jiff::Span::new().days(days)).to_datetime(Time::midnight()).to_zoned(zone.clone());
    monday.map_or(latest, |monday| monday.timestamp())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shifts_are_added_up_from_monday_on() {
        let at = |text: &str| text.parse::<Timestamp>().expect("a time");
        let of = |transactions| Summary { transactions, ..Summary::default() };
        let shifts = [
            (at("2026-02-08T10:00:00Z"), of(100)),
            (at("2026-02-09T10:00:00Z"), of(10)),
            (at("2026-03-02T10:00:00Z"), of(1)),
            (at("2026-03-04T10:00:00Z"), of(2)),
            (at("2026-03-04T10:00:00Z"), of(3)),
        ];
        let found = windows(&shifts, at("2026-03-05T12:00:00Z"), &TimeZone::UTC);
        let counts: Vec<u32> = found.iter().map(|window| window.summary.transactions).collect();
        assert_eq!(counts, [5, 6, 16], "a shift that a crash broke in two is one");
        assert_eq!(found[2].start, at("2026-02-09T00:00:00Z"));
        let there = TimeZone::fixed(jiff::tz::offset(2));
        let late_on_sunday = windows(&shifts, at("2026-03-01T22:30:00Z"), &there);
        assert_eq!(late_on_sunday[1].start, at("2026-03-01T22:00:00Z"), "it is Monday there already");
        assert_eq!(windows(&[], at("2026-03-05T12:00:00Z"), &TimeZone::UTC), []);
    }
}
