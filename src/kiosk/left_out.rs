//! "Leave this one out", "that was a complaint" and "leave this window out", said while a kiosk runs.
//!
//! A transaction that is not settled, because the till may still report something late, has no record yet: what is said
//! of it is remembered, sealed, until it has. No log line says that anything was left out.

use jiff::Timestamp;

use super::session::Session;
use super::task::Kiosk;
use crate::clock::shifted;
use crate::control::{Answer, SecretText};
use crate::store::{SignedIn, StoreError};
use crate::summary::LeftOut;

impl Kiosk {
    /// Leaves a transaction out: the latest unless told.
    pub(super) fn left_out(
        &mut self,
        name: &str,
        secret: &SecretText,
        left_out: LeftOut,
        at: Option<Timestamp>,
    ) -> Answer {
        let done = self.store.sign_in(name, &secret.typed(), self.clock.now()).and_then(|signed_in| {
            self.write_end()?;
            match self.leave_unsettled_out(&signed_in, left_out, at)? {
                Some(answer) => Ok(answer),
                None => self.leave_settled_out(&signed_in, left_out, at),
            }
        });
        done.unwrap_or_else(|error| Answer::Refused { reason: error.to_string() })
    }

    /// Leaves the windows that are not released out.
    pub(super) fn windows_left_out(&mut self, name: &str, secret: &SecretText) -> Answer {
        let now = self.clock.now();
        let done = self.store.sign_in(name, &secret.typed(), now).and_then(|signed_in| {
            self.write_end()?;
            let own = self.store.leave_windows_out(&signed_in, &self.clock.time_zone(), now)?;
            if let Some(session) = self.own_session(&signed_in) {
                session.take_tallies(own);
            }
            Ok(Answer::WindowsLeftOut)
        });
        done.unwrap_or_else(|error| Answer::Refused { reason: error.to_string() })
    }

    fn own_session(&mut self, signed_in: &SignedIn) -> Option<&mut Session> {
        self.session.as_mut().filter(|session| !session.is_shared() && session.shift.person == *signed_in.person())
    }

    /// Of the person's own shift that is on, a transaction that has no record yet; `None` where it is another one.
    fn leave_unsettled_out(
        &mut self,
        signed_in: &SignedIn,
        left_out: LeftOut,
        at: Option<Timestamp>,
    ) -> Result<Option<Answer>, StoreError> {
        let clock = std::sync::Arc::clone(&self.clock);
        let Some(session) = self.own_session(signed_in) else { return Ok(None) };
        // The wall clock may have jumped since the last tick, and what is decided by now is to be written first.
        session.pass(clock.as_ref());
        if !self.write_decisions() {
            let reason = "what was decided cannot be written at the moment; try again".to_owned();
            return Ok(Some(Answer::Refused { reason }));
        }
        // A time is told in whole seconds. What opens in this very millisecond is the next one.
        // What is said of a time to come is said of now: a later transaction is not meant.
        let just_now = shifted(clock.now(), -1);
        let at = at.map_or(just_now, |at| shifted(at, 999).min(just_now));
        let Some(session) = self.own_session(signed_in) else { return Ok(None) };
        let Some(opened_at) = session.unsettled_at(at) else { return Ok(None) };
        let Some(mut own) = session.tallies.clone() else { return Ok(None) };
        if !own.add_unsettled(at, left_out) {
            let reason = "too many wait already; try again in some minutes".to_owned();
            return Ok(Some(Answer::Refused { reason }));
        }
        self.store.put_tallies(signed_in.person(), &own)?;
        if let Some(session) = self.own_session(signed_in) {
            session.take_tallies(own);
        }
        Ok(Some(Answer::LeftOut { opened_at }))
    }

    fn leave_settled_out(
        &mut self,
        signed_in: &SignedIn,
        left_out: LeftOut,
        at: Option<Timestamp>,
    ) -> Result<Answer, StoreError> {
        let changed = self.store.leave_out(signed_in, at, left_out, &self.clock.time_zone())?;
        if let Some(session) = self.own_session(signed_in) {
            let this_part = session.shift.id == changed.shift && session.part == changed.part;
            if let Some(summary) = changed.summary.filter(|_| this_part) {
                session.summary = summary;
            }
            session.take_tallies(changed.tallies);
        }
        Ok(Answer::LeftOut { opened_at: changed.opened_at })
    }
}
