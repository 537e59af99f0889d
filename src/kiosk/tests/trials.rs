//! The camera outside of a shift: by whose tap, for how long, and that what it saw is nobody's.

mod set_up;

use super::shifts::{Still, sign_in, sign_out, with_token};
use super::*;
use crate::camera::CameraLock;
use crate::control::{TrialFor, TrialNow, TrialQuestion, Trying, Visitor};
use crate::store::tests::columns;

impl Still {
    fn opens(&mut self, visitor: Visitor, secret: &str) -> SecretText {
        match self.ask(Question::Open { visitor, secret: SecretText::new(secret) }) {
            Answer::Opened { token, .. } => token,
            other => panic!("{other:?}"),
        }
    }

    pub(super) fn visit(&mut self, name: &str) -> SecretText {
        self.opens(Visitor::Person { name: name.into() }, &format!("{name}'s own secret"))
    }

    fn technician(&mut self) -> SecretText {
        self.opens(Visitor::Technician, "made-up-technician")
    }

    fn tries(&mut self, token: &SecretText, ask: TrialQuestion) -> Answer {
        self.ask(Question::Trial { token: token.clone(), ask })
    }

    fn begins(&mut self, token: &SecretText, what: TrialFor) -> TrialNow {
        match self.tries(token, TrialQuestion::Begin(what)) {
            Answer::Trial(now) => now,
            other => panic!("{other:?}"),
        }
    }

    pub(super) fn begins_if_may(&mut self, token: &SecretText) -> Answer {
        self.tries(token, TrialQuestion::Begin(TrialFor::Practice))
    }

    fn now(&mut self, token: &SecretText) -> TrialNow {
        match self.tries(token, TrialQuestion::Now) {
            Answer::Trial(now) => now,
            other => panic!("{other:?}"),
        }
    }

    /// The camera opens as it is wished now, and shows this.
    fn shows(&mut self, seen: Observation) {
        let CameraWish::Open { run, .. } = self.wish() else { panic!("closed") };
        self.kiosk.see(VisionEvent::Opening { run });
        self.kiosk.see(VisionEvent::Observation(seen));
    }
}

fn why(answer: Answer) -> Why {
    match answer {
        Answer::Refused { why, .. } => why,
        other => panic!("{other:?}"),
    }
}

fn trial(run: u64) -> CameraWish {
    CameraWish::Open { run, people: 1, purpose: Purpose::Trial }
}

#[test]
fn a_trial_shows_what_the_latest_frame_showed_and_leaves_no_row() {
    let place = Place::new();
    let mut kiosk = Still::begun(&place, &[]);
    let aino = kiosk.visit("Aino");
    let before = columns(&kiosk.kiosk.store);
    let begun = kiosk.begins(&aino, TrialFor::Practice);
    assert_eq!((begun.left_ms, begun.nods, begun.seen), (TRIAL_LASTS_MS, 0, None));
    assert_eq!(kiosk.wish(), trial(0));
    assert_eq!(kiosk.status().trying, Some(Trying::Out));
    assert!(CameraLock::take(place.folder.path()).is_err(), "the camera is nobody else's");
    // Three seconds of nods, twice a second, thirty frames a second.
    for frame in 0..90_u64 {
        let t_ms = frame * 33;
        let mut seen = smiling(t_ms, true);
        if let Some(face) = &mut seen.face {
            face.head.pitch_deg = -6.0 * (1.0 - (t_ms as f32 / 500.0 * std::f32::consts::TAU).cos());
        }
        kiosk.clock.advance_ms(33);
        kiosk.shows(seen);
    }
    let now = kiosk.now(&aino);
    assert!((4..=6).contains(&now.nods), "{}", now.nods);
    let seen = now.seen.expect("a frame");
    assert_eq!((seen.on_target, seen.phone_in_hand, seen.not_alone), (Some(true), Some(false), false));
    assert_eq!(seen.face.and_then(|face| face.smiling), Some(true));
    assert_eq!(kiosk.tries(&aino, TrialQuestion::End), Answer::NoTrial);
    assert_eq!((kiosk.wish(), kiosk.status().trying), (CameraWish::Closed, None));
    assert!(CameraLock::take(place.folder.path()).is_ok(), "let go of");
    assert_eq!(kiosk.tries(&aino, TrialQuestion::Now), Answer::NoTrial);
    assert_eq!(columns(&kiosk.kiosk.store), before);
}

