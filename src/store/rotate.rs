//! Another key in the place of the present one, safe against a crash at any moment.
//!
//! First the new key is on the disk beside the old one. Then SQLCipher writes every page anew in one transaction, so that
//! the file opens with the old key or with the new one and never with neither. Then the old key is wiped. Whoever opens
//! the store in between tries both, and finishes. Nothing is ever written in the clear.

use std::path::Path;

use zeroize::Zeroizing;

use super::key::Standing;
use super::{DATABASE, KeySource, Store, StoreError, connect, failure};

impl Store {
    /// Takes another key, kept where `to` says; gives the store under it.
    ///
    /// # Errors
    /// Those of reading or making the new key, [`StoreError::SameKey`], or a failure of the database, a full disk for one:
    /// the present key holds then. The store is closed by any error.
    pub fn rotate_key(mut self, to: impl Into<KeySource>) -> Result<Self, StoreError> {
        let to = to.into();
        let new = to.propose(&self.source, &self.database)?;
        if new.is(&self.key) {
            return Err(StoreError::SameKey);
        }
        self.flush()?;
        let pragma = Zeroizing::new(format!("PRAGMA rekey = \"{}\";", new.literal().as_str()));
        let rekeyed = self.connection.execute_batch(&pragma);
        let Self { connection, database, key, source, _lock } = self;
        // SQLCipher says nothing of a commit that failed, and this connection would go on with the new key whatever came
        // of it. What is on the disk decides.
        drop(connection);
        let Some(connection) = connect(&database, &new)? else {
            if connect(&database, &key)?.is_some() {
                to.settle(Standing::Present, &database)?;
            }
            return Err(match rekeyed {
                Err(error) => failure(&database, error),
                Ok(()) => StoreError::NotRotated { database },
            });
        };
        let is_same_place = to.is_same_place(&source);
        let mut store = Self { connection, database, key: new, source: to, _lock };
        // Before the old key goes: nothing is left that needs it.
        store.flush()?;
        // An old key in another place goes first, so that as long as it is there, the new one is seen to wait.
        if !is_same_place {
            source.retire(&store.database)?;
        }
        store.source.settle(Standing::Next, &store.database)?;
        Ok(store)
    }
}

/// Gives the store of a stopped kiosk another key, or finishes a change from one place to another that broke off.
///
/// # Errors
/// [`StoreError::Locked`] beside a running kiosk, those of opening the store, those of [`Store::rotate_key`], and
/// [`StoreError::OldKeyLeft`] where the new key holds and a file is left of which nothing says that it was the old one.
pub fn rotate_key(data_dir: &Path, from: &KeySource, to: &KeySource) -> Result<(), StoreError> {
    let error = match Store::open(data_dir, from) {
        Ok(store) => return store.rotate_key(to).map(drop),
        Err(error @ StoreError::Locked { .. }) => return Err(error),
        Err(error) => error,
    };
    let database = data_dir.join(DATABASE);
    let waits = to.waits(&database);
    if from.is_same_place(to) || Store::open(data_dir, to).is_err() {
        return Err(error);
    }
    match from {
        KeySource::File(key) if !waits && key.exists() => Err(StoreError::OldKeyLeft { key: key.clone() }),
        _ => from.retire(&database),
    }
}
