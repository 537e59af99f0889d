//! What a person adds up to in windows that are not released yet: sealed to them, opened when they sign in, in memory
//! during their session, and written together with the records that it counts.
//!
//! A running kiosk can seal and not open. So records that a crash left to it are written uncounted; the tally knows the
//! last record that it counted, and the person's next signing in counts what came after. Everyone who was invited has a
//! row of one length, so that nobody can tell from it who takes part.

mod counting;
mod own_window;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use rusqlite::{Connection, Transaction, params};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::records::write_own;
use super::releases::{has_contributions, remove_contribution, unreleased, windows};
use super::sealed_record::Heading;
use super::vaults::sealing_key;
use super::{Decided, Opens, PersonId, Shift, SignedIn, Store, StoreError, StoreErrorOr};
use crate::release::{self, Books, Counted, Plan, ReleaseError, Tally, Window, WindowId};
use crate::summary::{LeftOut, TransactionRecord};
use crate::vault::{SealingKey, VaultError};

pub(super) use counting::Counting;
pub use own_window::{OwnFigure, OwnWindow};

/// So many transactions can be left out at once while they wait for late till events: more than are served in that time,
/// and few enough for the row to keep its length.
const UNSETTLED_MAX: usize = 8;

/// A person's own tallies, opened with their secret.
#[derive(Clone)]
pub struct OwnTallies {
    /// What they agreed to be released; `None` while that is nothing.
    plan: Option<Plan>,
    row: Row,
}

/// Never printed: it says what a person adds up to.
impl std::fmt::Debug for OwnTallies {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("OwnTallies")
    }
}

/// As it is sealed.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    /// The first window that the person may contribute to: the one that opens next after they got their key, so that
    /// nobody contributes twice to one window by changing keys.
    from: WindowId,
    /// The last of the person's records that was counted, or left uncounted for good.
    through: i64,
    tallies: Vec<Tally>,
    unsettled: Vec<Unsettled>,
}

/// A transaction that was left out before it was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Unsettled {
    /// When the person said so.
    at_ms: i64,
    /// The last record of theirs that was written then: it is a later one.
    after: i64,
    /// What is left out.
    pub left_out: LeftOut,
}

impl Unsettled {
    /// When the person said so.
    #[must_use]
    pub fn at(&self) -> Timestamp {
        super::people::millis(self.at_ms)
    }

    /// The last record that it cannot be of.
    pub(super) fn after(&self) -> i64 {
        self.after
    }
}

impl OwnTallies {
    /// Counts a record in the window that it closed in, if the person takes part in that; gives what it added.
    fn count(
        &mut self,
        windows: &[Window],
        zone: &TimeZone,
        closed: Timestamp,
        record: &TransactionRecord,
    ) -> Result<Option<Counted>, StoreError> {
        let mine = |window: &&Window| {
            window.has(closed) && window.id >= self.row.from && self.plan.as_ref() == Some(&window.plan)
        };
        let Some(window) = windows.iter().find(mine) else { return Ok(None) };
        if self.tally(window.id).is_none() {
            let tally = Tally::new(window.id, &window.plan).map_err(|_| VaultError::System)?;
            self.row.tallies.push(tally);
        }
        let tally = self.tally(window.id);
        Ok(tally.map(|tally| count_in(tally, window, zone, closed, record)))
    }

    /// Takes back what a record added and counts it anew, in the same window.
    pub(super) fn recount(
        &mut self,
        windows: &[Window],
        zone: &TimeZone,
        closed: Timestamp,
        counted: &Counted,
        record: &TransactionRecord,
    ) -> Option<Counted> {
        let window = windows.iter().find(|window| window.id == counted.window)?;
        let tally = self.tally(window.id)?;
        tally.take_back(counted);
        Some(count_in(tally, window, zone, closed, record))
    }

    fn tally(&mut self, window: WindowId) -> Option<&mut Tally> {
        self.row.tallies.iter_mut().find(|tally| tally.window == window)
    }

