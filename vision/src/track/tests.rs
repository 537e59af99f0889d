//! Faces that move, cross and vanish, as the detector would find them: whose place is whose.

use super::*;

/// Width of every face here, in pixels.
const WIDTH_PX: f32 = 60.0;

fn face(x: f32) -> DetectedFace {
    face_at(x, 200.0, 0.9)
}

fn face_at(x: f32, y: f32, score: f32) -> DetectedFace {
    let half = WIDTH_PX / 2.0;
    let keypoints = [(x - 12.0, y - 10.0), (x + 12.0, y - 10.0), (x, y), (x, y + 15.0), (x - 28.0, y), (x + 28.0, y)];
    DetectedFace { bounds: [x - half, y - half, x + half, y + half], score, unsure: false, keypoints }
}

/// A track that has followed a face at `x` for a second.
fn following(x: f32) -> Track {
    let mut track = Track::default();
    for t_ms in (0..=1000).step_by(100) {
        assert!(!track.look(&[face(x)], t_ms).lost_near_another);
        track.follow_unread(&face(x), t_ms);
    }
    track
}

/// Where the followed face is taken to be.
fn at(track: &Track, t_ms: u64) -> Option<f32> {
    track.crop(t_ms).map(|next| next.crop.centre.0)
}

#[test]
fn a_fast_face_is_followed_at_any_frame_rate_and_over_dropped_frames() {
    // Up to six face widths a second, there and back, as of someone who reaches for something.
    let place = |t_ms: u64| 320.0 + 2.0 * WIDTH_PX * (std::f32::consts::PI * t_ms as f32 / 1000.0).sin();
    for (step_ms, dropped) in [(33, 1), (100, 1), (200, 1), (33, 9), (100, 3), (100, 5)] {
        let mut track = Track::default();
        let mut unsure_off = 0.0f32;
        for n in 0..8000 / step_ms {
            // Every so often a few frames are dropped.
            if dropped > 1 && n % 12 < dropped {
                continue;
            }
            let t_ms = n * step_ms;
            if let Some(next) = track.crop(t_ms) {
                let off = (next.crop.centre.0 - place(t_ms)).abs() / WIDTH_PX;
                assert!(!next.sure || off < 0.4, "{step_ms} ms: sure, and off by {off} face widths at {t_ms}");
                unsure_off = unsure_off.max(off);
            }
            let look = track.look(&[face(place(t_ms))], t_ms);
            assert!(look.ours.is_some() && !look.not_alone, "{step_ms} ms, {dropped} dropped: lost at {t_ms}");
            assert!(!look.lost_near_another);
            track.follow_unread(&face(place(t_ms)), t_ms);
        }
        assert!(unsure_off < 4.0, "{step_ms} ms, {dropped} dropped: off by {unsure_off} face widths");
    }
}

#[test]
fn a_jump_that_no_head_makes_is_another_face() {
    let mut track = following(200.0);
    let look = track.look(&[face(500.0)], 1100);
    assert!(look.not_alone && look.ours.is_none(), "the followed face is hidden, not there");
    assert!(!look.lost_near_another, "it may come back");
    let back = track.look(&[face(202.0), face(505.0)], 1200);
    assert!(back.not_alone && back.ours == Some(face(202.0)));
    // The other one goes; half a second later the person is alone again, without a doubt.
    let looks: Vec<Look> = (13..20).map(|n| track.look(&[face(202.0)], n * 100)).collect();
    assert!(looks.iter().all(|look| !look.lost_near_another && look.ours.is_some()));
    let alone = looks.iter().position(|look| !look.not_alone);
    assert_eq!(alone, Some(4), "half a second after the last time the other was found");
}

#[test]
fn a_second_face_that_flickers_leaves_nobody_alone() {
    let mut track = following(200.0);
    for n in 11..60 {
        let mut found = vec![face(200.0)];
        if n % 4 == 0 {
            found.push(face(420.0));
        }
        let look = track.look(&found, n * 100);
        assert_eq!(look.not_alone, n >= 12, "{n}");
        assert!(!look.lost_near_another, "the one who is followed never moved");
    }
}

#[test]
fn an_unsure_second_face_does_not_count() {
    let mut track = following(200.0);
    let look = track.look(&[face(200.0), face_at(420.0, 200.0, 0.55)], 1100);
    assert!(!look.not_alone && look.faces == 1);
}

