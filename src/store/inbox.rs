//! The till's inbox: events are on the disk before they are accepted, and stay until what they led to
//! is on the disk as well.

use jiff::Timestamp;
use rusqlite::{OptionalExtension, params};

use super::people::millis;
use super::{ShiftId, Store, StoreError};

/// Events that may wait to be handled; a day at a busy till has a tenth of it.
pub const MAX_WAITING: i64 = 10_000;

/// The number of an event in the inbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct EventId(pub(super) i64);

/// An event as the till reported it, in the words of the inbox.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InboxEvent {
    /// Which register.
    pub register: String,
    /// `opened`, `payment`, `closed` or `voided`.
    pub event: String,
    /// When it happened, by the till's clock.
    pub at: Timestamp,
}

/// An event to be appended.
#[derive(Clone, Debug)]
pub struct NewEvent {
    /// Equal for two reports of one event.
    pub dedup_key: String,
    /// What was reported.
    pub event: InboxEvent,
    /// The shift it concerns; an event that concerns none is kept only to know its duplicates.
    pub shift: Option<ShiftId>,
}

/// What came of appending.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Appended {
    /// It is on the disk.
    New(EventId),
    /// It was there already.
    Duplicate,
}

/// An event whose outcome is not on the disk yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WaitingEvent {
    /// Its number.
    pub id: EventId,
    /// What was reported.
    pub event: InboxEvent,
}

impl Store {
    /// Appends an event durably, unless it is there already.
    ///
    /// # Errors
    /// [`StoreError::InboxFull`], [`StoreError::DiskFull`] or another failure of the database.
    pub fn append_event(&mut self, new: &NewEvent, now: Timestamp) -> Result<Appended, StoreError> {
        let now = now.as_millisecond();
        self.write(|transaction| {
            let known = "SELECT 1 FROM till_inbox WHERE dedup_key = ?1";
            if transaction.query_row(known, [&new.dedup_key], |_| Ok(())).optional()?.is_some() {
                return Ok(Appended::Duplicate);
            }
            let waiting: i64 =
                transaction
                    .query_row("SELECT count(*) FROM till_inbox WHERE handled_at IS NULL", [], |row| row.get(0))?;
            if waiting >= MAX_WAITING {
                return Err(StoreError::InboxFull(waiting).into());
            }
            transaction.execute(
                "INSERT INTO till_inbox (dedup_key, register, event, at, received_at, shift, handled_at)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
                params![
                    new.dedup_key,
                    new.event.register,
                    new.event.event,
                    new.event.at.as_millisecond(),
                    now,
                    new.shift.map(|shift| shift.0),
                    if new.shift.is_some() { None } else { Some(now) },
                ],
            )?;
            Ok(Appended::New(EventId(transaction.last_insert_rowid())))
        })
    }

    /// How many events there are, handled ones as well.
    #[cfg(test)]
    pub(crate) fn events_kept(&self) -> usize {
        let count = "SELECT count(*) FROM till_inbox";
        let count: i64 = self.read(|connection| connection.query_row(count, [], |row| row.get(0))).expect("read");
        usize::try_from(count).expect("a count")
    }

    /// What still waits for a shift, in the order of the till's clock.
    ///
    /// # Errors
    /// A failure of the database.
    pub fn waiting_events(&self, shift: ShiftId) -> Result<Vec<WaitingEvent>, StoreError> {
        self.read(|connection| {
            let mut rows = connection.prepare(
                "SELECT id, register, event, at FROM till_inbox WHERE shift = ?1 AND handled_at IS NULL ORDER BY at, id",
            )?;
            let events = rows.query_map([shift.0], |row| {
                let event = InboxEvent { register: row.get(1)?, event: row.get(2)?, at: millis(row.get(3)?) };
                Ok(WaitingEvent { id: EventId(row.get(0)?), event })
            })?;
            events.collect()
        })
    }
}
