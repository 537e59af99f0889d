//! The store: one encrypted SQLite file with the staff, their shifts, transaction records, summaries
//! and the till's inbox.
//!
//! One process holds the lock and one task owns the [`Store`]; nothing else opens the file. Every
//! commit is on the disk before a method returns. Nothing here knows what a picture is.

mod access;
mod anew;
mod backup;
mod customers;
mod error;
mod inbox;
mod key;
mod lock;
mod own;
mod people;
mod records;
mod releases;
mod restore;
mod retention;
mod rotate;
mod schema;
mod sealed_record;
mod shares;
mod tallies;
mod times;
mod trainers;
mod vaults;

use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, ErrorCode, TransactionBehavior};
use zeroize::Zeroizing;

use key::DatabaseKey;

pub use access::{LogCheck, Looked, Opened, Opens, Seen, Who};
pub use error::StoreError;
pub use inbox::{Appended, EventId, InboxEvent, NewEvent, WaitingEvent};
pub use key::{AskPassphrase, Asked, KeySource, PASSPHRASE_MIN_CHARS, SALT};
pub use lock::StoreLock;
pub use own::{Changed, OwnTransaction};
pub use people::{PersonId, Shift, ShiftId, StaffMember};
pub use records::{Decided, NewRecord, ShiftSummary};
pub use restore::{Remembered, Restored};
pub use retention::{ACCESS_MONTHS, ClockWas, Retention};
pub use rotate::rotate_key;
pub use shares::{OwnShare, SHARE_DAYS, SharedSummary, SharingError};
pub use tallies::{OwnFigure, OwnTallies, OwnWindow, Unsettled};
pub use times::OwnTime;
pub use trainers::TrainerIn;
pub(crate) use vaults::waits_ms;
pub use vaults::{Invitation, Receipt, SignedIn};

/// The name of the database in the data folder.
pub const DATABASE: &str = "hymy.db";

/// The open store.
#[derive(Debug)]
pub struct Store {
    connection: Connection,
    database: PathBuf,
    key: DatabaseKey,
    source: KeySource,
    _lock: StoreLock,
}

impl Store {
    /// Takes the lock and opens the store, making folder, key and database at first start. A path stands for the file of
    /// the key.
    ///
    /// # Errors
    /// Every [`StoreError`] about folders, keys, locks and versions.
    pub fn open(data_dir: &Path, key: impl Into<KeySource>) -> Result<Self, StoreError> {
        Self::open_locked(StoreLock::take(data_dir)?, data_dir, key)
    }

    /// Opens the store under a lock already taken, and finishes a change of keys that broke off.
    ///
    /// # Errors
    /// As [`Self::open`].
    pub fn open_locked(lock: StoreLock, data_dir: &Path, key: impl Into<KeySource>) -> Result<Self, StoreError> {
        let source = key.into();
        let database = data_dir.join(DATABASE);
        backup::remove_passing(data_dir)
            .map_err(|source| StoreError::Folder { path: data_dir.to_path_buf(), source })?;
        let (mut connection, key) = open_with(&source, &database)?;
        bring_up(&mut connection, &database)?;
        let mut store = Self { connection, database, key, source, _lock: lock };
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

    /// A disk on which nothing can be written, until it can be again.
    #[cfg(test)]
    pub(crate) fn refuse_writes(&self, refuse: bool) {
        self.connection.pragma_update(None, "query_only", refuse).expect("set");
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

/// Opens the database with whichever of the source's keys opens it.
fn open_with(source: &KeySource, database: &Path) -> Result<(Connection, DatabaseKey), StoreError> {
    for (key, standing) in source.keys(database)? {
        if let Some(connection) = connect(database, &key)? {
            source.settle(standing, database)?;
            return Ok((connection, key));
        }
    }
    Err(source.wrong(database))
}

/// Opens the database with a key and all settings; `None` where the key does not open it.
fn connect(database: &Path, key: &DatabaseKey) -> Result<Option<Connection>, StoreError> {
    let failed = |source| failure(database, source);
    let Some(connection) = keyed(database, &key.literal())? else { return Ok(None) };
    restrict(database)?;
    connection.busy_timeout(Duration::from_secs(5)).map_err(failed)?;
    connection
        .execute_batch(
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;
             PRAGMA secure_delete = ON; PRAGMA temp_store = MEMORY; PRAGMA trusted_schema = OFF;",
        )
        .map_err(failed)?;
    Ok(Some(connection))
}

/// Gives SQLCipher the key of a file, and makes sure that it is SQLCipher; `None` where the key does not open the file.
fn keyed(file: &Path, key: &str) -> Result<Option<Connection>, StoreError> {
    let failed = |source| failure(file, source);
    let connection = Connection::open(file).map_err(failed)?;
    // SQLCipher would write its own lines to standard error; the errors here say more.
    connection.query_row("PRAGMA cipher_log_level = NONE", [], |_| Ok(())).map_err(failed)?;
    connection.execute_batch("PRAGMA cipher_memory_security = ON").map_err(failed)?;
    let pragma = Zeroizing::new(format!("PRAGMA key = \"{key}\";"));
    connection.execute_batch(&pragma).map_err(failed)?;
    let cipher: Result<String, _> = connection.query_row("PRAGMA cipher_version", [], |row| row.get(0));
    if cipher.map_or(true, |version| version.is_empty()) {
        return Err(StoreError::NotEncrypting);
    }
    match connection.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(())) {
        Ok(()) => Ok(Some(connection)),
        Err(source) if source.sqlite_error_code() == Some(ErrorCode::NotADatabase) => Ok(None),
        Err(source) => Err(failed(source)),
    }
}

/// Brings a file to the schema of this program.
fn bring_up(connection: &mut Connection, file: &Path) -> Result<(), StoreError> {
    match schema::bring_up(connection).map_err(|source| failure(file, source))? {
        schema::Schema::Current => Ok(()),
        schema::Schema::Newer(found) => {
            Err(StoreError::TooNew { database: file.to_path_buf(), found, known: schema::VERSION })
        }
    }
}

#[cfg(test)]
pub(crate) mod tests;
