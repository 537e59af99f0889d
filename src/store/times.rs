//! When a person worked, as the store has it beside what is sealed: for their own export.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::people::millis;
use super::{Opens, Store, StoreError};

/// Something of a person's that has a time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnTime {
    /// `shift`, `shared_shift`, `transaction`, `pause`, `phone_for_work`, `till_` and an event of the till during a
    /// shift, or `on_duty_` and a part of the week over four weeks.
    pub kind: String,
    /// At which register.
    pub register: String,
    /// Since when, or when.
    pub from: Timestamp,
    /// Until when; `None` of what is a moment, or lasts.
    pub to: Option<Timestamp>,
}

impl Store {
    /// Every time that the store has of a person, oldest first.
    ///
    /// # Errors
    /// A failure of the database.
    pub fn own_times(&self, person: &impl Opens) -> Result<Vec<OwnTime>, StoreError> {
        let query = "
            WITH theirs AS (
                SELECT id, register, started_at, ended_at FROM shift
                WHERE person = ?1 OR id IN (SELECT shift FROM shift_companion WHERE person = ?1))
            SELECT CASE WHEN id IN (SELECT shift FROM shift_companion) THEN 'shared_shift' ELSE 'shift' END,
                   register, started_at, ended_at FROM theirs
            UNION ALL SELECT 'transaction', register, opened_at, closed_at FROM transaction_record WHERE person = ?1
            UNION ALL SELECT 'till_' || event, register, at, NULL FROM till_inbox WHERE shift IN (SELECT id FROM theirs)
            UNION ALL SELECT 'pause', register, since, NULL FROM shift_pause JOIN theirs ON shift = id
            UNION ALL SELECT 'phone_for_work', register, at, NULL FROM phone_for_work JOIN theirs ON shift = id
            UNION ALL SELECT 'on_duty_' || part, '', (28 * weeks + 4) * 86400000, (28 * weeks + 32) * 86400000
                      FROM on_duty WHERE person = ?1
            ORDER BY 3, 1";
        self.read(|connection| {
            let mut rows = connection.prepare(query)?;
            let times = rows.query_map([&person.signed_in().person().0], |row| {
                let to: Option<i64> = row.get(3)?;
                Ok(OwnTime { kind: row.get(0)?, register: row.get(1)?, from: millis(row.get(2)?), to: to.map(millis) })
            })?;
            times.collect()
        })
    }
}
