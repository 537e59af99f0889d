//! The task from reports and observations to records, across crashes, full disks and clock jumps.

use hymy_vision::{Face, Gaze, HeadPose, Rect};
use tempfile::TempDir;
use tokio::sync::mpsc::Sender;

use super::*;
use crate::clock::{ManualClock, shifted};
use crate::control::{Answer, Credentials, OwnQuestion, Proof, Question, SecretText, Status, Why};
use crate::store::tests::{AGREEMENT, secret_of, take_in_under};
use crate::summary::{Summary, TransactionRecord, Window, WindowKind};
use crate::till::Report;
use crate::transaction::{Closer, Opener, TillEventKind};

mod awaited;
mod people;
mod races;
mod releases;
mod shifts;
mod trials;

pub(crate) use awaited::{Awaited, MadeUpCamera};

struct Place {
    folder: TempDir,
    clock: Arc<ManualClock>,
    terms: Terms,
}

struct Running {
    kiosk: KioskHandle,
    camera: CameraSwitch,
    vision: Sender<VisionEvent>,
    stop: watch::Sender<bool>,
    thread: std::thread::JoinHandle<Result<Outcome, StoreError>>,
    clock: Arc<ManualClock>,
}

impl Place {
    fn new() -> Self {
        Self::under(Terms::under(AGREEMENT))
    }

    fn under(terms: Terms) -> Self {
        let place = Self {
            folder: tempfile::tempdir().expect("a folder"),
            clock: Arc::new(ManualClock::at("2026-03-04T12:00:00Z".parse().expect("a time"))),
            terms,
        };
        let mut store = place.store();
        for name in ["Aino", "Eero"] {
            take_in_under(&mut store, name, &place.terms, place.clock.now());
        }
        place
    }

    fn store(&self) -> Store {
        Store::open(self.folder.path(), &self.folder.path().join("hymy.key")).expect("opens")
    }

    fn run(&self, person: Option<&str>) -> Running {
        self.run_of(person.as_slice())
    }

    fn run_of(&self, people: &[&str]) -> Running {
        self.run_with(KioskSettings { terms: self.terms.clone(), ..settings() }, people)
    }

    fn run_with(&self, settings: KioskSettings, people: &[&str]) -> Running {
        let mut store = self.store();
        let sign_in = |name: &&str| store.sign_in(name, &secret_of(name), self.clock.now()).expect("their own secret");
        let people: Vec<SignedIn> = people.iter().map(sign_in).collect();
        let (stop, stopped) = watch::channel(false);
        let (vision, seen) = mpsc::channel(VISION_CHANNEL);
        let camera = CameraSwitch::default();
        let (kiosk, thread) =
            spawn(store, settings, &people, camera.clone(), self.clock.clone(), seen, stopped).expect("starts");
        Running { kiosk, camera, vision, stop, thread, clock: self.clock.clone() }
    }

    fn records(&self, name: &str) -> Vec<TransactionRecord> {
        let mut store = self.store();
        let person = store.sign_in(name, &secret_of(name), self.clock.now()).expect("their own secret");
        let rows = store.records(&person).expect("opened");
        rows.iter().map(|json| serde_json::from_str(json).expect("a record")).collect()
    }

    fn windows(&self, name: &str) -> Vec<Window> {
        let (question, rules) = (own_summaries(name), settings().rules());
        match crate::control::answer(&mut self.store(), &question, &Status::default(), self.clock.as_ref(), &rules) {
            Answer::Summaries { windows, .. } => windows,
            other => panic!("{other:?}"),
        }
    }

    fn summary(&self, name: &str, kind: WindowKind) -> Summary {
        let window = self.windows(name).into_iter().find(|window| window.kind == kind);
        window.expect("a summary").summary
    }
}

fn settings() -> KioskSettings {
    KioskSettings {
        register: "1".into(),
        max_late_s: 300,
        signals: vec!["smile", "gaze", "greet_delay", "phone_in_hand"],
        directions: Directions::default(),
        terms: Terms::under(AGREEMENT),
        sharing: SharingConfig { trainers: vec!["Tuula".into()], never: vec!["Martti".into()] },
        idle_ms: 30 * 60_000,
        has_source: true,
        technician_code: Some(Token::new("made-up-technician").expect("long enough")),
        setting_up: false,
    }
}

