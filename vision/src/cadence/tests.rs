//! Which frames are looked at, at several rates of the camera.

use super::*;

/// A frame in which nobody is seen anywhere, or somebody in the customer zone.
fn showing(t_ms: u64, customer: Option<bool>) -> Observation {
    Observation {
        frame: 0,
        t_ms,
        face: None,
        faces: 0,
        not_alone: false,
        followed: false,
        lost_near_another: false,
        phone: None,
        phone_observable: false,
        posture: None,
        customer_present: customer,
        queue_present: None,
    }
}

/// The times of the frames that were looked at, of a camera whose frames are so far apart, for 30 s: somebody stands in
/// the customer zone during `customer`.
fn looked_at(cadence: &mut Cadence, step_ms: u64, customer: std::ops::Range<u64>) -> Vec<u64> {
    let mut looked = Vec::new();
    for t_ms in (0..30_000).step_by(step_ms as usize) {
        if cadence.takes(t_ms) {
            cadence.saw(&showing(t_ms, Some(customer.contains(&t_ms))));
            looked.push(t_ms);
        }
    }
    looked
}

fn longest_step(looked: &[u64]) -> u64 {
    looked.windows(2).map(|pair| pair[1] - pair[0]).max().expect("more than one")
}

#[test]
fn with_nobody_to_serve_few_frames_are_looked_at_and_never_too_few() {
    for step_ms in [33, 40, 66, 100, 200] {
        let looked = looked_at(&mut Cadence::new(Attention::default()), step_ms, 0..0);
        let resting = looked.iter().filter(|t_ms| **t_ms >= AWAKE_AFTER_MS).count();
        assert!((48..=56).contains(&resting), "{step_ms} ms: {resting} in 22 s");
        assert!(longest_step(&looked) <= RESTING_STEP_MS, "{step_ms} ms: {}", longest_step(&looked));
    }
}

#[test]
fn of_a_slow_camera_every_frame_is_looked_at() {
    for step_ms in [250, 333, 500, 1_000] {
        let looked = looked_at(&mut Cadence::new(Attention::default()), step_ms, 0..0);
        assert_eq!(longest_step(&looked), step_ms);
    }
}

#[test]
fn a_customer_is_noticed_soon_and_every_frame_is_looked_at_until_after_they_left() {
    for step_ms in [33, 40, 100] {
        for comes_ms in (12_000..12_500).step_by(7) {
            let leaves_ms = comes_ms + 3_000;
            let looked = looked_at(&mut Cadence::new(Attention::default()), step_ms, comes_ms..leaves_ms);
            let noticed = *looked.iter().find(|t_ms| **t_ms >= comes_ms).expect("looked at");
            assert!(noticed - comes_ms <= RESTING_STEP_MS, "{noticed}");
            let seen_last = *looked.iter().rfind(|t_ms| **t_ms < leaves_ms).expect("looked at");
            let awake: Vec<u64> =
                looked.iter().copied().filter(|t| (noticed..seen_last + AWAKE_AFTER_MS).contains(t)).collect();
            assert_eq!(longest_step(&awake), step_ms, "every frame");
            assert!(looked.iter().any(|t_ms| *t_ms > seen_last + AWAKE_AFTER_MS + step_ms), "and then it rests");
        }
    }
}

#[test]
fn attention_wakes_at_once_and_a_source_without_a_customer_zone_never_rests() {
    let attention = Attention::default();
    let mut cadence = Cadence::new(attention.clone());
    looked_at(&mut cadence, 100, 0..0);
    assert!(cadence.is_resting(30_000) && !cadence.takes(30_000));
    attention.set(true);
    assert!((30_100..40_000).step_by(100).all(|t_ms| cadence.takes(t_ms)));
    attention.set(false);
    assert!(cadence.takes(40_000), "the farewell");
    let mut cadence = Cadence::new(Attention::default());
    for t_ms in (0..30_000).step_by(100) {
        assert!(cadence.takes(t_ms));
        cadence.saw(&showing(t_ms, None));
    }
}
