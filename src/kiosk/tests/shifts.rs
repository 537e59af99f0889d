//! Signing in and out at a running kiosk, taps that are the person's own, and shifts that end by themselves.

use super::people::{open, resume};
use super::*;

pub(super) const IDLE_MS: u64 = 30 * 60_000;

pub(super) fn sign_in(names: &[&str]) -> Question {
    let credentials = |name: &&str| Credentials {
        name: (*name).to_owned(),
        secret: SecretText::new(&format!("{name}'s own secret")),
    };
    Question::SignIn { people: names.iter().map(credentials).collect() }
}

pub(super) fn sign_out() -> Question {
    Question::SignOut { name: None }
}

pub(super) fn with_token(token: &SecretText) -> Question {
    Question::Resume { proof: Proof::Token(token.clone()) }
}

impl Running {
    async fn signs_in(&self, name: &str) -> SecretText {
        match self.tap(sign_in(&[name])).await {
            Answer::SignedIn { token, paused: false } => token,
            other => panic!("{other:?}"),
        }
    }

    async fn refused(&self, question: Question) -> String {
        match self.tap(question).await {
            Answer::Refused { reason, .. } => reason,
            other => panic!("{other:?}"),
        }
    }

    async fn status(&self) -> Status {
        match self.tap(Question::Status).await {
            Answer::Status(status) => status,
            other => panic!("{other:?}"),
        }
    }
}

/// A kiosk without its thread: time passes when the test says so.
pub(super) struct Still {
    pub kiosk: Kiosk,
    pub camera: CameraSwitch,
    pub clock: Arc<ManualClock>,
}

impl Still {
    pub fn begun(place: &Place, names: &[&str]) -> Self {
        let mut store = place.store();
        let people = signed_in(&mut store, names, place);
        let camera = CameraSwitch::of(place.folder.path());
        let settings = KioskSettings { terms: place.terms.clone(), ..settings() };
        let kiosk = Kiosk::begin(store, settings, &people, camera.clone(), place.clock.clone()).expect("begun");
        Self { kiosk, camera, clock: place.clock.clone() }
    }

    pub fn ask(&mut self, question: Question) -> Answer {
        let (reply, mut answer) = tokio::sync::oneshot::channel();
        self.kiosk.answer(handle::Request::Question(question, reply));
        answer.try_recv().expect("answered at once")
    }

    pub fn till(&mut self, register: &str, kind: TillEventKind) {
        let report = Report { id: None, register: register.into(), kind, at: self.clock.now() };
        let (reply, mut answer) = tokio::sync::oneshot::channel();
        self.kiosk.answer(handle::Request::Till(report, reply));
        assert_eq!(answer.try_recv(), Ok(TillAnswer::Accepted));
    }

    pub fn passes(&mut self, ms: u64) {
        self.clock.advance_ms(ms);
        self.kiosk.tick();
    }

    pub fn wish(&self) -> CameraWish {
        *self.camera.follow().borrow()
    }

    pub fn status(&mut self) -> Status {
        match self.ask(Question::Status) {
            Answer::Status(status) => status,
            other => panic!("{other:?}"),
        }
    }
}

pub(super) fn signed_in(store: &mut Store, names: &[&str], place: &Place) -> Vec<SignedIn> {
    names.iter().map(|name| store.sign_in(name, &secret_of(name), place.clock.now()).expect("their own")).collect()
}

fn on() -> Status {
    Status { running: true, shift: true, camera: false, paused: false }
}

