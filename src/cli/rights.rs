//! `hymy export` and `hymy erase`: a person's rights.

use std::fs;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::Args;
use hymy::config::Config;
use hymy::control::{Answer, OwnQuestion, Question};
use std::io::Write;

use super::secrets::{line, secret};

/// Give a person everything that the store has about them, opened with their own secret.
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  hymy export Aino --config /etc/hymy/kiosk.toml --out aino

Writes export.json, tables of transactions, shifts, windows, times, accesses and shares, and dictionary.csv, which says
what each column means, into a new folder that only its owner can read. They are no longer sealed there: keep them where
nobody else looks.")]
pub struct Export {
    /// Their name.
    #[arg(value_name = "PERSON")]
    name: String,
    /// The configuration that names the store.
    #[arg(long, value_name = "FILE")]
    config: PathBuf,
    /// A folder that does not exist yet.
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
}

impl Export {
    /// Asks for the secret, and writes the files.
    pub fn run(self) -> anyhow::Result<()> {
        let config = Config::load(&self.config)?;
        if self.out.exists() {
            anyhow::bail!("{}: exists already; name a folder that does not", self.out.display());
        }
        let secret = secret("Your secret")?;
        match super::ask(&config, &Question::own(&self.name, secret, OwnQuestion::Export))? {
            Answer::Exported(export) => {
                let made = fs::DirBuilder::new().mode(0o700).create(&self.out);
                made.with_context(|| format!("{}: cannot be made", self.out.display()))?;
                for (name, text) in export.files()? {
                    write(&self.out.join(name), &text)?;
                }
                super::print(&format!("everything about you is in {}", self.out.display()));
                Ok(())
            }
            _ => anyhow::bail!("the kiosk answered something else"),
        }
    }
}

fn write(path: &Path, text: &str) -> anyhow::Result<()> {
    let told = || format!("{}: cannot be written", path.display());
    let mut file = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path).with_context(told)?;
    file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).with_context(told)
}

/// Erase a person: rows, keys and invitation. What was sealed cannot come back.
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  hymy erase Aino --config /etc/hymy/kiosk.toml

It takes no secret, because a person who forgot theirs has the right to it too. Without it, the shares that they
contributed to a window which is not released yet cannot be found among the others: nothing tells whose they are, and
they go when the window is released. Who has the secret withdraws first, which removes them: hymy staff withdraw")]
pub struct Erase {
    /// Their name.
    #[arg(value_name = "PERSON")]
    name: String,
    /// The configuration that names the store.
    #[arg(long, value_name = "FILE")]
    config: PathBuf,
    /// Do not ask for the name again.
    #[arg(long)]
    yes: bool,
}

impl Erase {
    /// Asks whether it is meant, erases, and prints the receipt.
    pub fn run(self) -> anyhow::Result<()> {
        let config = Config::load(&self.config)?;
        if !self.yes && line("Type the name again to erase everything about them")?.trim() != self.name.trim() {
            anyhow::bail!("another name; nothing was erased");
        }
        match super::ask(&config, &Question::Erase { name: self.name })? {
            // No counts: whoever erases need not be the person, and would learn whether they took part.
            Answer::Erased { .. } => {
                super::print("erased: whatever there was of this person, their keys and their invitation");
                super::print(
                    "shares contributed to a window that is not released yet say nothing about whose they are, and go \
                     with its release; withdrawing with the secret, before erasing, removes them at once",
                );
            }
            _ => anyhow::bail!("the kiosk answered something else"),
        }
        Ok(())
    }
}
