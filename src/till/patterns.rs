//! Patterns that say which event a till's line is: the first that matches wins.
//!
//! A line may name what was bought, or hold a card's digits. Nothing of it leaves here but the event: no error, no log
//! and no figure repeats a character of it.

mod clock;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use regex::{Captures, Regex, RegexBuilder};

use super::{fits, kind_name, kind_named};
use crate::transaction::TillEventKind;

pub use clock::TimeFormat;

/// The groups of a pattern that mean something.
const GROUPS: [&str; 3] = ["register", "at", "id"];
/// Memory that one compiled pattern may take; a long one of a till has a hundredth of it.
const PATTERN_BYTES_MAX: usize = 1 << 20;
/// Patterns of one source.
pub const PATTERNS_MAX: usize = 32;

/// A pattern as it is written down.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RawPattern {
    /// A regular expression, with groups named `register`, `at` and `id` where the line has these.
    pub pattern: String,
    /// The name of the event.
    pub event: String,
    /// The register of every event of it, where the line does not say.
    pub register: Option<String>,
    /// How the group `at` is written, as in `strftime`; RFC 3339 without it.
    pub at_format: Option<String>,
}

/// The key of a pattern that is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Key {
    /// `pattern`.
    Pattern,
    /// `event`.
    Event,
    /// `register`.
    Register,
    /// `at_format`.
    AtFormat,
}

impl Key {
    /// As the configuration has it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Pattern => "pattern",
            Self::Event => "event",
            Self::Register => "register",
            Self::AtFormat => "at_format",
        }
    }
}

/// One pattern, ready for use.
#[derive(Clone, Debug)]
pub struct Pattern {
    regex: Regex,
    kind: TillEventKind,
    register: Option<String>,
    format: TimeFormat,
}

/// Patterns in the order in which they are tried.
#[derive(Clone, Debug)]
pub struct Patterns(Vec<Pattern>);

/// What a line says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Understood {
    /// Which pattern it was, from 1.
    pub pattern: usize,
    /// The till's own number for it.
    pub id: Option<String>,
    /// Which register; `None` where neither line nor pattern says.
    pub register: Option<String>,
    /// What happened.
    pub kind: TillEventKind,
    /// When, by the till's clock; `None` where its arrival counts.
    pub at: Option<Timestamp>,
}

/// Why a line says nothing. Never a part of the line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotUnderstood {
    /// It is no text: not UTF-8, or with a NUL.
    NoText,
    /// No pattern matches.
    NoPattern,
    /// The time that this pattern found is not written as its format says.
    Time {
        /// Which pattern, from 1.
        pattern: usize,
    },
    /// The register or the number that this pattern found is empty, too long or not printable.
    Name {
        /// Which pattern, from 1.
        pattern: usize,
    },
}

impl Pattern {
    /// Compiles it.
    ///
    /// # Errors
    /// Which key is wrong, and what is wrong with it.
    pub fn new(raw: &RawPattern) -> Result<Self, (Key, String)> {
        let regex = RegexBuilder::new(&raw.pattern).size_limit(PATTERN_BYTES_MAX).build();
        let regex = regex.map_err(|error| (Key::Pattern, why_no_regex(&error)))?;
        if raw.pattern.trim().is_empty() || regex.is_match("") {
            return Err((Key::Pattern, "matches every line, an empty one too".into()));
        }
        if let Some(unknown) = regex.capture_names().flatten().find(|name| !GROUPS.contains(name)) {
            return Err((Key::Pattern, format!("has a group \"{unknown}\"; groups are {}", GROUPS.join(", "))));
        }
        let has = |group: &str| regex.capture_names().flatten().any(|name| name == group);
        let kind = kind_named(&raw.event).ok_or_else(|| (Key::Event, format!("is \"{}\"", raw.event)))?;
        if let Some(register) = &raw.register {
            if has("register") {
                return Err((
                    Key::Register,
                    "is set, and the pattern has a group \"register\"; keep one of them".into(),
                ));
            }
            if !fits(register) {
                return Err((Key::Register, "is blank, too long or not printable".into()));
            }
        }
        let format = match &raw.at_format {
            Some(_) if !has("at") => {
                let found = "is set, and the pattern has no group \"at\", as in (?<at>[0-9:]+)";
                return Err((Key::AtFormat, found.into()));
            }
            Some(format) => TimeFormat::new(format).map_err(|found| (Key::AtFormat, found))?,
            None => TimeFormat::default(),
        };
        Ok(Self { regex, kind, register: raw.register.clone(), format })
    }

    /// What a line that matches says.
    fn read(
        &self,
        pattern: usize,
        found: &Captures<'_>,
        now: Timestamp,
        zone: &TimeZone,
    ) -> Result<Understood, NotUnderstood> {
        let group = |name: &str| found.name(name).map(|text| text.as_str().trim());
        let named = |name: &str| match group(name) {
            Some(text) if fits(text) => Ok(Some(text.to_owned())),
            Some(_) => Err(NotUnderstood::Name { pattern }),
            None => Ok(None),
        };
        let at = match group("at") {
            Some(text) => Some(self.format.read(text, now, zone).ok_or(NotUnderstood::Time { pattern })?),
            None => None,
        };
        let register = named("register")?.or_else(|| self.register.clone());
        Ok(Understood { pattern, id: named("id")?, register, kind: self.kind, at })
    }

    /// The name of its event.
    #[must_use]
    pub fn event(&self) -> &'static str {
        kind_name(self.kind)
    }

    /// The regular expression, as it was written.
    #[must_use]
    pub fn expression(&self) -> &str {
        self.regex.as_str()
    }
}

/// The last line of what the parser says: the ones before draw the pattern, which has no place in a line.
fn why_no_regex(error: &regex::Error) -> String {
    let told = error.to_string();
    let last = told.lines().last().unwrap_or_default();
    format!("is no regular expression: {}", last.trim_start_matches("error: "))
}

impl Patterns {
    /// Patterns in this order.
    #[must_use]
    pub fn new(patterns: Vec<Pattern>) -> Self {
        Self(patterns)
    }

    /// Each of them.
    pub fn iter(&self) -> impl Iterator<Item = &Pattern> {
        self.0.iter()
    }

    /// What a line says. `now` and `zone` are of the kiosk: a time without a date, or without a zone, is the one nearest
    /// to now there.
    ///
    /// # Errors
    /// Why it says nothing.
    pub fn read(&self, line: &[u8], now: Timestamp, zone: &TimeZone) -> Result<Understood, NotUnderstood> {
        let line = std::str::from_utf8(line).map_err(|_| NotUnderstood::NoText)?;
        if line.contains('\0') {
            return Err(NotUnderstood::NoText);
        }
        let first = self.0.iter().zip(1..).find_map(|(pattern, number)| {
            pattern.regex.captures(line).map(|found| pattern.read(number, &found, now, zone))
        });
        first.unwrap_or(Err(NotUnderstood::NoPattern))
    }
}

#[cfg(test)]
mod tests;
