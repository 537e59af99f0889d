//! The camera outside of a shift: for practising, for the fit check, and for setting up, by the tap of whoever has pages
//! open, for five minutes at most.
//!
//! What is seen stays here, in memory, and only what the latest frame showed; no shift gets any of it, and nothing of it
//! is written, sealed or logged. Nor does a trial get what a shift's camera saw: each opening has its own number, and
//! what is told under another one is dropped.

use hymy_vision::Observation;

use super::camera::{CameraClaim, Purpose};
use super::set_up::Seeking;
use super::task::Kiosk;
use super::visits::Visiting;
use crate::control::{Answer, SecretText, Seen, TrialFor, TrialNow, TrialQuestion, Why};
use crate::decide::Decider;
use crate::fit::Watched;
use crate::signals::NodDetector;
use crate::store::PersonId;

/// The camera closes after so long, in milliseconds, whatever was reached: the promise of docs/privacy.md, line 3.
pub const TRIAL_LASTS_MS: u64 = 5 * 60 * 1000;
/// A page that asked nothing for so long, in milliseconds, is gone: it asks several times a second, and ten seconds are
/// more than a loaded machine makes it wait.
pub const TRIAL_ASKED_WITHIN_MS: u64 = 10_000;
/// Whose face is read: with more of them in the staff zone nobody's is.
const PEOPLE: u8 = 1;

/// One that is on.
pub(super) struct Trial {
    what: TrialFor,
    /// Whose it is.
    pub(super) visit: u64,
    begun_ms: u64,
    asked_ms: u64,
    decider: Decider,
    detector: NodDetector,
    nods: u32,
    seen: Option<Seen>,
    /// What a technician's seeks.
    pub(super) seeking: Option<Seeking>,
    /// The fit check, where it is one.
    fit: Option<Watched>,
    /// Other programs are kept from the camera.
    _camera: CameraClaim,
}

impl Trial {
    /// Takes what a frame showed; what the one before showed is gone.
    pub fn see(&mut self, observation: &Observation) {
        if let Some(seeking) = &mut self.seeking {
            // Whoever sets up seeks lines or directions: nothing else of who stands there is even taken.
            seeking.see(observation);
            return;
        }
        if let Some(face) = observation.face.filter(|face| !observation.not_alone && !face.turned_away)
            && self.detector.push(observation.t_ms, face.head, face.bounds).is_some()
        {
            self.nods = self.nods.saturating_add(1);
        }
        self.seen = Some(Seen::of(&self.decider.decide(observation)));
        if let Some(fit) = &mut self.fit {
            fit.observe(observation);
        }
    }

    /// The camera was lost or begins anew: the newest frame no longer stands.
    pub fn source_closed(&mut self) {
        self.seen = None;
        self.seeking.iter_mut().for_each(Seeking::source_closed);
        self.decider.reset();
        self.detector = NodDetector::default();
    }

    fn now(&self, now_ms: u64) -> TrialNow {
        let lasted_ms = now_ms.saturating_sub(self.begun_ms);
        TrialNow {
            what: self.what,
            left_ms: TRIAL_LASTS_MS.saturating_sub(lasted_ms),
            nods: self.nods,
            seen: self.seen.clone(),
            setting_up: self.seeking.as_ref().map(|seeking| Box::new(seeking.now())),
            fit: self.fit.as_ref().map(|fit| fit.now().clone()),
        }
    }

    /// The fit check has come to its end: there is nothing more to see.
    fn has_ended(&self) -> bool {
        self.fit.as_ref().is_some_and(|fit| fit.now().off.is_some())
    }

    /// Its time is over, or nobody looks at it any more.
    fn is_over(&self, now_ms: u64) -> bool {
        now_ms.saturating_sub(self.begun_ms) >= TRIAL_LASTS_MS
            || now_ms.saturating_sub(self.asked_ms) >= TRIAL_ASKED_WITHIN_MS
    }
}

impl Kiosk {
    /// What whoever has pages open asks of a trial.
    pub(super) fn trial(&mut self, token: &SecretText, ask: TrialQuestion) -> Answer {
        if let TrialQuestion::Begin(what) = ask {
            return self.begin_for(token, what, Seeking::of(what));
        }
        let now_ms = self.clock.monotonic_ms();
        self.end_trial_if_over();
        let Some((visit, visiting)) = self.visits.of(token, now_ms) else { return Answer::NotOpen };
        if ask == TrialQuestion::Found {
            return visiting.found().map_or(Answer::NotOpen, Answer::Found);
        }
        let Some(trial) = self.trial.as_mut().filter(|trial| trial.visit == visit) else { return Answer::NoTrial };
        if ask == TrialQuestion::End {
            return self.end_trial();
        }
        trial.asked_ms = now_ms;
        let (now, ended) = (trial.now(now_ms), trial.has_ended());
        if ended {
            self.stop_trial();
        }
        Answer::Trial(now)
    }

