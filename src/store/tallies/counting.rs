//! Counting while records are being written: in the same transaction of the database, and once.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use rusqlite::{Connection, Transaction};

use super::super::releases::unreleased;
use super::super::{PersonId, StoreErrorOr};
use super::OwnTallies;
use crate::release::{Counted, Window};
use crate::summary::TransactionRecord;

/// Counts what is being written: what each record added, and afterwards [`Counting::written`] with the number that the
/// record has in the store.
pub(in crate::store) struct Counting<'a> {
    own: &'a mut OwnTallies,
    windows: Vec<Window>,
    zone: &'a TimeZone,
}

impl<'a> Counting<'a> {
    pub(in crate::store) fn begin(
        connection: &Connection,
        own: &'a mut OwnTallies,
        zone: &'a TimeZone,
    ) -> Result<Self, StoreErrorOr> {
        Ok(Self { own, windows: unreleased(connection)?, zone })
    }

    /// What the record adds, and the tallies with it.
    pub(in crate::store) fn count(
        &self,
        closed: Timestamp,
        json: &str,
    ) -> Result<(Option<Counted>, OwnTallies), StoreErrorOr> {
        let mut with = self.own.clone();
        let counted = match serde_json::from_str::<TransactionRecord>(json) {
            Ok(record) => with.count(&self.windows, self.zone, closed, &record)?,
            Err(_) => None,
        };
        Ok((counted, with))
    }

    /// The record has this number. One that was there, and counted, before is not counted twice.
    pub(in crate::store) fn written(&mut self, id: i64, with: OwnTallies) {
        if id > self.own.row.through {
            *self.own = with;
            self.own.row.through = id;
        }
    }

    pub(in crate::store) fn put(self, transaction: &Transaction<'_>, person: &PersonId) -> Result<(), StoreErrorOr> {
        let windows = &self.windows;
        self.own.row.tallies.retain(|tally| windows.iter().any(|window| window.id == tally.window));
        self.own.put(transaction, person)
    }
}
