//! Signals on hand-written frames, and on random ones.

mod nods;
mod queue_look;
mod unobservable;

use hymy_vision::{Face, HeadPose, Observation, Phone, Posture, Rect};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::decide::Decided;
use crate::transaction::{Closer, Opener};

/// Every letter of a stream stands for this long.
pub(crate) const LETTER_MS: u64 = 100;

/// A decided frame by its letter: `L` looking, `S` looking and smiling, `-` away, `s` away and smiling, `w` in a work
/// direction, `t` turned away, `m` looking with the mouth hidden, `e` eyes hidden, `f` far away, `.` no face,
/// `n` not alone, `p` away with a phone in the hand, `l` looking and leaning, `q` looking while someone waits,
/// `Q` looking at the queue.
pub(crate) fn frame(t_ms: u64, letter: char) -> Decided {
    let bounds = Rect { x: 0.4, y: 0.4, w: 0.1, h: 0.1 };
    let face = Face {
        bounds,
        score: 0.9,
        width_px: if letter == 'f' { 12.0 } else { 60.0 },
        head: HeadPose { yaw_deg: 0.0, pitch_deg: 0.0, roll_deg: 0.0 },
        gaze: None,
        turned_away: letter == 't',
        smile: None,
        eyes_open: None,
        mouth_visible: letter != 'm',
    };
    let readable = !".nt".contains(letter);
    Decided {
        observation: Observation {
            frame: t_ms / LETTER_MS,
            t_ms,
            face: (!".n".contains(letter)).then_some(face),
            faces: 1,
            not_alone: letter == 'n',
            followed: true,
            lost_near_another: false,
            phone: (letter == 'p').then_some(Phone { bounds, score: 0.6, in_hand: true }),
            phone_observable: !".n".contains(letter),
            posture: readable
                .then_some(Posture { upright: if letter == 'l' { 0.2 } else { 0.9 }, leaning: letter == 'l' }),
            customer_present: None,
            queue_present: Some("qQ".contains(letter)),
        },
        on_target: match letter {
            'e' | '.' | 'n' => None,
            letter => Some("LSmfqQl".contains(letter)),
        },
        on_queue: readable.then_some(letter == 'Q'),
        work: letter == 'w',
        smiling: (readable && letter != 'm').then_some("Ss".contains(letter)),
        turned_away: letter == 't',
    }
}

/// A stream such as `30L 5. 20S`: counts of [`LETTER_MS`]; `_` is a hole without frames.
pub(crate) fn timeline(stream: &str) -> Timeline {
    let mut timeline = Timeline::new();
    let mut t_ms = 0;
    for word in stream.split_whitespace() {
        let (count, letter) = word.split_at(word.len() - 1);
        for _ in 0..count.parse::<u64>().unwrap() {
            match letter.chars().next().unwrap() {
                '_' => {}
                letter => timeline.push(&frame(t_ms, letter)),
            }
            t_ms += LETTER_MS;
        }
    }
    timeline.end(t_ms);
    timeline
}

/// From 0 to `closed_s`, known to the till, without a farewell after it.
pub(crate) fn served(closed_s: u64) -> Transaction {
    Transaction::of_source("1", 0, closed_s * 1_000)
}

fn signals(transaction: &Transaction, stream: &str) -> Signals {
    measure(transaction, &Moments::of(transaction), &timeline(stream))
}

#[track_caller]
fn check_at(transaction: &Transaction, stream: &str, key: &str, expect: Value) {
    let signals = serde_json::to_value(signals(transaction, stream)).unwrap();
    assert_eq!(signals[key], expect, "{key} of {stream}");
}

/// One signal of a transaction as long as the stream.
#[track_caller]
fn check(stream: &str, key: &str, expect: Value) {
    let letters: u64 = stream.split_whitespace().map(|word| word[..word.len() - 1].parse::<u64>().unwrap()).sum();
    check_at(&Transaction::of_source("1", 0, letters * LETTER_MS), stream, key, expect);
}

fn not(reason: &str) -> Value {
    json!({"not_observable": reason})
}

#[test]
fn an_empty_counter_is_no_observation_of_empty_hands() {
    check("60.", "phone_in_hand", not("no_face"));
}

#[test]
fn a_closing_that_was_never_reported_leaves_no_farewell() {
    let lost = Transaction { opened_by: Opener::Till, closed_by: Closer::NextOpened, ..served(20) };
    check_at(&lost, "200L", "gaze.farewell", not("no_event"));
}

#[test]
fn smile_is_a_share_of_observed_time() {
    check("30L 10S", "smile.all", json!({"value": 0.25, "shown": true, "observed_s": 4.0}));
    check("20L 20S 10m", "smile.all", json!({"value": 0.5, "shown": true, "observed_s": 4.0}));
    check("40L", "smile.all", json!({"value": 0.0, "shown": false, "observed_s": 4.0}));
    check("40s", "smile.all", json!({"value": 1.0, "shown": true, "observed_s": 4.0}));
}

