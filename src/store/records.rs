//! Transaction records and the summaries made of them.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use rusqlite::{Transaction, params};
use zeroize::Zeroizing;

use super::people::millis;
use super::sealed_record::Heading;
use super::tallies::{Counting, OwnTallies};
use super::vaults::sealing_key;
use super::{EventId, Opens, PersonId, Shift, ShiftId, Store, StoreError, StoreErrorOr};

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

/// What was decided, to be written together.
#[derive(Clone, Copy, Debug)]
pub struct Decided<'a> {
    /// Records of transactions.
    pub records: &'a [NewRecord],
    /// The events that led to them, or to nothing.
    pub handled: &'a [EventId],
    /// The summary of the shift's present part, these records included, as JSON; `None` where the shift is nobody's.
    pub summary: Option<(i64, &'a str)>,
}

/// A shift's summary, opened.
#[derive(Clone, Debug, PartialEq)]
pub struct ShiftSummary {
    /// When the shift began.
    pub started_at: Timestamp,
    /// The summary of one part of it, as JSON.
    pub json: Zeroizing<String>,
}

impl Store {
    /// Writes records (of a shift of several people: for the store, and for none of them), the shift's summary, and the
    /// events that led to them as handled: all or nothing, so that a crash before this decides again and a crash after
    /// it repeats nothing. What is a person's is sealed to them before it is written, and counted when they sign in.
    ///
    /// # Errors
    /// [`StoreError::DiskFull`] or another failure of the database; nothing was written then.
    pub fn commit_decisions(&mut self, shift: &Shift, decided: &Decided<'_>, now: Timestamp) -> Result<(), StoreError> {
        self.commit_counted(shift, decided, None, &TimeZone::UTC, now).map(drop)
    }

