//! Windows, contributions and releases: the books of `crate::release` on the disk.
//!
//! A window is announced before it opens and never changed; a released one is read and never computed again. The schema
//! itself refuses to change either. No row here says whose it is.

use jiff::civil::Time;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan};
use rusqlite::types::Type;
use rusqlite::{Connection, OptionalExtension, Row, Transaction, params};
use serde::de::DeserializeOwned;

use super::{Store, StoreError};
use crate::release::{self, Books, Contribution, ContributionId, Release, ReleaseError, Window, WindowId};
use crate::terms::ReleaseTerms;

/// A window is announced at most this long before it opens, so that a changed configuration takes effect soon.
const ANNOUNCED_BEFORE: SignedDuration = SignedDuration::from_hours(24);

impl Books for Store {
    type Error = StoreError;

    fn window(&self, window: WindowId) -> Result<Option<Window>, StoreError> {
        let query = "SELECT window FROM release_window WHERE id = ?1";
        self.read(|connection| connection.query_row(query, [window.0], parsed).optional())
    }

    fn release(&self, window: WindowId) -> Result<Option<Release>, StoreError> {
        let query = "SELECT release FROM release WHERE window = ?1";
        self.read(|connection| connection.query_row(query, [window.0], parsed).optional())
    }

    fn contributions(&self, window: WindowId) -> Result<Vec<Contribution>, StoreError> {
        self.read(|connection| {
            // In the order of random numbers.
            let mut rows = connection.prepare("SELECT shares FROM contribution WHERE window = ?1 ORDER BY id")?;
            rows.query_map([window.0], parsed)?.collect()
        })
    }

    fn keep(&mut self, release: &Release) -> Result<(), StoreError> {
        let text = json(release)?;
        let window = release.window.0;
        self.write(|transaction| {
            transaction.execute(
                "INSERT INTO release (window, release) VALUES (?1, ?2) ON CONFLICT (window) DO NOTHING",
                params![window, text],
            )?;
            transaction.execute("DELETE FROM contribution WHERE window = ?1", [window])?;
            Ok(())
        })
    }

    fn put(
        &mut self,
        window: WindowId,
        id: ContributionId,
        contribution: Option<&Contribution>,
    ) -> Result<(), StoreError> {
        let text = contribution.map(json).transpose()?;
        self.write(|transaction| {
            match text {
                Some(text) => transaction.execute(
                    "INSERT OR REPLACE INTO contribution (window, id, shares) VALUES (?1, ?2, ?3)",
                    params![window.0, id.bytes(), text],
                )?,
                None => remove_contribution(transaction, window, id)?,
            };
            Ok(())
        })
    }
}

impl Store {
    /// Announces the next window when none covers the time after the next midnight. It opens then, or when the one
    /// before closes, whichever is later; a clock that was set back or forth makes none that overlaps or has passed.
    ///
    /// # Errors
    /// A failure of the database.
    pub fn announce_window(
        &mut self,
        terms: &ReleaseTerms,
        now: Timestamp,
        zone: &TimeZone,
    ) -> Result<Option<Window>, StoreError> {
        let previous = self.windows()?.pop();
        let Some(midnight) = next_midnight(now, zone) else { return Ok(None) };
        let opens = previous.as_ref().map_or(midnight, |previous| previous.closes.max(midnight));
        // Days of 24 hours: one of 23 would make seven days too few for a window.
        let lasts = SignedDuration::from_hours(24 * i64::from(terms.window_days));
        let Ok(closes) = opens.checked_add(lasts) else { return Ok(None) };
        if now.duration_until(opens) > ANNOUNCED_BEFORE {
            return Ok(None);
        }
        let Ok(window) = Window::next(previous.as_ref(), opens, closes, terms.plan.clone(), now) else {
            return Ok(None);
        };
        let text = json(&window)?;
        self.write(|transaction| {
            transaction
                .execute("INSERT INTO release_window (id, window) VALUES (?1, ?2)", params![window.id.0, text])?;
            Ok(())
        })?;
        Ok(Some(window))
    }

    /// Releases every window that is due; gives how many. A window that fails keeps none of the others from its release.
    ///
    /// # Errors
    /// The first failure.
    pub fn settle_windows(&mut self, now: Timestamp) -> Result<usize, ReleaseError<StoreError>> {
        let windows = self.read(unreleased).map_err(ReleaseError::Store)?;
        let (mut settled, mut failed) = (0, None);
        for window in windows.iter().filter(|window| window.may_settle(now)) {
            match release::settle(self, window.id, now) {
                Ok(_) => settled += 1,
                Err(error) => failed = failed.or(Some(error)),
            }
        }
        if settled > 0 {
            // The write-ahead log still has what was contributed.
            self.flush().map_err(ReleaseError::Store)?;
        }
        failed.map_or(Ok(settled), Err)
    }

