//! What pages say, in Finnish and English, from the Fluent files under `configs/texts/`.

use std::sync::LazyLock;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::consent::Language;

/// A file of each area of pages, in English and in Finnish.
macro_rules! files {
    ($($area:literal),*) => {
        [
            concat!($(include_str!(concat!("../../configs/texts/en/", $area, ".ftl")), "\n"),*),
            concat!($(include_str!(concat!("../../configs/texts/fi/", $area, ".ftl")), "\n"),*),
        ]
    };
}

const FILES: [&str; 2] =
    files!("common", "counter", "me", "practice", "tips", "trainer", "customer", "setup", "places", "reach", "till");
const ENGLISH: &str = FILES[0];
const FINNISH: &str = FILES[1];

/// The texts of one language.
pub struct Texts {
    language: Language,
    bundle: FluentBundle<FluentResource>,
}

static TEXTS: LazyLock<[Texts; 2]> =
    LazyLock::new(|| [Texts::read(Language::English, ENGLISH), Texts::read(Language::Finnish, FINNISH)]);

/// The texts of this language.
pub fn texts(language: Language) -> &'static Texts {
    let [english, finnish] = &*TEXTS;
    match language {
        Language::English => english,
        Language::Finnish => finnish,
    }
}

impl Texts {
    /// A message that cannot be read is left out and shows as its own name; a test reads every one.
    fn read(language: Language, source: &str) -> Self {
        let resource = FluentResource::try_new(source.to_owned()).unwrap_or_else(|(resource, _)| resource);
        let langid = language.name().parse().unwrap_or_default();
        let mut bundle = FluentBundle::new_concurrent(vec![langid]);
        bundle.set_use_isolating(false);
        bundle.add_resource_overriding(resource);
        Self { language, bundle }
    }

    /// The language.
    pub fn language(&self) -> Language {
        self.language
    }

    /// A message without variables.
    pub fn say(&self, message: &str) -> String {
        self.with(message, &[])
    }

    /// A message about a number.
    pub fn count(&self, message: &str, count: impl Into<f64>) -> String {
        self.with(message, &[("count", count.into().into())])
    }

    /// A message with one word put in.
    pub fn about(&self, message: &str, what: &str) -> String {
        self.with(message, &[("what", what.into())])
    }

    /// A message with variables.
    pub fn with(&self, message: &str, variables: &[(&str, FluentValue<'_>)]) -> String {
        let found = self.bundle.get_message(message);
        let Some(pattern) = found.as_ref().and_then(|message| message.value()) else { return message.to_owned() };
        let mut args = FluentArgs::new();
        for (name, value) in variables {
            args.set(*name, value.clone());
        }
        let mut faults = Vec::new();
        let text = self.bundle.format_pattern(pattern, Some(&args), &mut faults).into_owned();
        debug_assert!(faults.is_empty(), "{message}: {faults:?}");
        text
    }

    /// A number with so many decimals, as the language writes it.
    pub fn number(&self, value: f64, decimals: usize) -> String {
        let text = format!("{value:.decimals$}").replace('-', "\u{2212}");
        match self.language {
            Language::English => text,
            Language::Finnish => text.replace('.', ","),
        }
    }

    /// A day, as the language writes it.
    pub fn day(&self, day: Date) -> String {
        let (year, month, day) = (day.year(), day.month(), day.day());
        match self.language {
            Language::Finnish => format!("{day}.{month}.{year}"),
            Language::English => {
                let name = self.say(&format!("month-{month}"));
                format!("{day} {name} {year}")
            }
        }
    }

    /// The day of a moment.
    pub fn day_of(&self, at: Timestamp, zone: &TimeZone) -> String {
        self.day(at.to_zoned(zone.clone()).date())
    }

    /// The time of day of a moment, to the minute.
    pub fn time_of(&self, at: Timestamp, zone: &TimeZone) -> String {
        let at = at.to_zoned(zone.clone());
        match self.language {
            Language::Finnish => format!("{}.{:02}", at.hour(), at.minute()),
            Language::English => format!("{:02}:{:02}", at.hour(), at.minute()),
        }
    }

    /// The time of day of a moment, to the second.
    pub fn second_of(&self, at: Timestamp, zone: &TimeZone) -> String {
        let second = at.to_zoned(zone.clone()).second();
        let between = match self.language {
            Language::Finnish => '.',
            Language::English => ':',
        };
        format!("{}{between}{second:02}", self.time_of(at, zone))
    }

    /// Day and time of a moment.
    pub fn moment(&self, at: Timestamp, zone: &TimeZone) -> String {
        format!("{} {}", self.day_of(at, zone), self.time_of(at, zone))
    }
}

#[cfg(test)]
mod tests;