#[test]
fn a_smile_is_shown_from_half_a_second_on() {
    check("20L 4S 20L 4S", "smile.all", json!({"value": 0.1667, "shown": false, "observed_s": 4.8}));
    check("20L 5S 20L", "smile.all", json!({"value": 0.1111, "shown": true, "observed_s": 4.5}));
    // Half a second with a blink of the mesh in it is one smile.
    check("20L 3S 3m 3S 20L", "smile.all", json!({"value": 0.1304, "shown": true, "observed_s": 4.6}));
    check("20L 3S 5m 3S 20L", "smile.all", json!({"value": 0.1304, "shown": false, "observed_s": 4.6}));
}

#[test]
fn each_moment_has_its_own_share() {
    // Greeting 0..4, service 4..16, farewell 16..20.
    let stream = "40S 120L 20L 20S";
    check(stream, "smile.greeting", json!({"value": 1.0, "shown": true, "observed_s": 4.0}));
    check(stream, "smile.service", json!({"value": 0.0, "shown": false, "observed_s": 12.0}));
    check(stream, "smile.farewell", json!({"value": 0.5, "shown": true, "observed_s": 4.0}));
    check(stream, "smile.payment", not("no_event"));
    check(stream, "gaze.payment", not("no_event"));
    let paid = Transaction { payments_ms: vec![10_000], ..served(20) };
    check_at(&paid, stream, "gaze.payment", json!({"value": 1.0, "shown": true, "observed_s": 4.0, "excluded_s": 0.0}));
    check("30S 30L", "smile.service", not("too_short"));
}

#[test]
fn a_moment_less_than_half_known_is_not_observable() {
    check("10S 30m 160L", "smile.greeting", not("mouth_hidden"));
    check("20S 20m 160L", "smile.greeting", json!({"value": 1.0, "shown": true, "observed_s": 2.0}));
    check("10S 30f 160L", "smile.greeting", not("too_small"));
    check("10S 30t 160L", "smile.greeting", not("turned_away"));
    check("10S 30n 160L", "smile.greeting", not("not_alone"));
    check("10S 30e 160L", "gaze.greeting", not("eyes_hidden"));
    check("10S 30_ 160L", "gaze.greeting", json!({"not_observable": "no_face"}));
}

#[test]
fn gaze_counts_turned_away_and_leaves_work_out() {
    check("10L 10- 10t 10w", "gaze.all", json!({"value": 0.3333, "shown": true, "observed_s": 3.0, "excluded_s": 1.0}));
    check("40t", "gaze.all", json!({"value": 0.0, "shown": false, "observed_s": 4.0, "excluded_s": 0.0}));
    check("40w", "gaze.all", not("too_short"));
    check("4L 80w", "gaze.all", not("too_short"));
    check("30L 20.", "gaze.all", json!({"value": 1.0, "shown": true, "observed_s": 3.0, "excluded_s": 0.0}));
}

#[test]
fn less_than_half_observed_gives_no_share() {
    let stream = "40S 100. 10n 40-";
    check(stream, "observed", json!({"value": 0.4211, "observed_s": 8.0}));
    for key in ["smile.greeting", "smile.all", "gaze.farewell", "gaze.all", "upright", "leaning"] {
        check(stream, key, not("no_face"));
    }
    check("40S 100. 10n 100-", "smile.greeting", json!({"value": 1.0, "shown": true, "observed_s": 4.0}));
    check("50t 50.", "observed", json!({"value": 0.5, "observed_s": 5.0}));
    check("", "observed", not("too_short"));
    check("", "smile.all", not("too_short"));
    check("", "greet_delay", not("too_short"));
}

#[test]
fn a_hole_is_observed_for_half_a_second_at_most() {
    check("10L 40_ 60L", "observed", json!({"value": 0.6727, "observed_s": 7.4}));
    check("10L 4_ 10L", "observed", json!({"value": 1.0, "observed_s": 2.4}));
}

#[test]
fn greet_delay_runs_to_the_first_look() {
    check("12- 30L", "greet_delay", json!({"value": 1.2, "observed_s": 1.5}));
    check("30L", "greet_delay", json!({"value": 0.0, "observed_s": 0.3}));
    check("5- 2L 5- 3L 9-", "greet_delay", json!({"value": 1.2, "observed_s": 1.5}));
    check("5w 5t 5L", "greet_delay", json!({"value": 1.0, "observed_s": 1.3}));
    check("120-", "greet_delay", json!({"never": true, "observed_s": 12.0}));
    check("100- 2L 20-", "greet_delay", json!({"never": true, "observed_s": 12.2}));
}