    /// Removes every contribution: releases are switched off.
    ///
    /// # Errors
    /// A failure of the database.
    pub fn remove_contributions(&mut self) -> Result<(), StoreError> {
        self.write(|transaction| Ok(transaction.execute("DELETE FROM contribution", [])?))?;
        Ok(())
    }

    /// The newest windows that were released, oldest first, each with what it says.
    ///
    /// # Errors
    /// A failure of the database.
    pub fn released(&self, at_most: usize) -> Result<Vec<(Window, Release)>, StoreError> {
        let mut found: Vec<(Window, Release)> = self.read(|connection| {
            let mut rows = connection.prepare(
                "SELECT release_window.window, release FROM release JOIN release_window ON id = release.window
                 ORDER BY id DESC LIMIT ?1",
            )?;
            let limit = i64::try_from(at_most).unwrap_or(i64::MAX);
            rows.query_map([limit], |row| Ok((parsed_at(row, 0)?, parsed_at(row, 1)?)))?.collect()
        })?;
        found.reverse();
        Ok(found)
    }

    /// Every window, in their order.
    ///
    /// # Errors
    /// A failure of the database.
    pub fn windows(&self) -> Result<Vec<Window>, StoreError> {
        self.read(windows)
    }
}

/// The next midnight, there; always after now.
fn next_midnight(now: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
    let tomorrow = now.to_zoned(zone.clone()).date().checked_add(1.day()).ok()?;
    let midnight = tomorrow.to_datetime(Time::midnight()).to_zoned(zone.clone()).ok()?;
    Some(midnight.timestamp())
}

/// Every window, in their order.
pub(super) fn windows(connection: &Connection) -> rusqlite::Result<Vec<Window>> {
    let mut rows = connection.prepare("SELECT window FROM release_window ORDER BY id")?;
    rows.query_map([], parsed)?.collect()
}

/// Those that are not released.
pub(super) fn unreleased(connection: &Connection) -> rusqlite::Result<Vec<Window>> {
    let mut rows = connection
        .prepare("SELECT window FROM release_window WHERE id NOT IN (SELECT window FROM release) ORDER BY id")?;
    rows.query_map([], parsed)?.collect()
}

/// Those that are released.
pub(super) fn released(connection: &Connection) -> rusqlite::Result<Vec<Window>> {
    let mut rows = connection.prepare("SELECT window FROM release_window WHERE id IN (SELECT window FROM release)")?;
    rows.query_map([], parsed)?.collect()
}

/// Whether anybody has contributed to a window.
pub(super) fn has_contributions(connection: &Connection, window: WindowId) -> rusqlite::Result<bool> {
    let query = "SELECT EXISTS (SELECT 1 FROM contribution WHERE window = ?1)";
    connection.query_row(query, [window.0], |row| row.get(0))
}

/// Puts a contribution in the place of the one that is there; does nothing where none is.
pub(super) fn replace_contribution(
    transaction: &Transaction<'_>,
    window: WindowId,
    id: ContributionId,
    contribution: &Contribution,
) -> Result<(), super::StoreErrorOr> {
    if contribution.shares().iter().all(Option::is_none) {
        remove_contribution(transaction, window, id)?;
        return Ok(());
    }
    transaction.execute(
        "UPDATE contribution SET shares = ?3 WHERE window = ?1 AND id = ?2",
        params![window.0, id.bytes(), json(contribution)?],
    )?;
    Ok(())
}

pub(super) fn remove_contribution(
    connection: &Connection,
    window: WindowId,
    id: ContributionId,
) -> rusqlite::Result<usize> {
    connection.execute("DELETE FROM contribution WHERE window = ?1 AND id = ?2", params![window.0, id.bytes()])
}

fn json(value: &impl serde::Serialize) -> Result<String, StoreError> {
    Ok(serde_json::to_string(value).map_err(|_| crate::vault::VaultError::System)?)
}

fn parsed<T: DeserializeOwned>(row: &Row<'_>) -> rusqlite::Result<T> {
    parsed_at(row, 0)
}

/// A plan passes its own checks again as it is read.
fn parsed_at<T: DeserializeOwned>(row: &Row<'_>, column: usize) -> rusqlite::Result<T> {
    let text: String = row.get(column)?;
    // Not what JSON says of it, which could repeat a figure.
    serde_json::from_str(&text)
        .map_err(|_| rusqlite::Error::InvalidColumnType(column, "a row of the releases".to_owned(), Type::Text))
}

#[cfg(test)]
pub(super) mod tests;
