//! Who saw what: an entry for every time that something of a person's is opened, chained by hashes.
//!
//! An entry is on the disk before anything is opened, and without it nothing is. Whose it is cannot be told from the
//! log: the subject of an entry is computed from what stands in the person's sealed consent only, another one for each
//! who looked. When that row goes, nobody can tell any more, and the chain still holds.
//!
//! The chain shows an entry that was changed, put in between or taken out. Whoever can write the file can compute all of
//! it anew, or cut off its end; a head that was noted elsewhere shows that.

use jiff::Timestamp;
use rusqlite::{OptionalExtension, Transaction, params};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::people::millis;
use super::{SignedIn, Store, StoreError};
use crate::consent::Consent;
use crate::vault::VaultError;

const SUBJECT_BYTES: usize = 16;
const HASH_BYTES: usize = 32;
/// What the first entry of all follows.
const BEGINNING: [u8; HASH_BYTES] = [0; HASH_BYTES];
/// What is hashed begins with what it is for, so that no hash is good for anything else.
const SUBJECT_DOMAIN: &[u8] = b"hymy access subject 1";
const ENTRY_DOMAIN: &[u8] = b"hymy access entry 1";

/// From which the subjects of a person's entries are computed: random, and sealed with their consent.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Subject([u8; SUBJECT_BYTES]);

impl Subject {
    /// A new one.
    ///
    /// # Errors
    /// [`VaultError::System`].
    pub(super) fn random() -> Result<Self, VaultError> {
        let mut bytes = [0; SUBJECT_BYTES];
        getrandom::fill(&mut bytes).map_err(|_| VaultError::System)?;
        Ok(Self(bytes))
    }

    /// What stands in the log where `who` looked.
    pub(super) fn seen_by(&self, who: &Who) -> LogSubject {
        let digest = Sha256::new().chain_update(SUBJECT_DOMAIN).chain_update(self.0).chain_update(who.text());
        let mut subject = [0; SUBJECT_BYTES];
        subject.iter_mut().zip(digest.finalize()).for_each(|(byte, hashed)| *byte = hashed);
        LogSubject(subject)
    }
}

/// What must not be printed is not.
impl std::fmt::Debug for Subject {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Subject")
    }
}

impl From<Subject> for String {
    fn from(subject: Subject) -> Self {
        hex::encode(subject.0)
    }
}

impl TryFrom<String> for Subject {
    type Error = hex::FromHexError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let mut bytes = [0; SUBJECT_BYTES];
        hex::decode_to_slice(text, &mut bytes)?;
        Ok(Self(bytes))
    }
}

/// Whose an entry is, as the log has it.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct LogSubject(pub [u8; SUBJECT_BYTES]);

/// What is sealed to a person as their own: what they agreed to, and the key to their entries in the access log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Own {
    pub consent: Consent,
    pub subject: Subject,
}

impl Own {
    /// With a new subject.
    pub fn new(consent: Consent) -> Result<Self, VaultError> {
        Ok(Self { consent, subject: Subject::random()? })
    }

    /// As it is sealed.
    pub fn text(&self) -> Result<zeroize::Zeroizing<String>, VaultError> {
        serde_json::to_string(self).map(zeroize::Zeroizing::new).map_err(|_| VaultError::System)
    }
}

/// Who looked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Who {
    /// The person themself.
    Themself,
    /// A trainer with whom they shared it.
    Trainer(String),
}

impl Who {
    fn text(&self) -> String {
        match self {
            Self::Themself => "self".to_owned(),
            Self::Trainer(name) => format!("trainer {name}"),
        }
    }

    fn read(text: &str) -> Self {
        text.strip_prefix("trainer ").map_or(Self::Themself, |name| Self::Trainer(name.to_owned()))
    }
}

/// What was looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Looked {
    /// A person's own summaries.
    Summary,
    /// Their own transactions.
    Transactions,
    /// Everything, to take it along.
    Export,
    /// Who saw what.
    Log,
    /// What they share, and with whom.
    Shares,
    /// Their summaries, to share them.
    Sharing,
    /// A summary that they shared.
    Share,
}

