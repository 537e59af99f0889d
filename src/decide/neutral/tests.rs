//! The neutral look on hand-written frames.

use hymy_vision::{HeadPose, Rect};
use proptest::prelude::*;

use super::*;
use crate::decide::{Decider, Directions, NEUTRAL_SHIFT_MAX, SMILE_ENTER};

const FRAME_MS: u64 = 40;
const FRAMES: u64 = NEUTRAL_OBSERVED_MS / FRAME_MS + 1;

fn sigmoid(log_odds: f32) -> f32 {
    1.0 / (1.0 + (-log_odds).exp())
}

fn face(smile: Option<f32>) -> Face {
    Face {
        bounds: Rect { x: 0.4, y: 0.4, w: 0.1, h: 0.1 },
        score: 0.9,
        width_px: 60.0,
        head: HeadPose { yaw_deg: 0.0, pitch_deg: 0.0, roll_deg: 0.0 },
        gaze: None,
        turned_away: false,
        smile,
        eyes_open: Some(1.0),
        mouth_visible: smile.is_some(),
    }
}

fn frame(index: u64, face: Option<Face>) -> Observation {
    Observation {
        frame: index,
        t_ms: index * FRAME_MS,
        face,
        faces: u8::from(face.is_some()),
        not_alone: false,
        followed: true,
        lost_near_another: false,
        phone: None,
        phone_observable: true,
        posture: None,
        customer_present: Some(false),
        queue_present: None,
    }
}

/// The log-odds of the level after 30 s of `of(frame)`.
fn level(of: impl Fn(u64) -> f32) -> f32 {
    let mut collector = NeutralCollector::new();
    let looks = (0..FRAMES).map(|index| collector.observe(&frame(index, Some(face(Some(sigmoid(of(index))))))));
    match looks.last().flatten() {
        Some(NeutralBaseline::Own { level }) => logit(level),
        other => panic!("{other:?} after 30 s"),
    }
}

/// Frame-to-frame noise of about half a unit of log-odds, always the same.
fn noise(index: u64) -> f32 {
    ((index * 7_919) % 101) as f32 / 101.0 - 0.5
}

#[test]
fn it_is_known_after_30_s_and_not_before_and_then_frozen() {
    let mut collector = NeutralCollector::new();
    let seen =
        |collector: &mut NeutralCollector, index, smile| collector.observe(&frame(index, Some(face(Some(smile)))));
    for index in 0..FRAMES - 1 {
        assert_eq!(seen(&mut collector, index, 0.3), None, "{index}");
    }
    let own = seen(&mut collector, FRAMES - 1, 0.3).expect("known");
    for index in FRAMES..3 * FRAMES {
        assert_eq!(seen(&mut collector, index, 0.99), Some(own));
    }
}

#[test]
fn the_level_is_the_look_at_rest() {
    for rest in [-5.0, -2.9, 0.0, 2.0] {
        assert!((level(|_| rest) - rest).abs() <= BIN_WIDTH, "{rest}: {}", level(|_| rest));
    }
}

#[test]
fn smiling_or_speaking_a_third_of_the_time_hardly_moves_it() {
    let rest = level(|index| -3.0 + noise(index));
    for away in [5.0, 2.0, -2.0, -5.0] {
        let mixed = level(|index| -3.0 + noise(index) + if index % 750 < 250 { away } else { 0.0 });
        assert!((mixed - rest).abs() < 0.6, "{away}: {rest} {mixed}");
    }
}

#[test]
fn what_cannot_be_read_takes_no_part() {
    let hidden = face(None);
    let aside = Face { head: HeadPose { yaw_deg: 40.0, ..face(None).head }, ..face(Some(0.9)) };
    let down = Face { head: HeadPose { pitch_deg: -40.0, ..face(None).head }, ..face(Some(0.9)) };
    let away = Face { turned_away: true, ..face(Some(0.9)) };
    let alone = |face| move |index| frame(index, face);
    let crowd = |index| Observation { not_alone: true, ..frame(index, Some(face(Some(0.9)))) };
    let unreadable: [&dyn Fn(u64) -> Observation; 6] =
        [&alone(None), &alone(Some(hidden)), &alone(Some(aside)), &alone(Some(down)), &alone(Some(away)), &crowd];
    for observation in unreadable {
        let mut collector = NeutralCollector::new();
        assert!((0..3 * FRAMES).all(|index| collector.observe(&observation(index)).is_none()));
        assert_eq!(collector.observed_ms, 0);
    }
}

