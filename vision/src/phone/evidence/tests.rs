//! The two tests on made-up looks: what enters, what leaves, what never does, and how often by chance.

use super::*;

fn look(score: f32, hand: bool) -> Seen {
    Seen {
        region: Region::Tile(0),
        score,
        hand: (score >= 0.2).then_some(hand),
        alike: (score >= 0.2).then_some(true),
        miss_counts: true,
    }
}

fn check(step_ms: u64, scores: &[f32], expect: &[bool]) {
    let mut evidence = Evidence::default();
    let got: Vec<bool> = (0..)
        .zip(scores)
        .map(|(n, score)| {
            evidence.add(n * step_ms, &look(*score, true));
            evidence.in_hand()
        })
        .collect();
    assert_eq!(got, expect, "{scores:?}");
}

#[test]
fn two_clear_looks_or_four_weak_ones_enter_and_five_without_leave() {
    check(334, &[0.5, 0.5, 0.5], &[false, true, true]);
    check(334, &[0.25, 0.25, 0.25, 0.25, 0.0], &[false, false, false, true, true]);
    check(334, &[0.17; 8], &[false; 8]);
    check(334, &[0.5, 0.5, 0.0, 0.0, 0.0, 0.0, 0.0], &[false, true, true, true, true, true, false]);
}

#[test]
fn a_phone_on_the_counter_is_never_in_the_hand() {
    let mut evidence = Evidence::default();
    for n in 0..1000 {
        evidence.add(n * 334, &look(0.8, false));
        assert!(!evidence.in_hand());
    }
}

#[test]
fn what_the_second_model_never_takes_for_a_phone_is_none() {
    let mut evidence = Evidence::default();
    for n in 0..1000 {
        evidence.add(n * 334, &Seen { alike: Some(n % 15 == 14), ..look(0.8, true) });
        assert!(n < 14 || evidence.alike < 1.3);
    }
    let mut never = Evidence::default();
    for n in 0..1000 {
        never.add(n * 334, &Seen { alike: Some(false), ..look(0.8, true) });
        assert!(!never.in_hand());
    }
}

#[test]
fn a_phone_laid_down_leaves_the_hand() {
    let mut evidence = Evidence::default();
    (0..10).for_each(|n| evidence.add(n * 334, &look(0.8, true)));
    assert!(evidence.in_hand());
    (10..21).for_each(|n| evidence.add(n * 334, &look(0.8, false)));
    assert!(!evidence.in_hand());
}

#[test]
fn thirty_looks_a_second_say_no_more_than_three() {
    let after = |step_ms: u64, total_ms: u64, score: f32| {
        let mut evidence = Evidence::default();
        (0..=total_ms / step_ms).for_each(|n| evidence.add(n * step_ms, &look(score, true)));
        (evidence.there, evidence.held)
    };
    for score in [0.25, 0.0] {
        let (often, seldom) = (after(33, 660, score), after(330, 660, score));
        assert!((often.0 - seldom.0).abs() < 0.1 && (often.1 - seldom.1).abs() < 0.1, "{often:?} {seldom:?}");
    }
}

#[test]
fn what_is_not_observed_fades() {
    let mut evidence = Evidence::default();
    (0..10).for_each(|n| evidence.add(n * 334, &look(0.8, true)));
    (1..30).for_each(|n| evidence.skip(3340 + n * 334));
    assert!(!evidence.in_hand(), "{evidence:?}");
    let mut dropped = Evidence::default();
    (0..10).for_each(|n| dropped.add(n * 334, &look(0.8, true)));
    dropped.add(60_000, &look(0.0, true));
    assert!(!dropped.in_hand(), "a minute without a frame: {dropped:?}");
}

#[test]
fn a_look_elsewhere_that_sees_nothing_says_nothing() {
    let mut evidence = Evidence::default();
    (0..5).for_each(|n| evidence.add(n * 334, &look(0.8, true)));
    let before = evidence.there;
    evidence.add(1700, &Seen { region: Region::Whole, score: 0.0, hand: None, alike: None, miss_counts: false });
    assert_eq!(evidence.there, before);
}

/// Looks without a phone, drawn independently with the shares stated above; a hand is at every second thing.
#[test]
fn a_false_alarm_is_rare_by_the_stated_shares() {
    const HOURS: u64 = 300;
    let shares = |close: bool| match close {
        false => [(0.001, 0.5), (0.004, 0.35), (0.016, 0.25), (0.10, 0.17)],
        true => [(0.0, 0.9), (0.02, 0.6), (0.20, 0.4), (0.09, 0.17)],
    };
    let mut state = 0x9e37_79b9_7f4a_7c15u64;
    let mut random = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 11) as f64 / (1u64 << 53) as f64
    };
    for (close, most_per_hour) in [(false, 1.0), (true, 1.0)] {
        let (mut evidence, mut alarms) = (Evidence::default(), 0u32);
        for n in 0..HOURS * 10_800 {
            let (mut drawn, mut score) = (random(), 0.0);
            for (share, of) in shares(close) {
                if drawn >= 0.0 && drawn < share {
                    score = of;
                }
                drawn -= share;
            }
            let region = if close { Region::Hands } else { Region::Tile(0) };
            let hand = (score >= 0.2).then(|| random() < 0.5);
            let before = evidence.in_hand();
            let alike = (score >= 0.2).then(|| random() < 1.0 / 15.0);
            evidence.add(n * 334, &Seen { region, score, hand, alike, miss_counts: true });
            alarms += u32::from(evidence.in_hand() && !before);
        }
        let per_hour = f64::from(alarms) / HOURS as f64;
        eprintln!("close {close}: {per_hour} false alarms an hour");
        assert!(per_hour < most_per_hour, "close {close}: {per_hour} an hour");
    }
}
