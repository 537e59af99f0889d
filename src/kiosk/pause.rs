//! A person's own taps during their shift: pause, resume, "for work"; and the pause that nobody asked for, when it is in
//! doubt whose face is seen.
//!
//! While a shift is paused the camera is closed, and nothing of the time is known of anyone. The store knows of the
//! pause as long as it lasts, so that a crash does not end it, and forgets it afterwards.

use super::identity::Doubt;
use super::task::Kiosk;
use crate::control::{Answer, Proof, Why};
use crate::store::StoreError;
use crate::summary::LeftOut;

/// Who paused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Pauser {
    /// The person, or whoever stands at the counter.
    Person,
    /// The kiosk, because it may be somebody else's face.
    Doubt(Doubt),
}

/// What a person tells the kiosk of their own shift, and nobody else can.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tap {
    Resume,
    PhoneForWork,
    LeaveLatestOut(LeftOut),
}

impl Kiosk {
    /// Closes the camera first: that does not wait for the disk.
    pub(super) fn pause(&mut self, pauser: Pauser) {
        if self.session.as_ref().is_none_or(|session| session.shift.paused) {
            return;
        }
        self.close_camera();
        let Some(session) = &mut self.session else { return };
        self.status.paused = true;
        session.shift.paused = true;
        session.source_closed();
        self.pause_unwritten = true;
        match pauser {
            Pauser::Person => tracing::info!("shift_paused"),
            Pauser::Doubt(why) => tracing::info!(?why, "shift_paused_in_doubt"),
        }
        self.write_pause();
    }

    /// Pauses when nobody was followed for too long; writes a pause that could not be written before.
    pub(super) fn pause_in_doubt(&mut self) {
        if let Some(doubt) = self.session.as_ref().and_then(|session| session.doubt(self.clock.as_ref())) {
            self.pause(Pauser::Doubt(doubt));
        }
        self.write_pause();
    }

    fn write_pause(&mut self) {
        let Some(session) = self.session.as_ref().filter(|_| self.pause_unwritten) else { return };
        match self.store.pause_shift(session.shift.id, self.clock.now()) {
            Ok(()) => self.pause_unwritten = false,
            Err(error) => tracing::error!(%error, "pause_not_written"),
        }
    }

    /// Pauses for whoever says so at the counter: it only closes the camera.
    pub(super) fn paused(&mut self, name: Option<&str>) -> Answer {
        if let Err(refused) = self.shift_on(name) {
            return refused;
        }
        // In a pause only a trial has it open.
        self.stop_trial();
        self.pause(Pauser::Person);
        self.happened();
        Answer::Paused
    }

    /// Does what a person tells of their own shift, once it is known that it is they.
    pub(super) fn tapped(&mut self, proof: &Proof, tap: Tap) -> Answer {
        if let Err(refused) = self.own_tap(proof) {
            return refused;
        }
        let done = match tap {
            Tap::Resume => self.resume().map(|()| Answer::Resumed),
            Tap::PhoneForWork => self.phone_for_work(),
            Tap::LeaveLatestOut(left_out) => self.latest_left_out(left_out),
        };
        done.unwrap_or_else(Answer::from)
    }

    /// The store forgets the pause before the camera opens.
    fn resume(&mut self) -> Result<(), StoreError> {
        let Some(session) = &mut self.session else { return Ok(()) };
        session.tapped(self.clock.as_ref());
        if session.shift.paused {
            self.store.resume_shift(session.shift.id)?;
            session.shift.paused = false;
            self.pause_unwritten = false;
            self.status.paused = false;
            self.open_camera();
            tracing::info!("shift_resumed");
        }
        Ok(())
    }

    fn phone_for_work(&mut self) -> Result<Answer, StoreError> {
        let Some(session) = self.session.as_mut().filter(|session| !session.is_shared()) else {
            let reason = "several people are signed in, so nothing is observed of anyone";
            return Ok(Answer::refused(Why::Nothing, reason));
        };
        let now = self.clock.now();
        // The wall clock may have jumped since the last tick; this is about now.
        session.pass(self.clock.as_ref());
        self.store.add_phone_for_work(session.shift.id, now)?;
        session.phone_for_work(now);
        Ok(Answer::NotedForWork)
    }
}
