//! People's own keys and consents: given, used, changed and withdrawn with their own secret only.
//!
//! Everyone who was invited has a row of one form, so that nobody can tell from the store who agreed.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Transaction, params};
use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq;

use super::access::{Own, Subject};
use super::{PersonId, Store, StoreError, StoreErrorOr, tallies};
use crate::consent::Consent;
use crate::vault::{OpeningKey, Row, SealingKey, Secret, VaultError};

/// So many wrong secrets are answered at once.
const FREE_FAILURES: u32 = 5;
/// After that, each waits twice as long as the one before, from this long,
const FIRST_WAIT_MS: i64 = 30_000;
/// up to this long.
const LONGEST_WAIT_MS: i64 = 15 * 60_000;

/// What an invited person needs to give their consent, once.
#[derive(Clone, PartialEq, Eq)]
pub struct Invitation(String);

impl Invitation {
    pub(super) fn new() -> Result<Self, StoreError> {
        Ok(Self(random_hex()?))
    }

    /// As typed.
    #[must_use]
    pub fn typed(text: &str) -> Self {
        Self(text.trim().to_lowercase())
    }

    /// To be handed to the person.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for Invitation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Invitation")
    }
}

/// A person who gave their own secret. There is no other way to get one, and none to copy it.
#[derive(Debug)]
pub struct SignedIn {
    person: PersonId,
    own: Own,
    key: OpeningKey,
}

impl SignedIn {
    /// Who.
    #[must_use]
    pub fn person(&self) -> &PersonId {
        &self.person
    }

    /// What they agreed to.
    #[must_use]
    pub fn consent(&self) -> &Consent {
        &self.own.consent
    }

    /// What they agreed to since they gave their secret.
    pub(super) fn agreed(&mut self, own: Own) {
        self.own = own;
    }

    pub(super) fn subject(&self) -> &Subject {
        &self.own.subject
    }

    pub(super) fn key(&self) -> &OpeningKey {
        &self.key
    }

    /// A made-up person with a key and no secret: what Argon2id costs would make tests of many people slow.
    #[cfg(test)]
    pub(crate) fn made_up(store: &mut Store, name: &str, consent: Consent) -> Self {
        let (member, _) = store.add_staff(name, consent.given_at).expect("invited");
        Self::made_up_again(store, &member.person, consent)
    }

    /// The same of a person who agreed before, and has a new key now.
    #[cfg(test)]
    pub(crate) fn made_up_again(store: &mut Store, person: &PersonId, consent: Consent) -> Self {
        let key = OpeningKey::generate();
        let row = Row { sealing_key: key.sealing_key(), ..Row::decoy().expect("random bytes") };
        let agree =
            |transaction: &Transaction<'_>| agree(transaction, person, &Invitation::new()?, &row, consent.given_at);
        store.write(agree).expect("agreed");
        Self { person: person.clone(), own: Own::new(consent).expect("random bytes"), key }
    }
}

/// Keeps a new key, and nothing that was sealed to an earlier one.
fn agree(
    transaction: &Transaction<'_>,
    person: &PersonId,
    spent: &Invitation,
    row: &Row,
    given_at: Timestamp,
) -> Result<(), StoreErrorOr> {
    erase_rows(transaction, person)?;
    put_row(transaction, person, spent, row)?;
    tallies::put_new(transaction, person, &row.sealing_key, Some(given_at))
}

/// What was erased.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    /// Transaction records.
    pub records: usize,
    /// Summaries of shifts.
    pub summaries: usize,
    /// Shifts.
    pub shifts: usize,
    /// What they shared with trainers.
    pub shares: usize,
    /// The file was written anew without them; otherwise the disk is too full for that, and they are overwritten only.
    #[serde(default)]
    pub rewritten: bool,
}

impl Store {
    /// Makes a new invitation for a person; an earlier one holds no longer, what they agreed to does.
    ///
    /// # Errors
    /// [`StoreError::NoSuchPerson`] or a failure of the database.
    pub fn invite(&mut self, name: &str) -> Result<Invitation, StoreError> {
        let person = self.staff_member(name)?.person;
        let invitation = Invitation::new()?;
        self.write(|transaction| {
            transaction.execute(
                "UPDATE vault SET invitation = ?2 WHERE person = ?1",
                params![person.0, invitation.as_str()],
            )?;
            Ok(())
        })?;
        Ok(invitation)
    }

    /// Keeps a person's consent under a key of their own, which their secret opens. Whatever was sealed to an earlier key
    /// goes: nobody could open it any more.
    ///
    /// # Errors
    /// [`StoreError::NoSuchPerson`], [`StoreError::NotInvited`], [`StoreError::NoConsent`] of choices that do not exist,
    /// [`StoreError::Vault`] of a consent that is too long, or a failure of the database.
    pub fn give_consent(
        &mut self,
        name: &str,
        invitation: &Invitation,
        secret: &Secret,
        consent: &Consent,
    ) -> Result<(), StoreError> {
        let person = self.staff_member(name)?.person;
        consent.check_choices()?;
        let row = Row::new(secret, &person.0, &Own::new(consent.clone())?.text()?)?;
        let spent = Invitation::new()?;
        self.write(|transaction| {
            let expected: String =
                transaction
                    .query_row("SELECT invitation FROM vault WHERE person = ?1", [&person.0], |row| row.get(0))?;
            if !bool::from(expected.as_bytes().ct_eq(invitation.as_str().as_bytes())) {
                return Err(StoreError::NotInvited(name.trim().to_owned()).into());
            }
            agree(transaction, &person, &spent, &row, consent.given_at)
        })?;
        self.compact();
        Ok(())
    }

