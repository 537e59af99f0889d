//! A person's consent: what they agreed to, in which words, and that they asked for it themselves.
//!
//! It is sealed to the person's own key, so that the store shows nobody who agreed. It holds what the person chose and
//! nothing about why.

mod band;

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::terms::Terms;

pub use band::{Band, NoBand, Unit};

/// The version of the texts below: whoever agreed to another is asked again.
pub const TEXT_VERSION: u32 = 3;

/// A language that the text exists in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Language {
    /// English.
    #[default]
    #[serde(rename = "en")]
    English,
    /// Finnish.
    #[serde(rename = "fi")]
    Finnish,
}

impl Language {
    /// Names as the configuration has them.
    pub const CHOICES: [(&'static str, Self); 2] =
        [(Self::English.name(), Self::English), (Self::Finnish.name(), Self::Finnish)];

    /// Its name in the configuration.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::Finnish => "fi",
        }
    }

    /// The one of two texts that is in this language.
    #[must_use]
    pub const fn pick<T: Copy>(self, english: T, finnish: T) -> T {
        match self {
            Self::English => english,
            Self::Finnish => finnish,
        }
    }

    /// The part of the text that says what is never done, without its heading.
    #[must_use]
    pub fn never_done(self) -> &'static str {
        let heading = self.pick("\n## What is never done\n", "\n## Mitä ei koskaan tehdä\n");
        let part = self.text().split_once(heading).map_or("", |(_, after)| after);
        part.split("\n## ").next().unwrap_or_default().trim()
    }

    /// The text that is agreed to.
    #[must_use]
    pub fn text(self) -> &'static str {
        match self {
            Self::English => include_str!("../configs/consent.en.md"),
            Self::Finnish => include_str!("../configs/consent.fi.md"),
        }
    }
}

/// What a person agreed to. As JSON, sealed.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Consent {
    /// [`TEXT_VERSION`] of the words that were shown.
    pub text_version: u32,
    /// The language that they were shown in.
    pub language: Language,
    /// When.
    pub given_at: Timestamp,
    /// The person said that they ask for it themselves.
    pub own_request: bool,
    /// The terms that were shown, the reference of the employer's agreement with its staff among them; `None` of a
    /// consent that is older than they are.
    #[serde(default)]
    pub terms: Option<Terms>,
    /// The signals that the person chose.
    pub signals: BTreeSet<String>,
    /// Where the person wants a chosen signal to lie, if they said so; of `smile` and `gaze` over the whole transaction.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub bands: BTreeMap<String, Band>,
}

/// What a person chose is theirs.
impl std::fmt::Debug for Consent {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Consent")
    }
}

/// Why a consent does not hold here and now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoConsent {
    /// The person did not say that they ask for it themselves.
    #[error("taking part has to be at the person's own request")]
    NotOwnRequest,
    /// The configuration names no agreement between employer and staff.
    #[error("[consent] agreement is not set: the reference of the employer's agreement with its staff has to be shown")]
    NoAgreement,
    /// The text or the terms changed since.
    #[error(
        "the text, the agreement or a value in force has changed since; agree anew, with the present secret, by: hymy \
         staff consent NAME --again"
    )]
    Changed,
    /// It names a signal that there is not, or a band that cannot be.
    #[error("a signal or a band that does not exist was chosen; is the command of another version than the kiosk?")]
    Choices,
}

impl Consent {
    /// One of a made-up person, to every signal.
    #[must_use]
    pub fn made_up(terms: &Terms, given_at: Timestamp) -> Self {
        Self {
            text_version: TEXT_VERSION,
            language: Language::default(),
            given_at,
            own_request: true,
            terms: Some(terms.clone()),
            signals: crate::config::SIGNALS.iter().map(|signal| (*signal).to_owned()).collect(),
            bands: BTreeMap::new(),
        }
    }

    /// Takes a signal out of what was chosen, and its band with it.
    pub fn leave_out(&mut self, signal: &str) {
        self.signals.remove(signal);
        self.bands.remove(signal);
    }

    /// Whether what was chosen exists.
    ///
    /// # Errors
    /// [`NoConsent::Choices`].
    pub fn check_choices(&self) -> Result<(), NoConsent> {
        let exists = |signal: &String| crate::config::SIGNALS.contains(&signal.as_str());
        let can_be = |(signal, band): (&String, &Band)| {
            self.signals.contains(signal) && Unit::of(signal).is_some_and(|unit| band.fits(unit))
        };
        if self.signals.iter().all(exists) && self.bands.iter().all(can_be) { Ok(()) } else { Err(NoConsent::Choices) }
    }