    /// Begins one for whoever these pages are open for, if it is theirs to begin.
    pub(super) fn begin_for(&mut self, token: &SecretText, what: TrialFor, seeking: Option<Seeking>) -> Answer {
        let now_ms = self.clock.monotonic_ms();
        self.end_trial_if_over();
        let Some((visit, visiting)) = self.visits.of(token, now_ms) else { return Answer::NotOpen };
        let who = match (what, visiting) {
            (TrialFor::Practice | TrialFor::Fit, Visiting::Person { signed_in, .. }) => Some(signed_in),
            (TrialFor::Outline | TrialFor::Calibration, Visiting::Technician(_)) => None,
            _ => return Answer::NotOpen,
        };
        let directions = self.settings.directions.clone();
        let checked = who.filter(|_| what == TrialFor::Fit).map(|person| person.consent().signals.clone());
        let fit = checked.map(|chosen| Watched::new(directions, chosen));
        let person = who.map(|person| person.person().clone());
        match self.may_begin_trial(what, visit, person.as_ref()) {
            Ok(()) => self.begin_trial(what, visit, seeking, fit, now_ms),
            Err(refused) => refused,
        }
    }

    /// With nobody on shift; or this person's own shift, and theirs alone, is paused.
    fn may_begin_trial(&self, what: TrialFor, visit: u64, person: Option<&PersonId>) -> Result<(), Answer> {
        if !self.settings.has_source {
            return Err(super::NoShift::NoSource.into());
        }
        if self.trial.as_ref().is_some_and(|trial| trial.visit != visit) {
            return Err(Answer::refused(Why::TrialOn, "somebody tries something out; wait until they are done"));
        }
        let Some(session) = &self.session else { return Ok(()) };
        if session.is_shared() || !person.is_some_and(|person| session.shift.includes(person)) {
            return Err(Answer::refused(Why::ShiftOn, "a shift is on; it has to end first"));
        }
        if what == TrialFor::Fit {
            // A shift is measured by one choice from its beginning to its end, and the check may change it.
            return Err(Answer::refused(Why::OnShift, "your shift is on; sign out first"));
        }
        if !session.shift.paused {
            return Err(Answer::refused(Why::NotPaused, "your shift is on; pause it first"));
        }
        Ok(())
    }

    fn begin_trial(
        &mut self,
        what: TrialFor,
        visit: u64,
        seeking: Option<Seeking>,
        fit: Option<Watched>,
        now_ms: u64,
    ) -> Answer {
        let claim = match self.camera.claim() {
            Ok(claim) => claim,
            Err(error) => return super::NoShift::Camera(error).into(),
        };
        // One of the same visit that is on ends.
        self.stop_trial();
        let trial = Trial {
            what,
            visit,
            begun_ms: now_ms,
            asked_ms: now_ms,
            decider: Decider::new(self.settings.directions.clone()),
            detector: NodDetector::default(),
            nods: 0,
            seen: None,
            seeking,
            fit,
            _camera: claim,
        };
        let answer = Answer::Trial(trial.now(now_ms));
        self.trial = Some(trial);
        self.status.trying = Some(what.known_as());
        let purpose = if what == TrialFor::Outline { Purpose::Outline } else { Purpose::Trial };
        self.open_camera_for(PEOPLE, purpose);
        tracing::info!("trial_began");
        answer
    }

    /// Ends it for whoever says so.
    pub(super) fn end_trial(&mut self) -> Answer {
        self.stop_trial();
        Answer::NoTrial
    }

    /// Closes the camera if it is open for a trial.
    pub(super) fn stop_trial(&mut self) {
        if self.trial.is_some() {
            self.close_camera();
        }
    }

    /// Ends it when its time is over, or the pages that it was begun with are closed.
    pub(super) fn end_trial_if_over(&mut self) {
        let now_ms = self.clock.monotonic_ms();
        if self.trial.as_ref().is_some_and(|trial| trial.is_over(now_ms) || !self.visits.lasts(trial.visit)) {
            self.stop_trial();
        }
    }
}
