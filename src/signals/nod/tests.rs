//! Nods on drawn curves of pitch and yaw, with noise.

mod staged;

use proptest::prelude::*;

use super::*;
use staged::{Random, Sequence};

const PLACE: Rect = Rect { x: 0.4, y: 0.3, w: 0.1, h: 0.15 };

fn pose(pitch_deg: f32, yaw_deg: f32) -> HeadPose {
    HeadPose { yaw_deg, pitch_deg, roll_deg: 0.0 }
}

/// Samples `pose` (seconds to pitch and yaw, degrees) for `length_s` at `fps`, adds noise of half a degree (one
/// standard deviation, drawn from `seed`) and counts nods.
fn nods(length_s: f32, fps: f32, seed: u64, curve: impl Fn(f32) -> (f32, f32)) -> Vec<u64> {
    let mut random = Random::new(seed);
    let mut detector = NodDetector::default();
    (0..(length_s * fps) as u64)
        .filter_map(|frame| {
            let t_s = frame as f32 / fps;
            let (pitch_deg, yaw_deg) = curve(t_s);
            let head = pose(pitch_deg + 0.5 * random.normal(), yaw_deg + 0.5 * random.normal());
            detector.push((t_s * 1_000.0) as u64, head, PLACE)
        })
        .collect()
}

/// How many of 200 staged sequences are counted exactly at this frame rate, and by how much the others are off.
fn staged(fps: f32) -> (u32, Vec<(u64, i64)>) {
    let mut wrong = Vec::new();
    for seed in 0..200 {
        let mut random = Random::new(seed);
        let sequence = Sequence::new(&mut random);
        let mut detector = NodDetector::default();
        let poses = sequence.poses(fps, &mut random);
        let found = poses
            .iter()
            .filter(|(t_ms, pitch_deg, yaw_deg)| detector.push(*t_ms, pose(*pitch_deg, *yaw_deg), PLACE).is_some());
        let off = found.count() as i64 - i64::from(sequence.nods);
        if off != 0 {
            wrong.push((seed, off));
        }
    }
    (200 - wrong.len() as u32, wrong)
}

#[test]
fn staged_sequences_are_counted_exactly_in_95_of_100() {
    for fps in [10.0, 12.5, 15.0, 20.0, 25.0, 30.0] {
        let (exact, wrong) = staged(fps);
        eprintln!("{fps} frames a second: {exact} of 200");
        assert!(exact >= 190, "{fps} frames a second: {exact} of 200; off: {wrong:?}");
    }
}

#[test]
fn at_too_few_frames_a_second_nods_are_missed_but_never_invented() {
    for fps in [5.0, 8.0] {
        let (exact, wrong) = staged(fps);
        eprintln!("{fps} frames a second: {exact} of 200");
        let invented: i64 = wrong.iter().map(|(_, off)| off.max(&0)).sum();
        assert!(invented <= 2, "{fps} frames a second: {exact} of 200; off: {wrong:?}");
    }
}

#[test]
fn another_face_in_its_place_does_not_nod() {
    for moved in [0.0, 0.03] {
        let mut detector = NodDetector::default();
        // Every half second another face, looking elsewhere: by its pose, or by its place.
        let turned_deg = if moved > 0.0 { 7.0 } else { 15.0 };
        for frame in 0..600u64 {
            let other = (frame / 15) % 2 == 0;
            let place = Rect { x: if other { PLACE.x + moved } else { PLACE.x }, ..PLACE };
            let head = pose(if other { -turned_deg } else { 0.0 }, 0.0);
            assert_eq!(detector.push(frame * 33, head, place), None, "frame {frame}, moved by {moved}");
        }
    }
}

#[test]
fn a_nod_survives_a_face_that_is_lost_for_two_frames() {
    let mut detector = NodDetector::default();
    let found = (0..90u64).filter(|frame| ![31, 32, 40].contains(frame)).filter_map(|frame| {
        let t_s = frame as f32 / 30.0;
        detector.push(frame * 1_000 / 30, pose(dip(t_s, 1.0, 0.6, 12.0), 0.0), PLACE)
    });
    assert_eq!(found.count(), 1);
}

/// A dip of `depth_deg` from `from_s`, down and back within `length_s`.
fn dip(t_s: f32, from_s: f32, length_s: f32, depth_deg: f32) -> f32 {
    let phase = (t_s - from_s) / length_s;
    if (0.0..1.0).contains(&phase) { -depth_deg * 0.5 * (1.0 - (phase * std::f32::consts::TAU).cos()) } else { 0.0 }
}

