//! `hymy staff consent` and `hymy staff signals`: the person's own dialogues, at the kiosk. Nothing is preselected, and
//! whoever breaks off has agreed to nothing and changed nothing.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::bail;
use hymy::clock::Clock;
use hymy::config::{Config, SIGNALS};
use hymy::consent::{Band, Consent, NoConsent, TEXT_VERSION, Unit};
use hymy::control::{Answer, OwnQuestion, Question, SecretText};

use super::secrets::{line, new_secret, secret, yes};

/// Shows the text and the values in force, and asks somebody who was invited.
pub fn first(name: String, config: &Config, clock: &dyn Clock) -> anyhow::Result<Question> {
    show(config)?;
    super::print("If you agreed before: agreeing with a new invitation erases what was sealed to your earlier secret.");
    super::print("With your present secret nothing is erased: hymy staff consent NAME --again\n");
    let invitation = line("Invitation (the code that you were handed)")?.to_string();
    let consent = agreed(config, &BTreeMap::new(), clock)?;
    let secret = new_secret("Choose a secret (8 characters or more; nobody can open your records without it)")?;
    Ok(Question::Consent { name, invitation, secret, consent })
}

/// Shows the text and the values in force, and asks somebody who agreed before. What was sealed stays readable.
pub fn again(name: String, config: &Config, clock: &dyn Clock) -> anyhow::Result<Question> {
    if config.terms.agreement.is_none() {
        return Err(NoConsent::NoAgreement.into());
    }
    let secret = secret("Your present secret")?;
    let before = own(&name, &secret, config)?;
    show(config)?;
    let consent = agreed(config, &before.bands, clock)?;
    Ok(Question::own(&name, secret, OwnQuestion::AgreeAnew { consent }))
}

/// Asks for each signal anew; what was agreed to, and when, stays.
pub fn signals(name: String, config: &Config) -> anyhow::Result<Question> {
    let secret = secret("Your secret")?;
    let before = own(&name, &secret, config)?;
    super::print(&format!("On for you: {}", listed(&before.signals)));
    let mut signals = chosen(config)?;
    // Not asked about, so left as it is: what the store does not offer now.
    signals.extend(before.signals.iter().filter(|signal| !offered(config, signal)).cloned());
    let bands = bands(&signals, &before.bands)?;
    let consent = Consent { signals, bands, ..before };
    Ok(Question::own(&name, secret, OwnQuestion::AgreeAnew { consent }))
}

/// What a person agreed to and chose, with their secret.
pub fn own(name: &str, secret: &SecretText, config: &Config) -> anyhow::Result<Consent> {
    let question = Question::own(name, secret.clone(), OwnQuestion::Consent);
    match super::ask(config, &question)? {
        Answer::OwnConsent(consent) => Ok(*consent),
        _ => bail!("the kiosk answered something else"),
    }
}

/// Names in a row, or that there are none.
pub fn listed<'a>(names: impl IntoIterator<Item = &'a String>) -> String {
    let names: Vec<&str> = names.into_iter().map(String::as_str).collect();
    if names.is_empty() { "none".to_owned() } else { names.join(", ") }
}

fn show(config: &Config) -> anyhow::Result<()> {
    if config.terms.agreement.is_none() {
        return Err(NoConsent::NoAgreement.into());
    }
    super::print(config.language.text());
    for (label, value) in config.terms.rows(config.language) {
        super::print(&format!("- {label}: {value}"));
    }
    super::print("");
    Ok(())
}

fn agreed(config: &Config, earlier: &BTreeMap<String, Band>, clock: &dyn Clock) -> anyhow::Result<Consent> {
    if !yes("Do you yourself ask to take part?")? {
        bail!("nothing was agreed to, and nothing is kept of this");
    }
    let signals = chosen(config)?;
    let bands = bands(&signals, earlier)?;
    Ok(Consent {
        text_version: TEXT_VERSION,
        language: config.language,
        given_at: clock.now(),
        own_request: true,
        terms: Some(config.terms.clone()),
        signals,
        bands,
    })
}

fn offered(config: &Config, signal: &str) -> bool {
    config.signals.contains(&signal)
}

fn chosen(config: &Config) -> anyhow::Result<BTreeSet<String>> {
    let mut signals = BTreeSet::new();
    for signal in SIGNALS.iter().filter(|signal| offered(config, signal)) {
        if yes(&format!("Measure {signal}?"))? {
            signals.insert((*signal).to_owned());
        }
    }
    Ok(signals)
}

/// Bands of these signals: new ones if they are wanted, or else the earlier ones.
fn bands(signals: &BTreeSet<String>, earlier: &BTreeMap<String, Band>) -> anyhow::Result<BTreeMap<String, Band>> {
    let chosen = SIGNALS.iter().filter(|signal| signals.contains(**signal));
    let measured: Vec<(&str, Unit)> = chosen.filter_map(|signal| Some((*signal, Unit::of(signal)?))).collect();
    if measured.is_empty() || !yes("Set your own bands now? They are shown beside your figures, to you alone.")? {
        let kept = earlier.iter().filter(|(signal, _)| signals.contains(*signal));
        return Ok(kept.map(|(signal, band)| (signal.clone(), *band)).collect());
    }
    let mut bands = BTreeMap::new();
    for (signal, unit) in measured {
        if let Some(band) = band(signal, unit)? {
            bands.insert(signal.to_owned(), band);
        }
    }
    Ok(bands)
}

fn band(signal: &str, unit: Unit) -> anyhow::Result<Option<Band>> {
    loop {
        let typed = line(&format!("{signal}, in {}: from and to, such as 20 60; empty for none", unit.name()))?;
        if typed.trim().is_empty() {
            return Ok(None);
        }
        match Band::typed(&typed, unit) {
            Ok(band) => return Ok(Some(band)),
            Err(fault) => super::print(&fault.to_string()),
        }
    }
}
