//! What people share of their own summaries, and with whom: a copy, sealed to one trainer, until it ends or is taken
//! back.
//!
//! With whom somebody shares stands in what is sealed to the two of them only; the store shows of each share whose it is,
//! so that it goes when the person does, and when it ends.

use std::ops::RangeInclusive;

use jiff::{SignedDuration, Timestamp};
use rusqlite::params;
use serde::{Deserialize, Serialize};

use super::access::{self, LogSubject, Looked, Opens, Who};
use super::retention::{DAY_MS, Lifetime};
use super::trainers::{TrainerIn, fingerprint, trainers_key};
use super::{PersonId, SignedIn, Store, StoreError};
use crate::summary::SharedWindow;
use crate::vault::{SealingKey, VaultError};

/// How many days a share can last.
pub const SHARE_DAYS: RangeInclusive<u32> = 1..=90;

/// Why nothing was shared or shown.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SharingError {
    /// Another invitation, or a spent one.
    #[error("this invitation is not the trainer {0}'s, or was used before; a new one: hymy trainer invite {0}")]
    NotInvited(String),
    /// There is no key to seal to, or to open with.
    #[error("the trainer {0} has no secret yet; they choose one with: hymy trainer secret {0}")]
    NoSecretYet(String),
    /// The wrong secret.
    #[error("this is not the secret of the trainer {0}")]
    NotTheirSecret(String),
    /// Nothing was observed in any window.
    #[error("nothing was observed yet, so there is nothing to share")]
    NothingToShare,
    /// Too short or too long.
    #[error("a share lasts {} to {} days", SHARE_DAYS.start(), SHARE_DAYS.end())]
    Days,
}

/// A share, to the person whose it is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OwnShare {
    /// With whom.
    pub trainer: String,
    /// The fingerprint of the key that it is sealed to.
    pub fingerprint: String,
    /// Since when.
    pub shared_at: Timestamp,
    /// Until when.
    pub until: Timestamp,
    /// What.
    pub windows: Vec<SharedWindow>,
    /// The number of the latest entry in the access log when it was shared.
    logged_before: i64,
    /// How often the trainer has seen it; not sealed, but counted in the access log.
    #[serde(default)]
    pub seen: usize,
    /// Whether the trainer has another key by now, or none: then nobody can open it any more.
    #[serde(default)]
    pub closed: bool,
}

/// A share, to the trainer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SharedSummary {
    /// Who shared it.
    pub name: String,
    /// Since when.
    pub shared_at: Timestamp,
    /// Until when.
    pub until: Timestamp,
    /// What.
    pub windows: Vec<SharedWindow>,
}

/// As it is sealed to the trainer.
#[derive(Serialize, Deserialize)]
struct Sealed {
    summary: SharedSummary,
    /// What stands in the access log when the trainer looks.
    subject: LogSubject,
}

/// To the end of the day, in milliseconds.
fn up_to_days(ms: i64) -> i64 {
    (ms / DAY_MS + 1) * DAY_MS
}