    /// Lets a person in who gives their own secret. Wrong ones are slowed, whether or not the person agreed.
    ///
    /// # Errors
    /// [`StoreError::NotTheirSecret`], [`StoreError::Wait`], [`StoreError::NoSuchPerson`] or a failure of the database.
    pub fn sign_in(&mut self, name: &str, secret: &Secret, now: Timestamp) -> Result<SignedIn, StoreError> {
        let person = self.staff_member(name)?.person;
        let now_ms = now.as_millisecond();
        let (wrapped, sealed, failed, failed_at): (Vec<u8>, Vec<u8>, u32, i64) = self.read(|connection| {
            connection.query_row(
                "SELECT wrapped_key, consent, failed, failed_at FROM vault WHERE person = ?1",
                [&person.0],
                |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)),
            )
        })?;
        let wait_ms = waits_ms(failed, now_ms - failed_at);
        if wait_ms > 0 {
            return Err(StoreError::Wait { wait_s: (wait_ms + 999) / 1_000 });
        }
        // Counted before it is tried, so that pulling the plug gives no free tries.
        self.count_failure(&person, failed.saturating_add(1), now_ms)?;
        let opened = OpeningKey::unwrap(&wrapped, secret, &person.0).and_then(|key| Ok((key.open(&sealed)?, key)));
        match opened {
            Ok((text, key)) => {
                let own = self.own(&person, &text, &key)?;
                self.count_failure(&person, 0, 0)?;
                Ok(SignedIn { person, own, key })
            }
            Err(VaultError::WrongSecret | VaultError::Unopened) => {
                Err(StoreError::NotTheirSecret(name.trim().to_owned()))
            }
            Err(error) => Err(error.into()),
        }
    }

    /// What is sealed as a person's own. One that was sealed before there was an access log gets a subject.
    fn own(&mut self, person: &PersonId, text: &str, key: &OpeningKey) -> Result<Own, StoreError> {
        if let Ok(own) = serde_json::from_str(text) {
            return Ok(own);
        }
        let own = Own::new(serde_json::from_str(text).map_err(|_| VaultError::Unopened)?)?;
        let sealed = key.sealing_key().seal_own(&own.text()?)?;
        self.write(|transaction| {
            transaction.execute("UPDATE vault SET consent = ?2 WHERE person = ?1", params![person.0, sealed])?;
            Ok(())
        })?;
        Ok(own)
    }

    /// Puts another secret in the place of the one that was given: what was sealed stays readable.
    ///
    /// # Errors
    /// A failure of the database.
    pub fn change_secret(&mut self, signed_in: &SignedIn, secret: &Secret) -> Result<(), StoreError> {
        let wrapped = signed_in.key.wrap(secret, &signed_in.person.0)?;
        self.write(|transaction| {
            transaction
                .execute("UPDATE vault SET wrapped_key = ?2 WHERE person = ?1", params![signed_in.person.0, wrapped])?;
            Ok(())
        })
    }

    /// Withdraws a consent: the person's records, summaries, shifts, shares, keys and what they contributed to windows
    /// that are not released go, so does what tied them to the access log, and so do the freed pages. They stay
    /// invited, with an invitation that nobody has.
    ///
    /// # Errors
    /// A failure of the database; nothing was erased then.
    pub fn withdraw(&mut self, signed_in: &SignedIn) -> Result<Receipt, StoreError> {
        let person = signed_in.person.clone();
        let (spent, row) = (Invitation::new()?, Row::decoy()?);
        let receipt = self.write(|transaction| {
            tallies::remove_contributions(transaction, signed_in)?;
            let receipt = erase_rows(transaction, &person)?;
            put_row(transaction, &person, &spent, &row)?;
            Ok(receipt)
        })?;
        Ok(Receipt { rewritten: self.compact(), ..receipt })
    }

    /// Erases a person wholly: as [`Self::withdraw`], and they are no longer invited either. It needs no secret, because
    /// a person who forgot theirs has the right to it too. Without it, what they contributed to windows that are not
    /// released cannot be found: it says nothing about whose it is, and goes with the release.
    ///
    /// # Errors
    /// [`StoreError::NoSuchPerson`] or a failure of the database; nothing was erased then.
    pub fn erase(&mut self, name: &str) -> Result<Receipt, StoreError> {
        let person = self.staff_member(name)?.person;
        let receipt = self.write(|transaction| {
            let receipt = erase_rows(transaction, &person)?;
            transaction.execute("DELETE FROM staff WHERE person = ?1", [&person.0])?;
            Ok(receipt)
        })?;
        Ok(Receipt { rewritten: self.compact(), ..receipt })
    }

    /// Gives everyone a row who was invited before there were any.
    pub(super) fn fill_vaults(&mut self) -> Result<(), StoreError> {
        let query = "SELECT person FROM staff WHERE person NOT IN (SELECT person FROM vault)";
        let without: Vec<String> = self.read(|connection| {
            let mut rows = connection.prepare(query)?;
            let people = rows.query_map([], |row| row.get(0))?;
            people.collect()
        })?;
        if without.is_empty() {
            return self.write(tallies::fill);
        }
        self.write(|transaction| {
            for person in without {
                put_row(transaction, &PersonId(person), &Invitation::new()?, &Row::decoy()?)?;
            }
            tallies::fill(transaction)
        })?;
        // What an older program wrote in the clear has just been dropped.
        self.compact();
        Ok(())
    }

    /// Writes the file anew without its freed pages, and empties the write-ahead log; says whether it could. What was
    /// removed is removed and overwritten before: where there is no room to write the file anew, it is tried again with
    /// the next retention that is due.
    pub(super) fn compact(&mut self) -> bool {
        let done = self.read(|connection| connection.execute_batch("VACUUM")).and_then(|()| self.flush());
        if let Err(error) = &done {
            tracing::warn!(%error, "file_not_written_anew: what was removed is overwritten; it is tried again within a day");
            let noted = self.write(|transaction| {
                transaction.execute("UPDATE lifetime SET uncompacted = 1", [])?;
                Ok(())
            });
            if let Err(error) = noted {
                tracing::error!(%error, "file_not_written_anew_not_noted");
            }
        }
        done.is_ok()
    }

    fn count_failure(&mut self, person: &PersonId, failed: u32, now_ms: i64) -> Result<(), StoreError> {
        self.write(|transaction| {
            transaction.execute(
                "UPDATE vault SET failed = ?2, failed_at = ?3 WHERE person = ?1",
                params![person.0, failed, now_ms],
            )?;
            Ok(())
        })
    }
}

