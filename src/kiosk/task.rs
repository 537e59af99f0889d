//! The loop: one thing at a time, each finished before the next.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{mpsc, watch};
use tokio::time::{MissedTickBehavior, interval, timeout};
use zeroize::Zeroizing;

use super::camera::CameraSwitch;
use super::handle::Request;
use super::pause::{Pauser, Tap};
use super::session::{Decisions, Session};
use super::{KioskSettings, TillAnswer, VisionEvent};
use crate::clock::{Clock, shifted};
use crate::control::{self, Answer, Question, Status};
use crate::store::{Appended, Decided, InboxEvent, NewEvent, PersonId, SignedIn, Store, StoreError};
use crate::summary::TransactionRecord;
use crate::till::{self, Report};
use crate::vault::VaultError;

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

/// Records are kept for so long; summaries of shifts say what they added up to.
const RECORDS_KEPT_MS: i64 = 14 * 24 * 60 * 60 * 1000;

/// How a run ended.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// Why the source failed for good; `None` when it ended cleanly or the run was stopped.
    pub source_failed: Option<String>,
}

/// The task.
pub struct Kiosk {
    pub(super) store: Store,
    settings: KioskSettings,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) session: Option<Session>,
    pub(super) camera: CameraSwitch,
    /// How many times the camera was opened again.
    pub(super) runs: u64,
    /// Which opening of the camera is wished; `None` while it is to be closed.
    pub(super) wished_run: Option<u64>,
    /// Which opening the vision thread tells of.
    heard_run: u64,
    /// The camera is closed and the store does not know of the pause yet.
    pub(super) pause_unwritten: bool,
    unwritten: Decisions,
    pub(super) status: Status,
    /// When the store was last probed, and whether it took the write.
    probed: Option<(u64, bool)>,
}

impl Kiosk {
    /// Settles what a crash left, then begins or takes up the shift of these people, and lets the camera open unless
    /// the shift is paused.
    ///
    /// # Errors
    /// The store cannot be written, or a consent does not hold: then no shift begins.
    pub fn begin(
        store: Store,
        settings: KioskSettings,
        signed_in: &[SignedIn],
        camera: CameraSwitch,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, StoreError> {
        for person in signed_in {
            person.consent().holds(&settings.terms)?;
        }
        let people: Vec<PersonId> = signed_in.iter().map(|person| person.person().clone()).collect();
        let mut kiosk = Self {
            store,
            settings,
            clock,
            session: None,
            camera,
            runs: 0,
            wished_run: None,
            heard_run: 0,
            pause_unwritten: false,
            unwritten: Decisions::default(),
            status: Status { running: true, shift: !people.is_empty(), ..Status::default() },
            probed: None,
        };
        kiosk.settle(&people, signed_in.first())?;
        let now = kiosk.clock.now();
        kiosk.store.forget_records(shifted(now, -RECORDS_KEPT_MS))?;
        // Twice the time within which a report is plausible: no duplicate can come after that.
        let kept_ms = 2 * 1000 * i64::from(kiosk.settings.max_late_s).max(3_600);
        kiosk.store.forget_events(shifted(now, -kept_ms))?;
        if let (Some((person, companions)), None) = (people.split_first(), &kiosk.session) {
            let shift = kiosk.store.start_shared_shift(person, companions, &kiosk.settings.register, now)?;
            tracing::info!("shift_began");
            let settings = kiosk.settings.chosen_by(signed_in.first());
            kiosk.session = Some(Session::new(shift, 1, settings, kiosk.clock.as_ref()));
        }
        match &kiosk.session {
            Some(session) if session.shift.paused => kiosk.status.paused = true,
            Some(_) => kiosk.open_camera(0),
            None => {}
        }
        Ok(kiosk)
    }

    /// Shifts left open by a crash: the one of the same people, of just now, goes on; any other is decided from its
    /// inbox and ended.
    fn settle(&mut self, people: &[PersonId], first: Option<&SignedIn>) -> Result<(), StoreError> {
        let now_ms = self.clock.now().as_millisecond();
        for shift in self.store.open_shifts()?.into_iter().rev() {
            let age_ms = now_ms - shift.started_at.as_millisecond();
            let goes_on = self.session.is_none()
                && shift.is_of(people)
                && shift.register == self.settings.register
                && (0..TAKEN_UP_WITHIN_MS).contains(&age_ms);
            let chosen = self.settings.chosen_by(first.filter(|_| goes_on));
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
                self.session = Some(session);
            } else {
                tracing::warn!("interrupted_shift_ended");
                session.finish_interrupted();
                self.end(session)?;
            }
        }
        Ok(())
    }

