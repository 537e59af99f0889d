//! Signing in and out at a running kiosk, taps that are the person's own, and shifts that end by themselves.

use super::people::{open, resume};
use super::*;

const IDLE_MS: u64 = 30 * 60_000;

fn sign_in(names: &[&str]) -> Question {
    let credentials = |name: &&str| Credentials {
        name: (*name).to_owned(),
        secret: SecretText::new(&format!("{name}'s own secret")),
    };
    Question::SignIn { people: names.iter().map(credentials).collect() }
}

fn sign_out() -> Question {
    Question::SignOut { name: None }
}

fn with_token(token: &SecretText) -> Question {
    Question::Resume { name: "Aino".into(), proof: Proof::Token(token.clone()) }
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
            Answer::Refused { reason } => reason,
            other => panic!("{other:?}"),
        }
    }

    async fn status(&self) -> Status {
        match self.tap(Question::Status).await {
            Answer::Status(status) => status,
            other => panic!("{other:?}"),
        }
    }

    /// Lets time pass on the kiosk's clock, and the task look at it.
    async fn passes(&self, ms: u64) {
        self.clock.advance_ms(ms);
        tokio::time::sleep(std::time::Duration::from_millis(700)).await;
    }
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
    let wrong_secret =
        || Question::Resume { name: "Aino".into(), proof: Proof::Secret(SecretText::new("another secret")) };
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

#[tokio::test(flavor = "multi_thread")]
async fn a_shift_in_which_nothing_happens_ends_as_by_sign_out() {
    use TillEventKind::{Closed, Opened};
    let place = Place::new();
    let running = place.run(Some("Aino"));
    running.report("1", Opened).await;
    running.watch(0, 50, false).await;
    running.passes(IDLE_MS + 1).await;
    assert!(running.status().await.shift, "a transaction is open");
    running.report("1", Closed).await;
    running.passes(IDLE_MS - 1).await;
    assert!(running.status().await.shift, "a till event was just now");
    running.tell(VisionEvent::Observation(smiling(6_000, true))).await;
    running.passes(1).await;
    assert!(running.status().await.shift, "a customer was there");
    running.passes(IDLE_MS).await;
    assert_eq!((running.wish(), running.status().await), (CameraWish::Closed, off()));
    running.signs_in("Aino").await;
    running.stopped().await;
    assert_eq!(place.records("Aino").len(), 2, "the customer who stood there without the till is one");
    assert!(place.store().open_shifts().expect("read").is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_paused_shift_in_which_nothing_happens_ends_too() {
    let place = Place::new();
    let running = place.run(Some("Aino"));
    running.passes(IDLE_MS - 1).await;
    running.tap(Question::Pause { name: None }).await;
    running.report("2", TillEventKind::Opened).await;
    running.passes(IDLE_MS - 1).await;
    assert_eq!(running.status().await, Status { paused: true, ..on() });
    running.passes(1).await;
    assert_eq!(running.status().await, off(), "another register's till is no sign of life");
    running.stopped().await;
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

#[tokio::test(flavor = "multi_thread")]
async fn a_shift_that_a_crash_left_ends_with_the_next_person_or_by_itself() {
    for next in [Some("Eero"), None] {
        let place = Place::new();
        let running = place.run(Some("Aino"));
        running.report("1", TillEventKind::Opened).await;
        let place = running.crashed(&place).await;
        let running = place.run(None);
        match next {
            Some(name) => drop(running.signs_in(name).await),
            None => running.passes(IDLE_MS).await,
        }
        // Nothing is ended in order: only what was ended before is found.
        let left = running.crashed(&place).await;
        assert_eq!(left.records("Aino").len(), 1, "{next:?}");
        let open_shifts = left.store().open_shifts().expect("read").len();
        assert_eq!(open_shifts, usize::from(next.is_some()), "{next:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn withdrawing_ends_the_shift_and_its_token() {
    let place = Place::new();
    let running = place.run(None);
    let token = running.signs_in("Aino").await;
    running.report("1", TillEventKind::Opened).await;
    let withdraw = Question::Withdraw { name: "Aino".into(), secret: SecretText::new("Aino's own secret") };
    assert!(matches!(running.tap(withdraw).await, Answer::Erased { .. }));
    assert_eq!((running.wish(), running.status().await), (CameraWish::Closed, off()));
    assert!(running.refused(with_token(&token)).await.contains("is not on shift here"));
    assert!(running.refused(sign_in(&["Aino"])).await.contains("this is not the secret"));
    running.signs_in("Eero").await;
    assert!(running.refused(with_token(&token)).await.contains("is not on shift here"));
    running.stopped().await;
}
