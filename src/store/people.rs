//! Staff and their shifts.

use jiff::Timestamp;
use rusqlite::{OptionalExtension, params};

use super::vaults::{Invitation, put_row, random_hex};
use super::{Store, StoreError};
use crate::vault::Row;

/// A person's random identity: the only thing that other tables know of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PersonId(pub(super) String);

/// A row of `staff`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StaffMember {
    /// Who, for the other tables.
    pub person: PersonId,
    /// What they are called at `--staff` and in lists.
    pub name: String,
    /// Since when.
    pub added_at: Timestamp,
}

/// The number of a shift.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ShiftId(pub(super) i64);

/// A shift that lasts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shift {
    /// Its number.
    pub id: ShiftId,
    /// Whose it is.
    pub person: PersonId,
    /// Who is signed in together with them: then what is seen is nobody's.
    pub companions: Vec<PersonId>,
    /// At which register.
    pub register: String,
    /// Since when.
    pub started_at: Timestamp,
    /// Paused, until the person's own tap.
    pub paused: bool,
}

impl Shift {
    /// Whether these people are signed in, and nobody else.
    #[must_use]
    pub fn is_of(&self, people: &[PersonId]) -> bool {
        let signed_in = 1 + self.companions.len();
        signed_in == people.len() && people.iter().all(|person| self.includes(person))
    }

    /// Whether this person is one of the signed-in ones.
    #[must_use]
    pub fn includes(&self, person: &PersonId) -> bool {
        self.person == *person || self.companions.contains(person)
    }
}

impl Store {
    /// Invites a person under a random identity; they take part only after their own consent. Gives the invitation that
    /// it takes.
    ///
    /// # Errors
    /// [`StoreError::BadName`], [`StoreError::NameTaken`] or a failure of the database.
    pub fn add_staff(&mut self, name: &str, now: Timestamp) -> Result<(StaffMember, Invitation), StoreError> {
        let name = name.trim();
        if name.is_empty() || name.chars().count() > 64 || name.chars().any(char::is_control) {
            return Err(StoreError::BadName);
        }
        let person = PersonId(random_hex()?);
        let member = StaffMember { person, name: name.to_owned(), added_at: now };
        let invitation = Invitation::new()?;
        self.write(|transaction| {
            let added = transaction.execute(
                "INSERT INTO staff (person, name, added_at) VALUES (?1, ?2, ?3) ON CONFLICT (name) DO NOTHING",
                params![member.person.0, member.name, now.as_millisecond()],
            )?;
            if added == 0 {
                return Err(StoreError::NameTaken(name.to_owned()).into());
            }
            put_row(transaction, &member.person, &invitation, &Row::decoy()?)
        })?;
        Ok((member, invitation))
    }

    /// Everyone, by name.
    ///
    /// # Errors
    /// A failure of the database.
    pub fn staff(&self) -> Result<Vec<StaffMember>, StoreError> {
        self.read(|connection| {
            let mut rows = connection.prepare("SELECT person, name, added_at FROM staff ORDER BY name")?;
            let members = rows.query_map([], member)?;
            members.collect()
        })
    }

    /// The staff member of that name.
    ///
    /// # Errors
    /// [`StoreError::NoSuchPerson`] or a failure of the database.
    pub fn staff_member(&self, name: &str) -> Result<StaffMember, StoreError> {
        let query = "SELECT person, name, added_at FROM staff WHERE name = ?1";
        self.read(|connection| connection.query_row(query, [name.trim()], member).optional())?
            .ok_or_else(|| StoreError::NoSuchPerson(name.to_owned()))
    }

    /// The staff member with that identity.
    ///
    /// # Errors
    /// A failure of the database; they were erased, for example.
    pub fn staff_member_of(&self, person: &PersonId) -> Result<StaffMember, StoreError> {
        let query = "SELECT person, name, added_at FROM staff WHERE person = ?1";
        self.read(|connection| connection.query_row(query, [&person.0], member))
    }

    /// Begins a shift.
    ///
    /// # Errors
    /// A failure of the database.
    pub fn start_shift(&mut self, person: &PersonId, register: &str, now: Timestamp) -> Result<Shift, StoreError> {
        self.start_shared_shift(person, &[], register, now)
    }

    /// Begins a shift of several people at one register.
    ///
    /// # Errors
    /// A failure of the database.
    pub fn start_shared_shift(
        &mut self,
        person: &PersonId,
        companions: &[PersonId],
        register: &str,
        now: Timestamp,
    ) -> Result<Shift, StoreError> {
        let id = self.write(|transaction| {
            transaction.execute(
                "INSERT INTO shift (person, register, started_at) VALUES (?1, ?2, ?3)",
                params![person.0, register, now.as_millisecond()],
            )?;
            let id = transaction.last_insert_rowid();
            for companion in companions {
                transaction
                    .execute("INSERT INTO shift_companion (shift, person) VALUES (?1, ?2)", params![id, companion.0])?;
            }
            Ok(id)
        })?;
        Ok(Shift {
            id: ShiftId(id),
            person: person.clone(),
            companions: companions.to_vec(),
            register: register.to_owned(),
            started_at: millis(now.as_millisecond()),
            paused: false,
        })
    }

