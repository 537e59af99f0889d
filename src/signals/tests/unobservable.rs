//! What was not observed is never a number: random observations, each part of which is missing for random stretches,
//! through the decider to the signals.

use hymy_vision::Gaze;
use serde_json::Map;

use super::*;
use crate::decide::{Decider, Directions, Region};

/// What may be missing. The whole frame: nothing was observed at all.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Part {
    Frame,
    Face,
    Size,
    Smile,
    Gaze,
    Phone,
    Posture,
    Queue,
    Alone,
}

const PARTS: [Part; 9] = [
    Part::Frame,
    Part::Face,
    Part::Size,
    Part::Smile,
    Part::Gaze,
    Part::Phone,
    Part::Posture,
    Part::Queue,
    Part::Alone,
];

/// A stretch of time and what was so in it.
#[derive(Clone, Debug)]
struct Stretch {
    frames: u64,
    missing: Vec<Part>,
    yaw_deg: f32,
    smile: f32,
    in_hand: bool,
    upright: f32,
}

fn stretch() -> impl Strategy<Value = Stretch> {
    let missing = prop::collection::vec(prop::sample::select(PARTS.to_vec()), 0..4);
    (1..150u64, missing, -70f32..70.0, 0f32..1.0, any::<bool>(), 0f32..1.0).prop_map(
        |(frames, missing, yaw_deg, smile, in_hand, upright)| Stretch {
            frames,
            missing,
            yaw_deg,
            smile,
            in_hand,
            upright,
        },
    )
}

fn observation(frame: u64, t_ms: u64, stretch: &Stretch, always: &[Part]) -> Option<Observation> {
    let has = |part| !stretch.missing.contains(&part) && !always.contains(&part);
    let bounds = Rect { x: 0.4, y: 0.4, w: 0.1, h: 0.1 };
    let turned_away = stretch.yaw_deg.abs() > 50.0;
    let face = Face {
        bounds,
        score: 0.9,
        width_px: if has(Part::Size) { 60.0 } else { 12.0 },
        head: HeadPose { yaw_deg: stretch.yaw_deg, pitch_deg: 6.0 * (t_ms as f32 / 150.0).sin(), roll_deg: 0.0 },
        gaze: (has(Part::Gaze) && !turned_away).then_some(Gaze {
            yaw_deg: stretch.yaw_deg,
            pitch_deg: 0.0,
            yaw_spread_deg: 4.0,
            pitch_spread_deg: 4.0,
        }),
        turned_away: turned_away && has(Part::Gaze) && has(Part::Size),
        smile: (has(Part::Smile) && !turned_away).then_some(stretch.smile),
        eyes_open: has(Part::Gaze).then_some(1.0),
        mouth_visible: has(Part::Smile),
    };
    let alone = has(Part::Alone);
    has(Part::Frame).then_some(Observation {
        frame,
        t_ms,
        face: (alone && has(Part::Face)).then_some(face),
        faces: 1,
        not_alone: !alone,
        followed: true,
        lost_near_another: false,
        phone: None,
        phone_observable: alone && has(Part::Phone),
        posture: (alone && has(Part::Face) && has(Part::Posture))
            .then_some(Posture { upright: stretch.upright, leaning: stretch.in_hand }),
        customer_present: None,
        queue_present: has(Part::Queue).then_some(stretch.in_hand),
    })
}

/// The signals of a source of these stretches, in which some parts are always missing.
fn measured(stretches: &[Stretch], always: &[Part], step_ms: u64, payment: bool) -> Map<String, Value> {
    let queue = Region::new((20.0, 40.0), (-20.0, 20.0)).unwrap();
    let mut decider = Decider::new(Directions { queue: Some(queue), ..Directions::default() });
    let mut timeline = Timeline::new();
    let all = stretches.iter().flat_map(|stretch| std::iter::repeat_n(stretch, stretch.frames as usize));
    let mut t_ms = 0;
    for (stretch, frame) in all.zip(0..) {
        if let Some(observation) = observation(frame, t_ms, stretch, always) {
            timeline.push(&decider.decide(&observation));
        }
        t_ms += step_ms;
    }
    timeline.end(t_ms);
    let mut transaction = Transaction::of_source("1", 0, t_ms);
    if payment {
        transaction.payments_ms.push(t_ms / 2);
    }
    let signals = measure(&transaction, &Moments::of(&transaction), &timeline);
    let Value::Object(map) = serde_json::to_value(signals).unwrap() else { panic!("a map") };
    map
}

/// The signals that need a part.
fn needs(part: Part) -> &'static [&'static str] {
    match part {
        Part::Frame | Part::Face | Part::Alone => {
            &["smile.", "gaze.", "longest_", "greet_delay", "nods", "phone", "upright", "leaning", "queue", "observed"]
        }
        Part::Size => &["smile.", "gaze.", "longest_", "greet_delay", "nods", "observed"],
        Part::Smile => &["smile."],
        Part::Gaze => &["gaze.", "longest_", "greet_delay", "queue_look"],
        Part::Phone => &["phone_in_hand"],
        Part::Posture => &["upright", "leaning"],
        Part::Queue => &["queue_look"],
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn a_value_was_observed_and_without_observed_time_there_is_none(
        stretches in prop::collection::vec(stretch(), 1..25), step_ms in 30..220u64, payment in any::<bool>(),
    ) {
        for (key, value) in measured(&stretches, &[], step_ms, payment) {
            if value.get("not_observable").is_some() {
                prop_assert_eq!(value.as_object().unwrap().len(), 1, "{}: a reason and nothing else", key);
            } else {
                let observed_s = value["observed_s"].as_f64().unwrap_or_default();
                prop_assert!(observed_s > 0.0, "{}: {}", key, value);
            }
        }
    }

    #[test]
    fn what_is_always_missing_is_known_of_nothing(
        stretches in prop::collection::vec(stretch(), 1..25), step_ms in 30..220u64, payment in any::<bool>(),
        part in prop::sample::select(PARTS.to_vec()),
    ) {
        for (key, value) in measured(&stretches, &[part], step_ms, payment) {
            if needs(part).iter().any(|start| key.starts_with(start)) {
                prop_assert!(value.get("not_observable").is_some(), "{:?} is missing, but {}: {}", part, key, value);
            }
        }
    }
}
