//! A person's consent: what they agreed to, in which words, and that they asked for it themselves.
//!
//! It is sealed to the person's own key, so that the store shows nobody who agreed. It holds what the person chose and
//! nothing about why.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// The version of the texts below: whoever agreed to another is asked again.
pub const TEXT_VERSION: u32 = 1;

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
    /// The reference of the employer's agreement with its staff, as it was shown.
    pub agreement: String,
    /// The signals that the person chose.
    pub signals: BTreeSet<String>,
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
    /// The text or the agreement changed since.
    #[error("the text or the agreement has changed since; agree anew with: hymy staff consent")]
    Changed,
}

impl Consent {
    /// One of a made-up person, to every signal.
    #[must_use]
    pub fn made_up(agreement: &str, given_at: Timestamp) -> Self {
        Self {
            text_version: TEXT_VERSION,
            language: Language::default(),
            given_at,
            own_request: true,
            agreement: agreement.to_owned(),
            signals: crate::config::SIGNALS.iter().map(|signal| (*signal).to_owned()).collect(),
        }
    }

    /// Whether it holds under the agreement that the configuration names.
    ///
    /// # Errors
    /// [`NoConsent`].
    pub fn holds(&self, agreement: Option<&str>) -> Result<(), NoConsent> {
        let agreement = agreement.ok_or(NoConsent::NoAgreement)?;
        if !self.own_request {
            return Err(NoConsent::NotOwnRequest);
        }
        if self.text_version != TEXT_VERSION || self.agreement != agreement {
            return Err(NoConsent::Changed);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn consent() -> Consent {
        Consent {
            text_version: TEXT_VERSION,
            language: Language::Finnish,
            given_at: Timestamp::UNIX_EPOCH,
            own_request: true,
            agreement: "2026-1".into(),
            signals: BTreeSet::new(),
        }
    }

    #[test]
    fn it_holds_for_the_same_text_and_agreement_only() {
        assert_eq!(consent().holds(Some("2026-1")), Ok(()));
        assert_eq!(consent().holds(None), Err(NoConsent::NoAgreement));
        assert_eq!(consent().holds(Some("2026-2")), Err(NoConsent::Changed));
        assert_eq!(Consent { text_version: 0, ..consent() }.holds(Some("2026-1")), Err(NoConsent::Changed));
        assert_eq!(Consent { own_request: false, ..consent() }.holds(Some("2026-1")), Err(NoConsent::NotOwnRequest));
    }

    #[test]
    fn the_texts_are_of_this_version_and_name_every_signal() {
        for (name, language) in Language::CHOICES {
            let text = language.text();
            assert!(text.starts_with("# Hymy: "), "{name}");
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
