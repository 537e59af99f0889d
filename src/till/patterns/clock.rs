//! How a till writes the time: with or without a date, a year or a zone.

use jiff::civil::{Date, Time};
use jiff::fmt::strtime::{self, BrokenDownTime};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};

/// The format of a till's time.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum TimeFormat {
    /// RFC 3339, as over HTTP.
    #[default]
    Rfc3339,
    /// As in `strftime`.
    Written(String),
}

impl TimeFormat {
    /// Checks a format by writing a time with it and reading it back.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn new(format: &str) -> Result<Self, String> {
        let sample = Timestamp::UNIX_EPOCH.to_zoned(TimeZone::UTC);
        let written = strtime::format(format, &sample)
            .map_err(|error| format!("is \"{format}\", which is no format: {error}"))?;
        let read = BrokenDownTime::parse(format, &written)
            .map_err(|_| format!("is \"{format}\", in which times can be written and not read"))?;
        if read.timestamp().is_none() && (read.hour().is_none() || read.minute().is_none()) {
            return Err(format!("is \"{format}\", which has no hour and minute"));
        }
        Ok(Self::Written(format.to_owned()))
    }

    /// The time that is written so. What it does not say, the day, the year or the zone, is as near to `now` as it can
    /// be: a till's clock just before midnight is read just after it, and one hour of the year comes twice.
    pub(super) fn read(&self, text: &str, now: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
        match self {
            Self::Rfc3339 => text.parse().ok(),
            Self::Written(format) => {
                let mut read = BrokenDownTime::parse(format, text).ok()?;
                if let Ok(at) = read.to_timestamp() {
                    return Some(at);
                }
                let time = read.to_time().ok()?;
                let days = days(&mut read, now.to_zoned(zone.clone()).date());
                nearest(&days, time, now, zone)
            }
        }
    }
}

/// The days that may be meant.
fn days(read: &mut BrokenDownTime, today: Date) -> Vec<Date> {
    if let Ok(day) = read.to_date() {
        return vec![day];
    }
    if read.year().is_none() && read.month().is_some() && read.day().is_some() {
        // The last of December is read in January.
        let years = [-1, 0, 1].into_iter().filter_map(|apart| today.year().checked_add(apart));
        return years.filter_map(|year| read.set_year(Some(year)).ok().and_then(|()| read.to_date().ok())).collect();
    }
    [-1, 0, 1].into_iter().filter_map(|apart| today.checked_add(apart.days()).ok()).collect()
}

fn nearest(days: &[Date], time: Time, now: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
    let moments = days.iter().flat_map(|day| {
        let there = zone.to_ambiguous_timestamp(day.to_datetime(time));
        [there.earlier().ok(), there.later().ok()]
    });
    moments.flatten().min_by_key(|at| at.as_millisecond().abs_diff(now.as_millisecond()))
}
