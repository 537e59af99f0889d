//! The loop: one thing at a time, each finished before the next.

use std::sync::{Arc, Once};
use std::time::Duration;

use tokio::sync::{mpsc, watch};
use tokio::time::{MissedTickBehavior, interval, timeout};

use super::camera::CameraSwitch;
use super::handle::{Request, Requests};
use super::pause::{Pauser, Tap};
use super::session::{Decisions, Session};
use super::set_up::Seeking;
use super::sign_in::{Held, NoShift};
use super::trial::Trial;
use super::visits::Visits;
use super::{KioskSettings, TillAnswer, VisionEvent};
use crate::clock::Clock;
use crate::control::{self, Answer, Proof, Question, Rules, SceneLines, SharingQuestion, Status, TrialFor, Why};
use crate::customer::Burst;
use crate::store::{Appended, InboxEvent, NewEvent, PersonId, SignedIn, Store, StoreError};
use crate::till::{self, Report, Ways};

/// How often time passes for the register when nothing else happens.
const TICK: Duration = Duration::from_millis(500);

/// How long the vision thread may take to stop after it was told to.
const VISION_STOPS_WITHIN: Duration = Duration::from_secs(2);

/// A shift that a crash left open is taken up again by the same person if it began within this time:
/// longer than a working day, shorter than from one morning to the next.
const TAKEN_UP_WITHIN_MS: i64 = 14 * 60 * 60 * 1000;

/// A probe of the store is a write to the disk, and anyone on this machine may ask for one: the answer
/// holds for this long.
const PROBE_HOLDS_MS: u64 = 2_000;

/// How a run ended.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// Why the source failed for good; `None` when it ended cleanly or the run was stopped.
    pub source_failed: Option<String>,
}

/// The task.
pub struct Kiosk {
    pub(super) store: Store,
    pub(super) settings: KioskSettings,
    pub(super) rules: Rules,
    /// When, by the monotonic clock, what had lived its time was removed.
    pub(super) retained_ms: Option<u64>,
    /// When it is to be next.
    pub(super) retain_due_ms: u64,
    pub(super) clock: Arc<dyn Clock>,
    /// The shift that is on.
    pub(super) session: Option<Session>,
    /// What is held for as long as it is.
    pub(super) held: Option<Held>,
    /// The shift that is over and whose end is not on the disk yet. No other begins before it is.
    pub(super) ending: Option<Session>,
    /// A crash left a shift open that may still be taken up.
    pub(super) left_open: bool,
    /// When something happened last, on the monotonic clock.
    pub(super) happened_ms: u64,
    pub(super) camera: CameraSwitch,
    /// How many times the camera was opened.
    pub(super) runs: u64,
    /// Which opening of the camera is wished; `None` while it is to be closed.
    pub(super) wished_run: Option<u64>,
    /// Which opening the vision thread tells of.
    heard_run: u64,
    /// The camera is closed and the store does not know of the pause yet.
    pub(super) pause_unwritten: bool,
    /// What was decided in `ending`, or else in `session`, and is not on the disk yet.
    pub(super) unwritten: Decisions,
    pub(super) status: Status,
    /// Whoever looks through the camera outside of a shift. It is wished open for this, or for the shift, never for both.
    pub(super) trial: Option<Trial>,
    /// Own pages that are open.
    pub(super) visits: Visits,
    /// When windows are announced and settled next, on the monotonic clock.
    pub(super) releases_due_ms: u64,
    /// When customers' answers are looked at next, on the monotonic clock.
    pub(super) customers_due_ms: u64,
    /// The latest press of a customer.
    pub(super) pressed: Burst,
    /// When the store was last probed, and whether it took the write.
    probed: Option<(u64, bool)>,
    /// What set-up hears of the till, which ends with the beginning of a shift.
    ways: Arc<Ways>,
}

