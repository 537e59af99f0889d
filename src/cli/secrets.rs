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

/// Asks a question that only a yes in words answers.
pub fn yes(question: &str) -> anyhow::Result<bool> {
    let answer = line(&format!("{question} (yes or no)"))?;
    Ok(matches!(answer.trim().to_lowercase().as_str(), "yes" | "y" | "kyllä" | "k"))
}