fn own_summaries(name: &str) -> Question {
    Question::own(name, secret_text(name), OwnQuestion::Summaries)
}

fn secret_text(name: &str) -> SecretText {
    SecretText::new(&format!("{name}'s own secret"))
}

impl Running {
    async fn report(&self, register: &str, kind: TillEventKind) -> TillAnswer {
        let report = Report { id: None, register: register.into(), kind, at: self.clock.now() };
        self.kiosk.till_event(report).await
    }

    /// Watches for a while at ten frames a second: a face that smiles at the lens, a customer or none.
    async fn watch(&self, from_ms: u64, frames: u64, customer: bool) {
        for frame in 0..frames {
            self.clock.advance_ms(100);
            self.tell(VisionEvent::Observation(smiling(from_ms + frame * 100, customer))).await;
        }
    }

    /// Tells something of the camera; the manual clock moves on only after the task has seen it.
    async fn tell(&self, event: VisionEvent) {
        self.vision.send(event).await.expect("running");
        while self.vision.capacity() < VISION_CHANNEL {
            tokio::task::yield_now().await;
        }
        // What is taken from the channel is not yet looked at; one thing is finished before the next is answered.
        assert!(matches!(self.kiosk.question(Question::Status).await, Answer::Status(_)));
    }

    async fn stopped(self) -> Outcome {
        drop(self.vision);
        self.stop.send_replace(true);
        tokio::task::spawn_blocking(move || self.thread.join())
            .await
            .expect("joined")
            .expect("no panic")
            .expect("no error")
    }

    /// What lies on the disk while it runs.
    fn copied(&self, place: &Place) -> Place {
        let left = Place {
            folder: tempfile::tempdir().expect("a folder"),
            clock: place.clock.clone(),
            terms: place.terms.clone(),
        };
        for name in ["hymy.db", "hymy.db-wal", "hymy.key"] {
            let from = place.folder.path().join(name);
            std::fs::copy(from, left.folder.path().join(name)).expect("copied");
        }
        left
    }

    /// As a `kill -9` would: nothing is ended. The thread is given nothing to end with.
    async fn crashed(self, place: &Place) -> Place {
        let left = self.copied(place);
        self.stopped().await;
        left
    }
}