impl Looked {
    const ALL: [Self; 7] =
        [Self::Summary, Self::Transactions, Self::Export, Self::Log, Self::Shares, Self::Sharing, Self::Share];

    /// Its name in the log.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Summary => "summary",
            Self::Transactions => "transactions",
            Self::Export => "export",
            Self::Log => "log",
            Self::Shares => "shares",
            Self::Sharing => "sharing",
            Self::Share => "share",
        }
    }
}

/// An entry, to the person whose it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seen {
    /// Its number in the log.
    pub number: i64,
    /// When.
    pub at: Timestamp,
    /// Who looked.
    pub who: Who,
    /// At what; `None` of an entry that a newer program wrote.
    pub what: Option<Looked>,
}

/// Whether the log is whole.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LogCheck {
    /// Every entry follows from the one before.
    Holds {
        /// The number of the latest entry; 0 before the first.
        latest: i64,
        /// How many are kept; those before went when their time was over.
        kept: i64,
        /// The hash of the latest entry, in hexadecimal: to be noted elsewhere.
        head: String,
    },
    /// This entry is the first that does not follow from the one before.
    Breaks {
        /// Its number.
        number: i64,
    },
}

/// A person's key together with the proof that the opening is in the log.
#[derive(Debug)]
pub struct Opened<'a>(&'a SignedIn);

/// What opens a person's rows: what is in the log. Tests may look without.
pub trait Opens {
    /// Whose, and with which key.
    fn signed_in(&self) -> &SignedIn;
}

impl Opens for Opened<'_> {
    fn signed_in(&self) -> &SignedIn {
        self.0
    }
}

#[cfg(test)]
impl Opens for SignedIn {
    fn signed_in(&self) -> &SignedIn {
        self
    }
}

impl Store {
    /// Writes into the log that a person opens something of their own. Nothing of theirs can be read without.
    ///
    /// # Errors
    /// A failure of the database; then nothing is opened.
    pub fn opened_by_themself<'a>(
        &mut self,
        person: &'a SignedIn,
        what: Looked,
        now: Timestamp,
    ) -> Result<Opened<'a>, StoreError> {
        let subject = person.subject().seen_by(&Who::Themself);
        self.write(|transaction| Ok(append(transaction, now, subject, &Who::Themself, what)?))?;
        Ok(Opened(person))
    }

    /// A person's entries, oldest first.
    ///
    /// # Errors
    /// A failure of the database.
    pub fn seen(&self, person: &impl Opens) -> Result<Vec<Seen>, StoreError> {
        let subject = person.signed_in().subject();
        self.read(|connection| {
            let mut rows =
                connection.prepare("SELECT number, at, subject, who, what FROM access_log ORDER BY number")?;
            let entries = rows.query_map([], |row| {
                let (who, what): (String, String) = (row.get(3)?, row.get(4)?);
                let who = Who::read(&who);
                let theirs = row.get::<_, [u8; SUBJECT_BYTES]>(2)? == subject.seen_by(&who).0;
                let what = Looked::ALL.into_iter().find(|looked| looked.name() == what);
                Ok(theirs.then_some(Seen { number: row.get(0)?, at: millis(row.get(1)?), who, what }))
            })?;
            entries.filter_map(Result::transpose).collect()
        })
    }

    /// Follows the chain from its beginning, or from the last entry that went for its age.
    ///
    /// # Errors
    /// A failure of the database.
    pub fn check_log(&self) -> Result<LogCheck, StoreError> {
        self.read(|connection| {
            let (mut number, mut chain) = anchor(connection)?;
            let mut kept = 0;
            let mut entries =
                connection.prepare("SELECT number, at, subject, who, what, chain FROM access_log ORDER BY number")?;
            let mut rows = entries.query([])?;
            while let Some(row) = rows.next()? {
                let (who, what): (String, String) = (row.get(3)?, row.get(4)?);
                number += 1;
                kept += 1;
                chain = follows(&chain, number, row.get(1)?, &row.get(2)?, &who, &what);
                if row.get::<_, i64>(0)? != number || row.get::<_, [u8; HASH_BYTES]>(5)? != chain {
                    return Ok(LogCheck::Breaks { number });
                }
            }
            Ok(LogCheck::Holds { latest: number, kept, head: hex::encode(chain) })
        })
    }

    /// The hash of an entry, in hexadecimal, to compare with one that was noted; `None` where it is not kept.
    ///
    /// # Errors
    /// A failure of the database.
    pub fn log_hash(&self, number: i64) -> Result<Option<String>, StoreError> {
        let query = "SELECT chain FROM access_log WHERE number = ?1 UNION ALL
                     SELECT chain FROM access_anchor WHERE number = ?1";
        self.read(|connection| {
            let chain = connection.query_row(query, [number], |row| row.get::<_, Vec<u8>>(0)).optional()?;
            Ok(chain.map(hex::encode))
        })
    }
}

