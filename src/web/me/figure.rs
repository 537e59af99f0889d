//! One signal of a window, as its person reads it: words, and a small drawing of the same.

use std::collections::BTreeMap;

use crate::consent::{Band, Unit};
use crate::control::Overview;
use crate::signals::{Reason, SignalKey};
use crate::summary::{Line, Summary, interval};
use crate::web::text::Texts;

/// One signal.
pub struct Figure {
    /// Which.
    pub key: SignalKey,
    /// What it is called.
    pub name: String,
    /// In how many transactions it was shown, of those in which it could be known.
    pub shown: Option<String>,
    /// The middle value, and over how many transactions.
    pub value: Option<String>,
    /// How sure that is.
    pub interval: Option<String>,
    /// How many of the values may have been larger.
    pub at_least: Option<String>,
    /// The person's own band.
    pub band: Option<String>,
    /// In how many transactions it could not be known,
    pub unseen: u32,
    /// and by reason.
    pub unknown: Vec<String>,
    /// The same as a drawing; `None` without a figure.
    pub drawing: Option<Drawing>,
}

/// Where things lie in a drawing, in percent of its width, as its attributes have them.
pub struct Drawing {
    /// The figure.
    pub at: String,
    /// How sure it is: from and width.
    pub interval: Option<(String, String)>,
    /// The person's own band: from and width.
    pub band: Option<(String, String)>,
    /// What its two ends mean.
    pub ends: (String, String),
}

impl Figure {
    /// Every signal that was chosen, in the order in which they are always shown. One of which nothing could be known is
    /// among them, and says why.
    pub fn of_all(summary: &Summary, overview: &Overview, t: &Texts) -> Vec<Self> {
        let chosen = |(key, line): &(&SignalKey, &Line)| {
            let measured = line.behind > 0 || line.not_observable.keys().any(|why| *why != Reason::SignalOff);
            measured || overview.signals.contains(key.choice())
        };
        let lines = summary.signals.iter().filter(chosen);
        lines.map(|(key, line)| Self::of(*key, line, &overview.bands, t)).collect()
    }

    /// Whether anything could be known.
    pub fn is_known(&self) -> bool {
        self.shown.is_some() || self.value.is_some()
    }

    fn of(key: SignalKey, line: &Line, bands: &BTreeMap<String, Band>, t: &Texts) -> Self {
        let unit = Unit::of(key.as_str());
        let told = |value: f64| unit.map_or_else(String::new, |unit| with_unit(unit, value, t));
        // Of a moment, how often it was shown is drawn; of a whole transaction the middle value, to which a band belongs.
        let counted = line.shown_in.filter(|_| line.behind > 0);
        let whole = matches!(key, SignalKey::GreetDelay | SignalKey::SmileAll | SignalKey::GazeAll);
        let share = counted.filter(|_| !whole);
        let (at, sure, most) = match share {
            Some(shown) => {
                (Some(f64::from(shown) / f64::from(line.behind)), interval::of_share(shown, line.behind), 1.0)
            }
            None => (line.median, interval::of_median(line), scale(unit, line)),
        };
        let between = |found: interval::Interval| {
            let unit = if share.is_some() { Some(Unit::Share) } else { unit };
            let [low, high] =
                [found.low, found.high].map(|end| unit.map_or_else(String::new, |unit| with_unit(unit, end, t)));
            t.with("me-interval", &[("low", low.into()), ("high", high.into())])
        };
        let band = own_band(key, bands);
        let place = |value: f64| (value / most).clamp(0.0, 1.0) * 100.0;
        let stretch = |low: f64, high: f64| (percent(place(low)), percent(place(high) - place(low)));
        let drawing = at.map(|at| Drawing {
            at: percent(place(at)),
            interval: sure.map(|found| stretch(found.low, found.high)),
            band: band.filter(|_| share.is_none()).map(|(low, high)| stretch(low, high)),
            ends: match share {
                Some(_) => (t.say("me-in-none"), t.say("me-in-all")),
                None => (told(0.0), told(most)),
            },
        });
        Self {
            key,
            name: name(key, t),
            shown: counted.map(|shown| in_so_many(key, shown, line.behind, t)),
            value: line.median.map(|median| {
                t.with("me-middle", &[("value", told(median).into()), ("of", f64::from(line.behind).into())])
            }),
            interval: sure.map(between),
            at_least: (line.at_least > 0).then(|| t.count("me-at-least", line.at_least)),
            band: band.map(|(low, high)| t.with("me-band", &[("low", told(low).into()), ("high", told(high).into())])),
            unseen: line.not_observable.values().sum(),
            unknown: unknown(line, t),
            drawing,
        }
    }
}

/// What a signal is called.
pub fn name(key: SignalKey, t: &Texts) -> String {
    t.say(&format!("signal-{}", key.as_str().replace(['.', '_'], "-")))
}

/// In how many greetings, payments, farewells or transactions something was shown.
pub fn in_so_many(key: SignalKey, shown: u32, of: u32, t: &Texts) -> String {
    let moment = match key {
        SignalKey::SmileGreeting | SignalKey::GazeGreeting => "greeting",
        SignalKey::SmileService | SignalKey::GazeService => "service",
        SignalKey::SmilePayment | SignalKey::GazePayment => "payment",
        SignalKey::SmileFarewell | SignalKey::GazeFarewell => "farewell",
        SignalKey::QueueLook => "queue",
        _ => "all",
    };
    t.with(&format!("me-shown-{moment}"), &[("shown", f64::from(shown).into()), ("of", f64::from(of).into())])
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

/// A place or a width in a drawing.
pub fn percent(value: f64) -> String {
    format!("{value:.1}%")
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
