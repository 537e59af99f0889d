//! Trainers' own keys: invited by the employer, made with a secret that the trainer chooses, and gone when the
//! configuration no longer names them.
//!
//! Nothing here says who shares anything with them.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, params};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use super::vaults::{Invitation, waits_ms};
use super::{SharingError, Store, StoreError};
use crate::vault::{OpeningKey, Secret, VaultError};

/// A trainer who gave their own secret.
#[derive(Debug)]
pub struct TrainerIn {
    name: String,
    key: OpeningKey,
}

impl TrainerIn {
    /// Who.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    pub(super) fn key(&self) -> &OpeningKey {
        &self.key
    }
}

impl Store {
    /// Invites a trainer, whom the configuration names. A key that they have holds until they choose a secret anew.
    ///
    /// # Errors
    /// A failure of the database.
    pub fn invite_trainer(&mut self, name: &str) -> Result<Invitation, StoreError> {
        let invitation = Invitation::new()?;
        self.write(|transaction| {
            transaction.execute(
                "INSERT INTO trainer (name, invitation, failed, failed_at) VALUES (?1, ?2, 0, 0)
                 ON CONFLICT (name) DO UPDATE SET invitation = excluded.invitation",
                params![name, invitation.as_str()],
            )?;
            Ok(())
        })?;
        Ok(invitation)
    }

    /// Makes a trainer's own key, which their secret opens. What was shared with an earlier key stays closed to them.
    /// Gives the key's fingerprint.
    ///
    /// # Errors
    /// [`SharingError::NotInvited`] or a failure of the database.
    pub fn give_trainer_secret(
        &mut self,
        name: &str,
        invitation: &Invitation,
        secret: &Secret,
    ) -> Result<String, StoreError> {
        let key = OpeningKey::generate();
        let wrapped = key.wrap(secret, &whose(name))?;
        let spent = Invitation::new()?;
        self.write(|transaction| {
            let query = "SELECT invitation FROM trainer WHERE name = ?1";
            let expected: Option<String> = transaction.query_row(query, [name], |row| row.get(0)).optional()?;
            if !expected.is_some_and(|expected| expected.as_bytes().ct_eq(invitation.as_str().as_bytes()).into()) {
                return Err(StoreError::from(SharingError::NotInvited(name.to_owned())).into());
            }
            transaction.execute(
                "UPDATE trainer SET invitation = ?2, sealing_key = ?3, wrapped_key = ?4, failed = 0 WHERE name = ?1",
                params![name, spent.as_str(), key.sealing_key().as_bytes(), wrapped],
            )?;
            Ok(())
        })?;
        Ok(fingerprint(key.sealing_key().as_bytes()))
    }

    /// Lets a trainer in who gives their own secret. Wrong ones are slowed as those of staff.
    ///
    /// # Errors
    /// [`SharingError::NotTheirSecret`], [`SharingError::NoSecretYet`], [`StoreError::Wait`] or a failure of the database.
    pub fn trainer_in(&mut self, name: &str, secret: &Secret, now: Timestamp) -> Result<TrainerIn, StoreError> {
        let now_ms = now.as_millisecond();
        let query = "SELECT wrapped_key, failed, failed_at FROM trainer WHERE name = ?1 AND wrapped_key IS NOT NULL";
        let found: Option<(Vec<u8>, u32, i64)> = self.read(|connection| {
            let row = connection.query_row(query, [name], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)));
            row.optional()
        })?;
        let Some((wrapped, failed, failed_at)) = found else {
            return Err(SharingError::NoSecretYet(name.to_owned()).into());
        };
        let wait_ms = waits_ms(failed, now_ms - failed_at);
        if wait_ms > 0 {
            return Err(StoreError::Wait { wait_s: (wait_ms + 999) / 1_000 });
        }
        // Counted before it is tried, so that pulling the plug gives no free tries.
        self.count_trainers_failure(name, failed.saturating_add(1), now_ms)?;
        match OpeningKey::unwrap(&wrapped, secret, &whose(name)) {
            Ok(key) => {
                self.count_trainers_failure(name, 0, 0)?;
                Ok(TrainerIn { name: name.to_owned(), key })
            }
            Err(VaultError::WrongSecret) => Err(SharingError::NotTheirSecret(name.to_owned()).into()),
            Err(error) => Err(error.into()),
        }
    }

    /// The fingerprint of a trainer's key; `None` where they have not made one.
    ///
    /// # Errors
    /// A failure of the database.
    pub fn trainers_fingerprint(&self, name: &str) -> Result<Option<String>, StoreError> {
        Ok(self.read(|connection| trainers_key(connection, name))?.map(|key| fingerprint(&key)))
    }

    /// Drops the keys of trainers whom the configuration no longer names: what was shared with them stays closed, also if
    /// they are named again.
    ///
    /// # Errors
    /// A failure of the database.
    pub fn keep_trainers(&mut self, named: &[String]) -> Result<(), StoreError> {
        let known: Vec<String> = self.read(|connection| {
            let mut rows = connection.prepare("SELECT name FROM trainer")?;
            let names = rows.query_map([], |row| row.get(0))?;
            names.collect()
        })?;
        let gone: Vec<_> = known.into_iter().filter(|name| !named.iter().any(|named| named.trim() == *name)).collect();
        if gone.is_empty() {
            return Ok(());
        }
        self.write(|transaction| {
            for name in gone {
                transaction.execute("DELETE FROM trainer WHERE name = ?1", [name])?;
            }
            Ok(())
        })?;
        self.flush()
    }

    fn count_trainers_failure(&mut self, name: &str, failed: u32, now_ms: i64) -> Result<(), StoreError> {
        self.write(|transaction| {
            let update = "UPDATE trainer SET failed = ?2, failed_at = ?3 WHERE name = ?1";
            transaction.execute(update, params![name, failed, now_ms])?;
            Ok(())
        })
    }
}

/// The 32 bytes of the key to which is sealed what is shared with a trainer; `None` where they have not made one.
pub(super) fn trainers_key(connection: &Connection, name: &str) -> rusqlite::Result<Option<Vec<u8>>> {
    let query = "SELECT sealing_key FROM trainer WHERE name = ?1";
    let key: Option<Option<Vec<u8>>> = connection.query_row(query, [name], |row| row.get(0)).optional()?;
    Ok(key.flatten())
}

/// By which two people can compare whether they mean the same key: whoever runs the machine can invite somebody in a
/// trainer's name.
pub(super) fn fingerprint(key: &[u8]) -> String {
    let digest = hex::encode(Sha256::digest(key));
    let groups: Vec<&str> = (0..4).filter_map(|group| digest.get(4 * group..4 * group + 4)).collect();
    groups.join("-")
}

/// What a trainer's key is bound to: no staff member's identity begins so.
fn whose(name: &str) -> String {
    format!("trainer {name}")
}
