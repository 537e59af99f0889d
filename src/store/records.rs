//! Transaction records and the summaries made of them.

use jiff::Timestamp;
use rusqlite::{OptionalExtension, params};

use super::people::millis;
use super::{EventId, PersonId, Shift, ShiftId, Store, StoreError};

/// A record to be written.
#[derive(Clone, Debug)]
pub struct NewRecord {
    /// When the transaction was opened.
    pub opened_at: Timestamp,
    /// When it was closed.
    pub closed_at: Timestamp,
    /// The record itself, as JSON.
    pub json: String,
}

/// Over what a summary adds up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WindowKind {
    /// One shift.
    Shift,
    /// The week that began on Monday.
    Week,
    /// That week and the three before.
    FourWeeks,
}

impl WindowKind {
    /// Every kind, shortest first.
    pub const ALL: [Self; 3] = [Self::Shift, Self::Week, Self::FourWeeks];

    /// Its name in the store and in JSON.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Shift => "shift",
            Self::Week => "week",
            Self::FourWeeks => "four_weeks",
        }
    }
}

/// A summary as stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredSummary {
    /// The beginning of its window.
    pub window_start: Timestamp,
    /// When it was last made.
    pub refreshed_at: Timestamp,
    /// The summary itself, as JSON.
    pub json: String,
}

impl Store {
    /// Writes records (of a shift of several people: for the store, and for none of them) and marks the events that led to them as handled: both or neither, so that a
    /// crash before this decides again and a crash after it repeats nothing.
    ///
    /// # Errors
    /// [`StoreError::DiskFull`] or another failure of the database; nothing was written then.
    pub fn commit_decisions(
        &mut self,
        shift: &Shift,
        records: &[NewRecord],
        handled: &[EventId],
        now: Timestamp,
    ) -> Result<(), StoreError> {
        self.write(|transaction| {
            for record in records {
                let (opened_ms, closed_ms) = (record.opened_at.as_millisecond(), record.closed_at.as_millisecond());
                if !shift.companions.is_empty() {
                    transaction
                        .prepare(
                            "INSERT INTO store_transaction (register, opened_at, closed_at, record)
                             VALUES (?1, ?2, ?3, ?4) ON CONFLICT (register, opened_at) DO NOTHING",
                        )?
                        .execute(params![shift.register, opened_ms, closed_ms, record.json])?;
                    continue;
                }
                transaction
                    .prepare(
                        "INSERT INTO transaction_record (person, shift, register, opened_at, closed_at, record)
                         VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT (shift, register, opened_at) DO NOTHING",
                    )?
                    .execute(params![shift.person.0, shift.id.0, shift.register, opened_ms, closed_ms, record.json,])?;
            }
            for event in handled {
                transaction
                    .prepare("UPDATE till_inbox SET handled_at = ?2 WHERE id = ?1 AND handled_at IS NULL")?
                    .execute(params![event.0, now.as_millisecond()])?;
            }
            Ok(())
        })
    }

    /// A person's records opened at `from` or later, oldest first, as JSON.
    ///
    /// # Errors
    /// A failure of the database.
    pub fn records_since(&self, person: &PersonId, from: Timestamp) -> Result<Vec<String>, StoreError> {
        self.read(|connection| {
            let mut rows = connection.prepare(
                "SELECT record FROM transaction_record WHERE person = ?1 AND opened_at >= ?2 ORDER BY opened_at, id",
            )?;
            let records = rows.query_map(params![person.0, from.as_millisecond()], |row| row.get(0))?;
            records.collect()
        })
    }

    /// When a person's transactions were opened and closed, oldest first.
    ///
    /// # Errors
    /// A failure of the database.
    pub fn record_times(&self, person: &PersonId) -> Result<Vec<(Timestamp, Timestamp)>, StoreError> {
        self.read(|connection| {
            let mut rows = connection.prepare(
                "SELECT opened_at, closed_at FROM transaction_record WHERE person = ?1 ORDER BY opened_at, id",
            )?;
            let times = rows.query_map([&person.0], |row| Ok((millis(row.get(0)?), millis(row.get(1)?))))?;
            times.collect()
        })
    }

    /// The records of one shift, oldest first, as JSON.
    ///
    /// # Errors
    /// A failure of the database.
    pub fn records_of_shift(&self, shift: ShiftId) -> Result<Vec<String>, StoreError> {
        self.read(|connection| {
            let mut rows =
                connection.prepare("SELECT record FROM transaction_record WHERE shift = ?1 ORDER BY opened_at, id")?;
            let records = rows.query_map([shift.0], |row| row.get(0))?;
            records.collect()
        })
    }

    /// The records that are the store's and nobody's, opened at `from` or later, oldest first, as JSON.
    ///
    /// # Errors
    /// A failure of the database.
    pub fn store_records_since(&self, from: Timestamp) -> Result<Vec<String>, StoreError> {
        self.read(|connection| {
            let mut rows = connection
                .prepare("SELECT record FROM store_transaction WHERE opened_at >= ?1 ORDER BY opened_at, id")?;
            let records = rows.query_map([from.as_millisecond()], |row| row.get(0))?;
            records.collect()
        })
    }

    /// Deletes every record closed before `before`. Summaries stay.
    ///
    /// # Errors
    /// A failure of the database.
    pub fn forget_records(&mut self, before: Timestamp) -> Result<usize, StoreError> {
        self.write(|transaction| {
            let before = [before.as_millisecond()];
            Ok(transaction.execute("DELETE FROM transaction_record WHERE closed_at < ?1", before)?
                + transaction.execute("DELETE FROM store_transaction WHERE closed_at < ?1", before)?)
        })
    }

    /// Puts a summary in the place of the one of the same window.
    ///
    /// # Errors
    /// A failure of the database.
    pub fn put_summary(
        &mut self,
        person: &PersonId,
        kind: WindowKind,
        summary: &StoredSummary,
    ) -> Result<(), StoreError> {
        self.write(|transaction| {
            transaction.execute(
                "INSERT INTO summary (person, window_kind, window_start, refreshed_at, summary)
                 VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT (person, window_kind, window_start)
                 DO UPDATE SET refreshed_at = excluded.refreshed_at, summary = excluded.summary",
                params![
                    person.0,
                    kind.name(),
                    summary.window_start.as_millisecond(),
                    summary.refreshed_at.as_millisecond(),
                    summary.json,
                ],
            )?;
            Ok(())
        })
    }

    /// The latest summary of a kind.
    ///
    /// # Errors
    /// A failure of the database.
    pub fn summary(&self, person: &PersonId, kind: WindowKind) -> Result<Option<StoredSummary>, StoreError> {
        self.read(|connection| {
            connection
                .query_row(
                    "SELECT window_start, refreshed_at, summary FROM summary
                     WHERE person = ?1 AND window_kind = ?2 ORDER BY window_start DESC LIMIT 1",
                    params![person.0, kind.name()],
                    |row| {
                        Ok(StoredSummary {
                            window_start: millis(row.get(0)?),
                            refreshed_at: millis(row.get(1)?),
                            json: row.get(2)?,
                        })
                    },
                )
                .optional()
        })
    }
}
