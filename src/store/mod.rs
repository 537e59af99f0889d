//! The store: one encrypted SQLite file with the staff, their shifts, transaction records, summaries
//! and the till's inbox.
//!
//! One process holds the lock and one task owns the [`Store`]; nothing else opens the file. Every
//! commit is on the disk before a method returns. Nothing here knows what a picture is.

mod anew;
mod error;
mod inbox;
mod key;
mod lock;
mod people;
mod records;
mod schema;
mod vaults;

use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, ErrorCode, TransactionBehavior};
use zeroize::Zeroizing;

pub use error::StoreError;
pub use inbox::{Appended, EventId, InboxEvent, NewEvent, WaitingEvent};
pub use lock::StoreLock;
pub use people::{PersonId, Shift, ShiftId, StaffMember};
pub use records::{Decided, NewRecord, ShiftSummary};
pub use vaults::{Invitation, Receipt, SignedIn};

/// The name of the database in the data folder.
pub const DATABASE: &str = "hymy.db";

/// The open store.
#[derive(Debug)]
pub struct Store {
    connection: Connection,
    database: PathBuf,
    _lock: StoreLock,
}

impl Store {
    /// Takes the lock and opens the store, making folder, key and database at first start.
    ///
    /// # Errors
    /// Every [`StoreError`] about folders, keys, locks and versions.
    pub fn open(data_dir: &Path, key_file: &Path) -> Result<Self, StoreError> {
        Self::open_locked(StoreLock::take(data_dir)?, data_dir, key_file)
    }

    /// Opens the store under a lock already taken.
    ///
    /// # Errors
    /// As [`Self::open`].
    pub fn open_locked(lock: StoreLock, data_dir: &Path, key_file: &Path) -> Result<Self, StoreError> {
        let database = data_dir.join(DATABASE);
        let key = key::read_or_make(key_file, &database)?;
        let failed = |source| failure(&database, source);
        let mut connection = Connection::open(&database).map_err(failed)?;
        restrict(&database)?;
        unlock(&connection, &key, key_file, &database)?;
        connection.busy_timeout(Duration::from_secs(5)).map_err(failed)?;
        match schema::bring_up(&mut connection).map_err(failed)? {
            schema::Schema::Current => {}
            schema::Schema::Newer(found) => {
                return Err(StoreError::TooNew { database, found, known: schema::VERSION });
            }
        }
        let mut store = Self { connection, database, _lock: lock };
        store.fill_vaults()?;
        Ok(store)
    }

    /// Whether a till event could be kept now: puts one in and takes it out again, in a commit that goes
    /// to the disk and needs as many pages as a real one.
    #[must_use]
    pub fn writable(&mut self) -> bool {
        self.write(|transaction| {
            transaction.execute_batch(
                "INSERT INTO till_inbox (dedup_key, register, event, at, received_at) VALUES ('probe', '', '', 0, 0);
                 DELETE FROM till_inbox WHERE dedup_key = 'probe';",
            )?;
            Ok(())
        })
        .is_ok()
    }

    /// Folds the write-ahead log into the database, as at the end of a shift.
    ///
    /// # Errors
    /// [`StoreError::DiskFull`] or [`StoreError::Database`].
    pub fn flush(&mut self) -> Result<(), StoreError> {
        self.connection
            .query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))
            .map_err(|source| failure(&self.database, source))
    }

    /// Runs `work` in one transaction: on the disk when this returns `Ok`, undone otherwise.
    fn write<T>(
        &mut self,
        work: impl FnOnce(&rusqlite::Transaction<'_>) -> Result<T, StoreErrorOr>,
    ) -> Result<T, StoreError> {
        let database = &self.database;
        let run = || {
            let transaction = self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let value = work(&transaction)?;
            transaction.commit()?;
            Ok(value)
        };
        run().map_err(|error| match error {
            StoreErrorOr::Store(error) => error,
            StoreErrorOr::Sqlite(source) => failure(database, source),
        })
    }

    fn read<T>(&self, work: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> Result<T, StoreError> {
        work(&self.connection).map_err(|source| failure(&self.database, source))
    }
}

/// Inside a transaction: either a plain failure of SQLite or one that already has its words.
enum StoreErrorOr {
    Store(StoreError),
    Sqlite(rusqlite::Error),
}

impl From<rusqlite::Error> for StoreErrorOr {
    fn from(source: rusqlite::Error) -> Self {
        Self::Sqlite(source)
    }
}

impl From<StoreError> for StoreErrorOr {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl From<crate::vault::VaultError> for StoreErrorOr {
    fn from(error: crate::vault::VaultError) -> Self {
        Self::Store(error.into())
    }
}

fn failure(database: &Path, source: rusqlite::Error) -> StoreError {
    let database = database.to_path_buf();
    match source.sqlite_error_code() {
        Some(ErrorCode::DiskFull) => StoreError::DiskFull { database },
        _ => StoreError::Database { database, source },
    }
}

/// The database is for its owner only; its WAL and shared-memory files take over its mode.
fn restrict(database: &Path) -> Result<(), StoreError> {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(database, std::fs::Permissions::from_mode(0o600))
        .map_err(|source| StoreError::Folder { path: database.to_path_buf(), source })
}

/// Gives SQLCipher the key, makes sure that it is SQLCipher and that the key opens the file.
fn unlock(connection: &Connection, key: &str, key_file: &Path, database: &Path) -> Result<(), StoreError> {
    let failed = |source| failure(database, source);
    // SQLCipher would write its own lines to standard error; the errors here say more.
    connection.query_row("PRAGMA cipher_log_level = NONE", [], |_| Ok(())).map_err(failed)?;
    connection.execute_batch("PRAGMA cipher_memory_security = ON").map_err(failed)?;
    let pragma = Zeroizing::new(format!("PRAGMA key = \"x'{key}'\";"));
    connection.execute_batch(&pragma).map_err(failed)?;
    let cipher: Result<String, _> = connection.query_row("PRAGMA cipher_version", [], |row| row.get(0));
    if cipher.map_or(true, |version| version.is_empty()) {
        return Err(StoreError::NotEncrypting);
    }
    connection.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(())).map_err(|source| {
        if source.sqlite_error_code() == Some(ErrorCode::NotADatabase) {
            StoreError::WrongKey { key: key_file.to_path_buf(), database: database.to_path_buf() }
        } else {
            failure(database, source)
        }
    })?;
    connection
        .execute_batch(
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;
             PRAGMA secure_delete = ON; PRAGMA temp_store = MEMORY; PRAGMA trusted_schema = OFF;",
        )
        .map_err(failed)
}

#[cfg(test)]
pub(crate) mod tests;
