//! Restoring: rows of a backup that are lost here are put back; what stands here stays as it is.
//!
//! Only rows of people who are here, under the key that the rows were sealed to, come back. Whoever was erased or
//! withdrew since has another key or none, and so has everyone on a new machine: their rows never enter the store. A
//! restore adds no person, no invitation and no key, opens no window, and gives none a second release.

use std::fs::{self, OpenOptions};
use std::io::Read;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use jiff::Timestamp;
use rusqlite::Connection;

use super::backup::{APPLICATION_ID, Attached, in_memory, passing, unwritten};
use super::key::{DatabaseKey, SALT_BYTES, of_file};
use super::{Asked, KeySource, Store, StoreError, bring_up, failure, keyed, schema};

/// What a backup may bring back at most: what the store would not have forgotten by itself.
#[derive(Clone, Copy, Debug)]
pub struct Remembered {
    /// Transactions that were closed at this time or later.
    pub records_from: Timestamp,
    /// Summaries of shifts that began at this time or later.
    pub summaries_from: Timestamp,
}

/// What was restored, in numbers of rows. Whose they are is not in it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Restored {
    /// Transactions that were put back, each sealed to its person as before.
    pub records: usize,
    /// Summaries of shifts, likewise.
    pub summaries: usize,
    /// Transactions that are the store's and nobody's.
    pub store_records: usize,
    /// Releases to trainers.
    pub releases: usize,
}

/// People whose rows come back.
const SAME_KEY: &str =
    "CREATE TEMP TABLE same_key AS SELECT here.person FROM main.vault AS here JOIN backup.vault AS there
     ON there.person = here.person AND there.sealing_key = here.sealing_key";

/// A shift comes back for its records only, and is over.
const SHIFTS: &str = "INSERT OR IGNORE INTO main.shift (id, person, register, started_at, ended_at)
     SELECT id, person, register, started_at, coalesce(ended_at, started_at) FROM backup.shift
     WHERE person IN (SELECT person FROM same_key)
       AND id IN (SELECT shift FROM backup.transaction_record WHERE closed_at >= ?1)";

const RECORDS: &str = "INSERT OR IGNORE INTO main.transaction_record
       (person, shift, register, opened_at, closed_at, record)
     SELECT record.person, record.shift, record.register, record.opened_at, record.closed_at, record.record
     FROM backup.transaction_record AS record
     JOIN backup.shift AS there ON there.id = record.shift
     JOIN main.shift AS here ON here.id = record.shift
       AND here.person = record.person AND here.started_at = there.started_at
     WHERE record.person IN (SELECT person FROM same_key) AND record.closed_at >= ?1
     ORDER BY record.opened_at, record.id";

const SUMMARIES: &str = "INSERT OR IGNORE INTO main.shift_summary SELECT * FROM backup.shift_summary
     WHERE person IN (SELECT person FROM same_key) AND started_at >= ?1";

const STORE_RECORDS: &str = "INSERT OR IGNORE INTO main.store_transaction (register, opened_at, closed_at, record)
     SELECT register, opened_at, closed_at, record FROM backup.store_transaction WHERE closed_at >= ?1
     ORDER BY opened_at, id";

/// Windows are numbered in the order in which they open: those of another machine do not fit among the ones here.
const WINDOWS: &str = "INSERT OR IGNORE INTO main.release_window SELECT * FROM backup.release_window
     WHERE id IN (SELECT window FROM backup.release) AND NOT EXISTS (
       SELECT 1 FROM main.release_window AS here JOIN backup.release_window AS there
       ON there.id = here.id AND there.window <> here.window)";

/// A window that is here and is not the same keeps what it has, or has not.
const RELEASES: &str = "INSERT OR IGNORE INTO main.release SELECT there.* FROM backup.release AS there
     JOIN backup.release_window AS planned ON planned.id = there.window
     JOIN main.release_window AS here ON here.id = planned.id AND here.window = planned.window";

/// Four weeks that are counted or told here keep what they have.
const CUSTOMERS: &str = "INSERT OR IGNORE INTO main.customer_answers SELECT * FROM backup.customer_answers
     WHERE weeks NOT IN (SELECT weeks FROM main.customer_answer)";

impl Store {
    /// Puts back what is lost here and in the backup, all of it or nothing. `other` is where the key is that held when the
    /// backup was made, if that is another than the store's; a store whose key is made of a passphrase asks for it.
    ///
    /// # Errors
    /// [`StoreError::NotABackup`], [`StoreError::WrongBackupKey`], [`StoreError::TooNew`], or a failure of the database;
    /// nothing was changed then.
    pub fn restore(
        &mut self,
        backup: &Path,
        other: Option<&KeySource>,
        remembered: Remembered,
    ) -> Result<Restored, StoreError> {
        let (_, copy) = passing(&self.database, "restore-")?;
        let restored = self.restore_through(backup, &copy, other, remembered);
        let removed = fs::remove_file(&copy);
        let restored = restored?;
        removed.map_err(|source| unwritten(&copy, source))?;
        self.compact();
        Ok(restored)
    }