#[test]
fn a_hole_counts_for_nothing() {
    let mut collector = NeutralCollector::new();
    for minute in 0..100 {
        assert_eq!(collector.observe(&frame(minute * 1_500, Some(face(Some(0.3))))), None);
    }
    assert_eq!(collector.observed_ms, 0);
}

#[test]
fn no_number_of_it_is_printed() {
    let mut collector = NeutralCollector::new();
    (0..FRAMES).for_each(|index| {
        collector.observe(&frame(index, Some(face(Some(0.3)))));
    });
    let printed = format!("{collector:?} {:?}", collector.frozen);
    assert!(printed.contains("Own") && !printed.contains(|c: char| c.is_ascii_digit()), "{printed}");
}

#[test]
fn a_broad_mouth_at_rest_is_no_smile_and_still_smiles() {
    let mut decider = Decider::new(Directions::default());
    let mut decide = |index, smile| {
        let observation = frame(index, Some(face(Some(smile))));
        decider.take_neutral(&observation);
        decider.decide(&observation).smiling
    };
    assert_eq!(decide(0, 0.7), Some(true), "before it is known, the population's");
    (1..FRAMES).for_each(|index| {
        decide(index, 0.7);
    });
    assert_eq!(decide(FRAMES, 0.7), Some(false));
    assert_eq!((1..10).map(|later| decide(FRAMES + later, 0.98)).last(), Some(Some(true)));
}

#[test]
fn it_outlasts_holes_and_company_and_ends_with_the_decider() {
    let mut decider = Decider::new(Directions::default());
    (0..FRAMES / 2).for_each(|index| decider.take_neutral(&frame(index, Some(face(Some(0.7))))));
    decider.reset();
    decider.decide(&Observation { not_alone: true, ..frame(FRAMES, None) });
    (2 * FRAMES..3 * FRAMES).for_each(|index| decider.take_neutral(&frame(index, Some(face(Some(0.7))))));
    decider.decide(&Observation { not_alone: true, ..frame(4 * FRAMES, None) });
    assert_eq!(decider.decide(&frame(5 * FRAMES, Some(face(Some(0.7))))).smiling, Some(false));
    // The next shift, or the same after a crash, has a decider of its own.
    let mut next = Decider::new(Directions::default());
    assert_eq!(next.decide(&frame(0, Some(face(Some(0.7))))).smiling, Some(true));
}

proptest! {
    #[test]
    fn whatever_is_seen_the_shift_is_bounded_and_a_clear_smile_is_one(
        looks in prop::collection::vec((0u64..400, prop::option::of(0f32..=1.0)), 0..400),
        probability in 0f32..=1.0,
    ) {
        let mut collector = NeutralCollector::new();
        let (mut t_ms, mut own) = (0, None);
        for (step_ms, smile) in looks {
            t_ms += step_ms;
            let known = collector.observe(&Observation { t_ms, ..frame(0, Some(face(smile))) });
            prop_assert!(own.is_none() || known == own, "frozen");
            prop_assert!(smile.is_some() || known == own, "nothing read, nothing learnt");
            prop_assert!(known.is_none() || t_ms >= NEUTRAL_OBSERVED_MS);
            own = known;
        }
        let own = own.unwrap_or_default();
        let shift = logit(own.adjust(probability)) - logit(probability);
        prop_assert!(shift.abs() <= NEUTRAL_SHIFT_MAX + 0.01, "{shift}");
        prop_assert!(own.adjust(0.98) >= SMILE_ENTER);
        prop_assert!(own.adjust(0.02) < SMILE_ENTER);
    }
}