    /// The tally of a window.
    pub(super) fn of_window(&self, window: WindowId) -> Option<&Tally> {
        self.row.tallies.iter().find(|tally| tally.window == window)
    }

    /// What was left out and is not written yet.
    #[must_use]
    pub fn unsettled(&self) -> &[Unsettled] {
        &self.row.unsettled
    }

    /// Notes that a transaction which is not written yet is left out; `false` where too many wait.
    #[must_use]
    pub fn add_unsettled(&mut self, at: Timestamp, left_out: LeftOut) -> bool {
        let unsettled = Unsettled { at_ms: at.as_millisecond(), after: self.row.through, left_out };
        if self.row.unsettled.contains(&unsettled) {
            return true;
        }
        if self.row.unsettled.len() >= UNSETTLED_MAX {
            return false;
        }
        self.row.unsettled.push(unsettled);
        true
    }

    /// Keeps only what is not settled by now.
    pub fn keep_unsettled(&mut self, keep: impl Fn(&Unsettled) -> bool) {
        self.row.unsettled.retain(keep);
    }

    pub(super) fn put(&self, transaction: &Transaction<'_>, person: &PersonId) -> Result<(), StoreErrorOr> {
        put(transaction, person, &sealing_key(transaction, person)?, &self.row)
    }
}

fn count_in(
    tally: &mut Tally,
    window: &Window,
    zone: &TimeZone,
    closed: Timestamp,
    record: &TransactionRecord,
) -> Counted {
    let cell = window.plan.cells().of(closed.to_zoned(zone.clone()).datetime());
    tally.count(&window.plan, cell, |statistic| statistic.of_record(record))
}

impl Store {
    /// Opens a person's tallies as they sign in: counts what a crash left uncounted, leaves out what they had left out of
    /// it, and drops the tallies of windows that are released.
    ///
    /// # Errors
    /// A failure of the database, or [`StoreError::Vault`] of a row that was changed.
    pub fn open_tallies(&mut self, signed_in: &SignedIn, zone: &TimeZone) -> Result<OwnTallies, StoreError> {
        self.write(|transaction| {
            let own = open(transaction, signed_in, zone)?;
            own.put(transaction, signed_in.person())?;
            Ok(own)
        })
    }

    /// As [`Self::commit_decisions`], with the records counted in the person's tallies; gives these as they are written.
    ///
    /// # Errors
    /// As [`Self::commit_decisions`]; then nothing was counted either.
    pub fn commit_counted(
        &mut self,
        shift: &Shift,
        decided: &Decided<'_>,
        own: Option<&OwnTallies>,
        zone: &TimeZone,
        now: Timestamp,
    ) -> Result<Option<OwnTallies>, StoreError> {
        let mut own = own.cloned();
        self.commit(shift, decided, now, |transaction| write_own(transaction, shift, decided, own.as_mut(), zone))?;
        Ok(own)
    }

    /// Writes tallies that changed without a record.
    ///
    /// # Errors
    /// A failure of the database.
    pub fn put_tallies(&mut self, person: &PersonId, own: &OwnTallies) -> Result<(), StoreError> {
        self.write(|transaction| own.put(transaction, person))
    }

