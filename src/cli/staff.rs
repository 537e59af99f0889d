//! `hymy staff`: who takes part, and a person's own summary.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use hymy::clock::{Clock, SystemClock};
use hymy::config::Config;
use hymy::control::{self, Answer, Question, Window};
use hymy::summary::Summary;

use super::figures;

/// Add and list the people who agreed to take part; show a person their summary; a person's own taps during a shift.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  hymy staff add Aino --config /etc/hymy/kiosk.toml
  hymy staff list --config /etc/hymy/kiosk.toml
  hymy staff summary Aino --config /etc/hymy/kiosk.toml
  hymy staff pause Aino --config /etc/hymy/kiosk.toml

Works beside a running kiosk, through the socket in its data folder, and without one; pause, resume and
phone-for-work need the kiosk.")]
pub struct Staff {
    #[command(subcommand)]
    command: StaffCommand,
}

#[derive(Debug, Subcommand)]
enum StaffCommand {
    /// Add a staff member.
    Add {
        /// What to call them; unique in this store.
        #[arg(value_name = "NAME")]
        name: String,
        #[command(flatten)]
        store: StoreOf,
    },
    /// List the staff.
    List {
        #[command(flatten)]
        store: StoreOf,
    },
    /// Show the stored summaries of a person: the latest shift, week and four weeks.
    Summary {
        /// Their name.
        #[arg(value_name = "PERSON")]
        name: String,
        #[command(flatten)]
        store: StoreOf,
    },
    /// Pause one's own shift: the camera closes until it is resumed.
    Pause {
        /// Their name.
        #[arg(value_name = "PERSON")]
        name: String,
        #[command(flatten)]
        store: StoreOf,
    },
    /// Resume one's own shift: it is this person who stands there, and the camera opens.
    Resume {
        /// Their name.
        #[arg(value_name = "PERSON")]
        name: String,
        #[command(flatten)]
        store: StoreOf,
    },
    /// The phone in one's own hand is, or just was, for work: it is left out of this transaction.
    PhoneForWork {
        /// Their name.
        #[arg(value_name = "PERSON")]
        name: String,
        #[command(flatten)]
        store: StoreOf,
    },
}

#[derive(Debug, Args)]
struct StoreOf {
    /// The configuration that names the store.
    #[arg(long, value_name = "FILE")]
    config: PathBuf,
}

impl Staff {
    /// Asks the kiosk or the store, and prints.
    pub fn run(self) -> anyhow::Result<()> {
        let (question, store) = match self.command {
            StaffCommand::Add { name, store } => (Question::AddStaff { name }, store),
            StaffCommand::List { store } => (Question::ListStaff, store),
            StaffCommand::Summary { name, store } => (Question::Summaries { name }, store),
            StaffCommand::Pause { name, store } => (Question::Pause { name }, store),
            StaffCommand::Resume { name, store } => (Question::Resume { name }, store),
            StaffCommand::PhoneForWork { name, store } => (Question::PhoneForWork { name }, store),
        };
        let config = Config::load(&store.config)?;
        let clock = SystemClock::default();
        match control::ask(&config.kiosk.data_dir, &config.key_file, &question, &clock)? {
            Answer::Added { name } => super::print(&format!("added {name}")),
            Answer::Staff { members } if members.is_empty() => {
                super::print("nobody yet; add someone with: hymy staff add NAME --config FILE");
            }
            Answer::Staff { members } => {
                for (name, added_at) in members {
                    let day = added_at.to_zoned(clock.time_zone()).date();
                    super::print(&format!("{name}  since {day}"));
                }
            }
            Answer::Summaries { windows } if windows.is_empty() => super::print("no transactions yet"),
            Answer::Summaries { windows } => {
                for window in &windows {
                    super::print(&shown(window, &clock)?);
                }
            }
            Answer::Status(_) => {}
            Answer::Paused => super::print("paused; the camera is closed until: hymy staff resume"),
            Answer::Resumed => super::print("resumed; the camera opens"),
            Answer::NotedForWork => super::print("noted; the phone is left out of this transaction"),
            Answer::Refused { reason } => anyhow::bail!(reason),
        }
        Ok(())
    }
}

/// A window as a table: one line a signal that is on.
fn shown(window: &Window, clock: &dyn Clock) -> anyhow::Result<String> {
    let summary: Summary = serde_json::from_value(window.summary.clone())?;
    let title = match window.kind.as_str() {
        "shift" => "Latest shift",
        "week" => "Week",
        _ => "Four weeks",
    };
    let day = window.start.to_zoned(clock.time_zone()).date();
    let mut text = format!("{title} from {day}: {} transactions", summary.transactions);
    if summary.voided > 0 {
        text.push_str(&format!(", and {} cancelled", summary.voided));
    }
    let table = figures::of_summary(&summary);
    if table.row_count() == 0 {
        text.push_str("\n(no signal is on; see [signals] choices)");
    } else {
        text.push_str(&format!("\n{table}"));
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use hymy::clock::ManualClock;

    #[test]
    fn a_summary_reads_as_a_table() {
        let summary = serde_json::json!({
            "transactions": 12, "voided": 1,
            "signals": {
                "greet_delay": {"behind": 12, "shown_in": 11, "median": 1.24},
                "smile.greeting": {"behind": 9, "shown_in": 7, "median": 0.413, "not_observable": {"mouth_hidden": 3}},
                "nods": {"behind": 0, "not_observable": {"signal_off": 12}},
                "observed": {"behind": 12, "median": 0.86}
            }
        });
        let start = "2026-03-02T00:00:00Z".parse().expect("a time");
        let window = Window { kind: "week".into(), start, summary };
        insta::assert_snapshot!(shown(&window, &ManualClock::at(start)).expect("understood"));
    }
}