/// Two people pass each other, one behind the other: the detector finds one face while they overlap.
fn crossing(track: &mut Track, step_ms: u64) -> Vec<Look> {
    let mut looks = Vec::new();
    for t_ms in (1000 + step_ms..4000).step_by(step_ms as usize) {
        let moved = (t_ms - 1000) as f32 / 1000.0 * 2.0 * WIDTH_PX;
        let (ours, other) = (200.0 + moved, 500.0 - moved);
        let found =
            if (ours - other).abs() < 0.6 * WIDTH_PX { vec![face(other)] } else { vec![face(ours), face(other)] };
        looks.push(track.look(&found, t_ms));
    }
    looks
}

#[test]
fn two_faces_that_cross_are_in_doubt_and_nobody_is_read() {
    for step_ms in [33, 100, 200] {
        let looks = crossing(&mut following(200.0), step_ms);
        assert!(looks.iter().all(|look| look.not_alone), "{step_ms} ms: read while two were there");
        assert!(looks.iter().any(|look| look.lost_near_another), "{step_ms} ms: nobody said that it is unclear");
    }
}

#[test]
fn two_faces_that_pass_at_a_distance_are_told_apart_by_their_places() {
    let mut track = following(200.0);
    for n in 1..=40 {
        let other = 560.0 - n as f32 * 12.0;
        let look = track.look(&[face_at(other, 380.0, 0.95), face(200.0)], 1000 + n * 100);
        assert_eq!(look.ours, Some(face(200.0)), "step {n}");
        assert!(look.not_alone && !look.lost_near_another, "step {n}");
    }
    // The other leaves the zone.
    let look = track.look(&[face(200.0)], 5100);
    assert!(look.ours.is_some() && !look.lost_near_another);
}

#[test]
fn the_followed_face_leaves_while_another_stays() {
    let mut track = following(200.0);
    for n in 11..20 {
        track.look(&[face(200.0), face(420.0)], n * 100);
    }
    let looks: Vec<Look> = (20..40).map(|n| track.look(&[face(420.0)], n * 100)).collect();
    assert_eq!(looks.iter().filter(|look| look.lost_near_another).count(), 1, "said once");
    let said = looks.iter().position(|look| look.lost_near_another).expect("said");
    assert_eq!(said, 10, "a second after it was last found");
    assert!(looks[..said].iter().all(|look| look.not_alone && look.ours.is_none()), "the other is read for it");
}

#[test]
fn another_face_just_after_the_followed_one_was_lost_is_not_taken_for_it() {
    let mut track = following(200.0);
    assert!(track.look(&[], 1100).ours.is_none());
    let other = track.look(&[face(500.0)], 1200);
    assert!(other.not_alone && other.ours.is_none());
    let looks: Vec<Look> = (13..25).map(|n| track.look(&[face(500.0)], n * 100)).collect();
    assert!(looks.iter().any(|look| look.lost_near_another));
}

#[test]
fn one_who_was_lost_alone_is_lost_without_a_doubt_of_who_came_between() {
    let mut track = following(200.0);
    for n in 11..40 {
        let look = track.look(&[], n * 100);
        assert!(!look.lost_near_another && !look.not_alone && look.faces == 0);
    }
    assert!(!track.is_following());
    assert!(track.look(&[face(400.0)], 4100).ours.is_some());
}

#[test]
fn of_two_at_the_start_the_one_who_stays_is_in_doubt() {
    let mut track = Track::default();
    for n in 0..5 {
        let look = track.look(&[face(200.0), face(420.0)], n * 100);
        assert!(look.not_alone && look.ours.is_none());
    }
    let looks: Vec<Look> = (5..20).map(|n| track.look(&[face(420.0)], n * 100)).collect();
    assert_eq!(looks.iter().filter(|look| look.lost_near_another).count(), 1);
    assert!(looks[..4].iter().all(|look| look.not_alone));
}

#[test]
fn a_face_in_the_mirror_of_a_jumping_clock_is_no_reason_to_panic() {
    let mut track = following(200.0);
    for t_ms in [5, 0, u64::MAX, 3] {
        track.look(&[face(200.0), face(f32::MAX)], t_ms);
        assert!(at(&track, t_ms).is_none_or(f32::is_finite));
    }
}
