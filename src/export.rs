//! Everything that the store has about one person, opened with their own secret: as JSON, and as tables with a data
//! dictionary.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::consent::Consent;
use crate::store::{Looked, OwnFigure, OwnShare, OwnTime, OwnWindow, Seen, SignedIn, Store, StoreError, Who};
use crate::summary::{Summary, TransactionRecord};
use crate::vault::VaultError;

/// Everything about one person.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Export {
    /// When it was made.
    pub exported_at: Timestamp,
    /// Their name.
    pub name: String,
    /// Since when they are invited.
    pub invited_at: Timestamp,
    /// What they agreed to.
    pub consent: Consent,
    /// Transactions, oldest first.
    pub records: Vec<TransactionRecord>,
    /// Summaries of shifts (of the parts of shifts that a crash broke off), oldest first.
    pub shifts: Vec<(Timestamp, Summary)>,
    /// What windows that are not released to trainers yet have of the person.
    pub windows: Vec<OwnWindow>,
    /// When they worked, as the store has it beside what is sealed.
    #[serde(default)]
    pub times: Vec<OwnTime>,
    /// Who saw what of theirs, oldest first.
    #[serde(default)]
    pub accesses: Vec<Seen>,
    /// What they share with trainers.
    #[serde(default)]
    pub shares: Vec<OwnShare>,
}

/// What each column of `transactions.csv` is.
const DICTIONARY: &str = "\
file,column,meaning
transactions.csv,number,number of the transaction in this export
transactions.csv,opened_ms,milliseconds from the beginning of the shift to the opening of the transaction
transactions.csv,closed_ms,likewise to its closing
transactions.csv,signal,the signal's name (docs/signals.md of the product has definitions)
transactions.csv,value,\"its value: a share 0 to 1, seconds, or a number a minute; empty where not observable\"
transactions.csv,shown,\"whether it was shown: true or false, empty where the signal has no such answer\"
transactions.csv,not_observable,why it could not be known; empty where it could
shifts.csv,started_at,when the shift began (UTC)
shifts.csv,signal,the signal's name
shifts.csv,transactions,in how many transactions it could be known
shifts.csv,shown_in,in how many of these it was shown; empty where the signal has no such answer
shifts.csv,median,the middle value; empty without values
windows.csv,opens,when the window opened of which a share over many people will be released to trainers (UTC)
windows.csv,closes,when it closes; it is released three days later
windows.csv,statistic,which share (hymy release --list has meanings)
windows.csv,cell,the day of the week or the hours; empty over all
windows.csv,transactions,in how many of your transactions it was counted
windows.csv,shares_sum,what these add up to: each 0 to 1
windows.csv,contributed,\"the mean that is kept for the release, without your name; empty with too few transactions\"
times.csv,kind,\"shift, shared_shift (several signed in), transaction, pause, phone_for_work, till_ and an event of the till, or on_duty_ and a part of the week while customers' answers are counted\"
times.csv,register,at which register
times.csv,from,when it began or was (UTC)
times.csv,to,when it ended (UTC); empty of what is a moment or lasts
accesses.csv,number,the number of the entry in the access log
accesses.csv,at,when something was looked at (UTC)
accesses.csv,who,self or a trainer
accesses.csv,trainer,the trainer's name; empty of self
accesses.csv,what,what was looked at
shares.csv,trainer,with whom a summary is shared
shares.csv,shared_at,since when (UTC)
shares.csv,until,until when (UTC)
shares.csv,seen,how often the trainer looked
shares.csv,window,over what the shared summary adds up
shares.csv,from,the day on which that began
shares.csv,signal,the signal's name
shares.csv,known_in,in how many transactions it was known
shares.csv,shown_in,in how many of these it was shown; empty where the signal has no such answer
shares.csv,median,the middle value; empty without values
";

impl Export {
    /// The names of its files.
    pub const FILES: [&str; 8] = [
        "export.json",
        "transactions.csv",
        "shifts.csv",
        "windows.csv",
        "times.csv",
        "accesses.csv",
        "shares.csv",
        "dictionary.csv",
    ];

    /// Gathers it.
    ///
    /// # Errors
    /// A failure of the database, or [`StoreError::Vault`] of a row that was changed.
    pub fn of(store: &mut Store, person: &SignedIn, now: Timestamp) -> Result<Self, StoreError> {
        let member = store.staff_member_of(person.person())?;
        let opened = store.opened_by_themself(person, Looked::Export, now)?;
        let understood = |json: &str| serde_json::from_str(json).map_err(|_| StoreError::from(VaultError::Unopened));
        let records = store.records(&opened)?.iter().map(|json| understood(json)).collect::<Result<_, _>>()?;
        let mut shifts = Vec::new();
        for shift in store.summaries(&opened, Timestamp::UNIX_EPOCH)? {
            let summary = serde_json::from_str(&shift.json).map_err(|_| VaultError::Unopened)?;
            shifts.push((shift.started_at, summary));
        }
        Ok(Self {
            exported_at: now,
            name: member.name,
            invited_at: member.added_at,
            consent: person.consent().clone(),
            records,
            shifts,
            windows: store.own_windows(&opened)?,
            times: store.own_times(&opened)?,
            accesses: store.seen(&opened)?,
            shares: store.own_shares(&opened, now)?,
        })
    }

