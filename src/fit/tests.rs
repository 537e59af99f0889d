//! The four steps with made-up observations: whom everything can be read of, and whom what cannot.

use hymy_vision::{Face, Gaze, HeadPose, Rect};

use super::*;
use crate::decide::{Region, Target, WorkDirection};

const FRAME_MS: u64 = 100;
/// Longer than any check of these takes.
const END_MS: u64 = 200_000;

/// What a made-up person shows in one frame.
#[derive(Clone, Copy)]
struct Shown {
    smile: Option<f32>,
    /// Yaw and pitch of the eyes.
    gaze: Option<(f32, f32)>,
    pitch_deg: f32,
    turned_away: bool,
    face: bool,
    faces: u8,
}

/// Whom everything can be read of: the target straight ahead, the till low on the right.
fn clear(step: Step, _t_ms: u64) -> Shown {
    Shown {
        smile: Some(if step == Step::Smile { 0.95 } else { 0.03 }),
        gaze: Some(if step == Step::Till { (35.0, -30.0) } else { (0.0, 0.0) }),
        pitch_deg: 0.0,
        turned_away: false,
        face: true,
        faces: 1,
    }
}

fn observation(t_ms: u64, shown: Shown) -> Observation {
    let not_alone = shown.faces > 1;
    let face = Face {
        bounds: Rect { x: 0.4, y: 0.4, w: 0.1, h: 0.1 },
        score: 0.9,
        width_px: 60.0,
        head: HeadPose { yaw_deg: 0.0, pitch_deg: shown.pitch_deg, roll_deg: 0.0 },
        gaze: shown.gaze.map(|(yaw_deg, pitch_deg)| Gaze {
            yaw_deg,
            pitch_deg,
            yaw_spread_deg: 4.0,
            pitch_spread_deg: 6.0,
        }),
        turned_away: shown.turned_away,
        smile: shown.smile,
        eyes_open: Some(1.0),
        mouth_visible: shown.smile.is_some(),
    };
    Observation {
        frame: t_ms / FRAME_MS,
        t_ms,
        face: (shown.face && !not_alone).then_some(face),
        faces: shown.faces,
        not_alone,
        followed: shown.face,
        lost_near_another: false,
        phone: None,
        phone_observable: false,
        posture: None,
        customer_present: None,
        queue_present: None,
    }
}

fn place() -> Directions {
    let region = |yaw, pitch| Region::new(yaw, pitch).expect("a region");
    Directions {
        target: Some(Target(region((-25.0, 20.0), (-20.0, 20.0)))),
        work: vec![WorkDirection { name: "till".into(), region: region((20.0, 60.0), (-60.0, -15.0)) }],
        ..Directions::default()
    }
}

/// Takes the steps with what this person shows; gives what was said but the counting, and what cannot be read.
fn checked(person: impl Fn(Step, u64) -> Shown) -> (Vec<Say>, Option<Vec<&'static str>>) {
    let mut check = Check::new(place());
    let mut said = Vec::new();
    for t_ms in (0..END_MS).step_by(FRAME_MS as usize) {
        let Some(step) = check.step() else { break };
        let now = check.observe(&observation(t_ms, person(step, t_ms)));
        said.extend(now.into_iter().filter(|say| matches!(say, Say::Done | Say::Again(_))));
    }
    (said, check.unreadable())
}

#[track_caller]
fn switched_off(person: impl Fn(Step, u64) -> Shown) -> Vec<&'static str> {
    let (said, unreadable) = checked(person);
    unreadable.unwrap_or_else(|| panic!("not done: {said:?}"))
}

const EYES: [&str; 5] = ["greet_delay", "gaze", "longest_look", "longest_look_away", "queue_look"];
const HEAD: [&str; 3] = ["nods", "upright", "leaning"];

#[test]
fn of_whom_everything_is_read_nothing_is_switched_off() {
    let (said, unreadable) = checked(clear);
    assert_eq!(said, [Say::Done; 4]);
    assert_eq!(unreadable, Some(Vec::new()));
}

#[test]
fn each_step_is_counted_down_and_held() {
    let mut check = Check::new(place());
    let said: Vec<Say> =
        (0..=60).flat_map(|frame| check.observe(&observation(frame * FRAME_MS, clear(Step::Neutral, 0)))).collect();
    assert_eq!(said, [Say::Do(Step::Neutral), Say::Count(3), Say::Count(2), Say::Count(1), Say::Hold, Say::Done]);
    assert_eq!(check.step(), Some(Step::Smile));
    assert_eq!(check.unreadable(), None, "nothing is said before the end");
}

#[test]
fn a_smile_that_does_not_stand_out_is_switched_off_and_nothing_else() {
    let smile = |at_rest, asked| {
        move |step, t_ms| {
            let smile = Some(if step == Step::Smile { asked } else { at_rest });
            Shown { smile, ..clear(step, t_ms) }
        }
    };
    // No smile to be seen, and the other way round a face that smiles at rest.
    for (at_rest, asked) in [(0.02, 0.1), (0.02, 0.3), (0.95, 0.95), (0.9, 0.3), (0.6, 0.7)] {
        assert_eq!(switched_off(smile(at_rest, asked)), ["smile"], "{at_rest} {asked}");
    }
    // A smile to be seen against the person's own rest.
    for (at_rest, asked) in [(0.02, 0.8), (0.001, 0.6), (0.2, 0.95)] {
        assert!(switched_off(smile(at_rest, asked)).is_empty(), "{at_rest} {asked}");
    }
    // One that comes and goes.
    let now_and_then = |step, t_ms| match step {
        Step::Smile if t_ms % 1_000 < 500 => clear(Step::Neutral, t_ms),
        _ => clear(step, t_ms),
    };
    assert_eq!(switched_off(now_and_then), ["smile"]);
}