#[test]
fn a_trial_ends_after_five_minutes_or_when_nobody_asks_for_ten_seconds() {
    let place = Place::new();
    let mut kiosk = Still::begun(&place, &[]);
    let aino = kiosk.visit("Aino");
    kiosk.begins(&aino, TrialFor::Practice);
    for second in 1..300 {
        kiosk.passes(1_000);
        assert_eq!(kiosk.now(&aino).left_ms, TRIAL_LASTS_MS - second * 1_000);
    }
    kiosk.passes(1_000);
    assert_eq!(kiosk.wish(), CameraWish::Closed, "five minutes are over");
    assert_eq!(kiosk.tries(&aino, TrialQuestion::Now), Answer::NoTrial);

    kiosk.begins(&aino, TrialFor::Practice);
    kiosk.passes(TRIAL_ASKED_WITHIN_MS - 1);
    assert_eq!(kiosk.wish(), trial(1));
    kiosk.passes(1);
    assert_eq!(kiosk.wish(), CameraWish::Closed, "the page is gone");
}

#[test]
fn a_trial_ends_with_its_visit_by_anyones_tap_and_with_the_kiosk() {
    let place = Place::new();
    let mut kiosk = Still::begun(&place, &[]);
    let ends: [fn(&mut Still, &SecretText); 5] = [
        |kiosk, token| drop(kiosk.ask(Question::Close { token: token.clone() })),
        |kiosk, _| drop(kiosk.ask(Question::EndTrial)),
        |kiosk, _| {
            let new = SecretText::new("another secret of hers");
            let change = Question::own("Aino", secret_text("Aino"), OwnQuestion::ChangeSecret { new });
            assert_eq!(kiosk.ask(change), Answer::SecretChanged);
            let back = OwnQuestion::ChangeSecret { new: secret_text("Aino") };
            drop(kiosk.ask(Question::own("Aino", SecretText::new("another secret of hers"), back)));
        },
        |kiosk, _| kiosk.kiosk.end_shift(),
        |kiosk, _| {
            let erased = kiosk.ask(Question::Erase { name: "Aino".into() });
            assert!(matches!(erased, Answer::Erased { .. }), "{erased:?}");
        },
    ];
    for (number, end) in ends.iter().enumerate() {
        let aino = kiosk.visit("Aino");
        kiosk.begins(&aino, TrialFor::Fit);
        assert_ne!(kiosk.wish(), CameraWish::Closed);
        end(&mut kiosk, &aino);
        assert_eq!((kiosk.wish(), kiosk.status().trying), (CameraWish::Closed, None), "{number}");
    }
}

#[test]
fn nobody_begins_a_trial_in_a_shift_but_its_one_person_in_their_pause() {
    let place = Place::new();
    let mut kiosk = Still::begun(&place, &["Aino"]);
    let [aino, eero, technician] = [kiosk.visit("Aino"), kiosk.visit("Eero"), kiosk.technician()];
    let practice = TrialQuestion::Begin(TrialFor::Practice);
    assert_eq!(why(kiosk.tries(&aino, practice)), Why::NotPaused);
    kiosk.ask(Question::Pause { name: None });
    assert_eq!(why(kiosk.tries(&eero, practice)), Why::ShiftOn);
    assert_eq!(why(kiosk.tries(&technician, TrialQuestion::Begin(TrialFor::Outline))), Why::ShiftOn);
    kiosk.begins(&aino, TrialFor::Practice);
    assert_eq!(kiosk.wish(), trial(1));
    // Whoever pauses a paused shift means the camera.
    assert_eq!(kiosk.ask(Question::Pause { name: None }), Answer::Paused);
    assert_eq!(kiosk.wish(), CameraWish::Closed);
    kiosk.ask(sign_out());

    kiosk.begins(&eero, TrialFor::Practice);
    assert_eq!(why(kiosk.tries(&aino, practice)), Why::TrialOn);
    assert_eq!(kiosk.tries(&aino, TrialQuestion::Now), Answer::NoTrial, "it is not hers");
    kiosk.ask(sign_in(&["Aino", "Eero"]));
    kiosk.ask(Question::Pause { name: None });
    assert_eq!(why(kiosk.tries(&aino, practice)), Why::ShiftOn, "it is not hers alone");
}

