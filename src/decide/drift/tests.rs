//! A moved camera is noticed in time, and a lively counter is not taken for one.

use super::*;

const FRAME_MS: u64 = 66;
const MINUTE_MS: u64 = 60_000;
const NOTICED_WITHIN_MS: u64 = 5 * MINUTE_MS;

/// Pseudo-random numbers in -1..1, the same every time: xorshift64*.
struct Noise(u64);

impl Noise {
    fn next(&mut self) -> f32 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let random = (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 40) as f32;
        random / (1 << 23) as f32 - 1.0
    }

    /// About Gaussian, with standard deviation 1.
    fn gaussian(&mut self) -> f32 {
        (0..6).map(|_| self.next()).sum::<f32>() / std::f32::consts::SQRT_2
    }
}

fn seen(t_ms: u64, (yaw_deg, pitch_deg): (f32, f32), x: f32) -> Observation {
    let face = Face {
        bounds: Rect { x, y: 0.3, w: 0.1, h: 0.15 },
        score: 0.9,
        width_px: 64.0,
        head: HeadPose { yaw_deg, pitch_deg, roll_deg: 0.0 },
        gaze: None,
        turned_away: false,
        smile: None,
        eyes_open: Some(1.0),
        mouth_visible: true,
    };
    Observation {
        frame: t_ms / FRAME_MS,
        t_ms,
        face: Some(face),
        faces: 1,
        not_alone: false,
        followed: true,
        lost_near_another: false,
        phone: None,
        phone_observable: false,
        posture: None,
        customer_present: None,
        queue_present: None,
    }
}

/// A shift of so many minutes: looks at customers and at the till, of one to six seconds, each with its sway; `added`
/// is added to the head's yaw and pitch, and to the place in the picture.
fn notices(minutes: u64, added: impl Fn(u64) -> (f32, f32, f32)) -> Vec<(u64, Moved)> {
    let mut noise = Noise(7);
    let mut drift = Drift::new();
    let (mut look, mut until_ms) = ((0.0, 0.0), 0);
    let mut noticed = Vec::new();
    for t_ms in (0..minutes * MINUTE_MS).step_by(FRAME_MS as usize) {
        if t_ms >= until_ms {
            until_ms = t_ms + 1_000 + (2_500.0 * (1.0 + noise.next())) as u64;
            let at_till = noise.next() > 0.3;
            // Customers stand up to 12 degrees aside.
            look = if at_till { (30.0, -20.0) } else { (12.0 * noise.next(), 4.0 * noise.next()) };
        }
        let head = (look.0 + 2.0 * noise.gaussian(), look.1 + 2.0 * noise.gaussian());
        let (yaw, pitch, x) = added(t_ms);
        let observation = seen(t_ms, (head.0 + yaw, head.1 + pitch), 0.4 + 0.02 * noise.next() + x);
        noticed.extend(drift.observe(&observation).map(|moved| (t_ms, moved)));
    }
    noticed
}

#[test]
fn a_lively_counter_is_no_moved_camera() {
    assert_eq!(notices(30, |_| (0.0, 0.0, 0.0)), []);
}

#[test]
fn ten_degrees_in_any_direction_are_noticed_once_and_within_five_minutes() {
    let moved_ms = 4 * MINUTE_MS;
    for (yaw, pitch) in [(10.0, 0.0), (-10.0, 0.0), (0.0, 10.0), (0.0, -10.0), (8.0, -8.0)] {
        let noticed = notices(20, |t_ms| if t_ms < moved_ms { (0.0, 0.0, 0.0) } else { (yaw, pitch, 0.0) });
        let [(t_ms, Moved::Directions)] = noticed[..] else { panic!("{yaw}, {pitch}: {noticed:?}") };
        assert!((moved_ms..moved_ms + NOTICED_WITHIN_MS).contains(&t_ms), "{yaw}, {pitch}: {t_ms}");
    }
}

#[test]
fn customers_who_stand_elsewhere_for_a_while_are_no_moved_camera() {
    // Five degrees aside for three minutes, and a long time at the till.
    let aside = |t_ms| if (5..8).contains(&(t_ms / MINUTE_MS)) { (5.0, 0.0, 0.0) } else { (0.0, 0.0, 0.0) };
    assert_eq!(notices(15, aside), []);
    let mut drift = Drift::new();
    for t_ms in (0..12 * MINUTE_MS).step_by(FRAME_MS as usize) {
        let at_till = t_ms > 4 * MINUTE_MS || (t_ms / 5_000) % 4 == 3;
        let head = if at_till { (15.0, -10.0) } else { (0.0, 0.0) };
        assert_eq!(drift.observe(&seen(t_ms, head, 0.4)), None, "{t_ms}");
    }
}

#[test]
fn a_camera_turned_on_the_spot_moves_the_face_and_nothing_else() {
    let turned = |t_ms| (0.0, 0.0, if t_ms < 3 * MINUTE_MS { 0.0 } else { 0.17 });
    let noticed = notices(10, turned);
    assert!(matches!(noticed[..], [(t_ms, Moved::Place)] if t_ms < 8 * MINUTE_MS), "{noticed:?}");
    // Someone who walks there takes a second; someone who comes back was not moved.
    let walked = |t_ms: u64| (0.0, 0.0, 0.17 * (t_ms.saturating_sub(3 * MINUTE_MS) as f32 / 1_000.0).min(1.0));
    assert_eq!(notices(10, walked), []);
    let back = |t_ms: u64| (0.0, 0.0, if (t_ms / MINUTE_MS).is_multiple_of(2) { 0.0 } else { 0.17 });
    assert_eq!(notices(10, back), []);
}

#[test]
fn what_is_not_seen_or_not_alone_or_without_a_customer_says_nothing() {
    let mut drift = Drift::new();
    for t_ms in (0..20 * MINUTE_MS).step_by(FRAME_MS as usize) {
        let yaw = if t_ms < 4 * MINUTE_MS { 0.0 } else { 10.0 };
        let mut observation = seen(t_ms, (yaw, 0.0), 0.4);
        match t_ms % 3 {
            0 => observation.face = None,
            1 => observation.not_alone = true,
            _ => observation.customer_present = Some(false),
        }
        assert_eq!(drift.observe(&observation), None);
    }
}