    /// Runs until `stop` is set, the source ends, or every handle is gone; then ends the shift.
    ///
    /// # Errors
    /// The end of the shift cannot be written; its till events are decided again at the next start.
    pub(super) async fn run(
        mut self,
        mut requests: mpsc::Receiver<Request>,
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
                _ = tick.tick() => {
                    if let Some(session) = &mut self.session {
                        session.pass(self.clock.as_ref());
                    }
                    self.pause_in_doubt();
                }
            }
            self.write_decisions();
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
        if let Some(mut session) = self.session.take() {
            session.finish(self.clock.as_ref());
            self.end(session)?;
            tracing::info!("shift_ended");
        }
        self.store.flush()?;
        Ok(outcome)
    }

    fn see(&mut self, event: VisionEvent) {
        let Some(session) = &mut self.session else { return };
        match event {
            VisionEvent::Opening { run } => self.heard_run = run,
            VisionEvent::Closed => tracing::info!("camera_closed"),
            // On its way when the camera was told to close: seen too late to be anyone's.
            _ if self.wished_run != Some(self.heard_run) => {}
            VisionEvent::Observation(observation) => {
                if !std::mem::replace(&mut self.status.camera, true) {
                    tracing::info!("camera_opened");
                }
                if let Some(doubt) = session.observe(&observation, self.clock.as_ref()) {
                    self.pause(Pauser::Doubt(doubt));
                }
            }
            VisionEvent::SourceLost { reason } => {
                tracing::warn!(reason, "camera_lost");
                self.status.camera = false;
                session.source_closed();
            }
            VisionEvent::SourceBack => {
                tracing::info!("camera_back");
                session.source_closed();
            }
            VisionEvent::Ended { .. } => self.status.camera = false,
        }
    }

    fn answer(&mut self, request: Request) {
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
                    Question::Pause { name } => self.tapped(name, Tap::Pause),
                    Question::Resume { name } => self.tapped(name, Tap::Resume),
                    Question::PhoneForWork { name } => self.tapped(name, Tap::PhoneForWork),
                    Question::Withdraw { name, secret } => self.withdrawn(name, secret),
                    Question::Erase { name }
                    | Question::Consent { name, .. }
                    | Question::OwnConsent { name, .. }
                    | Question::AgreeAnew { name, .. }
                        if self.own_shift(name).is_ok() =>
                    {
                        let reason = format!("{} is on shift; end the shift first", name.trim());
                        Answer::Refused { reason }
                    }
                    _ => control::answer(&mut self.store, &question, &self.status, self.clock.as_ref()),
                };
                let _ = reply.send(answer);
            }
        }
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

    /// Writes what was decided; what cannot be written now is tried again with the next decision or tick.
    fn write_decisions(&mut self) {
        let Some(session) = &mut self.session else { return };
        self.unwritten.append(session.take_decisions());
        if self.unwritten.is_empty() {
            return;
        }
        if let Err(error) = commit(&mut self.store, session, &mut self.unwritten, self.clock.as_ref()) {
            tracing::error!(%error, "decisions_not_written");
        }
    }

    /// The shift is over and nothing more of it is written.
    pub(super) fn forget_session(&mut self) {
        self.session = None;
        self.unwritten = Decisions::default();
        self.pause_unwritten = false;
        self.status = Status { running: true, ..Status::default() };
        tracing::info!("shift_ended");
    }

    /// Writes what a finished session decided, and the end of its shift.
    fn end(&mut self, mut session: Session) -> Result<(), StoreError> {
        let mut decisions = std::mem::take(&mut self.unwritten);
        decisions.append(session.take_decisions());
        commit(&mut self.store, &mut session, &mut decisions, self.clock.as_ref())?;
        self.store.end_shift(session.shift.id, self.clock.now())
    }
}

/// Writes records, handled events and what the shift adds up to, together.
fn commit(
    store: &mut Store,
    session: &mut Session,
    decisions: &mut Decisions,
    clock: &dyn Clock,
) -> Result<(), StoreError> {
    let mut summary = session.summary.clone();
    for record in &decisions.records {
        match serde_json::from_str::<TransactionRecord>(&record.json) {
            Ok(record) => summary.take(&record),
            // Not the error itself, which would repeat a figure.
            Err(_) => tracing::error!("record_not_understood"),
        }
    }
    let json = Zeroizing::new(serde_json::to_string(&summary).map_err(|_| VaultError::System)?);
    // A transaction of several people is in nobody's summary.
    let own = (!session.is_shared()).then_some((session.part, json.as_str()));
    let decided = Decided { records: &decisions.records, handled: &decisions.handled, summary: own };
    store.commit_decisions(&session.shift, &decided, clock.now())?;
    session.summary = summary;
    *decisions = Decisions::default();
    Ok(())
}
