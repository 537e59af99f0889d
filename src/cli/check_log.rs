//! `hymy check-log`: whether the access log is whole.

use clap::Args;
use hymy::clock::SystemClock;
use hymy::config::Config;
use hymy::control::{Answer, Question, SharingAnswer, SharingQuestion};
use hymy::store::LogCheck;

use super::shares::tell;
use super::staff::StoreOf;

/// Check whether the access log is whole, and print its head to note down.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  hymy check-log --config /etc/hymy/kiosk.toml
  hymy check-log --config /etc/hymy/kiosk.toml --noted NUMBER:HASH, as it was printed then

It shows an entry that was changed, put in or taken out. Whoever has root and the store's key can write the whole log
anew, or cut off its end: note the head where they cannot reach it, and compare it later. The log names no staff.")]
pub struct CheckLog {
    #[command(flatten)]
    store: StoreOf,
    /// A head that was noted before: the log has to have it still.
    #[arg(long, value_name = "NUMBER:HASH", value_parser = noted)]
    noted: Option<(i64, String)>,
}

impl CheckLog {
    /// Checks, and prints the head or the first entry that is wrong.
    pub fn run(self) -> anyhow::Result<()> {
        let clock = SystemClock::default();
        let config = Config::load(&self.store.config)?;
        let question = Question::Sharing(SharingQuestion::CheckLog { noted: self.noted });
        match super::ask(&config, &question)? {
            Answer::Sharing(SharingAnswer::LogChecked { check: LogCheck::Breaks { number } }) => anyhow::bail!(
                "the access log is not whole: entry {number} is not the one that was written; keep the file as it is, and \
                 tell the works council"
            ),
            Answer::Sharing(answer) => tell(&answer, &clock),
            _ => anyhow::bail!("the kiosk answered something else"),
        }
        Ok(())
    }
}

fn noted(text: &str) -> Result<(i64, String), String> {
    let whole = |hash: &str| hash.len() == 64 && hash.bytes().all(|byte| byte.is_ascii_hexdigit());
    let parts = text.split_once(':').filter(|(_, hash)| whole(hash));
    let parts = parts.and_then(|(number, hash)| Some((number.parse().ok()?, hash.to_lowercase())));
    parts.ok_or_else(|| {
        "a head has the form NUMBER:HASH, with all 64 digits of the hash, as check-log prints it".to_owned()
    })
}
