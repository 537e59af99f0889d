//! The end of what is kept: records, summaries, shifts, till events, entries of the access log and shares, each when its
//! time is over, by the clock and by the store's own lifetime.
//!
//! The clock decides, so that a row dies on the day that people were told. Clocks are set wrong, though. One that is set
//! forward removes what is too old by it. One that is set back would let rows live on, and rows that were written under
//! a wrong clock may be dated years ahead: so the store also reckons how long it has lived, in steps that no setting of
//! the clock makes longer, and remembers which rows were there when. Whatever was there long enough goes, whatever its
//! date. All of it is in the store, nothing in memory.

use std::ops::Neg;

use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};
use rusqlite::{Connection, OptionalExtension, Transaction, params};

use super::{Store, StoreError, access};
use crate::clock::shifted;
use crate::config::Config;
use crate::terms::Terms;

/// Entries of the access log live this many months: as long as the longest summary that they can be about.
pub const ACCESS_MONTHS: u32 = 12;

pub(super) const DAY_MS: i64 = 24 * 60 * 60 * 1000;
/// The longest month, for what the calendar cannot be asked about.
const MONTH_MS: i64 = 31 * DAY_MS;
/// The file is written anew at most so often: it is written whole then, and an edge box has flash.
const COMPACTED_EVERY_MS: i64 = DAY_MS;
/// The most that a clock can add to the lifetime, or take from it, between two looks at it: an empty battery sets it to
/// 1970, and the network sets it right again.
const LONGEST_GAP_MS: i64 = MONTH_MS;
/// A clock that moves by more than this within what really passed was set; less is how clocks are kept right.
const SET_MS: i64 = 10 * 60 * 1000;
/// Marks are set so often during the time that a row lives.
const MARKS: i64 = 14;

/// How long what is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Retention {
    records_ms: i64,
    summaries_months: u32,
    till_ms: i64,
}

impl Retention {
    /// As the terms say; handled till events for twice the lateness that is plausible, so that no duplicate can come
    /// after, an hour at the least.
    #[must_use]
    pub fn of(terms: &Terms, max_late_s: u32) -> Self {
        Self {
            records_ms: i64::from(terms.records_days) * DAY_MS,
            summaries_months: terms.summaries_months,
            till_ms: 2 * 1000 * i64::from(max_late_s).max(3_600),
        }
    }

    /// As the configuration says.
    #[must_use]
    pub fn configured(config: &Config) -> Self {
        Self::of(&config.terms, config.till.max_late_s)
    }
}

/// What the clock did since it was last looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClockWas {
    /// Nothing that can be told from time that passed.
    Running,
    /// Set forward: what is too old by it is gone.
    SetForward,
    /// Set back: every share is gone, as nobody knows how long it would have lasted.
    SetBack,
}

/// One kind of row.
struct Kind {
    table: &'static str,
    number: &'static str,
    dated: &'static str,
    may_go: &'static str,
}

const RECORDS: [Kind; 3] = [
    Kind { table: "transaction_record", number: "id", dated: "closed_at", may_go: "true" },
    Kind { table: "store_transaction", number: "id", dated: "closed_at", may_go: "true" },
    // When somebody worked is needed for their records, and for nothing after.
    Kind { table: "shift", number: "id", dated: "ended_at", may_go: "ended_at IS NOT NULL" },
];
const SUMMARIES: Kind = Kind { table: "shift_summary", number: "shift", dated: "started_at", may_go: "true" };
const TILL: Kind = Kind {
    table: "till_inbox",
    number: "id",
    dated: "received_at",
    may_go: "(handled_at IS NOT NULL OR shift IS NULL)",
};

