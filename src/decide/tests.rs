//! Decisions on hand-written frames.

use hymy_vision::{Face, Gaze, HeadPose, Observation, Rect};
use proptest::prelude::*;

use super::*;

const FRAME_MS: u64 = 40;

fn face() -> Face {
    Face {
        bounds: Rect { x: 0.4, y: 0.4, w: 0.1, h: 0.1 },
        score: 0.9,
        width_px: 60.0,
        head: HeadPose { yaw_deg: 0.0, pitch_deg: 0.0, roll_deg: 0.0 },
        gaze: Some(Gaze { yaw_deg: 0.0, pitch_deg: 0.0, yaw_spread_deg: 0.0, pitch_spread_deg: 0.0 }),
        turned_away: false,
        smile: Some(0.1),
        eyes_open: Some(1.0),
        mouth_visible: true,
    }
}

fn frame(t_ms: u64, face: Option<Face>) -> Observation {
    Observation {
        frame: t_ms / FRAME_MS,
        t_ms,
        face,
        faces: u8::from(face.is_some()),
        not_alone: false,
        followed: true,
        lost_near_another: false,
        phone: None,
        phone_observable: true,
        posture: None,
        customer_present: None,
        queue_present: None,
    }
}

fn gazing(yaw_deg: f32, pitch_deg: f32, spread_deg: f32) -> Face {
    let gaze = Gaze { yaw_deg, pitch_deg, yaw_spread_deg: spread_deg, pitch_spread_deg: spread_deg };
    Face { gaze: Some(gaze), ..face() }
}

fn smiling(probability: f32) -> Face {
    Face { smile: Some(probability), ..face() }
}

fn turned(yaw_deg: f32) -> Face {
    Face { head: HeadPose { yaw_deg, ..face().head }, gaze: None, smile: None, turned_away: true, ..face() }
}

/// Decides about one face after the other, a frame apart, and draws what `read` makes of each.
fn check(directions: Directions, faces: &[Option<Face>], read: fn(&Decided) -> char, expect: &str) {
    let mut decider = Decider::new(directions);
    let times = (0..).step_by(FRAME_MS as usize);
    let drawn: String = times.zip(faces).map(|(t_ms, face)| read(&decider.decide(&frame(t_ms, *face)))).collect();
    assert_eq!(drawn, expect);
}

fn look(decided: &Decided) -> char {
    match (decided.on_target, decided.work, decided.turned_away) {
        (Some(false), true, false) => 'w',
        (Some(false), true, true) => 'W',
        (Some(false), false, true) => 't',
        (Some(true), false, false) => 'L',
        (Some(false), false, false) => '-',
        (None, false, false) => '?',
        impossible => panic!("{impossible:?}"),
    }
}

fn smile(decided: &Decided) -> char {
    decided.smiling.map_or('?', |smiling| if smiling { 'S' } else { '-' })
}

fn yaws(degrees: &[f32], spread_deg: f32) -> Vec<Option<Face>> {
    degrees.iter().map(|yaw| Some(gazing(*yaw, 0.0, spread_deg))).collect()
}

fn counter() -> Directions {
    Directions {
        target: Some(Target(Region::new((-20.0, 20.0), (-15.0, 10.0)).unwrap())),
        work: vec![WorkDirection { name: "till".into(), region: Region::new((10.0, 80.0), (-60.0, -5.0)).unwrap() }],
        ..Directions::default()
    }
}

#[test]
fn without_a_target_the_customer_is_within_15_degrees_of_the_lens() {
    check(Directions::default(), &yaws(&[0.0, 14.0, 16.0, 18.0, 14.0, 12.0], 0.0), look, "LL--LL");
}

#[test]
fn the_cone_is_round() {
    let corners = [(12.0, 12.0), (10.0, -10.0)].map(|(yaw, pitch)| Some(gazing(yaw, pitch, 0.0)));
    check(Directions::default(), &corners[..1], look, "-");
    check(Directions::default(), &corners[1..], look, "L");
}

#[test]
fn a_look_near_the_border_goes_on_and_does_not_begin() {
    // 12 degrees of 15, known to 6: two to one that it is inside.
    check(Directions::default(), &yaws(&[0.0, 12.0, 20.0, 12.0, 0.0], 6.0), look, "LL-?L");
}

#[test]
fn a_region_narrower_than_the_spread_is_never_said_and_only_denied_far_from_it() {
    let narrow = Region::new((-4.0, 4.0), (-4.0, 4.0)).unwrap();
    let directions = Directions { target: Some(Target(narrow)), ..Directions::default() };
    check(directions.clone(), &yaws(&[0.0, 8.0, 25.0, 0.0], 8.0), look, "??-?");
    check(directions, &yaws(&[0.0, 8.0, 25.0, 0.0], 1.5), look, "L--L");
}

