//! A person's own bands: where they themselves want a signal to lie, with an upper end as well as a lower one.
//!
//! A band is shown to the person beside their own figure. It is never called good or bad, and in no share and no release.
//! The program compares it with the figure for one thing only: what it gives that person to try ([`crate::tips`]).

use std::fmt;

use serde::{Deserialize, Serialize};

/// Longest time of a band, in seconds: an hour, longer than anybody is served.
const SECONDS_MAX: u32 = 3_600;
/// Most nods a minute of a band: the fastest nod that is counted has 2.5 Hz.
const PER_MINUTE_MAX: u32 = 150;

/// What a signal's values are counted in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// A share, 0 to 1, shown in percent.
    Share,
    /// Seconds.
    Seconds,
    /// Times a minute.
    PerMinute,
}

impl Unit {
    /// The unit of a signal by its name, of a moment or not; `None` for a signal that is only yes or no.
    #[must_use]
    pub fn of(signal: &str) -> Option<Self> {
        match signal.split('.').next().unwrap_or(signal) {
            "smile" | "gaze" | "upright" | "leaning" | "observed" => Some(Self::Share),
            "greet_delay" | "longest_look" | "longest_look_away" | "phone_in_hand" => Some(Self::Seconds),
            "nods" => Some(Self::PerMinute),
            _ => None,
        }
    }

    /// A value as a person reads it.
    #[must_use]
    pub fn shown(self, value: f64) -> String {
        match self {
            Self::Share => format!("{:.0} %", value * 100.0),
            Self::Seconds => format!("{value:.1} s"),
            Self::PerMinute => format!("{value:.1} a minute"),
        }
    }

    /// What a person types a band in.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Share => "percent",
            Self::Seconds => "seconds",
            Self::PerMinute => "times a minute",
        }
    }

    /// Hundredths of the unit in one of what is typed: a percent is a hundredth already.
    const fn hundredths(self) -> u32 {
        match self {
            Self::Share => 1,
            Self::Seconds | Self::PerMinute => 100,
        }
    }

    const fn most(self) -> u32 {
        match self {
            Self::Share => 100,
            Self::Seconds => SECONDS_MAX * self.hundredths(),
            Self::PerMinute => PER_MINUTE_MAX * self.hundredths(),
        }
    }
}

/// From where to where, in hundredths of the signal's unit: whole numbers, so that a consent compares exactly.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Band {
    from_hundredths: u32,
    to_hundredths: u32,
}

/// What a person chose is theirs.
impl fmt::Debug for Band {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Band")
    }
}

/// Why something typed is no band.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoBand {
    /// Not two numbers.
    #[error("type two numbers, such as 20 60")]
    NotTwoNumbers,
    /// The wrong way round, or out of range.
    #[error("the first number has to be the smaller one, and the second {0} at most")]
    OutOfRange(u32),
}

impl Band {
    /// What a person typed: two numbers in the unit's own name, blanks or a dash between them.
    ///
    /// # Errors
    /// [`NoBand`], which says what to type.
    pub fn typed(text: &str, unit: Unit) -> Result<Self, NoBand> {
        let numbers: Option<Vec<f64>> = text
            .split(|letter: char| letter.is_whitespace() || ['-', '–'].contains(&letter))
            .filter(|part| !part.is_empty())
            .map(|part| part.replace(',', ".").parse().ok().filter(|number: &f64| number.is_finite()))
            .collect();
        let Some([from, to]) = numbers.as_deref() else { return Err(NoBand::NotTwoNumbers) };
        // Out of a u32's range it saturates, and is refused below.
        let [from_hundredths, to_hundredths] =
            [from, to].map(|number| (number * f64::from(unit.hundredths())).round() as u32);
        let band = Self { from_hundredths, to_hundredths };
        if band.fits(unit) { Ok(band) } else { Err(NoBand::OutOfRange(unit.most() / unit.hundredths())) }
    }

    /// Whether it lies in what the unit can be, with an upper end above the lower one.
    #[must_use]
    pub const fn fits(self, unit: Unit) -> bool {
        self.from_hundredths < self.to_hundredths && self.to_hundredths <= unit.most()
    }

    /// Its lower and its upper end, in the signal's unit.
    #[must_use]
    pub fn ends(&self) -> (f64, f64) {
        (f64::from(self.from_hundredths) / 100.0, f64::from(self.to_hundredths) / 100.0)
    }

    /// As a person reads it.
    #[must_use]
    pub fn shown(self, unit: Unit) -> String {
        let [from, to] = [self.from_hundredths, self.to_hundredths].map(|end| unit.shown(f64::from(end) / 100.0));
        format!("{from} to {to}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_typed_is_what_is_shown() {
        for (text, unit, shown) in [
            ("20 60", Unit::Share, "20 % to 60 %"),
            ("0-100", Unit::Share, "0 % to 100 %"),
            ("1,5 – 8.25", Unit::Seconds, "1.5 s to 8.2 s"),
            (" 2  6 ", Unit::PerMinute, "2.0 a minute to 6.0 a minute"),
        ] {
            assert_eq!(Band::typed(text, unit).map(|band| band.shown(unit)).as_deref(), Ok(shown), "{text}");
        }
    }

    #[test]
    fn a_band_has_two_ends_within_what_can_be() {
        for text in ["", "20", "20 60 80", "low high", "NaN 3"] {
            assert_eq!(Band::typed(text, Unit::Share), Err(NoBand::NotTwoNumbers), "{text}");
        }
        for text in ["60 20", "20 20", "0 101", "0 99999999999999"] {
            assert_eq!(Band::typed(text, Unit::Share), Err(NoBand::OutOfRange(100)), "{text}");
        }
        assert!(Band::typed("0 3601", Unit::Seconds).is_err() && Band::typed("0 151", Unit::PerMinute).is_err());
    }

    #[test]
    fn every_signal_but_a_yes_or_no_has_a_unit() {
        let without: Vec<&str> =
            crate::config::SIGNALS.iter().copied().filter(|signal| Unit::of(signal).is_none()).collect();
        assert_eq!(without, ["queue_look"]);
        assert_eq!(Unit::of("smile.greeting"), Some(Unit::Share));
    }
}