    /// Stores what a person contributes to each window that is not released: at signing in and out.
    ///
    /// # Errors
    /// A failure of the database.
    pub fn contribute_own(&mut self, own: &OwnTallies) -> Result<(), ReleaseError<StoreError>> {
        for tally in &own.row.tallies {
            let Some(window) = self.window(tally.window).map_err(ReleaseError::Store)? else { continue };
            match release::contribute(self, window.id, tally.id, &tally.contribution(&window.plan)) {
                Ok(()) | Err(ReleaseError::Released(_)) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// Leaves every window that has opened and is not released out: nothing of the person is in them, nor will be.
    ///
    /// # Errors
    /// A failure of the database, or [`StoreError::Vault`] of a row that was changed.
    pub fn leave_windows_out(
        &mut self,
        signed_in: &SignedIn,
        zone: &TimeZone,
        now: Timestamp,
    ) -> Result<OwnTallies, StoreError> {
        self.write(|transaction| {
            let mut own = open(transaction, signed_in, zone)?;
            remove_all(transaction, &own.row)?;
            let opened = windows(transaction)?.into_iter().rfind(|window| window.opens <= now);
            // With a clock that was set back, the windows that were counted in tell more than the clock.
            let counted = own.row.tallies.iter().map(|tally| WindowId(tally.window.0.saturating_add(1))).max();
            own.row.from = own.row.from.max(next_after(opened.as_ref())).max(counted.unwrap_or(WindowId(1)));
            own.row.tallies.clear();
            own.put(transaction, signed_in.person())?;
            Ok(own)
        })
    }

    /// What windows that are not released have of a person; nothing is changed.
    ///
    /// # Errors
    /// A failure of the database, or [`StoreError::Vault`] of a row that was changed.
    pub fn own_windows(&self, opened_by: &impl Opens) -> Result<Vec<OwnWindow>, StoreError> {
        let signed_in = opened_by.signed_in();
        let (sealed, windows) =
            self.read(|connection| Ok((sealed(connection, signed_in.person())?, unreleased(connection)?)))?;
        let row = opened(&sealed, signed_in)?;
        let of = |tally: &Tally| {
            windows.iter().find(|window| window.id == tally.window).map(|window| OwnWindow::of(tally, window))
        };
        Ok(row.tallies.iter().filter_map(of).collect())
    }
}

/// Opens the row and brings it up to date; the caller writes it in the same transaction.
pub(super) fn open(
    transaction: &Transaction<'_>,
    signed_in: &SignedIn,
    zone: &TimeZone,
) -> Result<OwnTallies, StoreErrorOr> {
    let person = signed_in.person();
    let row = opened(&sealed(transaction, person)?, signed_in)?;
    let plan =
        signed_in.consent().terms.as_ref().and_then(|terms| terms.release.as_ref()).map(|terms| terms.plan.clone());
    let mut own = OwnTallies { plan, row };
    let windows = unreleased(transaction)?;
    own.row.tallies.retain(|tally| windows.iter().any(|window| window.id == tally.window));
    count_what_a_crash_left(transaction, signed_in, &mut own, &windows, zone)?;
    for unsettled in std::mem::take(&mut own.row.unsettled) {
        let left_out = super::own::leave_unsettled_out(transaction, signed_in, &mut own, &windows, unsettled, zone)?;
        // Of a shift that lasts it may still come.
        if !left_out && has_open_shift(transaction, person)? {
            own.row.unsettled.push(unsettled);
        }
    }
    Ok(own)
}

fn count_what_a_crash_left(
    transaction: &Transaction<'_>,
    signed_in: &SignedIn,
    own: &mut OwnTallies,
    windows: &[Window],
    zone: &TimeZone,
) -> Result<(), StoreErrorOr> {
    let query = "SELECT id, closed_at, record FROM transaction_record WHERE person = ?1 AND id > ?2 ORDER BY id";
    let mut rows = transaction.prepare(query)?;
    let found: Vec<(i64, i64, Vec<u8>)> = rows
        .query_map(params![signed_in.person().0, own.row.through], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?
        .collect::<Result<_, _>>()?;
    for (id, closed_at, sealed) in found {
        let (heading, text) = Heading::open(&sealed, signed_in.key())?;
        // A restored record has a new number, and may have been counted before it was lost.
        if heading.counted.as_ref().is_some_and(|counted| own.of_window(counted.window).is_some()) {
            own.row.through = id;
            continue;
        }
        if let Ok(record) = serde_json::from_str::<TransactionRecord>(&text) {
            let counted = own.count(windows, zone, super::people::millis(closed_at), &record)?;
            let sealed =
                Heading { counted, ..heading }.seal_in_place_of(&sealed, &text, &signed_in.key().sealing_key())?;
            transaction.execute("UPDATE transaction_record SET record = ?2 WHERE id = ?1", params![id, sealed])?;
        }
        own.row.through = id;
    }
    Ok(())
}

/// Gives a person an empty row under a new key. They may contribute from the next window on that opens after `now`;
/// where that is not told, from the next one that is announced.
pub(super) fn put_new(
    transaction: &Transaction<'_>,
    person: &PersonId,
    key: &SealingKey,
    now: Option<Timestamp>,
) -> Result<(), StoreErrorOr> {
    let latest = windows(transaction)?.pop();
    let from = match &latest {
        // With a clock that was put back, one that is open would seem to open later: then somebody has contributed.
        Some(latest) if now.is_some_and(|now| now < latest.opens) && !has_contributions(transaction, latest.id)? => {
            latest.id
        }
        latest => next_after(latest.as_ref()),
    };
    let query = "SELECT coalesce(max(id), 0) FROM transaction_record WHERE person = ?1";
    let through = transaction.query_row(query, [&person.0], |row| row.get(0))?;
    put(transaction, person, key, &Row { from, through, tallies: Vec::new(), unsettled: Vec::new() })
}

/// Removes what a person contributed to windows that are not released.
pub(super) fn remove_contributions(transaction: &Transaction<'_>, signed_in: &SignedIn) -> Result<(), StoreErrorOr> {
    // A row that somebody changed keeps nobody from withdrawing.
    if let Ok(row) = opened(&sealed(transaction, signed_in.person())?, signed_in) {
        remove_all(transaction, &row)?;
    }
    Ok(())
}

fn remove_all(connection: &Connection, row: &Row) -> rusqlite::Result<()> {
    row.tallies.iter().try_for_each(|tally| remove_contribution(connection, tally.window, tally.id).map(drop))
}

/// Gives everyone a row who has none.
pub(super) fn fill(transaction: &Transaction<'_>) -> Result<(), StoreErrorOr> {
    let query = "SELECT person FROM vault WHERE person NOT IN (SELECT person FROM tally)";
    let without: Vec<PersonId> =
        transaction.prepare(query)?.query_map([], |row| row.get(0).map(PersonId))?.collect::<Result<_, _>>()?;
    for person in without {
        put_new(transaction, &person, &sealing_key(transaction, &person)?, None)?;
    }
    Ok(())
}

fn next_after(window: Option<&Window>) -> WindowId {
    WindowId(window.map_or(1, |window| window.id.0.saturating_add(1)))
}

fn put(transaction: &Transaction<'_>, person: &PersonId, key: &SealingKey, row: &Row) -> Result<(), StoreErrorOr> {
    let text = Zeroizing::new(serde_json::to_string(row).map_err(|_| VaultError::System)?);
    transaction.execute(
        "INSERT OR REPLACE INTO tally (person, tally) VALUES (?1, ?2)",
        params![person.0, key.seal_own(&text)?],
    )?;
    Ok(())
}

fn sealed(connection: &Connection, person: &PersonId) -> rusqlite::Result<Vec<u8>> {
    connection.query_row("SELECT tally FROM tally WHERE person = ?1", [&person.0], |row| row.get(0))
}

fn opened(sealed: &[u8], signed_in: &SignedIn) -> Result<Row, StoreError> {
    let text = signed_in.key().open(sealed)?;
    Ok(serde_json::from_str(&text).map_err(|_| VaultError::Unopened)?)
}

fn has_open_shift(connection: &Connection, person: &PersonId) -> rusqlite::Result<bool> {
    let query = "SELECT EXISTS (SELECT 1 FROM shift WHERE person = ?1 AND ended_at IS NULL)";
    connection.query_row(query, [&person.0], |row| row.get(0))
}

#[cfg(test)]
mod tests;
