//! Whose face it is: pauses and doubts, several people, and a person's own taps.

use hymy_vision::Phone;

use super::*;
use crate::kiosk::{CameraWish, LOST_PAUSES_AFTER_MS, Purpose};
use crate::signals::{Measured, Reason};

impl Running {
    pub(super) fn wish(&self) -> CameraWish {
        *self.camera.follow().borrow()
    }

    /// Waits until the camera is told to close; the task looks at its clock twice a second.
    pub(super) async fn closed(&self) {
        let mut wish = self.camera.follow();
        let closed = wish.wait_for(|wish| *wish == CameraWish::Closed);
        tokio::time::timeout(std::time::Duration::from_secs(20), closed).await.expect("closed").expect("running");
    }

    pub(super) async fn tap(&self, question: Question) -> Answer {
        self.kiosk.question(question).await
    }

    async fn pause(&self) {
        assert_eq!(self.tap(Question::Pause { name: None }).await, Answer::Paused);
    }

    async fn resume(&self) {
        assert_eq!(self.tap(resume("Aino")).await, Answer::Resumed);
    }

    /// A customer served by the till, watched at ten frames a second.
    async fn serve(&self, from_ms: u64, frame: impl Fn(u64) -> Observation) {
        assert_eq!(self.report("1", TillEventKind::Opened).await, TillAnswer::Accepted);
        for n in 0..100 {
            self.clock.advance_ms(100);
            self.tell(VisionEvent::Observation(frame(from_ms + n * 100))).await;
        }
        assert_eq!(self.report("1", TillEventKind::Closed).await, TillAnswer::Accepted);
        self.clock.advance_ms(10_000);
    }
}

pub(super) fn open(run: u64) -> CameraWish {
    CameraWish::Open { run, people: 1, purpose: Purpose::Shift }
}

fn own(name: &str) -> Proof {
    Proof::secret(name, SecretText::new(&format!("{name}'s own secret")))
}

pub(super) fn resume(name: &str) -> Question {
    Question::Resume { proof: own(name) }
}

fn for_work(name: &str) -> Question {
    Question::PhoneForWork { proof: own(name) }
}

fn plain(t_ms: u64) -> Observation {
    smiling(t_ms, false)
}

fn with_phone(t_ms: u64) -> Observation {
    let bounds = Rect { x: 0.5, y: 0.6, w: 0.1, h: 0.1 };
    Observation { phone: Some(Phone { bounds, score: 0.8, in_hand: true }), ..plain(t_ms) }
}