/// What is left to wait after so many wrong secrets, the last one so long ago. A clock that was set back waits anew.
pub(crate) fn waits_ms(failed: u32, ago_ms: i64) -> i64 {
    let Some(beyond) = failed.checked_sub(FREE_FAILURES) else { return 0 };
    let wait_ms = FIRST_WAIT_MS.saturating_mul(1 << beyond.min(10)).min(LONGEST_WAIT_MS);
    if ago_ms < 0 { wait_ms } else { (wait_ms - ago_ms).max(0) }
}

/// The key that a person's rows are sealed to.
pub(super) fn sealing_key(connection: &Connection, person: &PersonId) -> Result<SealingKey, StoreErrorOr> {
    let query = "SELECT sealing_key FROM vault WHERE person = ?1";
    let bytes: Option<Vec<u8>> = connection.query_row(query, [&person.0], |row| row.get(0)).optional()?;
    Ok(SealingKey::from_bytes(&bytes.unwrap_or_default())?)
}

pub(super) fn put_row(
    transaction: &Transaction<'_>,
    person: &PersonId,
    invitation: &Invitation,
    row: &Row,
) -> Result<(), StoreErrorOr> {
    put_row_into(transaction, "main", person, invitation, row)?;
    tallies::put_new(transaction, person, &row.sealing_key, None)
}

/// Puts the row of keys, and no tally, into the file that is attached under this name.
pub(super) fn put_row_into(
    transaction: &Transaction<'_>,
    schema: &str,
    person: &PersonId,
    invitation: &Invitation,
    row: &Row,
) -> Result<(), StoreErrorOr> {
    let put = format!(
        "INSERT OR REPLACE INTO {schema}.vault
           (person, invitation, sealing_key, wrapped_key, consent, failed, failed_at)
         VALUES (?1, ?2, ?3, ?4, ?5, 0, 0)"
    );
    transaction.execute(
        &put,
        params![person.0, invitation.as_str(), row.sealing_key.as_bytes(), row.wrapped_key, row.sealed],
    )?;
    Ok(())
}

fn erase_rows(transaction: &Transaction<'_>, person: &PersonId) -> Result<Receipt, StoreErrorOr> {
    let count = |query: &str| transaction.execute(query, [&person.0]);
    count("DELETE FROM on_duty WHERE person = ?1")?;
    Ok(Receipt {
        records: count("DELETE FROM transaction_record WHERE person = ?1")?,
        summaries: count("DELETE FROM shift_summary WHERE person = ?1")?,
        shifts: count("DELETE FROM shift_companion WHERE person = ?1")? + count("DELETE FROM shift WHERE person = ?1")?,
        shares: count("DELETE FROM share WHERE person = ?1")?,
        rewritten: false,
    })
}

/// Sixteen random bytes as hexadecimal digits.
pub(super) fn random_hex() -> Result<String, StoreError> {
    let mut bytes = [0u8; 16];
    getrandom::fill(&mut bytes).map_err(|_| VaultError::System)?;
    Ok(hex::encode(bytes))
}

#[cfg(test)]
#[path = "vaults/tests.rs"]
pub(super) mod tests;
