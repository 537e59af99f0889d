//! Nods a minute.

use super::*;

#[test]
fn nods_are_not_counted_at_fewer_than_nine_frames_a_second() {
    for (step_ms, expect) in [(100, None), (110, None), (125, Some(Reason::SignalOff)), (200, Some(Reason::SignalOff))]
    {
        let mut timeline = Timeline::new();
        (0..60_000).step_by(step_ms).for_each(|t_ms| timeline.push(&frame(t_ms, 'L')));
        timeline.end(60_000);
        let signals = measure(&served(60), &Moments::of(&served(60)), &timeline);
        assert_eq!(signals.nods.reason(), expect, "a frame every {step_ms} ms");
        assert!(signals.gaze.all.known().is_some());
    }
}

#[test]
fn few_frames_before_a_customer_take_no_time_from_the_nods_and_in_service_they_do() {
    let nods = |resting_until_ms: u64, step_ms: u64| {
        let mut timeline = Timeline::new();
        // A camera at rest before anybody comes, after it was looked at closely; then every frame of ten a second.
        let rest = (2_000..resting_until_ms).step_by(step_ms as usize);
        let times = (0..2_000).step_by(100).chain(rest).chain((resting_until_ms..60_000).step_by(100));
        times.for_each(|t_ms| timeline.push(&frame(t_ms, 'L')));
        timeline.end(60_000);
        let transaction = Transaction { opened_ms: 20_000, ..served(60) };
        measure(&transaction, &Moments::of(&transaction), &timeline).nods
    };
    for step_ms in [400, 450] {
        let awake = nods(24_000, step_ms).known().map(|nods| nods.observed_s);
        assert_eq!(awake, Some(32.0), "{step_ms} ms: service is from 24 to 56 s");
        assert_eq!(nods(30_000, step_ms).reason(), Some(Reason::SignalOff), "a nod would not have been seen");
    }
}

#[test]
fn nods_need_half_a_minute_of_observed_service() {
    // Service is 4 s to 4 s before the end.
    check("380L", "nods", not("too_short"));
    check("400L", "nods", json!({"value": 0.0, "count": 0, "observed_s": 32.0}));
    check("200L 100. 100L", "nods", not("no_face"));
    check("200L 100t 100L", "nods", not("turned_away"));
}

#[test]
fn nods_are_counted_where_the_head_could_be_read() {
    // Half a minute of service and four nods; the face is lost for two frames in each of them.
    let mut timeline = Timeline::new();
    for step in 0..1_200u64 {
        let t_ms = step * 40;
        let since_s = (t_ms % 10_000) as f32 / 1_000.0 - 5.0;
        let dip_deg = if (0.0..0.6).contains(&since_s) {
            12.0 * (since_s / 0.6 * std::f32::consts::PI).sin().powi(2)
        } else {
            0.0
        };
        let lost = (0.16..0.24).contains(&since_s);
        let mut decided = frame(t_ms, if lost { '.' } else { 'L' });
        if let Some(face) = &mut decided.observation.face {
            face.head.pitch_deg = -dip_deg;
        }
        timeline.push(&decided);
    }
    timeline.end(48_000);
    let transaction = served(48);
    let nods = measure(&transaction, &Moments::of(&transaction), &timeline).nods;
    assert_eq!(nods.known().map(|nods| nods.count), Some(4), "{nods:?}");
}

#[test]
fn a_hand_on_its_way_to_the_mouth_does_not_nod() {
    let mut timeline = Timeline::new();
    for step in 0..1_200u64 {
        let t_ms = step * 40;
        let hidden = t_ms % 2_000 >= 1_000;
        let mut decided = frame(t_ms, if hidden { 'm' } else { 'L' });
        if let Some(face) = &mut decided.observation.face {
            // The mesh sinks with the hand and comes back while it is still there.
            face.head.pitch_deg = if (1_000..1_400).contains(&(t_ms % 2_000)) { -8.0 } else { 0.0 };
        }
        timeline.push(&decided);
    }
    timeline.end(48_000);
    assert_eq!(timeline.nods_between(0, 48_000), 0);
}
