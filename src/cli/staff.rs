//! `hymy staff`: who is invited; a person's own consent, secret and summary. Their shift: [`super::shift`].

use std::collections::BTreeMap;
use std::path::PathBuf;

use clap::{Args, Subcommand};
use hymy::clock::{Clock, SystemClock};
use hymy::config::Config;
use hymy::consent::Band;
use hymy::control::{Answer, OwnQuestion, Question};
use hymy::store::Receipt;
use hymy::summary::{LeftOut, Window, WindowKind};

use super::secrets::{new_secret, secret, yes};
use super::shares::{self, OwnData};
use super::shift::Shift;
use super::{consent, counted, figures, fit, shift, transactions};

/// Invite people and list them; a person's own consent, secret, summary, withdrawal, and taps during a shift.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  hymy staff add Aino --config /etc/hymy/kiosk.toml        invite Aino; gives a code to hand over
  hymy staff consent Aino --config /etc/hymy/kiosk.toml    Aino agrees, chooses signals and a secret
  hymy staff consent Aino --again --config /etc/hymy/kiosk.toml
                                                           the text or a value changed: anew, and nothing is lost
  hymy staff signals Aino --config /etc/hymy/kiosk.toml    other signals, and Aino's own bands
  hymy staff fit Aino --config /etc/hymy/kiosk.toml        which of them can be read of Aino here
  hymy staff sign-in Aino --config /etc/hymy/kiosk.toml    Aino's shift begins, the camera opens
  hymy staff sign-out --config /etc/hymy/kiosk.toml        the shift ends, the camera closes
  hymy staff summary Aino --config /etc/hymy/kiosk.toml    Aino's own summary, with Aino's secret
  hymy staff leave-out Aino --config /etc/hymy/kiosk.toml  Aino leaves the latest transaction out
  hymy staff withdraw Aino --config /etc/hymy/kiosk.toml   Aino withdraws: everything of theirs is erased

The employer can invite and nothing more: who agreed is shown nowhere. A secret is asked for at the terminal, or read
as a line of standard input. Works beside a running kiosk, through the socket in its data folder, and without one; a
shift needs the kiosk: sign-in, sign-out, pause, resume and phone-for-work. Signing out and pausing close the camera and
nothing else, so anybody at the counter may.")]
pub struct Staff {
    #[command(subcommand)]
    command: StaffCommand,
}

#[derive(Debug, Subcommand)]
enum StaffCommand {
    /// Invite someone: gives a code that they need to agree, once.
    Add {
        /// What to call them; unique in this store.
        #[arg(value_name = "NAME")]
        name: String,
        #[command(flatten)]
        store: StoreOf,
    },
    /// Invite someone anew, whose code was lost or used; what they agreed to holds until they agree anew.
    Invite {
        /// Their name.
        #[arg(value_name = "PERSON")]
        name: String,
        #[command(flatten)]
        store: StoreOf,
    },
    /// Agree to take part: the person's own dialogue. With a new invitation, what was sealed to the earlier secret is
    /// erased; with --again it stays.
    Consent {
        /// Their name.
        #[arg(value_name = "PERSON")]
        name: String,
        /// Agree anew with the present secret instead of an invitation, because the text or a value in force changed.
        #[arg(long)]
        again: bool,
        #[command(flatten)]
        store: StoreOf,
    },
    /// Show a person which signals are on for them, and ask for each anew; their own bands too.
    Signals {
        /// Their name.
        #[arg(value_name = "PERSON")]
        name: String,
        #[command(flatten)]
        store: StoreOf,
    },
    /// See in private which signals can be read of a person here, and switch off those that cannot; why is not kept.
    Fit {
        /// Their name.
        #[arg(value_name = "PERSON")]
        name: String,
        /// Look at the staged scene instead of the camera: for tests.
        #[arg(long, hide = true)]
        staged: bool,
        #[command(flatten)]
        store: StoreOf,
    },
    /// Put another secret in the place of the present one; everything stays readable.
    Secret {
        /// Their name.
        #[arg(value_name = "PERSON")]
        name: String,
        #[command(flatten)]
        store: StoreOf,
    },
    /// Withdraw: a shift ends at once, and everything of the person's is erased.
    Withdraw {
        /// Their name.
        #[arg(value_name = "PERSON")]
        name: String,
        #[command(flatten)]
        store: StoreOf,
    },
    /// List who is invited.
    List {
        #[command(flatten)]
        store: StoreOf,
    },
    /// Show a person their own summaries: the latest shift, week and four weeks.
    Summary {
        /// Their name.
        #[arg(value_name = "PERSON")]
        name: String,
        #[command(flatten)]
        store: StoreOf,
    },
    #[command(flatten)]
    Shift(Shift),
    /// List one's own latest transactions: when, at which register, and whether one can still be left out.
    Transactions {
        /// Their name.
        #[arg(value_name = "PERSON")]
        name: String,
        #[command(flatten)]
        store: StoreOf,
    },
    /// Leave one's own transaction out of everything, until its window is released; why is not asked.
    LeaveOut(transactions::OneOfTheirs),
    /// One's own transaction was a complaint: its smiles are left out.
    Complaint(transactions::OneOfTheirs),
    /// Leave every window out that is not released: nothing of one's own is in it then, nor will be.
    LeaveWindowOut {
        /// Their name.
        #[arg(value_name = "PERSON")]
        name: String,
        #[command(flatten)]
        store: StoreOf,
    },
    #[command(flatten)]
    OwnData(OwnData),
}

