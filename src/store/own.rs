//! A person's own transactions: listed for them, and left out by them, until their window is released.
//!
//! What is left out is sealed anew in its place and as long as it was, and is taken back from tally, contribution and
//! summary in the same transaction of the database. No row, no log line and nobody else's view says so, and why is not
//! asked.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use rusqlite::{OptionalExtension, Transaction, params};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::people::millis;
use super::releases::{released, replace_contribution, unreleased};
use super::sealed_record::Heading;
use super::tallies::{self, OwnTallies, Unsettled};
use super::{Opens, ShiftId, SignedIn, Store, StoreError, StoreErrorOr};
use crate::release::Window;
use crate::summary::{LeftOut, Summary, TransactionRecord};
use crate::vault::VaultError;

/// So many are listed: some days of work.
const LISTED_MAX: i64 = 200;

/// One of a person's own transactions.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnTransaction {
    /// When it was opened.
    pub opened_at: Timestamp,
    /// When it was closed.
    pub closed_at: Timestamp,
    /// At which register.
    pub register: String,
    /// Whether it can still be left out: its window is not released.
    pub can_be_left_out: bool,
}

/// What came of leaving out.
#[derive(Debug)]
pub struct Changed {
    /// When the transaction was opened.
    pub opened_at: Timestamp,
    /// Its shift,
    pub shift: ShiftId,
    /// and the part of it.
    pub part: i64,
    /// What that part adds up to now; `None` where it has no summary any more.
    pub summary: Option<Summary>,
    /// The person's tallies now.
    pub tallies: OwnTallies,
}

/// A sealed record and where it lies.
struct Found {
    id: i64,
    shift: i64,
    opened_at: i64,
    closed_at: i64,
    sealed: Vec<u8>,
}

impl Store {
    /// A person's own latest transactions, oldest first.
    ///
    /// # Errors
    /// A failure of the database.
    pub fn own_transactions(&self, opened: &impl Opens) -> Result<Vec<OwnTransaction>, StoreError> {
        let signed_in = opened.signed_in();
        self.read(|connection| {
            let released = released(connection)?;
            let mut rows = connection.prepare(
                "SELECT opened_at, closed_at, register FROM transaction_record WHERE person = ?1
                 ORDER BY opened_at DESC, id DESC LIMIT ?2",
            )?;
            let found = rows.query_map(params![signed_in.person().0, LISTED_MAX], |row| {
                let closed_at = millis(row.get(1)?);
                Ok(OwnTransaction {
                    opened_at: millis(row.get(0)?),
                    closed_at,
                    register: row.get(2)?,
                    can_be_left_out: !released.iter().any(|window| window.has(closed_at)),
                })
            })?;
            let mut found: Vec<OwnTransaction> = found.collect::<Result<_, _>>()?;
            found.reverse();
            Ok(found)
        })
    }

    /// Leaves out the transaction that was going on at this time, the latest one unless told. A second time changes
    /// nothing.
    ///
    /// # Errors
    /// [`StoreError::NoSuchTransaction`], [`StoreError::WindowReleased`], a failure of the database, or
    /// [`StoreError::Vault`] of a row that was changed.
    pub fn leave_out(
        &mut self,
        signed_in: &SignedIn,
        at: Option<Timestamp>,
        left_out: LeftOut,
        zone: &TimeZone,
    ) -> Result<Changed, StoreError> {
        self.write(|transaction| {
            let mut own = tallies::open(transaction, signed_in, zone)?;
            let found = going_on(transaction, signed_in, at)?.ok_or(StoreError::NoSuchTransaction)?;
            if released(transaction)?.iter().any(|window| window.has(millis(found.closed_at))) {
                return Err(StoreError::WindowReleased.into());
            }
            let windows = unreleased(transaction)?;
            let (part, summary) = change(transaction, signed_in, &mut own, &windows, &found, left_out, zone)?;
            own.put(transaction, signed_in.person())?;
            let (shift, opened_at) = (ShiftId(found.shift), millis(found.opened_at));
            Ok(Changed { opened_at, shift, part, summary, tallies: own })
        })
    }
}