    /// Whether it holds under the terms in force.
    ///
    /// # Errors
    /// [`NoConsent`].
    pub fn holds(&self, terms: &Terms) -> Result<(), NoConsent> {
        if terms.agreement.is_none() {
            return Err(NoConsent::NoAgreement);
        }
        if !self.own_request {
            return Err(NoConsent::NotOwnRequest);
        }
        if self.text_version != TEXT_VERSION || self.terms.as_ref() != Some(terms) {
            return Err(NoConsent::Changed);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::release::{Plan, PlanSettings, Statistic};
    use crate::terms::ReleaseTerms;

    fn consent() -> Consent {
        Consent {
            text_version: TEXT_VERSION,
            language: Language::Finnish,
            given_at: Timestamp::UNIX_EPOCH,
            own_request: true,
            terms: Some(Terms::under("2026-1")),
            signals: BTreeSet::new(),
            bands: BTreeMap::new(),
        }
    }

    #[test]
    fn only_what_exists_can_be_chosen() {
        let band = |text: &str, unit| Band::typed(text, unit).expect("a band");
        let choose = |signals: &[&str], bands: &[(&str, Band)]| Consent {
            signals: signals.iter().map(|name| (*name).to_owned()).collect(),
            bands: bands.iter().map(|(name, band)| ((*name).to_owned(), *band)).collect(),
            ..consent()
        };
        let of_smile = ("smile", band("20 60", Unit::Share));
        let mut chosen = choose(&["smile", "nods"], &[of_smile]);
        assert_eq!(chosen.check_choices(), Ok(()));
        for wrong in [
            choose(&["smiles"], &[]),
            choose(&["nods"], &[of_smile]),
            choose(&["smile"], &[("smile", band("2 20", Unit::Seconds))]),
            choose(&["queue_look"], &[("queue_look", of_smile.1)]),
        ] {
            assert_eq!(wrong.check_choices(), Err(NoConsent::Choices));
        }
        chosen.leave_out("smile");
        assert!(chosen == choose(&["nods"], &[]), "its band goes with it");
    }

    #[test]
    fn it_holds_for_the_same_text_and_terms_only() {
        let terms = Terms::under("2026-1");
        assert_eq!(consent().holds(&terms), Ok(()));
        assert_eq!(consent().holds(&Terms { agreement: None, ..terms.clone() }), Err(NoConsent::NoAgreement));
        assert_eq!(Consent { text_version: 0, ..consent() }.holds(&terms), Err(NoConsent::Changed));
        assert_eq!(Consent { terms: None, ..consent() }.holds(&terms), Err(NoConsent::Changed));
        assert_eq!(Consent { own_request: false, ..consent() }.holds(&terms), Err(NoConsent::NotOwnRequest));
    }

    #[test]
    fn any_value_in_force_that_changes_asks_everybody_again() {
        let plan = |floor| Plan::new(PlanSettings { people_floor: floor, ..PlanSettings::of(&Statistic::ALL[..1]) });
        let release = |floor, window_days| Some(ReleaseTerms { plan: plan(floor).expect("a plan"), window_days });
        let agreed = Terms { release: release(5, 28), ..Terms::under("2026-1") };
        let consent = Consent { terms: Some(agreed.clone()), ..consent() };
        assert_eq!(consent.holds(&agreed), Ok(()));
        for changed in [
            Terms { agreement: Some("2026-2".into()), ..agreed.clone() },
            Terms { records_days: 13, ..agreed.clone() },
            Terms { summaries_months: 11, ..agreed.clone() },
            Terms { release: None, ..agreed.clone() },
            Terms { release: release(6, 28), ..agreed.clone() },
            Terms { release: release(5, 7), ..agreed.clone() },
        ] {
            assert_eq!(consent.holds(&changed), Err(NoConsent::Changed), "{changed:?}");
        }
    }

    #[test]
    fn the_texts_are_of_this_version_and_name_every_signal() {
        for (name, language) in Language::CHOICES {
            let text = language.text();
            assert!(text.starts_with("# Hymy: "), "{name}");
            let never = language.never_done();
            assert!(never.len() > 100 && !never.contains(['#', '\n']), "{name}: {never}");
            assert!(
                text.lines().next().is_some_and(|line| line.ends_with(&format!("{TEXT_VERSION} ({name})"))),
                "{name}"
            );
            for signal in crate::config::SIGNALS {
                assert!(text.contains(&format!("`{signal}`")), "{name}: {signal}");
            }
        }
    }
}