    /// Notes that a shift is paused, so that a crash does not end the pause.
    ///
    /// # Errors
    /// A failure of the database.
    pub fn pause_shift(&mut self, shift: ShiftId, now: Timestamp) -> Result<(), StoreError> {
        self.write(|transaction| {
            transaction.execute(
                "INSERT INTO shift_pause (shift, since) VALUES (?1, ?2) ON CONFLICT (shift) DO NOTHING",
                params![shift.0, now.as_millisecond()],
            )?;
            Ok(())
        })
    }

    /// Ends a pause; nothing of it is kept.
    ///
    /// # Errors
    /// A failure of the database.
    pub fn resume_shift(&mut self, shift: ShiftId) -> Result<(), StoreError> {
        self.write(|transaction| {
            transaction.execute("DELETE FROM shift_pause WHERE shift = ?1", [shift.0])?;
            Ok(())
        })
    }

    /// Notes that the phone in hand at this time is for work; why is never asked.
    ///
    /// # Errors
    /// A failure of the database.
    pub fn add_phone_for_work(&mut self, shift: ShiftId, at: Timestamp) -> Result<(), StoreError> {
        self.write(|transaction| {
            transaction.execute(
                "INSERT INTO phone_for_work (shift, at) VALUES (?1, ?2) ON CONFLICT (shift, at) DO NOTHING",
                params![shift.0, at.as_millisecond()],
            )?;
            Ok(())
        })
    }

    /// When it was said of a shift that lasts that the phone in hand is for work.
    ///
    /// # Errors
    /// A failure of the database.
    pub fn phone_for_work(&self, shift: ShiftId) -> Result<Vec<Timestamp>, StoreError> {
        self.read(|connection| {
            let mut rows = connection.prepare("SELECT at FROM phone_for_work WHERE shift = ?1 ORDER BY at")?;
            let times = rows.query_map([shift.0], |row| Ok(millis(row.get(0)?)))?;
            times.collect()
        })
    }

    /// Shifts that a crash left open, oldest first.
    ///
    /// # Errors
    /// A failure of the database.
    pub fn open_shifts(&self) -> Result<Vec<Shift>, StoreError> {
        self.read(|connection| {
            let mut companions = connection.prepare("SELECT person FROM shift_companion WHERE shift = ?1")?;
            let mut rows = connection.prepare(
                "SELECT id, person, register, started_at, EXISTS (SELECT 1 FROM shift_pause WHERE shift = id)
                 FROM shift WHERE ended_at IS NULL ORDER BY id",
            )?;
            let shifts = rows.query_map([], |row| {
                let id: i64 = row.get(0)?;
                let companions = companions.query_map([id], |row| row.get(0).map(PersonId))?;
                Ok(Shift {
                    id: ShiftId(id),
                    person: PersonId(row.get(1)?),
                    companions: companions.collect::<Result<_, _>>()?,
                    register: row.get(2)?,
                    started_at: millis(row.get(3)?),
                    paused: row.get(4)?,
                })
            })?;
            shifts.collect()
        })
    }

    /// Ends a shift; what still waits in the inbox for it is handled by that.
    ///
    /// # Errors
    /// A failure of the database.
    pub fn end_shift(&mut self, shift: ShiftId, now: Timestamp) -> Result<(), StoreError> {
        let now = now.as_millisecond();
        self.write(|transaction| {
            transaction
                .execute("UPDATE shift SET ended_at = max(?2, started_at) WHERE id = ?1", params![shift.0, now])?;
            transaction.execute(
                "UPDATE till_inbox SET handled_at = ?2 WHERE shift = ?1 AND handled_at IS NULL",
                params![shift.0, now],
            )?;
            transaction.execute("DELETE FROM shift_pause WHERE shift = ?1", [shift.0])?;
            transaction.execute("DELETE FROM phone_for_work WHERE shift = ?1", [shift.0])?;
            Ok(())
        })
    }
}

fn member(row: &rusqlite::Row<'_>) -> rusqlite::Result<StaffMember> {
    Ok(StaffMember { person: PersonId(row.get(0)?), name: row.get(1)?, added_at: millis(row.get(2)?) })
}

/// A stored time. The program wrote it from a [`Timestamp`], so it is in range.
pub(super) fn millis(stored: i64) -> Timestamp {
    Timestamp::from_millisecond(stored).unwrap_or(Timestamp::UNIX_EPOCH)
}