    /// The backup stays as it is: a copy, which is encrypted as well, is looked at and brought to this schema.
    fn restore_through(
        &mut self,
        backup: &Path,
        copy: &Path,
        other: Option<&KeySource>,
        remembered: Remembered,
    ) -> Result<Restored, StoreError> {
        let unread = |source| StoreError::BackupUnreadable { file: backup.to_path_buf(), source };
        // A pipe would be waited for, and a device may have no end.
        let opened = OpenOptions::new().read(true).custom_flags(libc::O_NONBLOCK).open(backup);
        let mut from = opened.map_err(unread)?;
        if !from.metadata().map_err(unread)?.is_file() {
            return Err(StoreError::NotABackup { file: backup.to_path_buf() });
        }
        let made = OpenOptions::new().write(true).create_new(true).mode(0o600).open(copy);
        let mut to = made.map_err(|source| unwritten(copy, source))?;
        std::io::copy(&mut from, &mut to).map_err(|source| unwritten(copy, source))?;
        drop(to);
        let key = self.opened_by(backup, copy, other).map_err(|error| damaged(error, backup))?;
        let attached = Attached::attach(&self.connection, copy, &key)?;
        let merged = merge(attached.connection, remembered);
        let detached = attached.detach();
        let restored = merged.map_err(|source| failure(&self.database, source))?;
        detached.map(|()| restored)
    }

    /// The key that opens the copy, which is a whole backup of this schema then.
    fn opened_by(&self, backup: &Path, copy: &Path, other: Option<&KeySource>) -> Result<DatabaseKey, StoreError> {
        let mut key = self.key.clone();
        let mut opened = keyed(copy, &key.literal())?;
        if opened.is_none() {
            key = match (other, &self.source) {
                (Some(KeySource::File(path)), _) => of_file(path)?,
                (Some(KeySource::Passphrase(ask)), _) | (None, KeySource::Passphrase(ask)) => {
                    let salt = first_bytes(copy).map_err(|source| unwritten(copy, source))?;
                    let passphrase = ask(Asked::OfBackup).map_err(StoreError::NoPassphrase)?;
                    DatabaseKey::of_passphrase(&passphrase, salt)?
                }
                _ => return Err(StoreError::WrongBackupKey { file: backup.to_path_buf() }),
            };
            opened = keyed(copy, &key.literal())?;
        }
        let mut connection = opened.ok_or_else(|| StoreError::WrongBackupKey { file: backup.to_path_buf() })?;
        let failed = |source| failure(backup, source);
        in_memory(&connection).map_err(failed)?;
        let not_a_backup = || StoreError::NotABackup { file: backup.to_path_buf() };
        if !is_whole(&connection).map_err(failed)? {
            return Err(not_a_backup());
        }
        bring_up(&mut connection, backup)?;
        if !schema::is_as_fresh(&connection).map_err(failed)? {
            return Err(not_a_backup());
        }
        // It carries the salt of its own key already.
        Ok(key)
    }
}

/// A page that was changed may be one that opening the copy reads: that tells the same as the check of every page.
fn damaged(error: StoreError, backup: &Path) -> StoreError {
    use rusqlite::ErrorCode::{DatabaseCorrupt, NotADatabase};
    match error {
        StoreError::Database { source, .. }
            if matches!(source.sqlite_error_code(), Some(DatabaseCorrupt | NotADatabase)) =>
        {
            StoreError::NotABackup { file: backup.to_path_buf() }
        }
        error => error,
    }
}

/// Whether it is a backup, no page of which was changed since.
fn is_whole(connection: &Connection) -> rusqlite::Result<bool> {
    let id: i64 = connection.query_row("PRAGMA application_id", [], |row| row.get(0))?;
    let mut faults = connection.prepare("PRAGMA cipher_integrity_check")?;
    Ok(id == APPLICATION_ID && faults.query([])?.next()?.is_none())
}

fn first_bytes(file: &Path) -> std::io::Result<[u8; SALT_BYTES]> {
    let mut bytes = [0u8; SALT_BYTES];
    fs::File::open(file)?.read_exact(&mut bytes)?;
    Ok(bytes)
}

fn merge(connection: &Connection, remembered: Remembered) -> rusqlite::Result<Restored> {
    let Remembered { records_from, summaries_from } = remembered;
    let (records_from, summaries_from) = (records_from.as_millisecond(), summaries_from.as_millisecond());
    let transaction = connection.unchecked_transaction()?;
    transaction.execute_batch(SAME_KEY)?;
    transaction.execute(SHIFTS, [records_from])?;
    transaction.execute(WINDOWS, [])?;
    transaction.execute(CUSTOMERS, [])?;
    let restored = Restored {
        records: transaction.execute(RECORDS, [records_from])?,
        summaries: transaction.execute(SUMMARIES, [summaries_from])?,
        store_records: transaction.execute(STORE_RECORDS, [records_from])?,
        releases: transaction.execute(RELEASES, [])?,
    };
    transaction.execute_batch("DROP TABLE temp.same_key")?;
    transaction.commit()?;
    Ok(restored)
}