#[test]
fn a_nod_is_found_where_it_was_lowest() {
    let found = nods(6.0, 30.0, 1, |t_s| (dip(t_s, 3.0, 0.6, 12.0) - 8.0, 5.0));
    let [nod_ms] = found.as_slice() else { panic!("{found:?}") };
    assert!(nod_ms.abs_diff(3_300) < 120, "{nod_ms}");
}

#[test]
fn series_are_counted_one_by_one() {
    let series = |t_s: f32| (dip(t_s, 2.0, 0.6, 12.0) + dip(t_s, 2.6, 0.6, 12.0) + dip(t_s, 3.3, 0.5, 10.0), 0.0);
    assert_eq!(nods(6.0, 25.0, 2, series).len(), 3);
}

#[test]
fn looking_down_and_staying_is_not_a_nod() {
    let down = |from_s: f32, to_s: f32| {
        move |t_s: f32| {
            let ramp = |at_s: f32| ((t_s - at_s) / 0.3).clamp(0.0, 1.0);
            (-25.0 * (ramp(from_s) - ramp(to_s)), 0.0)
        }
    };
    assert_eq!(nods(12.0, 30.0, 3, down(2.0, 9.0)).len(), 0);
    assert_eq!(nods(12.0, 30.0, 4, down(2.0, 3.6)).len(), 0);
}

#[test]
fn a_halt_on_the_way_up_is_not_a_nod_and_a_nod_after_looking_up_is() {
    // From -12 up to 8 in a third of a second, a dip of 8 degrees, and on to where it ends.
    let rise = |t_s: f32, from_s: f32, by_deg: f32| by_deg * ((t_s - from_s) / 0.35).clamp(0.0, 1.0);
    let upwards = |ends_deg: f32| {
        move |t_s: f32| {
            let way = -12.0 + rise(t_s, 1.0, 20.0) + rise(t_s, 1.75, ends_deg - 8.0);
            (way + dip(t_s, 1.4, 0.5, 8.0), 0.0)
        }
    };
    assert_eq!(nods(4.0, 30.0, 1, upwards(20.0)).len(), 0);
    assert_eq!(nods(4.0, 30.0, 1, upwards(8.0)).len(), 1);
}

#[test]
fn slow_drift_is_not_a_nod() {
    assert_eq!(nods(40.0, 30.0, 5, |t_s| (10.0 * (t_s / 8.0 * std::f32::consts::TAU).sin(), 0.0)).len(), 0);
    assert_eq!(nods(40.0, 30.0, 6, |t_s| (8.0 * (t_s / 4.0 * std::f32::consts::TAU).sin(), 0.0)).len(), 0);
}

#[test]
fn a_shaken_head_is_not_a_nod() {
    let shake = |t_s: f32| {
        let swing = (t_s / 0.6 * std::f32::consts::TAU).sin();
        (8.0 * swing, 20.0 * swing)
    };
    assert_eq!(nods(6.0, 30.0, 7, shake).len(), 0);
}

#[test]
fn half_a_nod_before_a_hole_is_not_a_nod() {
    let mut detector = NodDetector::default();
    let pitches = [(0, 0.0), (40, 0.0), (80, -6.0), (120, -12.0), (600, -6.0), (640, 0.0), (680, 0.0)];
    assert!(pitches.iter().all(|&(t_ms, pitch_deg)| detector.push(t_ms, pose(pitch_deg, 0.0), PLACE).is_none()));
}

#[test]
fn memory_is_bounded() {
    let mut detector = NodDetector::default();
    for t_ms in 0..100_000 {
        detector.push(t_ms, pose(0.0, 0.0), PLACE);
    }
    assert!(detector.poses.len() <= POSES_MAX + 1 && detector.raw.len() <= POSES_MAX + 1);
}

proptest! {
    #[test]
    fn noise_alone_never_nods(seed in any::<u64>(), rest_deg in -30f32..20.0) {
        prop_assert_eq!(nods(30.0, 30.0, seed, |_| (rest_deg, 0.0)).len(), 0);
    }

    #[test]
    fn scripted_nods_are_counted_whatever_the_rest_pose(
        seed in any::<u64>(), rest_deg in -30f32..20.0, fps in 25f32..30.0, count in 0..5usize, pause_s in 0.0f32..1.5,
    ) {
        let length_s = 4.0 + count as f32 * (0.6 + pause_s);
        let found = nods(length_s, fps, seed, |t_s| {
            let dips = (0..count).map(|nod| dip(t_s, 2.0 + nod as f32 * (0.6 + pause_s), 0.6, 12.0));
            (rest_deg + dips.sum::<f32>(), 0.0)
        });
        prop_assert_eq!(found.len(), count);
    }
}
