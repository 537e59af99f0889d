//! One signal of a window, as its person reads it: words, and a small drawing of the same.

use std::collections::BTreeMap;

use crate::consent::{Band, Unit};
use crate::signals::{Reason, SignalKey};
use crate::summary::{Line, Summary, interval};
use crate::web::text::Texts;

/// The width of a drawing, in its own units.
pub const WIDTH: f64 = 200.0;

/// One signal.
pub struct Figure {
    /// What it is called.
    pub name: String,
    /// In how many transactions it was shown, of those in which it could be known.
    pub shown: Option<String>,
    /// The middle value.
    pub value: Option<String>,
    /// How sure that is.
    pub interval: Option<String>,
    /// The person's own band.
    pub band: Option<String>,
    /// In how many transactions it could not be known, by reason.
    pub unknown: Vec<String>,
    /// The same as a drawing; `None` without a figure.
    pub drawing: Option<Drawing>,
}

/// Where things lie in a drawing, from 0 to [`WIDTH`].
pub struct Drawing {
    /// The figure.
    pub at: f64,
    /// How sure it is: from and width.
    pub interval: Option<(f64, f64)>,
    /// The person's own band: from and width.
    pub band: Option<(f64, f64)>,
}

impl Figure {
    /// Every signal that was chosen, in the order in which they are always shown.
    pub fn of_all(summary: &Summary, bands: &BTreeMap<String, Band>, t: &Texts) -> Vec<Self> {
        let chosen = |line: &Line| line.behind > 0 || line.not_observable.keys().any(|why| *why != Reason::SignalOff);
        let lines = summary.signals.iter().filter(|(_, line)| chosen(line));
        lines.map(|(key, line)| Self::of(*key, line, bands, t)).collect()
    }

    fn of(key: SignalKey, line: &Line, bands: &BTreeMap<String, Band>, t: &Texts) -> Self {
        let unit = Unit::of(key.as_str());
        let told = |value: f64| unit.map_or_else(String::new, |unit| with_unit(unit, value, t));
        let between = |found: interval::Interval, told: &dyn Fn(f64) -> String| {
            t.with("me-interval", &[("low", told(found.low).into()), ("high", told(found.high).into())])
        };
        // A figure that was shown or not is told by how often; only the others by their middle value.
        let share = line.shown_in.filter(|_| line.behind > 0 && key != SignalKey::GreetDelay);
        let percent = |share: f64| t.with("unit-percent", &[("value", t.number(share * 100.0, 0).into())]);
        let median = interval::of_median(line);
        let (at, sure, most) = match share {
            Some(shown) => {
                (Some(f64::from(shown) / f64::from(line.behind)), interval::of_share(shown, line.behind), 1.0)
            }
            None => (line.median, median, scale(unit, line)),
        };
        let interval = sure.map(|found| if share.is_some() { between(found, &percent) } else { between(found, &told) });
        let band = own_band(key, bands).filter(|_| share.is_none());
        let place = |value: f64| (value / most).clamp(0.0, 1.0) * WIDTH;
        let drawing = at.map(|at| Drawing {
            at: place(at),
            interval: sure.map(|found| (place(found.low), place(found.high) - place(found.low))),
            band: band.map(|(low, high)| (place(low), place(high) - place(low))),
        });
        Self {
            name: t.say(&format!("signal-{}", key.as_str().replace(['.', '_'], "-"))),
            shown: line.shown_in.filter(|_| line.behind > 0).map(|shown| {
                t.with("me-shown", &[("shown", f64::from(shown).into()), ("of", f64::from(line.behind).into())])
            }),
            value: line.median.map(|median| {
                let value = told(median);
                t.with("me-middle", &[("value", value.into()), ("of", f64::from(line.behind).into())])
            }),
            interval,
            band: band.map(|(low, high)| t.with("me-band", &[("low", told(low).into()), ("high", told(high).into())])),
            unknown: unknown(line, t),
            drawing,
        }
    }
}

/// A value with its unit, as the language writes it.
pub fn with_unit(unit: Unit, value: f64, t: &Texts) -> String {
    let (message, value) = match unit {
        Unit::Share => ("unit-percent", t.number(value * 100.0, 0)),
        Unit::Seconds => ("unit-seconds", t.number(value, 1)),
        Unit::PerMinute => ("unit-per-minute", t.number(value, 1)),
    };
    t.with(message, &[("value", value.into())])
}

/// Where a drawing ends: shares at one, others beyond their largest value.
fn scale(unit: Option<Unit>, line: &Line) -> f64 {
    if unit == Some(Unit::Share) {
        return 1.0;
    }
    let largest = line.hundredths.keys().next_back().map_or(1.0, |hundredths| *hundredths as f64 / 100.0);
    [1.0, 2.0, 5.0, 10.0, 20.0, 30.0, 60.0, 120.0, 300.0].into_iter().find(|end| *end >= largest).unwrap_or(largest)
}

/// The person's own band of this signal, in its unit: one of smile or gaze is about the whole transaction.
fn own_band(key: SignalKey, bands: &BTreeMap<String, Band>) -> Option<(f64, f64)> {
    let key = key.as_str();
    bands.get(key.strip_suffix(".all").unwrap_or(key)).map(Band::ends)
}

fn unknown(line: &Line, t: &Texts) -> Vec<String> {
    let told = |(reason, count): (&Reason, &u32)| {
        t.count(&format!("reason-{}", reason.name().replace('_', "-")), f64::from(*count))
    };
    line.not_observable.iter().map(told).collect()
}
