//! Posture on drawn ways of a head, at 30 and at 8 frames a second. A face is 80 by 100 pixels.

use super::*;

/// Where the head is at a time: right of, below (face heights), size, roll.
type Way = fn(f32) -> (f32, f32, f32, f32);

const RATES: [u64; 2] = [30, 8];

/// What is said at each whole second, at this frame rate; a little sway is added.
fn said(fps: u64, length_s: u64, way: Way) -> Vec<Option<Posture>> {
    let mut reader = PostureReader::default();
    let mut seconds = Vec::new();
    for frame in 0..=length_s * fps {
        let t_ms = frame * 1_000 / fps;
        let t_s = t_ms as f32 / 1_000.0;
        let (right, below, size, roll_deg) = way(t_s);
        let sway = 0.03 * (t_s * 2.1).sin();
        let (x, y) = (300.0 + 100.0 * (right + sway), 200.0 + 100.0 * (below + sway));
        let face = [x - 40.0 * size, y - 50.0 * size, x + 40.0 * size, y + 50.0 * size];
        let head = HeadPose { yaw_deg: 0.0, pitch_deg: 0.0, roll_deg: roll_deg + 30.0 * sway };
        let posture = reader.read(t_ms, &face, &head);
        if frame % fps == 0 {
            seconds.push(posture);
        }
    }
    seconds
}

/// `u` upright, `l` leaning, `.` nothing said, for each whole second; `?` on the way, where either may be.
fn check(way: Way, expect: &str) {
    for fps in RATES {
        let got: String = said(fps, expect.len() as u64 - 1, way)
            .iter()
            .map(|posture| match posture {
                None => '.',
                Some(Posture { leaning: true, .. }) => 'l',
                Some(_) => 'u',
            })
            .collect();
        let agrees = got.chars().zip(expect.chars()).all(|(got, expect)| expect == '?' || got == expect);
        assert!(agrees, "{fps} frames a second: {got}, not {expect}");
    }
}

/// 0 before `from_s`, 1 a second later.
fn after(t_s: f32, from_s: f32) -> f32 {
    (t_s - from_s).clamp(0.0, 1.0)
}

#[test]
fn nothing_is_said_before_the_usual_place_is_known() {
    check(|_| (0.0, 0.0, 1.0, 0.0), "...........uuuu");
    check(|_| (0.0, 0.0, 1.0, 14.0), "...........uuuu");
}

#[test]
fn leaning_on_the_counter_is_lower_and_nearer() {
    check(|t| (0.0, 0.45 * after(t, 14.0), 1.0 + 0.2 * after(t, 14.0), 0.0), "...........uuuu??llllll");
    check(|t| (0.0, 0.8 * (after(t, 14.0) - after(t, 20.0)), 1.0, 0.0), "...........uuuu??llll??uuuu");
}

#[test]
fn leaning_aside_is_tilted_and_shifted() {
    check(|t| (0.6 * after(t, 14.0), 0.0, 1.0, 13.0 * after(t, 14.0)), "...........uuuu??llllll");
    check(|t| (-0.6 * after(t, 14.0), 0.0, 1.0, -13.0 * after(t, 14.0)), "...........uuuu??llllll");
    // A tilted head alone is not: neither a little, nor against the shift.
    check(|t| (0.0, 0.0, 1.0, 13.0 * after(t, 14.0)), "...........uuuuuuuuuuuu");
    check(|t| (-0.6 * after(t, 14.0), 0.0, 1.0, 13.0 * after(t, 14.0)), "...........uuuuuuuuuuuu");
    // Stepping aside is not.
    check(|t| (3.0 * after(t, 14.0), 0.0, 1.0, 0.0), "...........uuuuuuuuuuuu");
}

#[test]
fn sitting_down_and_standing_up_start_anew() {
    for direction in [2.3, -2.3] {
        for fps in RATES {
            let way: Way = if direction > 0.0 {
                |t| (0.0, 2.3 * after(t, 14.0), 1.0, 0.0)
            } else {
                |t| (0.0, -2.3 * after(t, 14.0), 1.0, 0.0)
            };
            let said = said(fps, 40, way);
            assert!(said[14].is_some() && said[16..=28].iter().all(Option::is_none), "{direction}: {said:?}");
            assert!(said[34..].iter().all(|posture| posture.is_some_and(|p| !p.leaning && p.upright > 0.9)));
        }
    }
}

#[test]
fn a_low_stool_is_taken_for_leaning_for_half_a_minute_at_most() {
    let said = said(8, 70, |t| (0.0, 1.0 * after(t, 14.0), 1.0, 0.0));
    assert!(said[20].is_some_and(|posture| posture.leaning));
    assert!(said[60..].iter().all(|posture| posture.is_some_and(|posture| !posture.leaning)), "{said:?}");
}

#[test]
fn walking_towards_the_camera_is_not_leaning() {
    for fps in RATES {
        let said = said(fps, 40, |t| (0.0, 0.3 * after(t / 4.0, 3.5), 1.0 + 0.8 * after(t / 4.0, 3.5), 0.0));
        assert!(said[17..=24].iter().all(Option::is_none), "{said:?}");
        assert!(said[36..].iter().all(|posture| posture.is_some_and(|posture| !posture.leaning)));
    }
}

#[test]
fn a_nod_and_a_glance_down_are_not_leaning() {
    check(|t| (0.0, 0.25 * (t * 9.0).sin().max(0.0), 1.0, 0.0), "...........uuuuuu");
}

#[test]
fn someone_who_comes_back_after_a_minute_may_be_another() {
    let mut reader = PostureReader::default();
    let face = [100.0, 100.0, 180.0, 200.0];
    let level = HeadPose { yaw_deg: 0.0, pitch_deg: 0.0, roll_deg: 0.0 };
    let mut read = |t_ms: u64| reader.read(t_ms, &face, &level);
    (0..=120).for_each(|step| {
        read(step * 100);
    });
    assert!(read(12_100).is_some());
    assert!(read(42_100).is_some());
    assert!(read(102_200).is_none());
}

#[test]
fn numbers_that_are_none_say_nothing() {
    let mut reader = PostureReader::default();
    let level = HeadPose { yaw_deg: 0.0, pitch_deg: 0.0, roll_deg: f32::NAN };
    for t_ms in (0..20_000).step_by(100) {
        assert_eq!(reader.read(t_ms, &[0.0, 0.0, 80.0, 100.0], &level), None);
    }
}
