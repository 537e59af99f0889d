//! What customers answer, counted over four weeks and a part of the week; told once the weeks are over.
//!
//! A row has no person, no day, no hour and no order. Who was on duty is noted for counting people only, where customers
//! answer at all, and goes when the weeks are told. The schema itself refuses to change what was told, or to tell it twice.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use rusqlite::types::Type;
use rusqlite::{Connection, Transaction, params};

use super::people::millis;
use super::{Store, StoreError};
use crate::customer::{Answers, Face, FourWeeks, Part, duty};
use crate::vault::VaultError;

impl Store {
    /// Counts an answer. One in four weeks that are told already, under a clock that was set wrong, is nobody's and lost.
    ///
    /// # Errors
    /// A failure of the database.
    pub fn count_customer(&mut self, face: Face, now: Timestamp, zone: &TimeZone) -> Result<(), StoreError> {
        let (weeks, part) = (FourWeeks::of(now, zone), Part::of(now, zone));
        self.write(|transaction| {
            transaction.execute(
                "INSERT INTO customer_answer (weeks, part, face, answers) SELECT ?1, ?2, ?3, 1
                 WHERE NOT EXISTS (SELECT 1 FROM customer_answers WHERE weeks = ?1)
                 ON CONFLICT (weeks, part, face) DO UPDATE SET answers = answers + 1",
                params![weeks.0, part.name(), face.name()],
            )?;
            Ok(())
        })?;
        // The write-ahead log would tell in which order answers and transactions came, and so which belong together.
        if let Err(error) = self.flush() {
            tracing::warn!(%error, "write_ahead_log_not_emptied: it is at the next answer, or at the end of a shift");
        }
        Ok(())
    }

    /// Notes who was on duty in which part of the week, and tells the four weeks that are over, once; gives how many.
    /// Shifts are forgotten before four weeks are over, so this wants to be called before they are.
    ///
    /// # Errors
    /// A failure of the database; nothing changed then.
    pub fn keep_customers(&mut self, people_floor: u32, now: Timestamp, zone: &TimeZone) -> Result<usize, StoreError> {
        let told = self.write(|transaction| {
            let weeks = counted_weeks(transaction)?;
            if !weeks.is_empty() {
                note_duty(transaction, &weeks, zone)?;
            }
            let over: Vec<FourWeeks> = weeks.into_iter().filter(|weeks| weeks.are_over(now, zone)).collect();
            for weeks in &over {
                tell(transaction, *weeks, people_floor)?;
            }
            Ok(over.len())
        })?;
        if told > 0 {
            // The write-ahead log still has what was counted.
            self.flush()?;
        }
        Ok(told)
    }

    /// What was told of the newest weeks, oldest first.
    ///
    /// # Errors
    /// A failure of the database.
    pub fn customer_answers(&self, at_most: usize) -> Result<Vec<Answers>, StoreError> {
        let mut found: Vec<Answers> = self.read(|connection| {
            let mut rows = connection.prepare("SELECT answers FROM customer_answers ORDER BY weeks DESC LIMIT ?1")?;
            let limit = i64::try_from(at_most).unwrap_or(i64::MAX);
            rows.query_map([limit], |row| {
                let text: String = row.get(0)?;
                serde_json::from_str(&text).map_err(|_| broken())
            })?
            .collect()
        })?;
        found.reverse();
        Ok(found)
    }
}

/// The four weeks in which a customer has answered and that are not told.
fn counted_weeks(connection: &Connection) -> rusqlite::Result<Vec<FourWeeks>> {
    let mut rows = connection.prepare("SELECT DISTINCT weeks FROM customer_answer ORDER BY weeks")?;
    rows.query_map([], |row| row.get(0).map(FourWeeks))?.collect()
}

/// Of the shifts that have ended; a row that is there already stays as it is.
fn note_duty(transaction: &Transaction<'_>, counted: &[FourWeeks], zone: &TimeZone) -> rusqlite::Result<()> {
    let mut shifts = transaction.prepare(
        "SELECT person, started_at, ended_at FROM shift WHERE ended_at IS NOT NULL
         UNION ALL SELECT shift_companion.person, started_at, ended_at FROM shift_companion
         JOIN shift ON id = shift WHERE ended_at IS NOT NULL",
    )?;
    let shifts =
        shifts.query_map([], |row| Ok((row.get::<_, String>(0)?, millis(row.get(1)?), millis(row.get(2)?))))?;
    let mut note =
        transaction.prepare("INSERT INTO on_duty (weeks, part, person) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING")?;
    for shift in shifts {
        let (person, started, ended) = shift?;
        for (weeks, part) in duty(started, ended, zone).into_iter().filter(|(weeks, _)| counted.contains(weeks)) {
            note.execute(params![weeks.0, part.name(), person])?;
        }
    }
    Ok(())
}

/// Keeps what four weeks say; what it was computed from goes with that.
fn tell(transaction: &Transaction<'_>, weeks: FourWeeks, people_floor: u32) -> Result<(), super::StoreErrorOr> {
    let mut counted = BTreeMap::new();
    let mut rows = transaction.prepare("SELECT part, face, answers FROM customer_answer WHERE weeks = ?1")?;
    for row in rows.query_map([weeks.0], |row| Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?, row.get(2)?)))? {
        let (part, face, answers): (String, String, u32) = row?;
        let part = Part::named(&part).ok_or_else(broken)?;
        counted.insert((part, Face::named(&face).ok_or_else(broken)?), answers);
    }
    let mut people = BTreeMap::new();
    let mut rows = transaction.prepare("SELECT part, count(*) FROM on_duty WHERE weeks = ?1 GROUP BY part")?;
    for row in rows.query_map([weeks.0], |row| Ok((row.get::<_, String>(0)?, row.get(1)?)))? {
        let (part, on_duty): (String, u32) = row?;
        people.insert(Part::named(&part).ok_or_else(broken)?, on_duty);
    }
    let answers = Answers::of(weeks, &counted, &people, people_floor);
    let text = serde_json::to_string(&answers).map_err(|_| VaultError::System)?;
    transaction.execute("INSERT INTO customer_answers (weeks, answers) VALUES (?1, ?2)", params![weeks.0, text])?;
    Ok(())
}

/// Not what stands there, which could repeat a figure.
fn broken() -> rusqlite::Error {
    rusqlite::Error::InvalidColumnType(0, "a row of what customers answered".to_owned(), Type::Text)
}

#[cfg(test)]
mod tests;