#[test]
fn greet_delay_is_not_guessed() {
    check("30. 30L", "greet_delay", not("no_face"));
    check("20. 30L", "greet_delay", json!({"value": 2.0, "observed_s": 0.3}));
    check("10- 30e 30L", "greet_delay", not("eyes_hidden"));
    check("100- 130.", "greet_delay", not("no_face"));
    check("100- 90.", "greet_delay", json!({"never": true, "observed_s": 10.0}));
    check_at(&Transaction { opening_missing: true, ..served(5) }, "50L", "greet_delay", not("no_event"));
}

#[test]
fn greet_delay_begins_with_the_arrival() {
    let arrived = Transaction { arrived_ms: Some(1_000), opened_ms: 4_000, ..served(20) };
    check_at(&arrived, "60- 140L", "greet_delay", json!({"value": 5.0, "observed_s": 5.3}));
    check_at(&arrived, "20- 40L 140-", "greet_delay", json!({"value": 1.0, "observed_s": 1.3}));
}

#[test]
fn longest_looks_are_unbroken() {
    check("10L 10- 25L 10-", "longest_look", json!({"value": 2.5, "observed_s": 5.5}));
    check("10L 10- 25L 12- 8t 5L", "longest_look_away", json!({"value": 2.0, "observed_s": 7.0}));
    check("10- 20w 12- 5L", "longest_look_away", json!({"value": 1.2, "observed_s": 2.7}));
    check("40-", "longest_look", json!({"value": 0.0, "observed_s": 4.0}));
    check("20w", "longest_look", not("too_short"));
    check("40.", "longest_look", not("no_face"));
}

#[test]
fn a_gap_makes_the_longest_at_least() {
    check("10L 10. 25L 10-", "longest_look", json!({"value": 2.5, "at_least": true, "observed_s": 4.5}));
    check("10L 10- 25L 10- 10.", "longest_look", json!({"value": 2.5, "observed_s": 5.5}));
    // A blink is no gap.
    check("10L 3e 10L 10-", "longest_look", json!({"value": 2.3, "observed_s": 3.0}));
    // A longer one may hide in a longer gap.
    check("10- 15. 10-", "longest_look", json!({"value": 0.0, "at_least": true, "observed_s": 2.0}));
    check("10- 3e 10-", "longest_look", json!({"value": 0.0, "observed_s": 2.0}));
    check("10L 10- 25. 10- 10L", "longest_look", json!({"value": 1.0, "at_least": true, "observed_s": 4.0}));
    check("10- 25L 10- 60.", "longest_look", json!({"value": 2.5, "at_least": true, "observed_s": 4.5}));
}

#[test]
fn phone_counts_while_the_transaction_is_open() {
    check("20L 15p 65L", "phone_in_hand", json!({"value": 1.5, "observed_s": 10.0}));
    let early = Transaction { arrived_ms: Some(0), opened_ms: 4_000, ..served(10) };
    check_at(&early, "50p 50L", "phone_in_hand", json!({"value": 1.0, "observed_s": 6.0}));
    check("20p 50n", "phone_in_hand", not("not_alone"));
}

#[test]
fn posture_is_a_share() {
    check("30L 10l", "leaning", json!({"value": 0.25, "observed_s": 4.0}));
    check("30L 10l", "upright", json!({"value": 0.75, "observed_s": 4.0}));
    check("20L 25t", "upright", not("turned_away"));
}

#[test]
fn a_signal_that_is_not_chosen_is_off() {
    let chosen = signals(&served(4), "40S").only(|key| key == SignalKey::SmileAll);
    for (key, figure) in chosen.figures() {
        assert_eq!(figure.reason(), (key != SignalKey::SmileAll).then_some(Reason::SignalOff), "{}", key.as_str());
    }
}

#[test]
fn the_map_has_every_key_once_and_reads_back() {
    let signals = signals(&served(60), "12- 300S 20w 10. 258L");
    let text = serde_json::to_string(&signals).unwrap();
    assert_eq!(serde_json::from_str::<Signals>(&text).unwrap(), signals);
    let Value::Object(map) = serde_json::from_str(&text).unwrap() else { panic!("{text}") };
    let names: Vec<&str> = SignalKey::ALL.iter().map(|key| key.as_str()).collect();
    assert_eq!(map.len(), names.len());
    assert!(names.iter().all(|name| map.contains_key(*name)));
    assert_eq!(signals.figures().iter().map(|(key, _)| key.as_str()).collect::<Vec<_>>(), names);
}

