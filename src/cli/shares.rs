//! `hymy staff seen`, `share`, `unshare` and `shares`: who saw what of a person's, and what they share themselves.

use clap::Subcommand;
use comfy_table::{Table, presets};
use hymy::clock::Clock;
use hymy::control::{OwnQuestion, Question, SharingAnswer};
use hymy::store::{LogCheck, Looked, OwnShare, Seen, SharedSummary, Who};
use hymy::summary::SharedWindow;

use super::figures::with_unit;
use super::secrets::secret;
use super::staff::{StoreOf, title};

/// What a person does with their own data, with their own secret.
#[derive(Debug, Subcommand)]
pub enum OwnData {
    /// Show a person who saw what of theirs, and when.
    Seen {
        /// Their name.
        #[arg(value_name = "PERSON")]
        name: String,
        #[command(flatten)]
        store: StoreOf,
    },
    /// Share one's own summary with a trainer for a while: a copy of it as it is now.
    Share {
        /// Their name.
        #[arg(value_name = "PERSON")]
        name: String,
        /// The trainer, one of [sharing] trainers.
        #[arg(long, value_name = "TRAINER")]
        with: String,
        /// For how many days, 1 to 90.
        #[arg(long, value_name = "N", default_value_t = 14, value_parser = clap::value_parser!(u32).range(1..=90))]
        days: u32,
        #[command(flatten)]
        store: StoreOf,
    },
    /// Take back what one shares: gone at once.
    Unshare {
        /// Their name.
        #[arg(value_name = "PERSON")]
        name: String,
        /// From this trainer only.
        #[arg(long, value_name = "TRAINER")]
        with: Option<String>,
        #[command(flatten)]
        store: StoreOf,
    },
    /// Show a person what they share: with whom, until when, how often it was seen.
    Shares {
        /// Their name.
        #[arg(value_name = "PERSON")]
        name: String,
        #[command(flatten)]
        store: StoreOf,
    },
}

impl OwnData {
    pub fn store(&self) -> &StoreOf {
        match self {
            Self::Seen { store, .. }
            | Self::Share { store, .. }
            | Self::Unshare { store, .. }
            | Self::Shares { store, .. } => store,
        }
    }

    /// What to ask, once the person has typed their secret.
    pub fn question(self) -> anyhow::Result<Question> {
        let secret = secret("Your secret")?;
        let (name, ask) = match self {
            Self::Seen { name, .. } => (name, OwnQuestion::Seen),
            Self::Share { name, with, days, .. } => (name, OwnQuestion::Share { with, days }),
            Self::Unshare { name, with, .. } => (name, OwnQuestion::Unshare { with }),
            Self::Shares { name, .. } => (name, OwnQuestion::Shares),
        };
        Ok(Question::own(&name, secret, ask))
    }
}

/// Prints an answer.
pub fn tell(answer: &SharingAnswer, clock: &dyn Clock) {
    let zone = clock.time_zone();
    let minute = |at: jiff::Timestamp| at.to_zoned(zone.clone()).strftime("%Y-%m-%d %H:%M").to_string();
    match answer {
        SharingAnswer::Seen { entries } => {
            for Seen { at, who, what, .. } in entries {
                super::print(&format!("{}  {}  {}", minute(*at), by(who), looked(*what)));
            }
        }
        SharingAnswer::Shared { share } => super::print(&format!(
            "shared with {} until {}: a copy of your summary as it is now\n\
             sealed to the key {}; {} can tell you theirs, and a different one is somebody else's\n\
             take it back with: hymy staff unshare",
            share.trainer,
            minute(share.until),
            share.fingerprint,
            share.trainer
        )),
        SharingAnswer::Unshared { shares: 0 } => super::print("nothing was shared"),
        SharingAnswer::Unshared { shares } => super::print(&format!("taken back: {shares}")),
        SharingAnswer::Shares { shares, .. } if shares.is_empty() => super::print("nothing is shared"),
        SharingAnswer::Shares { shares, .. } => {
            for OwnShare { trainer, fingerprint, until, seen, closed, .. } in shares {
                let closed = if *closed { "; nobody can open it, as the trainer's key is another by now" } else { "" };
                let until = minute(*until);
                super::print(&format!("{trainer}  until {until}  seen {seen} times  key {fingerprint}{closed}"));
            }
        }
        SharingAnswer::TrainerInvited { trainer, invitation } => super::print(&format!(
            "{trainer} is invited as a trainer; hand over this code, which works once: {invitation}\n\
             {trainer} chooses a secret with: hymy trainer secret {trainer} --config FILE"
        )),
        SharingAnswer::TrainersKey { fingerprint } => super::print(&format!(
            "the secret holds; tell people who want to share with you the mark of your key: {fingerprint}"
        )),
        SharingAnswer::Sharers { people } => {
            for (name, until) in people {
                super::print(&format!("{name}  until {}", minute(*until)));
            }
        }
        SharingAnswer::SharedWithTrainer { summaries } if summaries.is_empty() => {
            super::print("nothing is shared with you");
        }
        SharingAnswer::SharedWithTrainer { summaries } => {
            for SharedSummary { name, shared_at, until, windows } in summaries {
                super::print(&format!("{name}, shared on {}, until {}", minute(*shared_at), minute(*until)));
                windows.iter().for_each(|window| super::print(&shown(window)));
            }
        }
        SharingAnswer::LogChecked { check: LogCheck::Holds { latest, kept, head } } => super::print(&format!(
            "the access log is whole: {kept} entries are kept, the latest is number {latest}\nhead {latest}:{head}"
        )),
        SharingAnswer::LogChecked { check: LogCheck::Breaks { .. } } => {}
    }
}

fn by(who: &Who) -> String {
    match who {
        Who::Themself => "you".to_owned(),
        Who::Trainer(name) => format!("the trainer {name}"),
    }
}

fn looked(what: Option<Looked>) -> &'static str {
    match what {
        Some(Looked::Summary) => "looked at your summary",
        Some(Looked::Transactions) => "looked at your transactions",
        Some(Looked::Export) => "took along everything about you",
        Some(Looked::Log) => "looked at who saw what of yours",
        Some(Looked::Shares) => "looked at what you share",
        Some(Looked::Sharing) => "opened your summary to share it",
        Some(Looked::Share) => "saw the summary that you shared",
        None => "looked at something that this version does not know",
    }
}

/// A window as it is shared: one line a signal of which something was observed.
fn shown(window: &SharedWindow) -> String {
    let mut table = Table::new();
    table.load_style(presets::UTF8_HORIZONTAL_ONLY);
    table.set_header(["signal", "middle value", "shown in", "known in"]);
    for line in &window.lines {
        let signal = line.signal.as_str();
        let value = line.median.map_or_else(String::new, |value| with_unit(signal, value));
        let shown = line.shown_in.map_or_else(String::new, |shown| format!("{shown} of {}", line.known_in));
        table.add_row([signal, &value, &shown, &line.known_in.to_string()]);
    }
    format!("{} from {}\n{table}", title(window.kind), window.from)
}
