//! Made-up measurements, and what is chosen of them.

use super::*;

const WISH: Wish = Wish { rate_hz: 10.0, latency_ms: 60.0, loss: 0.01 };

fn setting(threads: usize) -> Setting {
    Setting {
        threads,
        objects_hz: 3.0,
        faces_hz: 4.0,
        provider: "cpu".into(),
        precision: "full".into(),
        cameras: 1,
        size: None,
    }
}

/// A candidate with five repeats about these middles.
fn candidate(threads: usize, cpu_ms: f64, latency_ms: f64, dropped_share: f64) -> Candidate {
    let about = |value: f64| [0.99, 1.01, 1.0, 0.995, 1.005].map(|factor| factor * value).to_vec();
    let cost = Cost { cpu_ms: about(cpu_ms), latency_p99_ms: about(latency_ms), dropped_share: vec![dropped_share; 5] };
    Candidate { setting: setting(threads), seen: Seen::AsBefore, measured: Measured::Cost(cost) }
}

fn fall(by: f64) -> Fall {
    Fall { figure: "clips, smile, recall".into(), before: 0.9, after: Some(0.9 - by) }
}

#[test]
fn the_least_processor_time_of_those_that_meet_the_wish_is_taken() {
    let candidates = [
        candidate(1, 30.0, 80.0, 0.0),
        candidate(2, 40.0, 45.0, 0.0),
        candidate(4, 55.0, 30.0, 0.0),
        candidate(8, 20.0, 30.0, 0.02),
    ];
    let choice = choose(&candidates, &WISH);
    assert_eq!((choice.taken, choice.nearest), (Some(1), None));
    assert_eq!(choice.verdicts[1], Verdict::Taken { alone: true });
    assert_eq!(choice.verdicts[0], Verdict::Misses { latency_ms: Some(80.0), dropped_share: None });
    assert_eq!(choice.verdicts[0].text(&WISH), "p99 latency 80.00 ms, over 60.00 ms");
    let Verdict::Dearer { ratio } = choice.verdicts[2] else { panic!("{:?}", choice.verdicts[2]) };
    assert!((ratio.median - 55.0 / 40.0).abs() < 1e-9);
    assert_eq!(choice.verdicts[3].text(&WISH), "2.0 % dropped, not under 1.0 %");
}

#[test]
fn where_the_repeats_show_no_difference_the_default_is_taken() {
    // The second takes a little less, by less than the repeats differ.
    let candidates = [candidate(1, 30.0, 40.0, 0.0), candidate(2, 29.9, 40.0, 0.0), candidate(4, 33.0, 40.0, 0.0)];
    let choice = choose(&candidates, &WISH);
    assert_eq!(choice.taken, Some(0));
    assert_eq!(choice.verdicts[0], Verdict::Taken { alone: false });
    assert!(choice.verdicts[0].text(&WISH).contains("nearest to the default"));
    assert!(choice.verdicts[1].text(&WISH).starts_with("no difference that these runs can show"));
    assert!(matches!(choice.verdicts[2], Verdict::Dearer { .. }));
    // Where the difference is larger than that, the other is.
    let candidates = [candidate(1, 30.0, 40.0, 0.0), candidate(2, 28.0, 40.0, 0.0)];
    assert_eq!(choose(&candidates, &WISH).taken, Some(1));
}

#[test]
fn two_repeats_tell_nothing_apart_and_the_default_is_taken() {
    let mut candidates = [candidate(1, 30.0, 40.0, 0.0), candidate(2, 20.0, 40.0, 0.0)];
    for candidate in &mut candidates {
        if let Measured::Cost(cost) = &mut candidate.measured {
            cost.cpu_ms.truncate(2);
        }
    }
    let choice = choose(&candidates, &WISH);
    assert_eq!(choice.taken, Some(0));
    assert_eq!(choice.verdicts[1].text(&WISH), "too few repeats to tell it from the one that is taken");
}

#[test]
fn what_loses_more_than_may_be_lost_is_ruled_out_whatever_it_saves() {
    let mut cheap = candidate(1, 10.0, 20.0, 0.0);
    cheap.seen = Seen::Evaluated(vec![fall(0.02), fall(0.001)]);
    let choice = choose(&[candidate(1, 30.0, 40.0, 0.0), cheap.clone()], &WISH);
    assert_eq!(choice.taken, Some(0));
    let told = choice.verdicts[1].text(&WISH);
    assert_eq!(told, "loses more than 0.01: clips, smile, recall: 0.900 before, 0.880 after");
    // What may be lost is lost.
    cheap.seen = Seen::Evaluated(vec![Fall { before: 1.0, after: Some(0.99), ..fall(0.0) }]);
    assert_eq!(choose(&[candidate(1, 30.0, 40.0, 0.0), cheap], &WISH).taken, Some(1));
}

#[test]
fn what_nobody_knows_the_accuracy_of_is_not_taken() {
    let unknown = Candidate {
        seen: Seen::Unknown("no recordings".into()),
        measured: Measured::No,
        ..candidate(1, 1.0, 1.0, 0.0)
    };
    let choice = choose(&[candidate(1, 30.0, 40.0, 0.0), unknown.clone()], &WISH);
    assert_eq!((choice.taken, &choice.verdicts[1]), (Some(0), &Verdict::Unknown("no recordings".into())));
    // Nor is it the nearest where none meets the wish.
    let nearly = Candidate { seen: Seen::Evaluated(vec![fall(0.2)]), ..candidate(1, 30.0, 61.0, 0.0) };
    let choice = choose(&[unknown, nearly, candidate(1, 30.0, 90.0, 0.0)], &WISH);
    assert_eq!((choice.taken, choice.nearest), (None, Some(2)));
}

#[test]
fn where_none_meets_the_wish_the_nearest_is_named_with_what_it_misses() {
    let failed = Candidate { measured: Measured::Failed("no such provider".into()), ..candidate(1, 1.0, 1.0, 0.0) };
    // Twice the latency, and three times as many dropped as may be.
    let candidates = [candidate(2, 30.0, 120.0, 0.0), candidate(4, 30.0, 50.0, 0.03), failed];
    let choice = choose(&candidates, &WISH);
    assert_eq!((choice.taken, choice.nearest), (None, Some(0)));
    assert_eq!(choice.verdicts.len(), 3);
    assert_eq!(choice.verdicts[2].text(&WISH), "failed: no such provider");
    assert_eq!(choose(&[], &WISH).nearest, None);
}

#[test]
fn what_has_no_latency_does_not_meet_a_wish_for_it() {
    let mut silent = candidate(1, 30.0, 40.0, 0.0);
    if let Measured::Cost(cost) = &mut silent.measured {
        cost.latency_p99_ms.clear();
    }
    assert_eq!(choose(&[silent], &WISH).taken, None);
}
