//! Backups: what the store could lose without anybody having chosen it, in an encrypted file of its own.
//!
//! A backup never holds a person's wrapped key, so that whoever has it opens nothing of anyone's, with whatever secret;
//! and whoever is erased here is erased in every backup, because the only key went. Nor does it hold a name, an
//! invitation, a contribution or a share. It is written by naming what goes in: a table that nobody thought of stays out.

use std::fs::{self, OpenOptions};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use rusqlite::{Connection, params};

use super::key::DatabaseKey;
use super::vaults::{Invitation, put_row_into, random_hex};
use super::{PersonId, Store, StoreError, StoreErrorOr, bring_up, failure, keyed};
use crate::vault::{Row, SealingKey};

/// What a backup calls itself in its header ("Hymy").
pub(super) const APPLICATION_ID: i64 = 0x4879_6d79;

/// Files in the data folder that are about to be a backup, or were copied from one.
const PASSING: [&str; 2] = ["backup-", "restore-"];
const PASSING_ENDING: &str = ".part";

/// What is copied as it is. A record is sealed to its person; its times are not.
const COPIED: [&str; 7] = [
    // Nobody is named: a restore puts rows back and never people.
    "INSERT INTO backup.staff (person, name, added_at) SELECT person, person, 0 FROM main.staff",
    "INSERT INTO backup.shift SELECT * FROM main.shift WHERE id IN (SELECT shift FROM main.transaction_record)",
    "INSERT INTO backup.transaction_record SELECT * FROM main.transaction_record",
    "INSERT INTO backup.shift_summary SELECT * FROM main.shift_summary",
    "INSERT INTO backup.store_transaction SELECT * FROM main.store_transaction",
    // A window comes with what it released or not at all, so that none is released anew.
    "INSERT INTO backup.release_window SELECT * FROM main.release_window WHERE id IN (SELECT window FROM main.release);
     INSERT INTO backup.release SELECT * FROM main.release",
    "INSERT INTO backup.customer_answers SELECT * FROM main.customer_answers",
];

impl Store {
    /// Writes a backup into the data folder, the only one that a running kiosk may write in, under a passing name, and
    /// gives that name. Whoever asked moves it away; one that is left there goes when the store is next opened.
    ///
    /// # Errors
    /// [`StoreError::DiskFull`] or another failure of the database or the folder; nothing is left then.
    pub fn backup(&mut self) -> Result<String, StoreError> {
        let (name, file) = passing(&self.database, "backup-")?;
        match self.write_backup(&file) {
            Ok(()) => Ok(name),
            Err(error) => {
                let _ = fs::remove_file(&file);
                Err(error)
            }
        }
    }

    fn write_backup(&mut self, file: &Path) -> Result<(), StoreError> {
        make_empty(file, &self.key)?;
        let attached = Attached::attach(&self.connection, file, &self.key)?;
        let copied = copy(attached.connection);
        copied.map_err(|error| match error {
            StoreErrorOr::Store(error) => error,
            StoreErrorOr::Sqlite(source) => failure(file, source),
        })?;
        attached.detach()?;
        fs::File::open(file).and_then(|file| file.sync_all()).map_err(|source| unwritten(file, source))
    }
}

/// An empty store of this schema, for its owner only.
fn make_empty(file: &Path, key: &DatabaseKey) -> Result<(), StoreError> {
    let made = OpenOptions::new().write(true).create_new(true).mode(0o600).open(file);
    made.map_err(|source| unwritten(file, source))?;
    let Some(mut connection) = keyed(file, &key.literal_with_salt())? else {
        return Err(StoreError::NotABackup { file: file.to_path_buf() });
    };
    in_memory(&connection).map_err(|source| failure(file, source))?;
    bring_up(&mut connection, file)?;
    connection.pragma_update(None, "application_id", APPLICATION_ID).map_err(|source| failure(file, source))
}

/// No file beside this one, whatever is done to it.
pub(super) fn in_memory(connection: &Connection) -> rusqlite::Result<()> {
    connection.execute_batch("PRAGMA journal_mode = MEMORY; PRAGMA temp_store = MEMORY; PRAGMA trusted_schema = OFF;")
}

/// Another file as `backup` beside the store's own; let go of when dropped.
pub(super) struct Attached<'c> {
    pub connection: &'c Connection,
    file: PathBuf,
}

impl<'c> Attached<'c> {
    pub fn attach(connection: &'c Connection, file: &Path, key: &DatabaseKey) -> Result<Self, StoreError> {
        let failed = |source| failure(file, source);
        let path = file.to_str().ok_or_else(|| StoreError::NotABackup { file: file.to_path_buf() })?;
        let attach = "ATTACH DATABASE ?1 AS backup KEY ?2";
        connection.execute(attach, params![path, key.literal_with_salt().as_str()]).map_err(failed)?;
        let attached = Self { connection, file: file.to_path_buf() };
        connection.execute_batch("PRAGMA backup.journal_mode = MEMORY").map_err(failed)?;
        Ok(attached)
    }

    pub fn detach(self) -> Result<(), StoreError> {
        let detached = self.connection.execute_batch("DETACH DATABASE backup");
        let outcome = detached.map_err(|source| failure(&self.file, source));
        std::mem::forget(self);
        outcome
    }
}

impl Drop for Attached<'_> {
    fn drop(&mut self) {
        let _ = self.connection.execute_batch("DETACH DATABASE backup");
    }
}

/// Everything in one transaction, so that it is of one moment.
fn copy(connection: &Connection) -> Result<(), StoreErrorOr> {
    let transaction = connection.unchecked_transaction()?;
    for statement in COPIED {
        transaction.execute_batch(statement)?;
    }
    let mut rows = transaction.prepare("SELECT person, sealing_key FROM main.vault")?;
    let people = rows.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    for person in people {
        let (person, sealing_key): (String, Vec<u8>) = person?;
        // Of the same form as everybody's in the store, and nobody's key.
        let row = Row { sealing_key: SealingKey::from_bytes(&sealing_key)?, ..Row::decoy()? };
        put_row_into(&transaction, "backup", &PersonId(person), &Invitation::new()?, &row)?;
    }
    drop(rows);
    Ok(transaction.commit()?)
}

/// A file beside the database that goes when the store is next opened.
pub(super) fn passing(database: &Path, beginning: &str) -> Result<(String, PathBuf), StoreError> {
    let name = format!("{beginning}{}{PASSING_ENDING}", random_hex()?);
    let path = database.with_file_name(&name);
    Ok((name, path))
}

/// Removes what a crash left of backups and restores.
pub(super) fn remove_passing(data_dir: &Path) -> std::io::Result<()> {
    for entry in fs::read_dir(data_dir)? {
        let name = entry?.file_name();
        let name = name.to_string_lossy();
        if name.ends_with(PASSING_ENDING) && PASSING.iter().any(|beginning| name.starts_with(beginning)) {
            fs::remove_file(data_dir.join(name.as_ref()))?;
        }
    }
    Ok(())
}

pub(super) fn unwritten(file: &Path, source: std::io::Error) -> StoreError {
    StoreError::Folder { path: file.to_path_buf(), source }
}

#[cfg(test)]
mod tests;
