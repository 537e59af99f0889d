//! What is kept of one transaction: its facts and its signals, no observation and no picture.

use serde::{Deserialize, Serialize};

use crate::{
    signals::{Reason, Signals, Timeline, measure},
    transaction::{Moments, Transaction},
};

/// One measured transaction. As JSON `{"v":1,"register":…,"opened_by":…,…,"signals":{…}}`: the transaction's fields
/// stand beside `v` and `signals`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TransactionRecord {
    /// The form of this record; another is an error.
    #[serde(rename = "v")]
    pub version: Version,
    /// When it was, and what opened and closed it.
    #[serde(flatten)]
    pub transaction: Transaction,
    /// What was visible.
    pub signals: Signals,
}

impl TransactionRecord {
    /// Measures `transaction` on its part of `timeline`.
    pub fn measure(transaction: Transaction, timeline: &Timeline) -> Self {
        let signals = measure(&transaction, &Moments::of(&transaction), timeline);
        Self { version: Version, transaction, signals }
    }
}

/// What a person leaves out of one of their transactions. Why is never asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LeftOut {
    /// All of it: that somebody was served stays, and nothing of how.
    Whole,
    /// It was a complaint, in which nobody smiles: the smile of every moment.
    Smile,
}

impl TransactionRecord {
    /// The record without what is left out: not observable, as if it had not been chosen. A second time changes nothing.
    #[must_use]
    pub fn without(&self, left_out: LeftOut) -> Self {
        let signals = match left_out {
            LeftOut::Whole => Signals::unknown(Reason::SignalOff),
            LeftOut::Smile => self.signals.only(|key| !key.is_smile()),
        };
        Self { signals, ..self.clone() }
    }
}

/// Version 1, the only one there is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "u32", into = "u32")]
pub struct Version;

/// A record of a form that this program does not know.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("transaction record has version {0}, this program reads version 1")]
pub struct UnknownVersion(pub u32);

impl From<Version> for u32 {
    fn from(Version: Version) -> Self {
        1
    }
}

impl TryFrom<u32> for Version {
    type Error = UnknownVersion;

    fn try_from(version: u32) -> Result<Self, Self::Error> {
        if version == 1 { Ok(Self) } else { Err(UnknownVersion(version)) }
    }
}
