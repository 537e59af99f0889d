//! What is kept of one transaction: its facts and its signals, no observation and no picture.

use serde::{Deserialize, Serialize};

use crate::{
    signals::{Signals, Timeline, measure},
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
