//! A person's transactions of a window added up: in how many something was shown, and the middle value.
//!
//! Which transactions belong to the window is the caller's choice. There is no score and no order, and nobody is
//! compared with anybody.

mod record;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

pub use record::{TransactionRecord, UnknownVersion, Version};

use crate::signals::{Figure, Measured, Reason, SignalKey};

/// One signal over a window.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Line {
    /// How many transactions stand behind it: those in which it could be known.
    pub behind: u32,
    /// Shown in this many of [`Self::behind`]; `None` for a signal that has no such answer, or with nothing behind it.
    /// For `greet_delay`, the rest is "never".
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shown_in: Option<u32>,
    /// The middle of the values, in the signal's unit; of an even number, the mean of the two in the middle. `None`
    /// without values.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub median: Option<f64>,
    /// How many of the values may have been larger.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub at_least: u32,
    /// In how many transactions it could not be known, by reason.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub not_observable: BTreeMap<Reason, u32>,
}

/// What a window says to the person. Cancelled transactions are counted, and stand behind no line.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Summary {
    /// Transactions that were not cancelled.
    pub transactions: u32,
    /// Cancelled ones.
    pub voided: u32,
    /// A line for every signal; empty without transactions.
    pub signals: BTreeMap<SignalKey, Line>,
}

impl Summary {
    /// Adds up the transactions of one person's window.
    pub fn of<'records>(records: impl IntoIterator<Item = &'records TransactionRecord>) -> Self {
        let mut summary = Self::default();
        let mut values: BTreeMap<SignalKey, Vec<f64>> = BTreeMap::new();
        for record in records {
            if record.transaction.voided {
                summary.voided += 1;
                continue;
            }
            summary.transactions += 1;
            for (key, measured) in record.signals.figures() {
                let line = summary.signals.entry(key).or_default();
                line.add(&measured);
                if let Some(value) = measured.known().and_then(|figure| figure.value) {
                    values.entry(key).or_default().push(value);
                }
            }
        }
        for (key, values) in values {
            if let Some(line) = summary.signals.get_mut(&key) {
                line.median = median(values);
            }
        }
        summary
    }
}

impl Line {
    fn add(&mut self, measured: &Measured<Figure>) {
        match measured {
            Measured::NotObservable { not_observable } => {
                *self.not_observable.entry(*not_observable).or_default() += 1;
            }
            Measured::Known(figure) => {
                self.behind += 1;
                self.at_least += u32::from(figure.at_least);
                if let Some(shown) = figure.shown {
                    *self.shown_in.get_or_insert(0) += u32::from(shown);
                }
            }
        }
    }
}

fn median(mut values: Vec<f64>) -> Option<f64> {
    values.sort_unstable_by(f64::total_cmp);
    let above = values.get(values.len() / 2)?;
    let below = values.get((values.len() - 1) / 2)?;
    Some(f64::midpoint(*below, *above))
}

fn is_zero(count: &u32) -> bool {
    *count == 0
}

#[cfg(test)]
mod tests;