#[test]
fn a_wide_region_takes_looks_of_any_spread() {
    let wide = Region::new((-60.0, 60.0), (-45.0, 45.0)).unwrap();
    let directions = Directions { target: Some(Target(wide)), ..Directions::default() };
    for spread_deg in [0.0, 5.0, 14.0] {
        check(directions.clone(), &yaws(&[0.0, 30.0, 100.0], spread_deg), look, "LL-");
    }
}

#[test]
fn an_uncertain_pitch_does_not_widen_the_yaw() {
    let gaze = |yaw_deg| Gaze { yaw_deg, pitch_deg: 0.0, yaw_spread_deg: 3.0, pitch_spread_deg: 14.0 };
    let faces = [0.0, 25.0].map(|yaw_deg| Some(Face { gaze: Some(gaze(yaw_deg)), ..face() }));
    check(Directions::default(), &faces, look, "?-");
    let wide = Target(Region::new((-15.0, 15.0), (-25.0, 25.0)).unwrap());
    check(Directions { target: Some(wide), ..Directions::default() }, &faces, look, "L-");
}

#[test]
fn a_spread_over_the_border_without_a_decision_before_is_not_observable() {
    check(Directions::default(), &yaws(&[14.0, 12.0, 18.0, 30.0], 6.0), look, "???-");
}

#[test]
fn closed_eyes_are_not_observable() {
    let closed = Face { gaze: None, ..face() };
    check(Directions::default(), &[Some(face()), Some(closed), Some(face())], look, "L?L");
}

#[test]
fn a_work_direction_is_neither_a_look_nor_lost_where_it_overlaps_the_target() {
    let faces =
        [(0.0, 0.0), (40.0, -30.0), (15.0, -10.0), (40.0, 5.0)].map(|(yaw, pitch)| Some(gazing(yaw, pitch, 1.0)));
    check(counter(), &faces, look, "Lw?-");
}

#[test]
fn a_shared_border_never_gives_both() {
    let mut directions = counter();
    directions.work[0].region = Region::new((20.0, 80.0), (-60.0, 30.0)).unwrap();
    check(directions, &yaws(&[0.0, 19.0, 21.0, 23.0, 21.0, 19.0, 15.0], 3.0), look, "LL?ww?L");
}

#[test]
fn a_work_direction_held_from_before_yields_to_a_clear_look() {
    // The second direction lies 5 degrees inside the target and 1 outside the till's, which reaches into it.
    let faces = [(40.0, -30.0), (15.0, -4.0)].map(|(yaw, pitch)| Some(gazing(yaw, pitch, 1.0)));
    check(counter(), &faces, look, "wL");
}

#[test]
fn a_face_that_vanishes_while_turned_away_stays_so_until_it_returns() {
    check(counter(), &[Some(face()), Some(turned(-80.0)), None, None, Some(face()), None], look, "LtttL?");
}

#[test]
fn a_head_turned_to_work_is_work_also_while_it_is_gone() {
    let mut bent = turned(60.0);
    bent.head.pitch_deg = -30.0;
    check(counter(), &[Some(bent), None, Some(turned(-80.0)), None], look, "WWtt");
}

#[test]
fn a_face_that_was_readable_when_it_vanished_is_no_face() {
    check(counter(), &[Some(face()), None, None], look, "L??");
}

#[test]
fn turned_away_is_carried_for_ten_seconds() {
    let mut decider = Decider::new(Directions::default());
    decider.decide(&frame(0, Some(turned(80.0))));
    let mut carried_ms = 0;
    for t_ms in (500..20_000).step_by(500) {
        if decider.decide(&frame(t_ms, None)).turned_away {
            assert_eq!(carried_ms + 500, t_ms);
            carried_ms = t_ms;
        }
    }
    assert_eq!(carried_ms, TURNED_AWAY_CARRY_MS);
}

#[test]
fn not_alone_reads_nothing_and_ends_the_carry() {
    let mut decider = Decider::new(Directions::default());
    decider.decide(&frame(0, Some(turned(80.0))));
    let together = Observation { not_alone: true, faces: 2, ..frame(40, None) };
    assert_eq!(look(&decider.decide(&together)), '?');
    assert_eq!(look(&decider.decide(&frame(80, None))), '?');
}

#[test]
fn smiling_needs_more_to_begin_than_to_go_on() {
    let mut decider = Decider::new(Directions::default());
    // So far apart that evening out changes nothing.
    let mut drawn = String::new();
    for (t_ms, probability) in (0..).step_by(900).zip([0.1, 0.55, 0.65, 0.45, 0.35, 0.55]) {
        drawn.push(smile(&decider.decide(&frame(t_ms, Some(smiling(probability))))));
    }
    assert_eq!(drawn, "--SS--");
    check(Directions::default(), &[Some(smiling(0.55))], smile, "S");
    check(Directions::default(), &[Some(smiling(0.45)), Some(Face { smile: None, ..face() })], smile, "-?");
}

