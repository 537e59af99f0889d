//! What a person types: at a terminal, or as lines of standard input.

use std::io::{IsTerminal, Write};

use anyhow::Context;
use hymy::control::SecretText;
use zeroize::Zeroizing;

/// Asks for a secret, without showing it.
pub fn secret(what: &str) -> anyhow::Result<SecretText> {
    let text = if std::io::stdin().is_terminal() {
        rpassword::prompt_password(format!("{what}: ")).map(Zeroizing::new).context("no secret could be read")?
    } else {
        line(what)?
    };
    Ok(SecretText::new(text.trim_end_matches(['\r', '\n'])))
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
