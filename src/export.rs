//! Everything that the store has about one person, opened with their own secret: as JSON, and as tables with a data
//! dictionary.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::consent::Consent;
use crate::store::{Looked, OwnFigure, OwnWindow, Store, StoreError};
use crate::summary::{Summary, TransactionRecord};
use crate::vault::{Secret, VaultError};

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
";

impl Export {
    /// Gathers it.
    ///
    /// # Errors
    /// Those of signing in, a failure of the database, or [`StoreError::Vault`] of a row that was changed.
    pub fn of(store: &mut Store, name: &str, secret: &Secret, now: Timestamp) -> Result<Self, StoreError> {
        let member = store.staff_member(name)?;
        let person = store.sign_in(name, secret, now)?;
        let opened = store.opened_by_themself(&person, Looked::Export, now)?;
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

fn cell(value: Option<impl ToString>) -> String {
    value.map(|value| value.to_string()).unwrap_or_default()
}
