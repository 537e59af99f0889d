//! How a shift begins and ends at a running kiosk: signing in with one's own secret, and signing out.
//!
//! With a shift the kiosk holds the camera's lock and a random token, by which the person's taps are known to be theirs
//! without typing a secret each time; it lets go of both when the shift ends.

use super::camera::{CameraClaim, CameraWish, Purpose};
use super::session::{Decisions, Session};
use super::task::Kiosk;
use super::visits::RandomToken;
use crate::camera::CameraLockError;
use crate::consent::NoConsent;
use crate::control::{Answer, Credentials, Proof, SecretText, Why};
use crate::store::{PersonId, SignedIn, StoreError};

/// Most people at one register: each secret takes a fifth of a second, while the till waits.
const PEOPLE_MAX: usize = 4;

/// Why no shift began.
#[derive(Debug, thiserror::Error)]
pub enum NoShift {
    /// Whose it is, is not said.
    #[error("a shift is on; sign out first")]
    ShiftOn,
    /// The program was started to be set up.
    #[error("this kiosk is being set up, so no shift begins; stop hymy setup and start: hymy run")]
    SettingUp,
    /// There is nothing to open.
    #[error("[camera] has no source; set it, for example source = \"/dev/video0\", and start hymy run again")]
    NoSource,
    /// Nobody, or more than four.
    #[error("one to {PEOPLE_MAX} people sign in together")]
    HowMany,
    /// The same person twice.
    #[error("{0} is named twice; name each person once")]
    NamedTwice(String),
    /// What was agreed to does not hold.
    #[error(transparent)]
    NoConsent(#[from] NoConsent),
    /// Another program looks through the camera.
    #[error(transparent)]
    Camera(#[from] CameraLockError),
    /// The store, a wrong secret among it.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What the kiosk holds while a shift is on.
pub(super) struct Held {
    token: RandomToken,
    people: u8,
    _camera: CameraClaim,
}

impl Held {
    fn new(camera: CameraClaim, people: usize) -> Result<Self, StoreError> {
        Ok(Self { token: RandomToken::random()?, people: u8::try_from(people).unwrap_or(u8::MAX), _camera: camera })
    }

    /// The token as it is given back.
    pub(super) fn told(&self) -> SecretText {
        self.token.told()
    }
}

impl Kiosk {
    /// Lets people in with their own secrets, and begins their shift.
    pub(super) fn sign_in(&mut self, people: &[Credentials]) -> Answer {
        self.begin_with_secrets(people).unwrap_or_else(Answer::from)
    }

    fn begin_with_secrets(&mut self, people: &[Credentials]) -> Result<Answer, NoShift> {
        if self.session.is_some() {
            return Err(NoShift::ShiftOn);
        }
        if self.settings.setting_up {
            return Err(NoShift::SettingUp);
        }
        if !self.settings.has_source {
            return Err(NoShift::NoSource);
        }
        if !(1..=PEOPLE_MAX).contains(&people.len()) {
            return Err(NoShift::HowMany);
        }
        let mut signed_in: Vec<SignedIn> = Vec::with_capacity(people.len());
        for Credentials { name, secret } in people {
            let person = self.store.sign_in(name, &secret.typed(), self.clock.now())?;
            if signed_in.iter().any(|other| other.person() == person.person()) {
                return Err(NoShift::NamedTwice(name.trim().to_owned()));
            }
            signed_in.push(person);
        }
        self.begin_shift(&signed_in)?;
        let token = self.held.as_ref().map_or_else(|| SecretText::new(""), Held::told);
        Ok(Answer::SignedIn { token, paused: self.status.paused })
    }

    /// Begins the shift of these people or takes up the one that a crash left open, and lets the camera open unless the
    /// shift is paused. Nothing has begun where this fails.
    ///
    /// # Errors
    /// A shift is on, a consent does not hold, another program has the camera, or the store cannot be written.
    pub(super) fn begin_shift(&mut self, signed_in: &[SignedIn]) -> Result<(), NoShift> {
        if self.session.is_some() {
            return Err(NoShift::ShiftOn);
        }
        if self.settings.setting_up {
            return Err(NoShift::SettingUp);
        }
        for person in signed_in {
            person.consent().holds(&self.settings.terms)?;
        }
        let held = Held::new(self.camera.claim()?, signed_in.len())?;
        let mut session = self.session_of(signed_in)?;
        // Whoever tried something out is done.
        self.stop_trial();
        if let Err(error) = self.open_own(&mut session, signed_in.first()) {
            // It is in the store already: it ends as one that a crash left.
            self.left_open = true;
            return Err(error.into());
        }
        self.status.shift = true;
        self.status.paused = session.shift.paused;
        self.session = Some(session);
        self.held = Some(held);
        self.happened();
        if !self.status.paused {
            self.open_camera();
        }
        Ok(())
    }

    fn session_of(&mut self, signed_in: &[SignedIn]) -> Result<Session, NoShift> {
        // What was left of an earlier shift first.
        self.write_end()?;
        if let Some(session) = self.settle(signed_in, false)? {
            return Ok(session);
        }
        let people: Vec<PersonId> = signed_in.iter().map(|person| person.person().clone()).collect();
        let (person, companions) = people.split_first().ok_or(NoShift::HowMany)?;
        let now = self.clock.now();
        let shift = self.store.start_shared_shift(person, companions, &self.settings.register, now)?;
        tracing::info!("shift_began");
        let settings = self.settings.chosen_by(signed_in.first());
        Ok(Session::new(shift, 1, settings, self.clock.as_ref()))
    }

    /// Ends the shift. The camera is closed first: that does not wait for the disk. The kiosk goes on, and what cannot be
    /// written now is tried again.
    pub(super) fn end_shift(&mut self) {
        self.close_camera();
        let Some(mut session) = self.session.take() else { return };
        session.finish(self.clock.as_ref());
        self.let_go();
        self.ending = Some(session);
        tracing::info!("shift_ended");
    }

    /// Ends the shift for whoever says so at the counter.
    pub(super) fn signed_out(&mut self, name: Option<&str>) -> Answer {
        if let Err(refused) = self.shift_on(name) {
            return refused;
        }
        self.end_shift();
        self.try_to_write_end();
        Answer::SignedOut
    }

    /// Writes what a shift that is over decided, and its end; nothing where that is done.
    ///
    /// # Errors
    /// The store cannot be written; the next call tries again.
    pub(super) fn write_end(&mut self) -> Result<(), StoreError> {
        let Some(mut session) = self.ending.take() else { return Ok(()) };
        let written = self.write_end_of(&mut session);
        self.ending = written.is_err().then_some(session);
        written
    }

    fn write_end_of(&mut self, session: &mut Session) -> Result<(), StoreError> {
        self.unwritten.append(session.take_decisions());
        super::commit::commit(&mut self.store, session, &mut self.unwritten, self.clock.as_ref())?;
        self.contribute(session);
        self.store.end_shift(session.shift.id, self.clock.now())
    }

    pub(super) fn try_to_write_end(&mut self) {
        if let Err(error) = self.write_end() {
            tracing::error!(%error, "shift_end_not_written");
        }
    }

    /// A shift of this person, on or not written to its end, is over and nothing more of it is written.
    pub(super) fn forget_shift_of(&mut self, person: &PersonId) {
        let is_theirs = |session: &Option<Session>| session.as_ref().is_some_and(|it| it.shift.includes(person));
        if is_theirs(&self.session) {
            self.close_camera();
            self.session = None;
            self.let_go();
            tracing::info!("shift_ended");
        } else if is_theirs(&self.ending) {
            self.ending = None;
        } else {
            return;
        }
        self.unwritten = Decisions::default();
    }

    fn let_go(&mut self) {
        self.held = None;
        self.pause_unwritten = false;
        (self.status.shift, self.status.paused) = (false, false);
    }

    /// Whether a shift is on, this person's where one is named.
    pub(super) fn shift_on(&self, name: Option<&str>) -> Result<(), Answer> {
        match name {
            Some(name) => self.own_shift(name),
            None if self.session.is_some() => Ok(()),
            None => Err(Answer::refused(Why::NoShift, "nobody is on shift here")),
        }
    }

    /// Whether this person is on shift here.
    pub(super) fn own_shift(&self, name: &str) -> Result<(), Answer> {
        let person = self.store.staff_member(name)?.person;
        match &self.session {
            Some(session) if session.shift.includes(&person) => Ok(()),
            _ => Err(Answer::refused(Why::NoShift, format!("{} is not on shift here", name.trim()))),
        }
    }

    /// Whether a shift of this person is on, or not written to its end.
    pub(super) fn is_busy_with(&self, person: &PersonId) -> bool {
        self.session.iter().chain(&self.ending).any(|it| it.shift.includes(person))
    }

    /// The same of whoever has this name.
    pub(super) fn is_busy_with_name(&self, name: &str) -> bool {
        self.store.staff_member(name).is_ok_and(|member| self.is_busy_with(&member.person))
    }

    /// Whether a tap is of the people whose shift is on: by the token of the shift or by a secret of theirs, wrong ones
    /// of which are slowed.
    pub(super) fn own_tap(&mut self, proof: &Proof) -> Result<(), Answer> {
        match proof {
            Proof::Token(token) if self.held.as_ref().is_some_and(|held| held.token.is(token)) => {}
            Proof::Token(_) if self.session.is_none() => self.shift_on(None)?,
            Proof::Token(_) => {
                return Err(Answer::refused(Why::NoShift, "this token is of another shift; give your secret"));
            }
            Proof::Secret(Credentials { name, secret }) => {
                self.own_shift(name)?;
                self.store.sign_in(name, &secret.typed(), self.clock.now())?;
            }
        }
        self.happened();
        Ok(())
    }

    pub(super) fn open_camera(&mut self) {
        let people = self.held.as_ref().map_or(1, |held| held.people);
        self.stop_trial();
        self.open_camera_for(people, Purpose::Shift);
    }

    /// What an earlier opening still has to tell is told apart by its number.
    pub(super) fn open_camera_for(&mut self, people: u8, purpose: Purpose) {
        let run = self.runs;
        self.runs += 1;
        self.wished_run = Some(run);
        self.status.camera = false;
        self.camera.set(CameraWish::Open { run, people, purpose });
    }

    /// Whatever it was open for: a trial is over with it.
    pub(super) fn close_camera(&mut self) {
        self.camera.set(CameraWish::Closed);
        self.status.trying = None;
        if self.trial.take().is_some() {
            tracing::info!("trial_ended");
        }
        self.wished_run = None;
        self.status.camera = false;
    }
}