    /// The files of an export, by name.
    ///
    /// # Errors
    /// A figure that JSON cannot hold.
    pub fn files(&self) -> Result<BTreeMap<&'static str, String>, serde_json::Error> {
        Ok(BTreeMap::from([
            ("export.json", serde_json::to_string_pretty(self)?),
            ("transactions.csv", self.transactions()),
            ("shifts.csv", self.shifts()),
            ("windows.csv", self.windows()),
            ("times.csv", self.times()),
            ("accesses.csv", self.accesses()),
            ("shares.csv", self.shared()),
            ("dictionary.csv", DICTIONARY.to_owned()),
        ]))
    }

    // Names of signals and reasons, numbers and times need no quotes in CSV.
    fn transactions(&self) -> String {
        let mut table = String::from("number,opened_ms,closed_ms,signal,value,shown,not_observable\n");
        for (record, number) in self.records.iter().zip(1..) {
            let (opened_ms, closed_ms) = (record.transaction.opened_ms, record.transaction.closed_ms);
            for (key, measured) in record.signals.figures() {
                let figure = measured.known();
                let value = cell(figure.and_then(|figure| figure.value));
                let shown = cell(figure.and_then(|figure| figure.shown));
                let why = cell(measured.reason().map(|reason| reason.name()));
                table.push_str(&format!("{number},{opened_ms},{closed_ms},{},{value},{shown},{why}\n", key.as_str()));
            }
        }
        table
    }

    fn shifts(&self) -> String {
        let mut table = String::from("started_at,signal,transactions,shown_in,median\n");
        for (started_at, summary) in &self.shifts {
            for (key, line) in &summary.signals {
                let (shown_in, median) = (cell(line.shown_in), cell(line.median));
                table.push_str(&format!("{started_at},{},{},{shown_in},{median}\n", key.as_str(), line.behind));
            }
        }
        table
    }

    fn windows(&self) -> String {
        let mut table = String::from("opens,closes,statistic,cell,transactions,shares_sum,contributed\n");
        for OwnWindow { opens, closes, figures } in &self.windows {
            for figure in figures {
                let OwnFigure { statistic, cell: of, transactions, shares_sum, contributed } = figure;
                let (statistic, of, contributed) = (statistic.as_str(), cell(of.as_ref()), cell(*contributed));
                table.push_str(&format!(
                    "{opens},{closes},{statistic},{of},{transactions},{shares_sum},{contributed}\n"
                ));
            }
        }
        table
    }
}

impl Export {
    fn times(&self) -> String {
        let mut table = String::from("kind,register,from,to\n");
        for OwnTime { kind, register, from, to } in &self.times {
            table.push_str(&format!("{kind},{},{from},{}\n", text(register), cell(*to)));
        }
        table
    }

    fn accesses(&self) -> String {
        let mut table = String::from("number,at,who,trainer,what\n");
        for Seen { number, at, who, what } in &self.accesses {
            let (who, trainer) = match who {
                Who::Themself => ("self", String::new()),
                Who::Trainer(name) => ("trainer", text(name)),
            };
            table.push_str(&format!("{number},{at},{who},{trainer},{}\n", cell(what.map(Looked::name))));
        }
        table
    }

    fn shared(&self) -> String {
        let mut table = String::from("trainer,shared_at,until,seen,window,from,signal,known_in,shown_in,median\n");
        for share in &self.shares {
            let whole = format!("{},{},{},{}", text(&share.trainer), share.shared_at, share.until, share.seen);
            for window in &share.windows {
                for line in &window.lines {
                    let (kind, from, signal) = (window.kind.name(), window.from, line.signal.as_str());
                    let (shown_in, median) = (cell(line.shown_in), cell(line.median));
                    let row = format!("{whole},{kind},{from},{signal},{},{shown_in},{median}\n", line.known_in);
                    table.push_str(&row);
                }
            }
        }
        table
    }
}

/// A text that somebody chose, in quotes.
fn text(text: &str) -> String {
    format!("\"{}\"", text.replace('"', "\"\""))
}

fn cell(value: Option<impl ToString>) -> String {
    value.map(|value| value.to_string()).unwrap_or_default()
}

#[cfg(test)]
mod tests;