#[test]
fn people_practise_and_whoever_sets_up_draws_lines_and_nobody_without_a_visit_does() {
    use TrialFor::{Calibration, Fit, Outline, Practice};
    let place = Place::new();
    let mut kiosk = Still::begun(&place, &[]);
    let [aino, technician] = [kiosk.visit("Aino"), kiosk.technician()];
    for what in [Practice, Fit, Outline, Calibration] {
        let (may, may_not, known) = match what {
            Practice | Fit => (&aino, &technician, Trying::Out),
            Outline | Calibration => (&technician, &aino, Trying::SetUp),
        };
        for nobody in [may_not, &SecretText::new(""), &SecretText::new(&"0".repeat(64))] {
            assert_eq!(kiosk.tries(nobody, TrialQuestion::Begin(what)), Answer::NotOpen, "{what:?}");
            assert_eq!(kiosk.wish(), CameraWish::Closed);
        }
        kiosk.begins(may, what);
        let purpose = if what == Outline { Purpose::Outline } else { Purpose::Trial };
        assert!(matches!(kiosk.wish(), CameraWish::Open { purpose: wished, .. } if wished == purpose), "{what:?}");
        assert_eq!(kiosk.status().trying, Some(known));
        kiosk.tries(may, TrialQuestion::End);
    }
}

#[test]
fn signing_in_ends_a_trial_and_neither_gets_what_the_others_camera_saw() {
    let place = Place::new();
    let mut kiosk = Still::begun(&place, &[]);
    let aino = kiosk.visit("Aino");
    kiosk.begins(&aino, TrialFor::Practice);
    kiosk.shows(smiling(0, true));
    assert!(kiosk.now(&aino).seen.is_some());
    assert!(matches!(kiosk.ask(sign_in(&["Aino"])), Answer::SignedIn { .. }));
    assert_eq!(kiosk.wish(), CameraWish::Open { run: 1, people: 1, purpose: Purpose::Shift });
    assert_eq!((kiosk.status().trying, kiosk.status().camera), (None, false));
    // On its way while the trial's camera closes: a smile while a customer is served, of the trial.
    kiosk.till("1", TillEventKind::Opened);
    for frame in 1..100 {
        kiosk.clock.advance_ms(100);
        kiosk.kiosk.see(VisionEvent::Observation(smiling(frame * 100, true)));
    }
    assert!(!kiosk.status().camera, "the shift's camera has shown nothing");
    kiosk.till("1", TillEventKind::Closed);
    kiosk.clock.advance_ms(1_000);
    kiosk.ask(Question::Pause { name: None });
    kiosk.begins(&aino, TrialFor::Practice);
    // And what the shift's camera still had to tell is not the trial's.
    kiosk.kiosk.see(VisionEvent::Opening { run: 1 });
    kiosk.kiosk.see(VisionEvent::Observation(smiling(0, true)));
    assert_eq!(kiosk.now(&aino).seen, None);
    // What it sees itself is not the shift's.
    for frame in 0..50 {
        kiosk.clock.advance_ms(100);
        kiosk.shows(smiling(frame * 100, true));
        kiosk.now(&aino);
    }
    let token = kiosk.kiosk.held.as_ref().expect("a shift").told();
    assert_eq!(kiosk.ask(with_token(&token)), Answer::Resumed);
    assert_eq!(kiosk.wish(), CameraWish::Open { run: 3, people: 1, purpose: Purpose::Shift });
    assert_eq!(kiosk.tries(&aino, TrialQuestion::Now), Answer::NoTrial, "her shift goes on");
    kiosk.ask(sign_out());
    drop(kiosk);
    let records = place.records("Aino");
    assert_eq!(records.len(), 1);
    let observed = &records[0].signals.observed;
    assert!(observed.known().is_none_or(|share| share.share == 0.0), "{observed:?}");
}