impl Store {
    /// Removes what has lived its time. `since_ms` says how long ago, by the monotonic clock, this process did so before;
    /// `None` the first time. What is removed is overwritten, the write-ahead log is emptied, and once a day at most the
    /// whole file is written anew, so that it does not show either how much there was.
    ///
    /// # Errors
    /// [`StoreError::DiskFull`] or another failure of the database; what it had not removed then goes the next time.
    pub fn retain(
        &mut self,
        retention: &Retention,
        now: Timestamp,
        since_ms: Option<u64>,
    ) -> Result<ClockWas, StoreError> {
        let since_ms = since_ms.map(|ms| i64::try_from(ms).unwrap_or(i64::MAX));
        let (clock, removed, compaction_due) = self.write(|transaction| {
            let mut lifetime = Lifetime::read(transaction, now)?;
            let clock = lifetime.reckon(now.as_millisecond(), since_ms);
            let lived_ms = lifetime.lived_ms;
            let by_days = shifted(now, retention.records_ms.neg());
            let mut removed = 0;
            for kind in RECORDS {
                removed += kind.sweep(transaction, by_days, retention.records_ms, lived_ms)?;
            }
            let months = i64::from(retention.summaries_months);
            removed += SUMMARIES.sweep(transaction, months_before(now, months), months * MONTH_MS, lived_ms)?;
            TILL.sweep(transaction, shifted(now, retention.till_ms.neg()), retention.till_ms, lived_ms)?;
            removed += forget_accesses(transaction, now, lived_ms)?;
            removed += transaction.execute(
                "DELETE FROM share WHERE expires_at <= ?1 OR lives_until_ms <= ?2 OR ?3",
                params![now.as_millisecond(), lived_ms, clock == ClockWas::SetBack],
            )?;
            lifetime.uncompacted |= removed > 0;
            lifetime.write(transaction)?;
            Ok((clock, removed, lifetime.compaction_due()))
        })?;
        if compaction_due {
            if !self.compact() {
                return Ok(clock);
            }
            self.write(|transaction| {
                transaction.execute("UPDATE lifetime SET compacted_ms = lived_ms, uncompacted = 0", [])?;
                Ok(())
            })?;
        } else if removed > 0 {
            self.flush()?;
        }
        Ok(clock)
    }
}

impl Kind {
    /// Deletes rows dated before `before`, and rows that were there `keep_ms` of the lifetime ago.
    fn sweep(
        &self,
        transaction: &Transaction<'_>,
        before: Timestamp,
        keep_ms: i64,
        lived_ms: i64,
    ) -> rusqlite::Result<usize> {
        let Self { table, number, dated, may_go } = self;
        let aged = up_to_aged(transaction, table, keep_ms, lived_ms)?;
        let delete = format!("DELETE FROM {table} WHERE ({dated} < ?1 OR {number} <= ?2) AND {may_go}");
        let removed = transaction.execute(&delete, params![before.as_millisecond(), aged])?;
        mark(transaction, table, number, keep_ms, lived_ms)?;
        Ok(removed)
    }
}

/// The highest number of a row that was there `keep_ms` of the lifetime ago; 0 where none was. Marks before that one are
/// of no use any more.
fn up_to_aged(transaction: &Transaction<'_>, kind: &str, keep_ms: i64, lived_ms: i64) -> rusqlite::Result<i64> {
    let query = "SELECT lived_ms, up_to FROM lifetime_mark WHERE kind = ?1 AND lived_ms <= ?2
                 ORDER BY lived_ms DESC LIMIT 1";
    let aged: Option<(i64, i64)> = transaction
        .query_row(query, params![kind, lived_ms - keep_ms], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    let Some((marked_ms, up_to)) = aged else { return Ok(0) };
    transaction.execute("DELETE FROM lifetime_mark WHERE kind = ?1 AND lived_ms < ?2", params![kind, marked_ms])?;
    Ok(up_to)
}

/// Remembers which rows are there, if some came since the last mark and that is long enough ago.
fn mark(
    transaction: &Transaction<'_>,
    table: &str,
    number: &str,
    keep_ms: i64,
    lived_ms: i64,
) -> rusqlite::Result<usize> {
    let insert = format!(
        "INSERT INTO lifetime_mark (kind, lived_ms, up_to)
         SELECT ?1, ?2, newest FROM (SELECT max({number}) AS newest FROM {table})
         WHERE newest > (SELECT coalesce(max(up_to), 0) FROM lifetime_mark WHERE kind = ?1)
           AND NOT EXISTS (SELECT 1 FROM lifetime_mark WHERE kind = ?1 AND lived_ms > ?3)
         ON CONFLICT (kind, lived_ms) DO UPDATE SET up_to = excluded.up_to"
    );
    transaction.execute(&insert, params![table, lived_ms, lived_ms - keep_ms / MARKS])
}

/// The oldest entries go, up to the first that is not too old; or that was there long enough, whatever its date.
fn forget_accesses(transaction: &Transaction<'_>, now: Timestamp, lived_ms: i64) -> rusqlite::Result<usize> {
    let months = i64::from(ACCESS_MONTHS);
    let keep_ms = months * MONTH_MS;
    let dated: i64 = transaction.query_row(
        "SELECT coalesce((SELECT min(number) - 1 FROM access_log WHERE at >= ?1),
                         (SELECT max(number) FROM access_log), 0)",
        [months_before(now, months).as_millisecond()],
        |row| row.get(0),
    )?;
    let aged = up_to_aged(transaction, "access_log", keep_ms, lived_ms)?;
    let removed = access::forget_up_to(transaction, dated.max(aged))?;
    mark(transaction, "access_log", "number", keep_ms, lived_ms)?;
    Ok(removed)
}