#[test]
fn the_timeline_stays_small_and_forgets() {
    let mut hour = Timeline::new();
    for t_ms in (0..3_600_000).step_by(100) {
        hour.push(&frame(t_ms, 'L'));
    }
    assert_eq!(hour.len(), 1);
    let mut timeline = timeline("10L 10- 10L 10-");
    timeline.forget_before(2_500);
    assert_eq!(timeline.len(), 2);
    assert_eq!(timeline.between(2_000, 4_000).iter().map(|span| span.from_ms).collect::<Vec<_>>(), [2_000, 3_000]);
    assert!(size_of::<Span>() <= 40);
}

#[test]
fn a_frame_that_steps_back_in_time_is_ignored() {
    let mut timeline = Timeline::new();
    for t_ms in [0, 100, 50, 100, 200] {
        timeline.push(&frame(t_ms, if t_ms == 50 { '-' } else { 'L' }));
    }
    timeline.end(300);
    assert_eq!(timeline.len(), 1);
}

fn stream() -> impl Strategy<Value = Vec<(u64, char)>> {
    let letters = prop::sample::select("LS-swtmef.npqQl_".chars().collect::<Vec<_>>());
    prop::collection::vec((1..40u64, letters), 1..30)
}

fn write(stream: &[(u64, char)]) -> String {
    stream.iter().map(|(count, letter)| format!("{count}{letter} ")).collect()
}

fn some_transaction() -> impl Strategy<Value = Transaction> {
    (0..20_000u64, 0..20_000u64, 0..60_000u64, prop::collection::vec(any::<prop::sample::Index>(), 0..3)).prop_map(
        |(arrived_ms, wait_ms, length_ms, payments)| {
            let opened_ms = arrived_ms + wait_ms;
            let mut payments_ms: Vec<u64> =
                payments.iter().map(|index| opened_ms + index.index(length_ms as usize + 1) as u64).collect();
            payments_ms.sort_unstable();
            Transaction {
                arrived_ms: Some(arrived_ms),
                payments_ms,
                ended_ms: opened_ms + length_ms + 4_000,
                ..Transaction::of_source("1", opened_ms, opened_ms + length_ms)
            }
        },
    )
}

proptest! {
    #[test]
    fn shares_are_shares_and_nothing_is_observed_longer_than_it_lasted(
        stream in stream(), transaction in some_transaction(),
    ) {
        let moments = Moments::of(&transaction);
        let map = serde_json::to_value(signals(&transaction, &write(&stream))).unwrap();
        let lasted_s = |moment| {
            moments.stretches(moment).iter().map(|(from_ms, to_ms)| to_ms - from_ms).sum::<u64>() as f64 / 1e3
        };
        let whole_s = (transaction.ended_ms - transaction.arrived_ms.unwrap()) as f64 / 1e3;
        for (key, value) in map.as_object().unwrap() {
            let longest_s = match key.split_once('.').map(|(_, moment)| moment) {
                Some("greeting") => lasted_s(Moment::Greeting),
                Some("service") => lasted_s(Moment::Service),
                Some("payment") => lasted_s(Moment::Payment),
                Some("farewell") => lasted_s(Moment::Farewell),
                _ => whole_s,
            };
            let observed_s = value["observed_s"].as_f64().unwrap_or(0.0) + value["excluded_s"].as_f64().unwrap_or(0.0);
            prop_assert!(observed_s <= longest_s + 1e-9, "{key}: {value} in {longest_s} s");
            let is_share = key.starts_with("smile") || key.starts_with("gaze")
                || ["upright", "leaning", "observed"].contains(&key.as_str());
            if let Some(number) = value["value"].as_f64() {
                prop_assert!(number >= 0.0 && (!is_share || number <= 1.0), "{key}: {value}");
            }
        }
    }

    #[test]
    fn a_face_that_is_gone_for_a_while_never_makes_anything_known(
        stream in stream(), transaction in some_transaction(), from in 0..400usize, length in 1..200usize,
    ) {
        let mut letters: Vec<(u64, char)> = stream
            .iter()
            .filter(|(_, letter)| *letter != '_')
            .flat_map(|&(count, letter)| std::iter::repeat_n((1, letter), count as usize))
            .collect();
        let before = signals(&transaction, &write(&letters));
        letters.iter_mut().skip(from).take(length).for_each(|letter| letter.1 = '.');
        let after = signals(&transaction, &write(&letters));
        for ((key, before), (_, after)) in before.figures().iter().zip(after.figures()) {
            // An unseen queue may have been empty: nothing waits while nobody is seen to wait.
            if before.known().is_none() && *key != SignalKey::QueueLook {
                prop_assert!(after.known().is_none(), "{}: {before:?} {after:?}", key.as_str());
            }
        }
    }

    #[test]
    fn records_read_back_as_they_were_written(stream in stream(), transaction in some_transaction()) {
        let signals = signals(&transaction, &write(&stream));
        let text = serde_json::to_string(&signals).unwrap();
        prop_assert_eq!(serde_json::from_str::<Signals>(&text).unwrap(), signals);
    }
}
