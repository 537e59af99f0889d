//! Looks at somebody who waits.

use super::*;

#[test]
fn the_queue_is_looked_at_or_not() {
    check("20L 10q 3Q 10L", "queue_look", json!({"value": true, "observed_s": 1.3}));
    check("20L 10q 2Q 10L", "queue_look", json!({"value": false, "observed_s": 1.2}));
    check("20L", "queue_look", not("no_event"));
}

#[test]
fn without_a_direction_of_the_queue_the_signal_is_off() {
    let mut timeline = Timeline::new();
    for t_ms in (0..5_000).step_by(100) {
        timeline.push(&Decided { on_queue: None, ..frame(t_ms, 'q') });
    }
    timeline.end(5_000);
    let signals = measure(&served(5), &Moments::of(&served(5)), &timeline);
    assert_eq!(signals.queue_look.reason(), Some(Reason::SignalOff));
}

#[test]
fn without_a_queue_zone_the_signal_is_off() {
    let mut timeline = Timeline::new();
    for t_ms in (0..5_000).step_by(100) {
        let decided = frame(t_ms, 'L');
        timeline.push(&Decided { observation: Observation { queue_present: None, ..decided.observation }, ..decided });
    }
    timeline.end(5_000);
    let signals = measure(&served(5), &Moments::of(&served(5)), &timeline);
    assert_eq!(signals.queue_look.reason(), Some(Reason::SignalOff));
}