impl Kiosk {
    /// Settles what a crash left, then begins or takes up the shift of these people, and lets the camera open unless
    /// the shift is paused. Without people, what a crash left just now waits to be taken up.
    ///
    /// # Errors
    /// [`NoShift`]: the store cannot be written, a consent does not hold, or another program has the camera.
    pub fn begin(
        store: Store,
        settings: KioskSettings,
        signed_in: &[SignedIn],
        camera: CameraSwitch,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, NoShift> {
        let mut kiosk = Self {
            happened_ms: clock.monotonic_ms(),
            store,
            rules: settings.rules(),
            retained_ms: None,
            retain_due_ms: 0,
            settings,
            clock,
            session: None,
            held: None,
            ending: None,
            left_open: false,
            camera,
            runs: 0,
            wished_run: None,
            heard_run: 0,
            pause_unwritten: false,
            unwritten: Decisions::default(),
            trial: None,
            visits: Visits::default(),
            status: Status { running: true, ..Status::default() },
            releases_due_ms: 0,
            customers_due_ms: 0,
            pressed: Burst::default(),
            probed: None,
            ways: Arc::default(),
        };
        kiosk.keep_releases();
        kiosk.keep_customers();
        if signed_in.is_empty() {
            kiosk.settle(&[], false)?;
        } else {
            kiosk.begin_shift(signed_in)?;
        }
        kiosk.retain()?;
        Ok(kiosk)
    }

    /// The same, telling these whether somebody is on shift.
    pub(super) fn telling(self, ways: Arc<Ways>) -> Self {
        ways.on_shift(self.status.shift);
        Self { ways, ..self }
    }

    /// Shifts left open by a crash: the one of the same people, of just now, goes on and is given back; any other is
    /// decided from its inbox and ended. While nobody signs in, the ones of just now wait, unless `all` are to end.
    pub(super) fn settle(&mut self, signed_in: &[SignedIn], all: bool) -> Result<Option<Session>, StoreError> {
        let people: Vec<PersonId> = signed_in.iter().map(|person| person.person().clone()).collect();
        let now_ms = self.clock.now().as_millisecond();
        let (mut taken_up, mut waits) = (None, false);
        for shift in self.store.open_shifts()?.into_iter().rev() {
            let age_ms = now_ms - shift.started_at.as_millisecond();
            let of_just_now = shift.register == self.settings.register && (0..TAKEN_UP_WITHIN_MS).contains(&age_ms);
            if of_just_now && people.is_empty() && !all {
                waits = true;
                continue;
            }
            let goes_on = taken_up.is_none() && of_just_now && shift.is_of(&people);
            let chosen = self.settings.chosen_by(signed_in.first().filter(|_| goes_on));
            let settings = KioskSettings { register: shift.register.clone(), ..chosen };
            let waiting = self.store.waiting_events(shift.id)?;
            let part = self.store.next_part(shift.id)?;
            let mut session = Session::new(shift, part, settings, self.clock.as_ref());
            for event in &waiting {
                session.till_event(event.id, &event.event);
            }
            for at in self.store.phone_for_work(session.shift.id)? {
                session.phone_for_work(at);
            }
            if goes_on {
                tracing::info!("shift_taken_up_again");
                taken_up = Some(session);
            } else {
                tracing::warn!("interrupted_shift_ended");
                session.finish_interrupted();
                self.ending = Some(session);
                self.write_end()?;
            }
        }
        self.left_open = waits;
        Ok(taken_up)
    }

    /// Runs until `stop` is set, the source ends, or every handle is gone; then ends the shift.
    ///
    /// # Errors
    /// The end of the shift cannot be written; its till events are decided again at the next start.
    pub(super) async fn run(
        mut self,
        mut requests: Requests,
        mut vision: mpsc::Receiver<VisionEvent>,
        mut stop: watch::Receiver<bool>,
    ) -> Result<Outcome, StoreError> {
        let mut outcome = Outcome::default();
        let mut watching = true;
        let mut tick = interval(TICK);
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                _ = stop.wait_for(|stopped| *stopped) => break,
                request = requests.recv() => match request {
                    Some(request) => self.answer(request),
                    None => break,
                },
                event = vision.recv(), if watching => match event {
                    Some(VisionEvent::Ended { reason }) => {
                        outcome.source_failed = reason;
                        break;
                    }
                    Some(event) => self.see(event),
                    None => watching = false,
                },
                _ = tick.tick() => self.tick(),
            }
            self.ways.on_shift(self.status.shift);
            self.camera.attention().set(self.session.as_ref().is_some_and(Session::has_reported));
            // What cannot be written is logged there, and tried again.
            let _ = self.write_decisions();
        }
        // What was on its way when the stop came still counts.
        let drain = async {
            while let Some(event) = vision.recv().await {
                self.see(event);
            }
        };
        if timeout(VISION_STOPS_WITHIN, drain).await.is_err() {
            tracing::warn!("vision_not_stopped_in_time");
        }
        requests.close();
        while let Some(request) = requests.recv().await {
            self.answer(request);
        }
        self.end_shift();
        self.write_end()?;
        self.settle(&[], true)?;
        self.store.flush()?;
        Ok(outcome)
    }

    /// Lets time pass.
    pub(super) fn tick(&mut self) {
        if let Some(session) = &mut self.session {
            session.pass(self.clock.as_ref());
        }
        self.pause_in_doubt();
        self.end_if_idle();
        self.try_to_write_end();
        self.keep_releases();
        self.keep_customers();
        self.retain_now_and_then();
        self.visits.end_old(self.clock.monotonic_ms());
        self.end_trial_if_over();
    }

    pub(super) fn see(&mut self, event: VisionEvent) {
        // Whatever else holds the program up, no frame is looked at after its time.
        self.end_trial_if_over();
        match event {
            VisionEvent::Opening { run } => self.heard_run = run,
            VisionEvent::Closed => tracing::info!("camera_closed"),
            // On its way when the camera was told to close: seen too late to be anyone's.
            _ if self.wished_run != Some(self.heard_run) => {}
            VisionEvent::Outlined { empty_ms, outline } => {
                self.camera_shows();
                self.outlined(empty_ms, outline.as_deref().map(SceneLines::from));
            }
            VisionEvent::Observation(observation) => {
                self.camera_shows();
                // Before anything else: it is nobody's shift.
                if let Some(trial) = &mut self.trial {
                    trial.see(&observation);
                    self.close_if_found();
                    return;
                }
                if observation.customer_present == Some(true) {
                    self.happened();
                }
                let Some(session) = &mut self.session else { return };
                if let Some(doubt) = session.observe(&observation, self.clock.as_ref()) {
                    self.pause(Pauser::Doubt(doubt));
                }
            }
            VisionEvent::SourceLost { reason } => {
                tracing::warn!(reason, "camera_lost");
                self.status.camera = false;
                self.source_closed();
            }
            VisionEvent::SourceBack => {
                tracing::info!("camera_back");
                self.source_closed();
            }
            VisionEvent::Ended { .. } => self.status.camera = false,
        }
    }

    fn camera_shows(&mut self) {
        if !std::mem::replace(&mut self.status.camera, true) {
            tracing::info!("camera_opened");
        }
    }

    fn source_closed(&mut self) {
        if let Some(trial) = &mut self.trial {
            trial.source_closed();
        } else if let Some(session) = &mut self.session {
            session.source_closed();
        }
    }

    pub(super) fn answer(&mut self, request: Request) {
        // A client that has gone away does not wait for its answer.
        match request {
            Request::Till(report, reply) => {
                let _ = reply.send(self.take_report(&report));
            }
            Request::Writable(reply) => {
                let _ = reply.send(self.writable());
            }
            Request::Question(question, reply) => {
                let answer = match &question {
                    Question::SignIn { people } => self.sign_in(people),
                    Question::SignOut { name } => self.signed_out(name.as_deref()),
                    Question::Pause { name } => self.paused(name.as_deref()),
                    Question::Resume { proof } => self.tapped(proof, Tap::Resume),
                    Question::PhoneForWork { proof } => self.tapped(proof, Tap::PhoneForWork),
                    Question::LeaveLatestOut { proof, left_out } => self.tapped(proof, Tap::LeaveLatestOut(*left_out)),
                    Question::Open { visitor, secret } => self.open_visit(visitor, secret),
                    Question::Visitor { token } => self.visitor(token),
                    Question::Close { token } => self.close_visit(token),
                    Question::Trial { token, ask } => self.trial(token, *ask),
                    Question::Calibrate { token, target, work } => {
                        self.begin_for(token, TrialFor::Calibration, Some(Seeking::places(*target, work)))
                    }
                    Question::EndTrial => self.end_trial(),
                    Question::Customer { face } => self.customer(*face),
                    Question::Own { proof, ask } => self.own(proof, ask),
                    Question::Sharing(SharingQuestion::Shared { proof: Proof::Token(token), of }) => {
                        self.shared(token, of.as_deref())
                    }
                    Question::Sharing(SharingQuestion::Sharers { proof: Proof::Token(token) }) => self.sharers(token),
                    Question::Erase { name } | Question::Consent { name, .. } if self.is_busy_with_name(name) => {
                        Answer::refused(Why::OnShift, format!("{} is on shift; sign out first", name.trim()))
                    }
                    Question::Erase { name } => self.erased(&question, name),
                    _ => control::answer(&mut self.store, &question, &self.status, self.clock.as_ref(), &self.rules),
                };
                // Pages may have been closed, or a consent may have ended: whoever tried something out with them is gone.
                self.end_trial_if_over();
                // Before whoever signed in hears of it.
                self.ways.on_shift(self.status.shift);
                let _ = reply.send(answer);
            }
        }
    }

    /// Erases somebody, whose pages close with it, and a camera that was opened from them.
    fn erased(&mut self, question: &Question, name: &str) -> Answer {
        let person = self.store.staff_member(name).ok().map(|member| member.person);
        let answer = control::answer(&mut self.store, question, &self.status, self.clock.as_ref(), &self.rules);
        if let (Answer::Erased { .. }, Some(person)) = (&answer, person) {
            self.visits.end_of(&person);
        }
        answer
    }

    fn writable(&mut self) -> bool {
        let now_ms = self.clock.monotonic_ms();
        match self.probed {
            Some((probed_ms, writable)) if now_ms.saturating_sub(probed_ms) < PROBE_HOLDS_MS => writable,
            _ => {
                let writable = self.store.writable();
                self.probed = Some((now_ms, writable));
                writable
            }
        }
    }

    /// On the disk first, decided after. An event of another register, or without a shift, concerns
    /// nobody and is kept only to know its duplicates.
    fn take_report(&mut self, report: &Report) -> TillAnswer {
        if report.register == self.settings.register {
            self.happened();
        }
        if report.register != self.settings.register {
            // Kept for its duplicates only; the likeliest mistake of a new installation. Said once: a line for each would
            // tell when customers were served.
            static SAID: Once = Once::new();
            SAID.call_once(|| {
                tracing::warn!("till_event_of_another_register: [kiosk] register names another one; not said again");
            });
        }
        // What happened before the shift began is somebody else's.
        let mut session = self
            .session
            .as_mut()
            .filter(|session| session.shift.register == report.register && report.at >= session.shift.started_at);
        if let Some(session) = &mut session {
            // The wall clock may have jumped since the last tick; the event's time is by the clock of now.
            session.pass(self.clock.as_ref());
        }
        let event = InboxEvent {
            register: report.register.clone(),
            event: till::kind_name(report.kind).to_owned(),
            at: report.at,
        };
        let shift = session.as_ref().map(|session| session.shift.id);
        let new = NewEvent { dedup_key: report.dedup_key(), event, shift };
        match self.store.append_event(&new, self.clock.now()) {
            Ok(Appended::New(id)) => {
                if let Some(session) = session {
                    session.till_event(id, &new.event);
                }
                TillAnswer::Accepted
            }
            Ok(Appended::Duplicate) => TillAnswer::Duplicate,
            Err(StoreError::InboxFull(_)) => TillAnswer::Full,
            Err(error) => {
                tracing::error!(%error, "till_event_not_kept");
                TillAnswer::Failed
            }
        }
    }
}