/// The same day of the month so many months before, or the last day of a shorter month. In UTC, so that summer time moves
/// nothing.
fn months_before(now: Timestamp, months: i64) -> Timestamp {
    let then: DateTime = now.to_zoned(TimeZone::UTC).datetime().saturating_sub(Span::new().months(months));
    then.to_zoned(TimeZone::UTC).map_or(Timestamp::MIN, |then| then.timestamp())
}

/// How long the store has lived.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Lifetime {
    /// While the program runs, by the monotonic clock; in between, as long as the clock says, if it was not set back.
    pub lived_ms: i64,
    clock_ms: i64,
    behind_ms: i64,
    compacted_ms: Option<i64>,
    uncompacted: bool,
}

impl Lifetime {
    /// As it was last reckoned; of a new store, from now on.
    pub fn read(connection: &Connection, now: Timestamp) -> rusqlite::Result<Self> {
        let query = "SELECT lived_ms, clock_ms, behind_ms, compacted_ms, uncompacted FROM lifetime";
        let stored = connection.query_row(query, [], |row| {
            Ok(Self {
                lived_ms: row.get(0)?,
                clock_ms: row.get(1)?,
                behind_ms: row.get(2)?,
                compacted_ms: row.get(3)?,
                uncompacted: row.get(4)?,
            })
        });
        let new =
            Self { lived_ms: 0, clock_ms: now.as_millisecond(), behind_ms: 0, compacted_ms: None, uncompacted: false };
        Ok(stored.optional()?.unwrap_or(new))
    }

    /// Whether the clock is before where it was seen already.
    pub fn was_set_back(&self, now: Timestamp) -> bool {
        now.as_millisecond() < self.clock_ms - SET_MS
    }

    /// Lets pass what passed: while the program ran, what the monotonic clock says; before, what the clock says, once it
    /// has made up for being set back.
    fn reckon(&mut self, now_ms: i64, since_ms: Option<i64>) -> ClockWas {
        let ran_ms = since_ms.unwrap_or(0);
        let moved_ms = now_ms.saturating_sub(self.clock_ms).saturating_sub(ran_ms);
        self.lived_ms = self.lived_ms.saturating_add(ran_ms);
        self.clock_ms = now_ms;
        if moved_ms < 0 {
            self.behind_ms = self.behind_ms.saturating_sub(moved_ms).min(LONGEST_GAP_MS);
        } else {
            let gap_ms = moved_ms.min(LONGEST_GAP_MS);
            let made_up_ms = gap_ms.min(self.behind_ms);
            self.behind_ms -= made_up_ms;
            if since_ms.is_none() {
                self.lived_ms = self.lived_ms.saturating_add(gap_ms - made_up_ms);
            }
        }
        match moved_ms {
            moved_ms if moved_ms < -SET_MS => ClockWas::SetBack,
            moved_ms if moved_ms > SET_MS && since_ms.is_some() => ClockWas::SetForward,
            _ => ClockWas::Running,
        }
    }

    fn compaction_due(&self) -> bool {
        self.uncompacted && self.compacted_ms.is_none_or(|ms| self.lived_ms - ms >= COMPACTED_EVERY_MS)
    }

    fn write(&self, transaction: &Transaction<'_>) -> rusqlite::Result<usize> {
        transaction.execute(
            "INSERT OR REPLACE INTO lifetime (one, lived_ms, clock_ms, behind_ms, compacted_ms, uncompacted)
             VALUES (1, ?1, ?2, ?3, ?4, ?5)",
            params![self.lived_ms, self.clock_ms, self.behind_ms, self.compacted_ms, self.uncompacted],
        )
    }
}

#[cfg(test)]
#[path = "retention/tests.rs"]
mod tests;
