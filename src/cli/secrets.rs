//! What a person types: at a terminal, or as lines of standard input.

use std::io::{IsTerminal, Write};

use anyhow::Context;
use hymy::config::{Config, KeyKept};
use hymy::control::SecretText;
use hymy::store::{Asked, KeySource};
use zeroize::Zeroizing;

/// Where the key of the store is; a passphrase is asked for when the store is opened, and never beside a running kiosk.
pub fn key_source(config: &Config) -> KeySource {
    match &config.key {
        KeyKept::File(path) => KeySource::File(path.clone()),
        KeyKept::Credential(name) => KeySource::credential(name),
        KeyKept::Passphrase => KeySource::Passphrase(passphrase),
    }
}

fn passphrase(asked: Asked) -> std::io::Result<Zeroizing<String>> {
    let ask = |what: &str| hidden(what).map_err(std::io::Error::other);
    match asked {
        Asked::Present => ask("Passphrase of the store"),
        Asked::OfBackup => ask("Passphrase that held when the backup was made"),
        Asked::New => {
            let chosen = ask("New passphrase of the store (15 characters or more; without it everything is lost)")?;
            if *ask("The same passphrase again")? != *chosen {
                return Err(std::io::Error::other("the two passphrases differ; nothing was changed"));
            }
            Ok(chosen)
        }
    }
}

/// Asks for a secret, without showing it.
pub fn secret(what: &str) -> anyhow::Result<SecretText> {
    Ok(SecretText::new(&hidden(what)?))
}

fn hidden(what: &str) -> anyhow::Result<Zeroizing<String>> {
    if std::io::stdin().is_terminal() {
        rpassword::prompt_password(format!("{what}: ")).map(Zeroizing::new).context("no secret could be read")
    } else {
        line(what)
    }
}

/// Asks for a line.
pub fn line(what: &str) -> anyhow::Result<Zeroizing<String>> {
    if std::io::stdin().is_terminal() {
        let mut out = std::io::stdout().lock();
        write!(out, "{what}: ")?;
        out.flush()?;
    }
    let mut text = Zeroizing::new(String::new());
    if std::io::stdin().read_line(&mut text).context("standard input cannot be read")? == 0 {
        anyhow::bail!("{what}: standard input ended; type it at a terminal, or give it as a line of standard input");
    }
    let trimmed = text.trim_end_matches(['\r', '\n']).len();
    text.truncate(trimmed);
    Ok(text)
}

/// Asks until the answer is yes or no, in English or Finnish.
pub fn yes(question: &str) -> anyhow::Result<bool> {
    loop {
        let answer = line(&format!("{question} (yes or no)"))?;
        match answer.trim().to_lowercase().as_str() {
            "yes" | "y" | "kyllä" | "k" => return Ok(true),
            "no" | "n" | "ei" | "e" => return Ok(false),
            _ => super::print("Please answer yes or no."),
        }
    }
}

/// Asks for a new secret and for the same again, until both agree and it is long enough.
pub fn new_secret(what: &str) -> anyhow::Result<SecretText> {
    loop {
        let chosen = secret(what)?;
        if let Err(fault) = chosen.chosen() {
            super::print(&format!("{fault}; please choose another."));
        } else if secret("The same secret again")? == chosen {
            return Ok(chosen);
        } else {
            super::print("The two secrets differ; please choose one anew.");
        }
    }
}