    /// The transaction of the database that [`Self::commit_decisions`] is; `write_own` writes what is a person's.
    pub(super) fn commit(
        &mut self,
        shift: &Shift,
        decided: &Decided<'_>,
        now: Timestamp,
        write_own: impl FnOnce(&Transaction<'_>) -> Result<(), StoreErrorOr>,
    ) -> Result<(), StoreError> {
        self.write(|transaction| {
            if shift.companions.is_empty() {
                write_own(transaction)?;
            } else {
                for record in decided.records {
                    transaction
                        .prepare(
                            "INSERT INTO store_transaction (register, opened_at, closed_at, record)
                             VALUES (?1, ?2, ?3, ?4) ON CONFLICT (register, opened_at) DO NOTHING",
                        )?
                        .execute(params![
                            shift.register,
                            record.opened_at.as_millisecond(),
                            record.closed_at.as_millisecond(),
                            record.json
                        ])?;
                }
            }
            for event in decided.handled {
                transaction
                    .prepare("UPDATE till_inbox SET handled_at = ?2 WHERE id = ?1 AND handled_at IS NULL")?
                    .execute(params![event.0, now.as_millisecond()])?;
            }
            Ok(())
        })
    }

    /// The number of the next part of a shift's summary: 1 at its beginning, one more after each crash.
    ///
    /// # Errors
    /// A failure of the database.
    pub fn next_part(&self, shift: ShiftId) -> Result<i64, StoreError> {
        let query = "SELECT coalesce(max(part), 0) + 1 FROM shift_summary WHERE shift = ?1";
        self.read(|connection| connection.query_row(query, [shift.0], |row| row.get(0)))
    }

    /// A person's records, oldest first, as JSON; opened with their own secret.
    ///
    /// # Errors
    /// A failure of the database, or [`StoreError::Vault`] of a row that was changed.
    pub fn records(&self, opened: &impl Opens) -> Result<Vec<Zeroizing<String>>, StoreError> {
        let signed_in = opened.signed_in();
        let query = "SELECT record FROM transaction_record WHERE person = ?1 ORDER BY opened_at, id";
        let sealed: Vec<Vec<u8>> = self.read(|connection| {
            let mut rows = connection.prepare(query)?;
            let records = rows.query_map([&signed_in.person().0], |row| row.get(0))?;
            records.collect()
        })?;
        sealed.iter().map(|record| Ok(Heading::open(record, signed_in.key())?.1)).collect()
    }

    /// The records of a person's latest shift, as long as they are kept, oldest first: when each was opened, and the record
    /// as JSON; opened with their own secret.
    ///
    /// # Errors
    /// As [`Self::records`].
    pub fn latest_shift_records(&self, opened: &impl Opens) -> Result<Vec<(Timestamp, Zeroizing<String>)>, StoreError> {
        let signed_in = opened.signed_in();
        let query = "SELECT opened_at, record FROM transaction_record WHERE person = ?1 AND shift =
                       (SELECT shift FROM shift_summary WHERE person = ?1 ORDER BY started_at DESC, shift DESC LIMIT 1)
                     ORDER BY opened_at, id";
        let sealed: Vec<(i64, Vec<u8>)> = self.read(|connection| {
            let mut rows = connection.prepare(query)?;
            let records = rows.query_map([&signed_in.person().0], |row| Ok((row.get(0)?, row.get(1)?)))?;
            records.collect()
        })?;
        let open =
            |(opened_at, record): &(i64, Vec<u8>)| Ok((millis(*opened_at), Heading::open(record, signed_in.key())?.1));
        sealed.iter().map(open).collect()
    }

    /// A person's summaries of shifts begun at `from` or later, oldest first; opened with their own secret.
    ///
    /// # Errors
    /// As [`Self::records`].
    pub fn summaries(&self, opened: &impl Opens, from: Timestamp) -> Result<Vec<ShiftSummary>, StoreError> {
        let signed_in = opened.signed_in();
        let query = "SELECT started_at, summary FROM shift_summary WHERE person = ?1 AND started_at >= ?2
                     ORDER BY started_at, shift, part";
        let sealed: Vec<(i64, Vec<u8>)> = self.read(|connection| {
            let mut rows = connection.prepare(query)?;
            let summaries = rows.query_map(params![signed_in.person().0, from.as_millisecond()], |row| {
                Ok((row.get(0)?, row.get(1)?))
            })?;
            summaries.collect()
        })?;
        let open = |(started_at, summary): &(i64, Vec<u8>)| {
            Ok(ShiftSummary { started_at: millis(*started_at), json: signed_in.key().open(summary)? })
        };
        sealed.iter().map(open).collect()
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
}

/// Seals and writes what is a person's, and counts it in their tallies, if these are open.
pub(super) fn write_own(
    transaction: &Transaction<'_>,
    shift: &Shift,
    decided: &Decided<'_>,
    own: Option<&mut OwnTallies>,
    zone: &TimeZone,
) -> Result<(), StoreErrorOr> {
    if decided.records.is_empty() {
        return Ok(());
    }
    let key = sealing_key(transaction, &shift.person)?;
    let part = decided.summary.map_or(1, |(part, _)| part);
    let mut counting = own.map(|own| Counting::begin(transaction, own, zone)).transpose()?;
    for record in decided.records {
        let counted = counting.as_ref().map(|counting| counting.count(record.closed_at, &record.json)).transpose()?;
        let (counted, with) = counted.unzip();
        let sealed = Heading { part, counted: counted.flatten() }.seal(&record.json, &key)?;
        transaction
            .prepare(
                "INSERT INTO transaction_record (person, shift, register, opened_at, closed_at, record)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT (shift, register, opened_at) DO NOTHING",
            )?
            .execute(params![
                shift.person.0,
                shift.id.0,
                shift.register,
                record.opened_at.as_millisecond(),
                record.closed_at.as_millisecond(),
                sealed,
            ])?;
        if let (Some(counting), Some(with)) = (&mut counting, with) {
            let query = "SELECT id FROM transaction_record WHERE shift = ?1 AND register = ?2 AND opened_at = ?3";
            let place = params![shift.id.0, shift.register, record.opened_at.as_millisecond()];
            counting.written(transaction.query_row(query, place, |row| row.get(0))?, with);
        }
    }
    if let Some(counting) = counting {
        counting.put(transaction, &shift.person)?;
    }
    if let Some((part, summary)) = decided.summary {
        transaction.execute(
            "INSERT OR REPLACE INTO shift_summary (person, shift, part, started_at, summary)
             VALUES (?1, ?2, ?3, ?4, ?5)",
            params![shift.person.0, shift.id.0, part, shift.started_at.as_millisecond(), key.seal(summary)?],
        )?;
    }
    Ok(())
}