fn off() -> Status {
    Status { running: true, ..Status::default() }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_shift_after_another_at_one_running_kiosk() {
    use TillEventKind::{Closed, Opened};
    let place = Place::new();
    let running = place.run(None);
    assert_eq!(running.wish(), CameraWish::Closed, "nobody is signed in");
    running.signs_in("Aino").await;
    assert_eq!((running.wish(), running.status().await), (open(0), on()));
    let reason = running.refused(sign_in(&["Eero"])).await;
    assert_eq!(reason, "a shift is on; sign out first", "whose is not said");
    running.report("1", Opened).await;
    running.watch(0, 100, true).await;
    running.report("1", Closed).await;
    running.watch(10_000, 20, true).await;
    assert_eq!(running.tap(sign_out()).await, Answer::SignedOut);
    assert_eq!((running.wish(), running.status().await), (CameraWish::Closed, off()));
    assert_eq!(running.refused(sign_out()).await, "nobody is on shift here");
    // Seen on its way when the camera closed, and a till event between the shifts: nobody's.
    running.watch(12_000, 10, true).await;
    running.report("1", Opened).await;

    running.clock.advance_ms(60_000);
    running.signs_in("Eero").await;
    assert_eq!(running.wish(), open(1));
    // Still of the first opening.
    running.watch(13_000, 10, true).await;
    running.tell(VisionEvent::Closed).await;
    running.tell(VisionEvent::Opening { run: 1 }).await;
    running.report("1", Opened).await;
    running.watch(0, 100, true).await;
    running.report("1", Closed).await;
    running.watch(10_000, 20, true).await;
    running.stopped().await;
    for name in ["Aino", "Eero"] {
        let records = place.records(name);
        assert_eq!(records.len(), 1, "{name}");
        let observed = records[0].signals.observed.known().map_or(0.0, |share| share.share);
        assert!(observed > 0.7, "{name}: {observed}");
        assert_eq!(place.summary(name, WindowKind::Shift).transactions, 1, "{name}");
    }
    assert!(place.store().open_shifts().expect("read").is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_may_not_begin_a_shift_opens_no_camera() {
    let place = Place::new();
    let wrong = Credentials { name: "Aino".into(), secret: SecretText::new("another secret") };
    let running = place.run(None);
    for (question, why) in [
        (sign_in(&[]), "one to 4 people"),
        (sign_in(&["Nobody"]), "no staff member is called \"Nobody\""),
        (sign_in(&["Aino", "Aino"]), "Aino is named twice"),
        (Question::SignIn { people: vec![wrong] }, "this is not the secret of anyone called \"Aino\""),
    ] {
        let reason = running.refused(question).await;
        assert!(reason.contains(why), "{reason}");
        assert_eq!((running.wish(), running.status().await), (CameraWish::Closed, off()), "{why}");
    }
    running.stopped().await;
    let without_source = KioskSettings { has_source: false, ..settings() };
    let other_terms = KioskSettings { terms: Terms::under("another"), ..settings() };
    for (settings, why) in [(without_source, "[camera] has no source; set it"), (other_terms, "has changed since")] {
        let running = place.run_with(settings, &[]);
        let reason = running.refused(sign_in(&["Aino"])).await;
        assert!(reason.contains(why), "{reason}");
        assert_eq!((running.wish(), running.status().await), (CameraWish::Closed, off()), "{why}");
        running.stopped().await;
    }
    assert!(place.store().open_shifts().expect("read").is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn two_people_sign_in_together_and_either_ends_it() {
    let place = Place::new();
    let running = place.run(None);
    assert!(matches!(running.tap(sign_in(&["Aino", "Eero"])).await, Answer::SignedIn { .. }));
    assert_eq!(running.wish(), CameraWish::Open { run: 0, people: 2 });
    assert_eq!(running.tap(Question::SignOut { name: Some("Eero".into()) }).await, Answer::SignedOut);
    running.signs_in("Eero").await;
    assert_eq!(running.wish(), CameraWish::Open { run: 1, people: 1 });
    running.stopped().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tap_that_opens_takes_the_secret_or_the_token_of_this_shift() {
    let place = Place::new();
    let running = place.run(None);
    let earlier = running.signs_in("Aino").await;
    running.tap(sign_out()).await;
    let token = running.signs_in("Aino").await;
    assert_ne!(token, earlier);
    // Anybody at the counter may close the camera.
    assert_eq!(running.tap(Question::Pause { name: None }).await, Answer::Paused);
    let wrong_secret = || Question::Resume { proof: Proof::secret("Aino", SecretText::new("another secret")) };
    let wrong_token = SecretText::new(&"00".repeat(32));
    for (question, why) in [
        (with_token(&earlier), "this token is of another shift"),
        (with_token(&wrong_token), "this token is of another shift"),
        (with_token(&SecretText::new("")), "this token is of another shift"),
        (wrong_secret(), "this is not the secret"),
        (resume("Eero"), "Eero is not on shift here"),
    ] {
        let reason = running.refused(question).await;
        assert!(reason.contains(why), "{reason}");
        assert_eq!(running.wish(), CameraWish::Closed, "{why}");
    }
    assert_eq!(running.tap(with_token(&token)).await, Answer::Resumed);
    assert_eq!(running.wish(), open(2));
    // The fifth wrong secret in a row is the last that is answered at once, the right one then has to wait as well.
    for _ in 0..4 {
        assert!(running.refused(wrong_secret()).await.contains("this is not the secret"));
    }
    assert!(running.refused(resume("Aino")).await.contains("too many wrong secrets"));
    assert_eq!(running.tap(with_token(&token)).await, Answer::Resumed, "the token is no guess");
    running.stopped().await;
}

#[test]
fn a_shift_in_which_nothing_happens_ends_as_by_sign_out() {
    use TillEventKind::{Closed, Opened};
    let place = Place::new();
    let mut kiosk = Still::begun(&place, &["Aino"]);
    kiosk.till("1", Opened);
    kiosk.passes(IDLE_MS + 1);
    assert_eq!(kiosk.status(), Status { paused: true, ..on() }, "a transaction is open; nobody is followed");
    kiosk.till("1", Closed);
    kiosk.passes(IDLE_MS - 1);
    assert!(kiosk.status().shift, "a till event was just now");
    assert_eq!(kiosk.ask(resume("Aino")), Answer::Resumed);
    kiosk.passes(IDLE_MS - 1);
    assert!(kiosk.status().shift, "a tap was just now");
    assert_eq!(kiosk.ask(resume("Aino")), Answer::Resumed);
    kiosk.kiosk.see(VisionEvent::Opening { run: 2 });
    kiosk.clock.advance_ms(30_000);
    kiosk.kiosk.see(VisionEvent::Observation(smiling(0, true)));
    kiosk.passes(IDLE_MS - 1);
    assert!(kiosk.status().shift, "a customer was there");
    kiosk.passes(1);
    assert_eq!((kiosk.wish(), kiosk.status()), (CameraWish::Closed, off()));
    assert!(kiosk.camera.claim().is_ok());
    drop(kiosk);
    assert_eq!(place.records("Aino").len(), 1);
    assert!(place.store().open_shifts().expect("read").is_empty(), "and it is written");
}

#[test]
fn a_shift_without_any_customer_or_till_ends_while_its_camera_is_open() {
    let place = Place::new();
    let mut kiosk = Still::begun(&place, &["Aino"]);
    for half_minute in 1..=60 {
        assert_eq!(kiosk.wish(), open(0), "half-minute {half_minute}");
        kiosk.clock.advance_ms(29_000);
        kiosk.kiosk.see(VisionEvent::Observation(smiling(half_minute * 30_000, false)));
        kiosk.passes(1_000);
    }
    assert_eq!((kiosk.wish(), kiosk.status()), (CameraWish::Closed, off()), "somebody at the till who serves nobody");
}

#[test]
fn a_paused_shift_in_which_nothing_happens_ends_too() {
    let place = Place::new();
    let mut kiosk = Still::begun(&place, &["Aino"]);
    kiosk.passes(10_000);
    assert_eq!(kiosk.ask(Question::Pause { name: None }), Answer::Paused);
    kiosk.passes(IDLE_MS / 2);
    kiosk.till("2", TillEventKind::Opened);
    kiosk.passes(IDLE_MS / 2 - 1);
    assert_eq!(kiosk.status(), Status { paused: true, ..on() });
    kiosk.passes(1);
    assert_eq!(kiosk.status(), off(), "another register's till is no sign of life");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shift_that_a_crash_left_is_taken_up_by_signing_in() {
    use TillEventKind::{Closed, Opened};
    let place = Place::new();
    let running = place.run(Some("Aino"));
    running.report("1", Opened).await;
    running.clock.advance_ms(10_000);
    let place = running.crashed(&place).await;
    let running = place.run(None);
    assert_eq!((running.wish(), running.status().await), (CameraWish::Closed, off()), "nobody has signed in");
    running.clock.advance_ms(10_000);
    running.signs_in("Aino").await;
    assert_eq!(running.wish(), open(0));
    running.report("1", Closed).await;
    running.tap(Question::Pause { name: None }).await;
    let place = running.crashed(&place).await;
    let running = place.run(None);
    assert!(matches!(running.tap(sign_in(&["Aino"])).await, Answer::SignedIn { paused: true, .. }));
    assert_eq!((running.wish(), running.status().await), (CameraWish::Closed, Status { paused: true, ..on() }));
    assert_eq!(running.tap(resume("Aino")).await, Answer::Resumed);
    assert_eq!(running.wish(), open(0));
    running.stopped().await;
    let records = place.records("Aino");
    assert_eq!(records.len(), 1, "one transaction over two crashes");
    assert_eq!(records[0].transaction.closed_ms - records[0].transaction.opened_ms, 20_000);
}

#[test]
fn a_shift_that_a_crash_left_ends_with_the_next_person_or_by_itself() {
    for next in [Some("Eero"), None] {
        let place = Place::new();
        let mut kiosk = Still::begun(&place, &["Aino"]);
        kiosk.till("1", TillEventKind::Opened);
        // Nothing is ended in order.
        drop(kiosk);
        let mut kiosk = Still::begun(&place, &[]);
        kiosk.passes(IDLE_MS - 1);
        assert_eq!((kiosk.wish(), kiosk.status()), (CameraWish::Closed, off()));
        match next {
            Some(name) => assert!(matches!(kiosk.ask(sign_in(&[name])), Answer::SignedIn { .. })),
            None => kiosk.passes(1),
        }
        drop(kiosk);
        assert_eq!(place.records("Aino").len(), 1, "{next:?}");
        let open_shifts = place.store().open_shifts().expect("read").len();
        assert_eq!(open_shifts, next.iter().len(), "{next:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn withdrawing_ends_the_shift_and_its_token() {
    let place = Place::new();
    let running = place.run(None);
    let token = running.signs_in("Aino").await;
    running.report("1", TillEventKind::Opened).await;
    let withdraw = Question::own("Aino", SecretText::new("Aino's own secret"), OwnQuestion::Withdraw);
    let mistyped = Question::own("Aino", SecretText::new("another secret"), OwnQuestion::Withdraw);
    assert!(running.refused(mistyped).await.contains("this is not the secret"));
    assert_eq!(running.status().await, Status { paused: true, ..on() }, "the camera does not wait for the secret");
    assert_eq!(running.tap(with_token(&token)).await, Answer::Resumed);
    assert!(matches!(running.tap(withdraw).await, Answer::Erased { .. }));
    assert_eq!((running.wish(), running.status().await), (CameraWish::Closed, off()));
    assert!(running.refused(with_token(&token)).await.contains("nobody is on shift here"));
    assert!(running.refused(sign_in(&["Aino"])).await.contains("this is not the secret"));
    running.signs_in("Eero").await;
    assert!(running.refused(with_token(&token)).await.contains("of another shift"));
    running.stopped().await;
}

#[test]
fn an_end_that_cannot_be_written_is_tried_again_and_no_shift_begins_before() {
    let place = Place::new();
    let eero = signed_in(&mut place.store(), &["Eero"], &place);
    let mut kiosk = Still::begun(&place, &["Aino"]);
    kiosk.till("1", TillEventKind::Opened);
    kiosk.passes(10_000);
    kiosk.kiosk.store.refuse_writes(true);
    assert_eq!(kiosk.ask(sign_out()), Answer::SignedOut, "the camera does not wait for the disk");
    assert_eq!((kiosk.wish(), kiosk.status()), (CameraWish::Closed, off()));
    assert!(matches!(kiosk.kiosk.begin_shift(&eero), Err(NoShift::Store(_))));
    assert_eq!((kiosk.wish(), kiosk.status()), (CameraWish::Closed, off()));
    assert!(matches!(kiosk.ask(Question::Erase { name: "Aino".into() }), Answer::Refused { .. }), "half of it is here");
    kiosk.passes(500);
    kiosk.kiosk.store.refuse_writes(false);
    kiosk.passes(500);
    kiosk.kiosk.begin_shift(&eero).expect("the end is written");
    drop(kiosk);
    assert_eq!(place.records("Aino").len(), 1);
    assert_eq!(place.store().open_shifts().expect("read").len(), 1, "Eero's");
}