impl Store {
    /// Shares windows of a person's own with a trainer, in the place of what they shared with them before.
    ///
    /// # Errors
    /// [`SharingError`], or a failure of the database; nothing changed then.
    pub fn share(
        &mut self,
        person: &impl Opens,
        trainer: &str,
        days: u32,
        windows: Vec<SharedWindow>,
        now: Timestamp,
    ) -> Result<OwnShare, StoreError> {
        if !SHARE_DAYS.contains(&days) {
            return Err(SharingError::Days.into());
        }
        if windows.is_empty() {
            return Err(SharingError::NothingToShare.into());
        }
        let person = person.signed_in();
        let earlier = self.sealed_shares(person)?;
        let lasts = SignedDuration::from_hours(24 * i64::from(days));
        // To the end of a day: beside the log, the moment would tell whose entry it belongs to.
        let until = super::people::millis(up_to_days(now.saturating_add(lasts).unwrap_or(now).as_millisecond()));
        let share = self.write(|transaction| {
            let key = trainers_key(transaction, trainer)?
                .ok_or_else(|| StoreError::from(SharingError::NoSecretYet(trainer.to_owned())))?;
            for (id, share) in earlier {
                if share.trainer == trainer {
                    transaction.execute("DELETE FROM share WHERE id = ?1", [id])?;
                }
            }
            let name =
                transaction
                    .query_row("SELECT name FROM staff WHERE person = ?1", [&person.person().0], |row| row.get(0))?;
            let share = OwnShare {
                trainer: trainer.to_owned(),
                fingerprint: fingerprint(&key),
                shared_at: now,
                until,
                windows,
                logged_before: access::latest_number(transaction)?,
                seen: 0,
                closed: false,
            };
            let subject = person.subject().seen_by(&Who::Trainer(trainer.to_owned()));
            let summary = SharedSummary { name, shared_at: now, until, windows: share.windows.clone() };
            let lived_ms = Lifetime::read(transaction, now)?.lived_ms;
            let mut id = [0; 16];
            getrandom::fill(&mut id).map_err(|_| VaultError::System)?;
            transaction.execute(
                "INSERT INTO share (id, person, expires_at, lives_until_ms, own, summary)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                params![
                    id,
                    person.person().0,
                    until.as_millisecond(),
                    up_to_days(lived_ms + i64::try_from(lasts.as_millis()).unwrap_or(0)),
                    person.key().sealing_key().seal_share(&json(&share)?)?,
                    SealingKey::from_bytes(&key)?.seal_share(&json(&Sealed { summary, subject })?)?,
                ],
            )?;
            Ok(share)
        })?;
        self.flush()?;
        Ok(share)
    }

    /// Takes back what a person shares, with one trainer or with all: gone when this returns, and overwritten. Gives how
    /// many shares there were.
    ///
    /// # Errors
    /// A failure of the database; nothing was taken back then.
    pub fn unshare(&mut self, person: &SignedIn, trainer: Option<&str>) -> Result<usize, StoreError> {
        let shares = self.sealed_shares(person)?;
        let taken_back = shares.into_iter().filter(|(_, share)| trainer.is_none_or(|name| share.trainer == name));
        let removed = self.write(|transaction| {
            let mut removed = 0;
            for (id, _) in taken_back {
                removed += transaction.execute("DELETE FROM share WHERE id = ?1", [id])?;
            }
            Ok(removed)
        })?;
        self.flush()?;
        Ok(removed)
    }

    /// What a person shares.
    ///
    /// # Errors
    /// A failure of the database.
    pub fn own_shares(&self, person: &impl Opens, now: Timestamp) -> Result<Vec<OwnShare>, StoreError> {
        let seen = self.seen(person)?;
        let mut shares = Vec::new();
        for (_, mut share) in self.sealed_shares(person.signed_in())? {
            let key = self.read(|connection| trainers_key(connection, &share.trainer))?;
            share.closed = key.is_none_or(|key| fingerprint(&key) != share.fingerprint);
            let by_them = Who::Trainer(share.trainer.clone());
            share.seen = seen.iter().filter(|entry| entry.who == by_them && entry.number > share.logged_before).count();
            shares.push(share);
        }
        shares.retain(|share| share.until > now);
        shares.sort_by(|one, other| one.trainer.cmp(&other.trainer));
        Ok(shares)
    }

    /// What is shared with a trainer, or by one person of it. Each is in the access log of the person whose it is before
    /// it is given out.
    ///
    /// # Errors
    /// A failure of the database; then nothing is shown.
    pub fn shared_with(
        &mut self,
        trainer: &TrainerIn,
        of: Option<&str>,
        now: Timestamp,
    ) -> Result<Vec<SharedSummary>, StoreError> {
        let mut shared = self.opened_shares(trainer, now)?;
        shared.retain(|share| of.is_none_or(|name| share.summary.name == name.trim()));
        self.write(|transaction| {
            let who = Who::Trainer(trainer.name().to_owned());
            for share in &shared {
                access::append(transaction, now, share.subject, &who, Looked::Share)?;
            }
            Ok(())
        })?;
        Ok(shared.into_iter().map(|share| share.summary).collect())
    }

    /// Who shares with a trainer, and until when: what whoever shares has told them. Nothing of a summary is given out, so
    /// nothing is logged.
    ///
    /// # Errors
    /// A failure of the database.
    pub fn sharers(&self, trainer: &TrainerIn, now: Timestamp) -> Result<Vec<(String, Timestamp)>, StoreError> {
        let shares = self.opened_shares(trainer, now)?;
        Ok(shares.into_iter().map(|Sealed { summary, .. }| (summary.name, summary.until)).collect())
    }

    /// What is shared with a trainer and has not ended, by name.
    fn opened_shares(&self, trainer: &TrainerIn, now: Timestamp) -> Result<Vec<Sealed>, StoreError> {
        let sealed: Vec<Vec<u8>> = self.read(|connection| {
            let lifetime = Lifetime::read(connection, now)?;
            if lifetime.was_set_back(now) {
                return Ok(Vec::new());
            }
            let mut rows =
                connection.prepare("SELECT summary FROM share WHERE expires_at > ?1 AND lives_until_ms > ?2")?;
            let rows = rows.query_map([now.as_millisecond(), lifetime.lived_ms], |row| row.get(0))?;
            rows.collect()
        })?;
        // Every share is tried: what opens is theirs.
        let opened = sealed.iter().filter_map(|sealed| trainer.key().open(sealed).ok());
        let mut shared: Vec<Sealed> = opened.filter_map(|json| serde_json::from_str(&json).ok()).collect();
        shared.sort_by(|one, other| one.summary.name.cmp(&other.summary.name));
        Ok(shared)
    }

    /// A person's shares as they are sealed, opened. One that does not open was changed, and is nobody's.
    fn sealed_shares(&self, person: &SignedIn) -> Result<Vec<([u8; 16], OwnShare)>, StoreError> {
        let PersonId(id) = person.person();
        let sealed: Vec<([u8; 16], Vec<u8>)> = self.read(|connection| {
            let mut rows = connection.prepare("SELECT id, own FROM share WHERE person = ?1")?;
            let shares = rows.query_map([id], |row| Ok((row.get(0)?, row.get(1)?)))?;
            shares.collect()
        })?;
        let open = |(id, own): ([u8; 16], Vec<u8>)| {
            let share = serde_json::from_str(&person.key().open(&own)?).map_err(|_| VaultError::Unopened)?;
            Ok((id, share))
        };
        sealed.into_iter().map(open).collect()
    }
}

fn json(value: &impl Serialize) -> Result<zeroize::Zeroizing<String>, VaultError> {
    serde_json::to_string(value).map(zeroize::Zeroizing::new).map_err(|_| VaultError::System)
}

#[cfg(test)]
#[path = "shares/tests.rs"]
mod tests;