fn observed_share(record: &TransactionRecord) -> f64 {
    record.signals.observed.known().map_or(0.0, |share| share.share)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_paused_shift_has_no_camera_and_its_transactions_are_not_observable() {
    let place = Place::new();
    let running = place.run(Some("Aino"));
    assert_eq!(running.wish(), open(0));
    running.serve(0, plain).await;
    running.pause().await;
    assert_eq!(running.wish(), CameraWish::Closed, "when the tap is answered, the camera has been told");
    // Frames that were on their way, and then none.
    running.serve(20_000, plain).await;
    running.tell(VisionEvent::Closed).await;
    running.resume().await;
    assert_eq!(running.wish(), open(1));
    // Still of the first opening.
    running.serve(40_000, plain).await;
    running.tell(VisionEvent::Opening { run: 1 }).await;
    running.serve(0, plain).await;
    running.stopped().await;

    let records = place.records("Aino");
    let shares: Vec<f64> = records.iter().map(observed_share).collect();
    assert_eq!(records.len(), 4, "every customer counts");
    assert!(shares[0] > 0.7 && shares[1] == 0.0 && shares[2] == 0.0 && shares[3] > 0.7, "{shares:?}");
    assert_eq!(records[1].signals.smile.all.reason(), Some(Reason::NoFace));
    assert_eq!(records[1].signals.gaze.all.reason(), Some(Reason::NoFace));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_face_that_was_lost_for_a_minute_pauses_until_the_persons_tap() {
    let place = Place::new();
    let running = place.run(Some("Aino"));
    running.watch(0, 30, false).await;
    let nobody = |t_ms| Observation { face: None, faces: 0, followed: false, ..plain(t_ms) };
    for second in 3..62 {
        running.clock.advance_ms(1000);
        running.tell(VisionEvent::Observation(nobody(second * 1000))).await;
    }
    assert_eq!(running.wish(), open(0), "59 seconds");
    running.clock.advance_ms(1000);
    // Somebody, at last; but who?
    running.tell(VisionEvent::Observation(plain(62_000))).await;
    running.closed().await;
    assert_eq!(running.tap(resume("Eero")).await, Answer::refused(Why::NoShift, "Eero is not on shift here"));
    assert_eq!(running.wish(), CameraWish::Closed, "only the person's own tap opens it");
    running.resume().await;
    assert_eq!(running.wish(), open(1));
    running.stopped().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_camera_that_gives_nothing_for_a_minute_pauses_as_well() {
    let place = Place::new();
    let running = place.run(Some("Aino"));
    running.watch(0, 30, false).await;
    running.tell(VisionEvent::SourceLost { reason: "unplugged".into() }).await;
    running.clock.advance_ms(LOST_PAUSES_AFTER_MS);
    running.closed().await;
    running.stopped().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_face_that_was_lost_near_another_pauses_at_once() {
    let place = Place::new();
    let running = place.run(Some("Aino"));
    running.watch(0, 30, false).await;
    let both = Observation { face: None, faces: 2, not_alone: true, ..plain(3_000) };
    running.tell(VisionEvent::Observation(both)).await;
    assert_eq!(running.wish(), open(0));
    let unclear = Observation { lost_near_another: true, t_ms: 3_100, ..both };
    running.tell(VisionEvent::Observation(unclear)).await;
    running.closed().await;
    running.stopped().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_colleague_who_stays_beside_is_no_reason_to_pause() {
    let place = Place::new();
    let running = place.run(Some("Aino"));
    for second in 0..180 {
        running.clock.advance_ms(1000);
        let both = Observation { face: None, faces: 2, not_alone: true, ..plain(second * 1000) };
        running.tell(VisionEvent::Observation(both)).await;
    }
    assert_eq!(running.wish(), open(0));
    running.stopped().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_crash_during_a_pause_comes_back_paused_or_without_the_shift() {
    for (who, wish) in [(Some("Aino"), CameraWish::Closed), (None, CameraWish::Closed)] {
        let place = Place::new();
        let running = place.run(Some("Aino"));
        running.report("1", TillEventKind::Opened).await;
        running.pause().await;
        let place = running.crashed(&place).await;
        let running = place.run(who);
        assert_eq!(running.wish(), wish, "{who:?}");
        running.watch(0, 20, false).await;
        assert_eq!(running.wish(), wish, "{who:?}");
        if who.is_some() {
            running.resume().await;
            assert_eq!(running.wish(), open(0));
        }
        running.stopped().await;
        let records = place.records("Aino");
        assert_eq!(records.len(), 1);
        assert_eq!(observed_share(&records[0]), 0.0);
        // A new shift of the same person is a new tap.
        let running = place.run(Some("Aino"));
        assert_eq!(running.wish(), open(0));
        running.stopped().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_two_people_serve_is_the_stores_and_neithers() {
    let place = Place::new();
    let running = place.run_of(&["Aino", "Eero"]);
    assert_eq!(
        running.wish(),
        CameraWish::Open { run: 0, people: 2, purpose: Purpose::Shift },
        "customers are still seen"
    );
    let both = |t_ms| Observation { face: None, faces: 0, not_alone: true, followed: false, ..plain(t_ms) };
    running.serve(0, both).await;
    // Even if the vision crate read a face, nothing of it would be kept.
    running.serve(20_000, plain).await;
    running.clock.advance_ms(2 * LOST_PAUSES_AFTER_MS);
    running.watch(200_000, 5, false).await;
    assert_eq!(
        running.wish(),
        CameraWish::Open { run: 0, people: 2, purpose: Purpose::Shift },
        "nobody is followed, so nobody is lost"
    );
    running.stopped().await;

    for name in ["Aino", "Eero"] {
        assert!(place.records(name).is_empty(), "{name}");
        assert_eq!(place.windows(name), [], "{name}");
    }
    let records = place.store().store_records_since(jiff::Timestamp::UNIX_EPOCH).expect("read");
    assert_eq!(records.len(), 2);
    for json in &records {
        assert!(!json.contains("Aino") && !json.contains("Eero"), "{json}");
        let record: TransactionRecord = serde_json::from_str(json).expect("a record");
        assert_eq!(record.transaction.closed_by, Closer::Till);
        assert!(record.signals.figures().iter().all(|(_, figure)| figure.reason() == Some(Reason::NotAlone)));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shift_of_two_that_a_crash_broke_off_never_becomes_ones_own() {
    for (again, of_the_store) in [(vec!["Aino"], 1), (vec![], 1), (vec!["Eero", "Aino"], 1)] {
        let place = Place::new();
        let running = place.run_of(&["Aino", "Eero"]);
        running.report("1", TillEventKind::Opened).await;
        running.clock.advance_ms(1_000);
        let place = running.crashed(&place).await;
        place.clock.advance_ms(10_000);
        place.run_of(&again).stopped().await;
        assert!(place.records("Aino").is_empty() && place.records("Eero").is_empty(), "{again:?}");
        let records = place.store().store_records_since(jiff::Timestamp::UNIX_EPOCH).expect("read");
        assert_eq!(records.len(), of_the_store, "{again:?}");
    }
}

fn phones(records: &[TransactionRecord]) -> Vec<Option<f64>> {
    records.iter().map(|record| record.signals.phone_in_hand.known().map(|time| time.in_hand_s)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_phone_for_work_is_left_out_of_its_transaction_and_of_no_other() {
    let place = Place::new();
    let running = place.run(Some("Aino"));
    let tap = || running.tap(for_work("Aino"));
    running.serve(0, with_phone).await;
    running.serve(20_000, with_phone).await;
    // Of the one that has just ended.
    assert_eq!(tap().await, Answer::NotedForWork);
    running.clock.advance_ms(1_000);
    running.serve(41_000, with_phone).await;
    // Of the one that is open.
    running.report("1", TillEventKind::Opened).await;
    running.clock.advance_ms(3_000);
    assert_eq!(tap().await, Answer::NotedForWork);
    running.clock.advance_ms(3_000);
    running.report("1", TillEventKind::Closed).await;
    running.clock.advance_ms(10_000);
    running.serve(77_000, with_phone).await;
    running.stopped().await;
    let records = place.records("Aino");
    assert_eq!(records.len(), 5);
    let found = phones(&records);
    assert!(found[0].is_some_and(|s| s > 9.0) && found[2].is_some_and(|s| s > 9.0), "{found:?}");
    assert!(found[4].is_some_and(|s| s > 9.0), "{found:?}");
    for at in [1, 3] {
        assert_eq!(records[at].signals.phone_in_hand, Measured::unknown(Reason::SignalOff), "{at}");
    }
    assert!(observed_share(&records[1]) > 0.7, "only the phone is left out");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_phone_for_work_survives_a_crash_and_is_forgotten_with_the_shift() {
    let place = Place::new();
    let running = place.run(Some("Aino"));
    running.serve(0, with_phone).await;
    assert_eq!(running.tap(for_work("Aino")).await, Answer::NotedForWork);
    let place = running.crashed(&place).await;
    let shift = place.store().open_shifts().expect("read").remove(0);
    assert_eq!(place.store().phone_for_work(shift.id).expect("read").len(), 1);
    place.run(Some("Aino")).stopped().await;
    let records = place.records("Aino");
    assert_eq!(records[0].signals.phone_in_hand, Measured::unknown(Reason::SignalOff));
    assert!(place.store().phone_for_work(shift.id).expect("read").is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn taps_concern_ones_own_shift_only() {
    let place = Place::new();
    let running = place.run(Some("Aino"));
    for name in ["Eero", "Nobody"] {
        for question in [
            Question::Pause { name: Some(name.into()) },
            Question::SignOut { name: Some(name.into()) },
            resume(name),
            for_work(name),
        ] {
            assert!(matches!(running.tap(question).await, Answer::Refused { .. }), "{name}");
        }
    }
    assert_eq!(running.wish(), open(0));
    running.stopped().await;
    let running = place.run(None);
    assert!(matches!(running.tap(resume("Aino")).await, Answer::Refused { .. }));
    assert_eq!(running.wish(), CameraWish::Closed);
    running.stopped().await;
}