#[test]
fn one_frame_does_not_make_a_smile_nor_end_one() {
    let faces = [0.1, 0.1, 0.9, 0.1, 0.1].map(|probability| Some(smiling(probability)));
    check(Directions::default(), &faces, smile, "-----");
    let faces = [0.9, 0.9, 0.2, 0.9, 0.9].map(|probability| Some(smiling(probability)));
    check(Directions::default(), &faces, smile, "SSSSS");
}

#[test]
fn a_hole_of_more_than_a_second_starts_anew() {
    for (hole_ms, expect) in [(1_000, '-'), (1_001, 'S')] {
        let mut decider = Decider::new(Directions::default());
        decider.decide(&frame(0, Some(smiling(0.1))));
        assert_eq!(smile(&decider.decide(&frame(hole_ms, Some(smiling(0.55))))), expect);
    }
}

#[test]
fn stills_are_independent() {
    let mut decider = Decider::new(counter());
    decider.decide(&frame(0, Some(turned(80.0))));
    decider.reset();
    assert_eq!(look(&decider.decide(&frame(0, None))), '?');
    assert_eq!(decider.directions, counter());
}

#[test]
fn a_persons_own_neutral_face_is_not_a_smile() {
    let own = NeutralBaseline::Own { level: 0.5 };
    assert!(own.adjust(0.5) < SMILE_LEAVE / 2.0);
    assert!(own.adjust(0.98) > SMILE_ENTER);
    assert_eq!(NeutralBaseline::Population.adjust(0.3), 0.3);
    assert!((NeutralBaseline::Own { level: POPULATION_NEUTRAL }.adjust(0.3) - 0.3).abs() < 1e-5);
    let directions = Directions { neutral: own, ..Directions::default() };
    let faces = [0.5, 0.7, 0.98, 0.98, 0.98].map(|probability| Some(smiling(probability)));
    check(directions, &faces[..2], smile, "--");
    let mut decider = Decider::new(Directions { neutral: own, ..Directions::default() });
    let last = (0..).step_by(100).zip([0.98; 6]).map(|(t_ms, p)| decider.decide(&frame(t_ms, Some(smiling(p))))).last();
    assert_eq!(last.map(|decided| smile(&decided)), Some('S'));
}

#[test]
fn a_look_at_the_queue_needs_its_direction() {
    let mut decider = Decider::new(Directions::default());
    assert_eq!(decider.decide(&frame(0, Some(face()))).on_queue, None);
    let queue = Some(Region::new((-60.0, -30.0), (-10.0, 10.0)).unwrap());
    let mut decider = Decider::new(Directions { queue, ..Directions::default() });
    assert_eq!(decider.decide(&frame(0, Some(gazing(-45.0, 0.0, 2.0)))).on_queue, Some(true));
    assert_eq!(decider.decide(&frame(40, Some(face()))).on_queue, Some(false));
    assert_eq!(decider.decide(&frame(80, Some(turned(-80.0)))).on_queue, Some(false));
}

#[test]
fn a_region_names_what_is_wrong() {
    let message = |yaw, pitch| Region::new(yaw, pitch).unwrap_err().to_string();
    assert_eq!(message((10.0, -10.0), (0.0, 1.0)), "yaw range is empty: 10 is not below -10");
    assert!(message((0.0, 1.0), (0.0, 91.0)).starts_with("pitch 91 is out of range"));
    assert!(message((f32::NAN, 1.0), (0.0, 1.0)).starts_with("yaw NaN is out of range"));
}

proptest! {
    #[test]
    fn decisions_never_contradict_each_other(
        frames in prop::collection::vec(
            (0..1_500u64, prop::option::of((-90f32..90.0, -60f32..60.0, 0f32..20.0, any::<bool>())), any::<bool>()),
            0..60,
        ),
    ) {
        let mut decider = Decider::new(counter());
        let mut t_ms = 0;
        for (step_ms, direction, not_alone) in frames {
            t_ms += step_ms;
            let face = direction.map(|(yaw, pitch, spread, away)| {
                if away { turned(yaw) } else { gazing(yaw, pitch, spread) }
            });
            let face = face.filter(|_| !not_alone);
            let decided = decider.decide(&Observation { not_alone, ..frame(t_ms, face) });
            prop_assert!(!(decided.work || decided.turned_away) || decided.on_target == Some(false));
            prop_assert!(!not_alone || (look(&decided), smile(&decided)) == ('?', '?'));
            prop_assert!(face.is_some() || decided.smiling.is_none());
        }
    }
}
