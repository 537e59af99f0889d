//! A person's transactions of a window added up: in how many something was shown, and the middle value.
//!
//! Which transactions belong to the window is the caller's choice. There is no score and no order, and nobody is
//! compared with anybody.

pub mod interval;
mod record;
mod shared;
mod windows;

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize};

pub use record::{LeftOut, TransactionRecord, UnknownVersion, Version};
pub use shared::{SharedLine, SharedWindow};
pub use windows::{Window, WindowKind, earliest, windows};

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
    /// The middle of the values to a hundredth, in the signal's unit; of an even number, the mean of the two in the middle. `None`
    /// without values.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub median: Option<f64>,
    /// How many values there were of each hundredth, so that summaries can be added up.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty", deserialize_with = "with_number_keys")]
    pub hundredths: BTreeMap<i64, u32>,
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
        for record in records {
            summary.take(record);
        }
        summary
    }

    /// Adds one more transaction.
    pub fn take(&mut self, record: &TransactionRecord) {
        if record.transaction.voided {
            self.voided += 1;
            return;
        }
        self.transactions += 1;
        for (key, measured) in record.signals.figures() {
            self.signals.entry(key).or_default().add(&measured);
        }
    }

    /// Takes a transaction out again that was added: nothing is left of it.
    pub fn take_back(&mut self, record: &TransactionRecord) {
        if record.transaction.voided {
            self.voided = self.voided.saturating_sub(1);
            return;
        }
        self.transactions = self.transactions.saturating_sub(1);
        for (key, measured) in record.signals.figures() {
            if let Some(line) = self.signals.get_mut(&key) {
                line.remove(&measured);
            }
        }
        if self.transactions == 0 {
            self.signals.clear();
        }
    }

    /// Adds another summary of the same person: as if made of the transactions of both.
    pub fn merge(&mut self, other: &Self) {
        self.transactions += other.transactions;
        self.voided += other.voided;
        for (key, line) in &other.signals {
            self.signals.entry(*key).or_default().merge(line);
        }
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
                if let Some(value) = figure.value {
                    *self.hundredths.entry(hundredth(value)).or_default() += 1;
                    self.median = median(&self.hundredths);
                }
            }
        }
    }

    fn remove(&mut self, measured: &Measured<Figure>) {
        match measured {
            Measured::NotObservable { not_observable } => one_less(&mut self.not_observable, *not_observable),
            Measured::Known(figure) => {
                self.behind = self.behind.saturating_sub(1);
                self.at_least = self.at_least.saturating_sub(u32::from(figure.at_least));
                let shown = u32::from(figure.shown == Some(true));
                // A signal always has such an answer, or never: without one behind it there is none.
                self.shown_in =
                    self.shown_in.filter(|_| self.behind > 0).map(|shown_in| shown_in.saturating_sub(shown));
                if let Some(value) = figure.value {
                    one_less(&mut self.hundredths, hundredth(value));
                    self.median = median(&self.hundredths);
                }
            }
        }
    }

    fn merge(&mut self, other: &Self) {
        self.behind += other.behind;
        self.at_least += other.at_least;
        if let Some(shown_in) = other.shown_in {
            *self.shown_in.get_or_insert(0) += shown_in;
        }
        for (hundredth, count) in &other.hundredths {
            *self.hundredths.entry(*hundredth).or_default() += count;
        }
        for (reason, count) in &other.not_observable {
            *self.not_observable.entry(*reason).or_default() += count;
        }
        self.median = median(&self.hundredths);
    }
}

fn hundredth(value: f64) -> i64 {
    (value * 100.0).round() as i64
}

/// Counts one less; what is counted no more is not there.
fn one_less<K: Ord>(counts: &mut BTreeMap<K, u32>, key: K) {
    if let Entry::Occupied(mut count) = counts.entry(key) {
        match count.get().saturating_sub(1) {
            0 => drop(count.remove()),
            left => *count.get_mut() = left,
        }
    }
}

/// The middle value; of an even number, the mean of the two in the middle.
fn median(hundredths: &BTreeMap<i64, u32>) -> Option<f64> {
    let count: u32 = hundredths.values().sum();
    let at = |place: u32| {
        let mut left = place;
        hundredths.iter().find_map(|(hundredth, here)| {
            let found = left < *here;
            left = left.saturating_sub(*here);
            found.then_some(*hundredth as f64 / 100.0)
        })
    };
    Some(f64::midpoint(at(count.checked_sub(1)? / 2)?, at(count / 2)?))
}

/// JSON has the numbers as text, and serde takes them for numbers only where it reads the text itself: not inside an
/// answer of the control socket, whose kind it looks for first.
fn with_number_keys<'de, D: Deserializer<'de>>(deserializer: D) -> Result<BTreeMap<i64, u32>, D::Error> {
    let counts = BTreeMap::<String, u32>::deserialize(deserializer)?;
    let number = |(key, count): (String, u32)| Ok((key.parse().map_err(D::Error::custom)?, count));
    counts.into_iter().map(number).collect()
}

fn is_zero(count: &u32) -> bool {
    *count == 0
}

#[cfg(test)]
mod tests;