#[derive(Debug, Args)]
pub struct StoreOf {
    /// The configuration that names the store.
    #[arg(long, value_name = "FILE")]
    pub config: PathBuf,
}

impl Staff {
    /// Asks the kiosk or the store, and prints.
    pub fn run(self) -> anyhow::Result<()> {
        let clock = SystemClock::default();
        let config = Config::load(&self.command.store().config)?;
        let question = self.command.question(&config, &clock)?;
        let again = matches!(question, Question::Own { ask: OwnQuestion::AgreeAnew { .. }, .. });
        match super::ask(&config, &question)? {
            Answer::Invited { name, invitation } => super::print(&format!(
                "{name} is invited; hand over this code, which works once: {invitation}\n\
                 {name} agrees, or does not, with: hymy staff consent {name} --config FILE"
            )),
            Answer::Agreed if again => super::print("kept, under the same secret; it holds from the next shift on"),
            Answer::Agreed => super::print("agreed; a shift begins with: hymy staff sign-in NAME --config FILE"),
            Answer::SecretChanged => super::print("the new secret holds"),
            Answer::Erased { receipt } => super::print(&told(&receipt)),
            Answer::Staff { members } if members.is_empty() => {
                super::print("nobody yet; invite someone with: hymy staff add NAME --config FILE");
            }
            Answer::Staff { members } => {
                for (name, added_at) in members {
                    let day = added_at.to_zoned(clock.time_zone()).date();
                    super::print(&format!("{name}  invited on {day}"));
                }
            }
            Answer::Summaries { windows, .. } if windows.is_empty() => super::print("no transactions yet"),
            Answer::Summaries { windows, bands } => {
                for window in &windows {
                    super::print(&shown(window, &bands, &clock));
                }
            }
            Answer::Transactions { transactions } => super::print(&transactions::listed(&transactions, &clock)),
            Answer::LeftOut { opened_at } => super::print(&transactions::left_out(opened_at, &clock)),
            Answer::WindowsLeftOut => {
                super::print("done: nothing of yours is in a window that is not released; the next one begins anew");
            }
            Answer::Sharing(answer) => shares::tell(&answer, &clock),
            Answer::Status(_)
            | Answer::Exported(_)
            | Answer::OwnConsent(_)
            | Answer::Overview(_)
            | Answer::Releases { .. }
            | Answer::BackedUp { .. } => {}
            answer => shift::told(&answer).into_iter().for_each(super::print),
        }
        Ok(())
    }
}

impl StaffCommand {
    fn store(&self) -> &StoreOf {
        match self {
            Self::Add { store, .. }
            | Self::Invite { store, .. }
            | Self::Consent { store, .. }
            | Self::Signals { store, .. }
            | Self::Fit { store, .. }
            | Self::Secret { store, .. }
            | Self::Withdraw { store, .. }
            | Self::List { store }
            | Self::Summary { store, .. }
            | Self::Transactions { store, .. }
            | Self::LeaveWindowOut { store, .. } => store,
            Self::Shift(shift) => shift.store(),
            Self::LeaveOut(one) | Self::Complaint(one) => &one.store,
            Self::OwnData(own) => own.store(),
        }
    }

