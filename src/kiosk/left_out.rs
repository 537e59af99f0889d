//! "Leave this one out", "that was a complaint" and "leave this window out", said while a kiosk runs.
//!
//! A transaction that is not settled, because the till may still report something late, has no record yet: what is said
//! of it is remembered, sealed, until it has. No log line says that anything was left out.

use jiff::Timestamp;

use super::session::Session;
use super::task::Kiosk;
use crate::clock::shifted;
use crate::control::{Answer, Why};
use crate::store::{PersonId, SignedIn, StoreError};
use crate::summary::LeftOut;

impl Kiosk {
    /// Leaves a transaction out: the latest unless told.
    pub(super) fn left_out(
        &mut self,
        person: &SignedIn,
        left_out: LeftOut,
        at: Option<Timestamp>,
    ) -> Result<Answer, StoreError> {
        self.write_end()?;
        match self.leave_unsettled_out(person.person(), left_out, at)? {
            Some(answer) => Ok(answer),
            None => self.leave_settled_out(person, left_out, at),
        }
    }

    /// Leaves the transaction of the shift out that is on, or was just now: without a key only one that has no record yet.
    pub(super) fn latest_left_out(&mut self, left_out: LeftOut) -> Result<Answer, StoreError> {
        let Some(person) = self.session.as_ref().map(|session| session.shift.person.clone()) else {
            return Ok(Answer::refused(Why::NoShift, "nobody is on shift here"));
        };
        let answer = self.leave_unsettled_out(&person, left_out, None)?;
        let reason = "there is no transaction of the last minutes; an earlier one can be left out on your own page";
        Ok(answer.unwrap_or_else(|| Answer::refused(Why::Nothing, reason)))
    }

    /// Leaves the windows that are not released out.
    pub(super) fn windows_left_out(&mut self, person: &SignedIn) -> Result<Answer, StoreError> {
        let now = self.clock.now();
        self.write_end()?;
        let own = self.store.leave_windows_out(person, &self.clock.time_zone(), now)?;
        if let Some(session) = self.own_session(person.person()) {
            session.take_tallies(own);
        }
        Ok(Answer::WindowsLeftOut)
    }

    fn own_session(&mut self, person: &PersonId) -> Option<&mut Session> {
        self.session.as_mut().filter(|session| !session.is_shared() && session.shift.person == *person)
    }

    /// Of the person's own shift that is on, a transaction that has no record yet; `None` where it is another one.
    fn leave_unsettled_out(
        &mut self,
        person: &PersonId,
        left_out: LeftOut,
        at: Option<Timestamp>,
    ) -> Result<Option<Answer>, StoreError> {
        let clock = std::sync::Arc::clone(&self.clock);
        let Some(session) = self.own_session(person) else { return Ok(None) };
        // The wall clock may have jumped since the last tick, and what is decided by now is to be written first.
        session.pass(clock.as_ref());
        if !self.write_decisions() {
            let reason = "what was decided cannot be written at the moment; try again";
            return Ok(Some(Answer::refused(Why::Busy, reason)));
        }
        // A time is told in whole seconds. What opens in this very millisecond is the next one.
        // What is said of a time to come is said of now: a later transaction is not meant.
        let just_now = shifted(clock.now(), -1);
        let at = at.map_or(just_now, |at| shifted(at, 999).min(just_now));
        let Some(session) = self.own_session(person) else { return Ok(None) };
        let Some(opened_at) = session.unsettled_at(at) else { return Ok(None) };
        let Some(mut own) = session.tallies.clone() else { return Ok(None) };
        if !own.add_unsettled(at, left_out) {
            return Ok(Some(Answer::refused(Why::Busy, "too many wait already; try again in some minutes")));
        }
        self.store.put_tallies(person, &own)?;
        if let Some(session) = self.own_session(person) {
            session.take_tallies(own);
        }
        Ok(Some(Answer::LeftOut { opened_at }))
    }

    fn leave_settled_out(
        &mut self,
        person: &SignedIn,
        left_out: LeftOut,
        at: Option<Timestamp>,
    ) -> Result<Answer, StoreError> {
        let changed = self.store.leave_out(person, at, left_out, &self.clock.time_zone())?;
        if let Some(session) = self.own_session(person.person()) {
            let this_part = session.shift.id == changed.shift && session.part == changed.part;
            if let Some(summary) = changed.summary.filter(|_| this_part) {
                session.summary = summary;
            }
            session.take_tallies(changed.tallies);
        }
        Ok(Answer::LeftOut { opened_at: changed.opened_at })
    }
}
