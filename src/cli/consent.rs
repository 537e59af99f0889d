//! `hymy staff consent`: the person's own dialogue, at the kiosk. Nothing is preselected, and whoever breaks off has
//! agreed to nothing.

use std::collections::BTreeSet;

use hymy::config::{Config, SIGNALS};
use hymy::consent::{Consent, NoConsent, TEXT_VERSION};
use hymy::control::Question;

use super::secrets::{line, secret, yes};

/// Shows the text, and asks.
pub fn ask(name: String, config: &Config, now: jiff::Timestamp) -> anyhow::Result<Question> {
    let agreement = config.terms.agreement.as_ref().ok_or(NoConsent::NoAgreement)?;
    let language = config.language;
    super::print(language.text());
    super::print(&format!("Agreement between employer and staff: {agreement}\n"));
    super::print("If you agreed before: agreeing anew erases what was sealed to your earlier secret.\n");
    let invitation = line("Invitation (the code that you were handed)")?.to_string();
    if !yes("Do you yourself ask to take part?")? {
        anyhow::bail!("nothing was agreed to, and nothing is kept");
    }
    let mut signals = BTreeSet::new();
    for signal in SIGNALS.iter().filter(|signal| config.signals.contains(signal)) {
        if yes(&format!("Measure {signal}?"))? {
            signals.insert((*signal).to_owned());
        }
    }
    let chosen = secret("Choose a secret (8 characters or more; nobody can open your records without it)")?;
    if secret("The same secret again")? != chosen {
        anyhow::bail!("the two secrets differ; nothing was agreed to");
    }
    let terms = Some(config.terms.clone());
    let consent = Consent { text_version: TEXT_VERSION, language, given_at: now, own_request: true, terms, signals };
    Ok(Question::Consent { name, invitation, secret: chosen, consent })
}