    /// What to ask the kiosk, once the person has typed what it takes.
    fn question(self, config: &Config, clock: &dyn Clock) -> anyhow::Result<Question> {
        Ok(match self {
            Self::Add { name, .. } => Question::AddStaff { name },
            Self::Invite { name, .. } => Question::Invite { name },
            Self::Consent { name, again: false, .. } => consent::first(name, config, clock)?,
            Self::Consent { name, again: true, .. } => consent::again(name, config, clock)?,
            Self::Signals { name, .. } => consent::signals(name, config)?,
            Self::Fit { name, staged, .. } => fit::check(name, config, staged)?,
            Self::Secret { name, .. } => {
                let (secret, new) = (secret("Your present secret")?, new_secret("The new one")?);
                Question::own(&name, secret, OwnQuestion::ChangeSecret { new })
            }
            Self::Withdraw { name, .. } => {
                let secret = secret("Your secret")?;
                if !yes("Erase everything of yours?")? {
                    anyhow::bail!("nothing was erased");
                }
                Question::own(&name, secret, OwnQuestion::Withdraw)
            }
            Self::List { .. } => Question::ListStaff,
            Self::Summary { name, .. } => Question::own(&name, secret("Your secret")?, OwnQuestion::Summaries),
            Self::Shift(shift) => shift.question()?,
            Self::Transactions { name, .. } => Question::own(&name, secret("Your secret")?, OwnQuestion::Transactions),
            Self::LeaveOut(one) => one.question(LeftOut::Whole, clock)?,
            Self::Complaint(one) => one.question(LeftOut::Smile, clock)?,
            Self::LeaveWindowOut { name, .. } => {
                let secret = secret("Your secret")?;
                if !yes("Leave everything of yours out of the windows that are not released? It cannot be undone.")? {
                    anyhow::bail!("nothing was left out");
                }
                Question::own(&name, secret, OwnQuestion::LeaveWindowsOut)
            }
            Self::OwnData(own) => own.question()?,
        })
    }
}

/// A receipt in words.
pub fn told(receipt: &Receipt) -> String {
    let Receipt { records, summaries, shifts, shares, rewritten } = receipt;
    let file = if *rewritten {
        "the file was written anew without them"
    } else {
        "they are overwritten; the disk is too full to write the file anew, which is done within a day of there being room"
    };
    let [records, summaries, shifts, shares] = [
        counted(*records, "transaction", "transactions"),
        counted(*summaries, "summary", "summaries"),
        counted(*shifts, "shift", "shifts"),
        counted(*shares, "share with a trainer", "shares with trainers"),
    ];
    format!(
        "erased: {records}, {summaries}, {shifts}, {shares}, and the keys that they were sealed to;\n\
         who saw them stays in the access log until its time is over, and what tied those entries to a person is \
         gone;\n{file}"
    )
}

/// Over what a window adds up.
pub fn title(kind: WindowKind) -> &'static str {
    match kind {
        WindowKind::Shift => "Latest shift",
        WindowKind::Week => "Week",
        WindowKind::FourWeeks => "Four weeks",
    }
}

/// A window as a table: one line a signal that is on.
fn shown(window: &Window, bands: &BTreeMap<String, Band>, clock: &dyn Clock) -> String {
    let summary = &window.summary;
    let title = title(window.kind);
    let day = window.start.to_zoned(clock.time_zone()).date();
    let mut text =
        format!("{title} from {day}: {}", counted(summary.transactions as usize, "transaction", "transactions"));
    if summary.voided > 0 {
        text.push_str(&format!(", and {} cancelled", summary.voided));
    }
    let table = figures::of_own_summary(summary, bands);
    if table.row_count() == 0 {
        text.push_str("\n(nothing to show: no signal was chosen, or everything was left out)");
    } else {
        text.push_str(&format!("\n{table}"));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use hymy::clock::ManualClock;
    use hymy::consent::Unit;

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
        let summary = serde_json::from_value(summary).expect("a summary");
        let window = Window { kind: WindowKind::Week, start, summary };
        let clock = ManualClock::at(start);
        insta::assert_snapshot!(shown(&window, &BTreeMap::new(), &clock));

        let band = Band::typed("0 8", Unit::Seconds).expect("a band");
        let told = shown(&window, &BTreeMap::from([("greet_delay".to_owned(), band)]), &clock);
        let row = told.lines().find(|line| line.contains("greet_delay")).expect("a row");
        assert!(row.contains("0.0 s to 8.0 s"), "{told}");
        assert_eq!(told.matches(" to ").count(), 1, "beside that signal only: {told}");
    }
}