fn smiling(t_ms: u64, customer: bool) -> Observation {
    let level = HeadPose { yaw_deg: 0.0, pitch_deg: 0.0, roll_deg: 0.0 };
    let face = Face {
        bounds: Rect { x: 0.5, y: 0.2, w: 0.2, h: 0.3 },
        score: 0.99,
        width_px: 120.0,
        head: level,
        gaze: Some(Gaze { yaw_deg: 0.0, pitch_deg: 0.0, yaw_spread_deg: 3.0, pitch_spread_deg: 3.0 }),
        turned_away: false,
        smile: Some(0.95),
        eyes_open: Some(0.9),
        mouth_visible: true,
    };
    Observation {
        frame: t_ms / 100,
        t_ms,
        face: Some(face),
        faces: 1,
        not_alone: false,
        followed: true,
        lost_near_another: false,
        phone: None,
        phone_observable: true,
        posture: None,
        customer_present: Some(customer),
        queue_present: None,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shift_ends_in_a_record_and_three_summaries() {
    use TillEventKind::{Closed, Opened, Payment};
    let place = Place::new();
    let running = place.run(Some("Aino"));
    running.watch(0, 30, true).await;
    assert_eq!(running.report("1", Opened).await, TillAnswer::Accepted);
    assert_eq!(running.report("1", Opened).await, TillAnswer::Duplicate);
    running.watch(3_000, 100, true).await;
    assert_eq!(running.report("1", Payment).await, TillAnswer::Accepted);
    running.watch(13_000, 50, true).await;
    assert_eq!(running.report("1", Closed).await, TillAnswer::Accepted);
    running.watch(18_000, 50, true).await;
    assert_eq!(running.stopped().await, Outcome::default());

    let records = place.records("Aino");
    assert_eq!(records.len(), 1);
    let record = &records[0];
    assert_eq!(record.transaction.opened_by, Opener::Till);
    assert_eq!(record.transaction.closed_by, Closer::Till);
    let json = serde_json::to_value(record.signals).expect("json");
    assert_eq!(json["smile.greeting"]["value"], 1.0);
    assert_eq!(json["gaze.payment"]["shown"], true);
    assert_eq!(json["nods"]["not_observable"], "signal_off", "what is not chosen is off");
    for kind in WindowKind::ALL {
        assert_eq!(place.summary("Aino", kind).transactions, 1, "{kind:?}");
    }
    let store = place.store();
    assert!(store.open_shifts().expect("read").is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_happened_before_the_shift_is_not_the_persons() {
    use TillEventKind::{Closed, Opened};
    let place = Place::new();
    let before: Vec<jiff::Timestamp> =
        [9, 7].map(|seconds| place.clock.now() - jiff::SignedDuration::from_secs(seconds)).to_vec();
    let running = place.run(Some("Aino"));
    for (kind, at) in [Opened, Closed].into_iter().zip(before) {
        let report = Report { id: None, register: "1".into(), kind, at };
        assert_eq!(running.kiosk.till_event(report).await, TillAnswer::Accepted);
    }
    running.stopped().await;
    assert_eq!(place.records("Aino"), []);
}

#[tokio::test(flavor = "multi_thread")]
async fn records_are_written_while_the_shift_lasts() {
    use TillEventKind::{Closed, Opened};
    let place = Place::new();
    let running = place.run(Some("Aino"));
    running.report("1", Opened).await;
    running.clock.advance_ms(20_000);
    running.report("1", Closed).await;
    running.clock.advance_ms(400_000);
    let summaries = || running.kiosk.question(own_summaries("Aino"));
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(20);
    loop {
        match summaries().await {
            Answer::Summaries { windows, .. } if windows.len() == 3 => break,
            _ if std::time::Instant::now() > deadline => panic!("no summary although the lateness is over"),
            _ => tokio::task::yield_now().await,
        }
    }
    running.stopped().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_frame_is_wanted_while_the_till_has_a_customer_and_not_before_or_after() {
    let place = Place::new();
    let running = place.run(Some("Aino"));
    let wanted = || running.camera.attention().is_wanted();
    running.watch(0, 10, false).await;
    assert!(!wanted());
    running.report("1", TillEventKind::Opened).await;
    running.watch(1_000, 10, false).await;
    assert!(wanted());
    running.report("1", TillEventKind::Closed).await;
    running.watch(2_000, 10, false).await;
    assert!(!wanted());
    running.report("1", TillEventKind::Opened).await;
    running.watch(3_000, 10, false).await;
    let camera = running.camera.clone();
    running.kiosk.question(Question::SignOut { name: None }).await;
    running.kiosk.question(Question::Status).await;
    assert!(!camera.attention().is_wanted(), "nobody is on shift");
    running.stopped().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn presence_alone_makes_transactions() {
    let place = Place::new();
    let running = place.run(Some("Aino"));
    running.watch(0, 20, false).await;
    running.watch(2_000, 100, true).await;
    running.watch(12_000, 150, false).await;
    running.stopped().await;
    let records = place.records("Aino");
    assert_eq!(records.len(), 1);
    assert_eq!(records[0].transaction.opened_by, Opener::Presence);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_shift_events_are_kept_and_concern_nobody() {
    let place = Place::new();
    let running = place.run(None);
    assert_eq!(running.report("1", TillEventKind::Opened).await, TillAnswer::Accepted);
    assert_eq!(running.report("1", TillEventKind::Opened).await, TillAnswer::Duplicate);
    running.stopped().await;
    assert!(place.records("Aino").is_empty());
    let running = place.run(Some("Aino"));
    assert_eq!(running.report("2", TillEventKind::Opened).await, TillAnswer::Accepted, "another register");
    running.stopped().await;
    assert!(place.records("Aino").is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_crash_the_same_person_goes_on_with_one_record() {
    use TillEventKind::{Closed, Opened, Payment};
    let place = Place::new();
    let running = place.run(Some("Aino"));
    running.report("1", Opened).await;
    running.watch(0, 50, true).await;
    running.report("1", Payment).await;
    let place = running.crashed(&place).await;
    place.clock.advance_ms(30_000);
    let running = place.run(Some("Aino"));
    running.watch(0, 50, true).await;
    running.report("1", Closed).await;
    running.stopped().await;
    let records = place.records("Aino");
    assert_eq!(records.len(), 1, "one transaction, opened before the crash and closed after it");
    assert_eq!(records[0].transaction.payments_ms.len(), 1);
    assert_eq!(records[0].transaction.closed_ms - records[0].transaction.opened_ms, 40_000);
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_crash_another_persons_shift_is_ended_first() {
    use TillEventKind::{Closed, Opened};
    let place = Place::new();
    let running = place.run(Some("Aino"));
    running.report("1", Opened).await;
    running.clock.advance_ms(10_000);
    running.report("1", Closed).await;
    running.clock.advance_ms(10_000);
    running.report("1", Opened).await;
    let place = running.crashed(&place).await;
    place.clock.advance_ms(60_000);
    place.run(Some("Eero")).stopped().await;
    let records = place.records("Aino");
    assert_eq!(records.len(), 2);
    assert_eq!(records[1].transaction.closed_by, Closer::Source);
    assert!(place.records("Eero").is_empty());
    assert!(place.store().open_shifts().expect("read").is_empty());
    place.run(None).stopped().await;
    assert_eq!(place.records("Aino").len(), 2, "nothing is decided twice");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_jump_keeps_event_and_observation_together() {
    use TillEventKind::{Closed, Opened};
    let place = Place::new();
    let running = place.run(Some("Aino"));
    running.watch(0, 30, true).await;
    running.clock.jump_ms(3_600_000);
    running.report("1", Opened).await;
    running.watch(3_000, 100, true).await;
    running.report("1", Closed).await;
    running.watch(13_000, 50, true).await;
    running.stopped().await;
    let records = place.records("Aino");
    assert_eq!(records.len(), 1);
    assert_eq!(records[0].transaction.closed_ms - records[0].transaction.opened_ms, 10_000);
    let json = serde_json::to_value(records[0].signals).expect("json");
    assert_eq!(json["smile.greeting"]["value"], 1.0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_source_that_fails_for_good_ends_the_run_with_its_reason() {
    let place = Place::new();
    let running = place.run(Some("Aino"));
    running.vision.send(VisionEvent::SourceLost { reason: "unplugged".into() }).await.expect("running");
    running.vision.send(VisionEvent::SourceBack).await.expect("running");
    running.vision.send(VisionEvent::Ended { reason: Some("gone".into()) }).await.expect("running");
    let thread = running.thread;
    let _held = (running.vision, running.stop);
    let ended = tokio::task::spawn_blocking(move || thread.join()).await.expect("joined").expect("no panic");
    assert_eq!(ended.expect("no error").source_failed.as_deref(), Some("gone"));
    assert!(place.store().open_shifts().expect("read").is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_till_is_told_when_too_much_waits() {
    let place = Place::new();
    let (kiosk, _requests) = handle::channel();
    let mut waiting = Vec::new();
    for second in 0..REQUEST_CHANNEL as i64 {
        let at = shifted(place.clock.now(), second);
        let report = Report { id: None, register: "1".into(), kind: TillEventKind::Opened, at };
        let kiosk = kiosk.clone();
        waiting.push(tokio::spawn(async move { kiosk.till_event(report).await }));
    }
    tokio::task::yield_now().await;
    let report = Report { id: None, register: "1".into(), kind: TillEventKind::Opened, at: place.clock.now() };
    while kiosk.room() > 0 {
        tokio::task::yield_now().await;
    }
    assert_eq!(kiosk.till_event(report).await, TillAnswer::Full);
    for task in waiting {
        task.abort();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_has_lived_its_time_goes_while_the_kiosk_runs() {
    use TillEventKind::{Closed, Opened};
    let place = Place::new();
    let running = place.run(Some("Aino"));
    running.report("1", Opened).await;
    running.clock.advance_ms(10_000);
    running.report("1", Closed).await;
    running.stopped().await;
    let running = place.run(None);
    let export = || running.kiosk.question(Question::own("Aino", secret_text("Aino"), OwnQuestion::Export));
    let records = |answer| match answer {
        Answer::Exported(export) => export.records.len(),
        other => panic!("{other:?}"),
    };
    assert_eq!(records(export().await), 1);
    running.clock.advance_ms(15 * 24 * 60 * 60 * 1000);
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(60);
    while records(export().await) > 0 {
        assert!(std::time::Instant::now() < deadline, "no job although an hour is over");
    }
    running.stopped().await;
}