/// The number of the latest entry; 0 before the first.
pub(super) fn latest_number(connection: &rusqlite::Connection) -> rusqlite::Result<i64> {
    latest(connection).map(|(number, _)| number)
}

/// Appends an entry.
pub(super) fn append(
    transaction: &Transaction<'_>,
    now: Timestamp,
    subject: LogSubject,
    who: &Who,
    what: Looked,
) -> rusqlite::Result<()> {
    let (number, chain) = latest(transaction)?;
    let (number, at) = (number + 1, now.as_millisecond());
    let chain = follows(&chain, number, at, &subject.0, &who.text(), what.name());
    transaction.execute(
        "INSERT INTO access_log (number, at, subject, who, what, chain) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        params![number, at, subject.0, who.text(), what.name(), chain],
    )?;
    Ok(())
}

/// Removes the oldest entries, up to this one, and remembers from where the chain goes on.
pub(super) fn forget_up_to(transaction: &Transaction<'_>, number: i64) -> rusqlite::Result<usize> {
    transaction.execute(
        "INSERT OR REPLACE INTO access_anchor (one, number, chain)
         SELECT 1, number, chain FROM access_log WHERE number <= ?1 ORDER BY number DESC LIMIT 1",
        [number],
    )?;
    transaction.execute("DELETE FROM access_log WHERE number <= ?1", [number])
}

fn latest(connection: &rusqlite::Connection) -> rusqlite::Result<(i64, [u8; HASH_BYTES])> {
    let query = "SELECT number, chain FROM access_log ORDER BY number DESC LIMIT 1";
    match connection.query_row(query, [], |row| Ok((row.get(0)?, row.get(1)?))).optional()? {
        Some(latest) => Ok(latest),
        None => anchor(connection),
    }
}

fn anchor(connection: &rusqlite::Connection) -> rusqlite::Result<(i64, [u8; HASH_BYTES])> {
    let query = "SELECT number, chain FROM access_anchor";
    let anchor = connection.query_row(query, [], |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
    Ok(anchor.unwrap_or((0, BEGINNING)))
}

/// The hash of an entry after another. Numbers are big-endian and texts have their length before them, so that no two
/// entries are hashed alike.
fn follows(
    before: &[u8; HASH_BYTES],
    number: i64,
    at: i64,
    subject: &[u8; SUBJECT_BYTES],
    who: &str,
    what: &str,
) -> [u8; HASH_BYTES] {
    let mut digest = Sha256::new().chain_update(ENTRY_DOMAIN).chain_update(before);
    digest.update(number.to_be_bytes());
    digest.update(at.to_be_bytes());
    digest.update(subject);
    for text in [who, what] {
        digest.update((text.len() as u64).to_be_bytes());
        digest.update(text);
    }
    digest.finalize().into()
}

#[cfg(test)]
#[path = "access/tests.rs"]
mod tests;