/// The person's transaction that was going on at this time, to the second; the latest one unless told.
fn going_on(
    transaction: &Transaction<'_>,
    signed_in: &SignedIn,
    at: Option<Timestamp>,
) -> rusqlite::Result<Option<Found>> {
    let query = "SELECT id, shift, opened_at, closed_at, record FROM transaction_record
                 WHERE person = ?1 AND opened_at < ?2 AND closed_at >= ?3 ORDER BY opened_at DESC, id DESC LIMIT 1";
    // A time is typed as it is listed, in whole seconds.
    let second = at.map_or((i64::MAX, i64::MIN), |at| (at.as_millisecond().saturating_add(1_000), at.as_millisecond()));
    transaction.query_row(query, params![signed_in.person().0, second.0, second.1], found).optional()
}

/// Leaves out what the person had left out before it was written, if it is written by now; `false` where it is not.
pub(super) fn leave_unsettled_out(
    transaction: &Transaction<'_>,
    signed_in: &SignedIn,
    own: &mut OwnTallies,
    windows: &[Window],
    unsettled: Unsettled,
    zone: &TimeZone,
) -> Result<bool, StoreErrorOr> {
    let query = "SELECT id, shift, opened_at, closed_at, record FROM transaction_record
                 WHERE person = ?1 AND opened_at <= ?2 AND id > ?3 ORDER BY opened_at DESC, id DESC LIMIT 1";
    let values = params![signed_in.person().0, unsettled.at().as_millisecond(), unsettled.after()];
    let Some(found) = transaction.query_row(query, values, found).optional()? else { return Ok(false) };
    change(transaction, signed_in, own, windows, &found, unsettled.left_out, zone)?;
    Ok(true)
}

fn found(row: &rusqlite::Row<'_>) -> rusqlite::Result<Found> {
    Ok(Found {
        id: row.get(0)?,
        shift: row.get(1)?,
        opened_at: row.get(2)?,
        closed_at: row.get(3)?,
        sealed: row.get(4)?,
    })
}

/// Seals a record anew without what is left out, and takes that back wherever it was added. Gives the record's part of
/// its shift, and what that adds up to now.
fn change(
    transaction: &Transaction<'_>,
    signed_in: &SignedIn,
    own: &mut OwnTallies,
    windows: &[Window],
    found: &Found,
    left_out: LeftOut,
    zone: &TimeZone,
) -> Result<(i64, Option<Summary>), StoreErrorOr> {
    let key = signed_in.key().sealing_key();
    let (mut heading, text) = Heading::open(&found.sealed, signed_in.key())?;
    let before: TransactionRecord = serde_json::from_str(&text).map_err(|_| VaultError::Unopened)?;
    let after = before.without(left_out);
    if let Some(counted) = heading.counted.take() {
        let window = counted.window;
        heading.counted = own.recount(windows, zone, millis(found.closed_at), &counted, &after);
        let plan = windows.iter().find(|known| known.id == window).map(|known| &known.plan);
        if let (Some(plan), Some(tally)) = (plan, own.of_window(window)) {
            replace_contribution(transaction, window, tally.id, &tally.contribution(plan))?;
        }
    }
    let json = Zeroizing::new(serde_json::to_string(&after).map_err(|_| VaultError::System)?);
    let sealed = heading.seal_in_place_of(&found.sealed, &json, &key)?;
    transaction.execute("UPDATE transaction_record SET record = ?2 WHERE id = ?1", params![found.id, sealed])?;

    let place = params![signed_in.person().0, found.shift, heading.part];
    let query = "SELECT summary FROM shift_summary WHERE person = ?1 AND shift = ?2 AND part = ?3";
    let Some(sealed) = transaction.query_row(query, place, |row| row.get::<_, Vec<u8>>(0)).optional()? else {
        return Ok((heading.part, None));
    };
    let text = signed_in.key().open(&sealed)?;
    let mut summary: Summary = serde_json::from_str(&text).map_err(|_| VaultError::Unopened)?;
    summary.take_back(&before);
    summary.take(&after);
    let json = Zeroizing::new(serde_json::to_string(&summary).map_err(|_| VaultError::System)?);
    transaction.execute(
        "UPDATE shift_summary SET summary = ?4 WHERE person = ?1 AND shift = ?2 AND part = ?3",
        params![signed_in.person().0, found.shift, heading.part, key.seal_in_place_of(&json, &sealed)?],
    )?;
    Ok((heading.part, Some(summary)))
}