#[test]
fn a_covered_mouth_switches_the_smile_off() {
    assert_eq!(switched_off(|step, t_ms| Shown { smile: None, ..clear(step, t_ms) }), ["smile"]);
    let covered_at_rest = |step, t_ms| match step {
        Step::Neutral => Shown { smile: None, ..clear(step, t_ms) },
        _ => clear(step, t_ms),
    };
    assert_eq!(switched_off(covered_at_rest), ["smile"], "without a rest there is nothing to measure from");
}

#[test]
fn hidden_eyes_switch_every_look_off() {
    assert_eq!(switched_off(|step, t_ms| Shown { gaze: None, ..clear(step, t_ms) }), EYES);
    // Now and then is not enough either.
    let blinking = |step, t_ms| match t_ms % 1_000 {
        0..500 => Shown { gaze: None, ..clear(step, t_ms) },
        _ => clear(step, t_ms),
    };
    assert_eq!(switched_off(blinking), EYES);
}

#[test]
fn a_target_or_a_till_that_is_misread_switches_every_look_off() {
    let looks = |target, till| {
        move |step, t_ms| match step {
            Step::Target => Shown { gaze: Some(target), ..clear(step, t_ms) },
            Step::Till => Shown { gaze: till, ..clear(step, t_ms) },
            _ => clear(step, t_ms),
        }
    };
    assert_eq!(switched_off(looks((45.0, 0.0), Some((35.0, -30.0)))), EYES, "the target is read as elsewhere");
    assert_eq!(switched_off(looks((0.0, 0.0), Some((0.0, -2.0)))), EYES, "the till is read as the target");
    assert!(switched_off(looks((0.0, 0.0), None)).is_empty(), "eyes that look down are often not seen");
    let turned_or_gone = |face| {
        move |step, t_ms| match step {
            Step::Till => Shown { face, turned_away: true, gaze: None, ..clear(step, t_ms) },
            _ => clear(step, t_ms),
        }
    };
    assert!(switched_off(turned_or_gone(true)).is_empty(), "turned to the till");
    assert!(switched_off(turned_or_gone(false)).is_empty(), "bent over the till");
}

#[test]
fn a_head_that_is_not_still_or_turned_away_switches_what_is_read_from_it_off() {
    let sways =
        |step, t_ms: u64| Shown { pitch_deg: [-4.0, 0.0, 4.0][(t_ms / FRAME_MS % 3) as usize], ..clear(step, t_ms) };
    assert_eq!(switched_off(sways), HEAD);
    let turned = |step, t_ms| match step {
        Step::Neutral => Shown { turned_away: true, smile: None, gaze: None, ..clear(step, t_ms) },
        _ => clear(step, t_ms),
    };
    assert_eq!(switched_off(turned), ["smile", "nods", "upright", "leaning"]);
}

#[test]
fn of_two_faces_nothing_is_read() {
    let (said, unreadable) = checked(|step, t_ms| Shown { faces: 2, ..clear(step, t_ms) });
    assert!(said.len() > 20 && said.iter().all(|say| *say == Say::Again(Trouble::NotAlone)), "{said:?}");
    assert_eq!(unreadable, None);
    // Somebody walks through one step: it is taken again, and what was seen with them does not count.
    let passing = |step, t_ms: u64| match t_ms {
        4_000..6_000 => Shown { faces: 2, ..clear(step, t_ms) },
        _ => clear(step, t_ms),
    };
    let (said, unreadable) = checked(passing);
    assert_eq!(said.first(), Some(&Say::Again(Trouble::NotAlone)));
    assert_eq!(unreadable, Some(Vec::new()));
}

#[test]
fn without_a_face_everything_that_is_read_from_one_is_switched_off_after_three_tries() {
    let (said, unreadable) = checked(|step, t_ms| Shown { face: false, ..clear(step, t_ms) });
    assert_eq!(said, [Say::Again(Trouble::NoFace), Say::Again(Trouble::NoFace), Say::Done]);
    let all_but_the_phone: Vec<&str> = SIGNALS.iter().copied().filter(|signal| *signal != "phone_in_hand").collect();
    assert_eq!(unreadable, Some(all_but_the_phone));
    // Who was only late is not switched off.
    let late = |step, t_ms| Shown { face: t_ms > 10_000, ..clear(step, t_ms) };
    assert_eq!(checked(late).1, Some(Vec::new()));
}

#[test]
fn too_few_frames_and_a_camera_that_comes_back_take_the_step_again() {
    let mut check = Check::new(place());
    for t_ms in [0, 1_000, 3_500, 5_000] {
        check.observe(&observation(t_ms, clear(Step::Neutral, t_ms)));
    }
    let said = check.observe(&observation(6_000, clear(Step::Neutral, 6_000)));
    assert_eq!(said, [Say::Again(Trouble::TooFewFrames)]);
    check.observe(&observation(6_100, clear(Step::Neutral, 6_100)));
    let said = check.observe(&observation(0, clear(Step::Neutral, 0)));
    assert_eq!(said, [Say::Again(Trouble::TooFewFrames)]);
    assert_eq!(check.step(), Some(Step::Neutral));
}

#[test]
fn the_phone_is_the_only_signal_that_is_no_part_of_the_check() {
    let not_part: Vec<&str> = SIGNALS.iter().copied().filter(|signal| read_from(signal).is_none()).collect();
    assert_eq!(not_part, ["phone_in_hand"]);
}
