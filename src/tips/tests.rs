//! What repeats is said, and nothing else; whatever the summaries hold, the promises hold.

use proptest::prelude::*;

use super::*;
use crate::config::SIGNALS;
use crate::consent::Unit;

fn shift(day: i64) -> Timestamp {
    Timestamp::from_second(1_800_000_000 + day * 86_400).expect("in range")
}

/// A line that was shown in so many of so many.
fn shown(shown_in: u32, of: u32) -> Line {
    Line { behind: of, shown_in: Some(shown_in), ..Line::default() }
}

/// A line whose values are all the same.
fn valued(hundredth: i64, count: u32) -> Line {
    let median = Some(hundredth as f64 / 100.0);
    Line { behind: count, median, hundredths: BTreeMap::from([(hundredth, count)]), ..Line::default() }
}

fn shifts(transactions: u32, lines: &[(SignalKey, Line)]) -> Vec<(Timestamp, Summary)> {
    let signals: BTreeMap<_, _> = lines.iter().cloned().collect();
    (0..3).map(|day| (shift(day), Summary { transactions, voided: 0, signals: signals.clone() })).collect()
}

fn all() -> BTreeSet<String> {
    SIGNALS.iter().map(|signal| (*signal).to_owned()).collect()
}

fn kinds(shifts: &[(Timestamp, Summary)], bands: &[(&str, &str)]) -> Vec<TipKind> {
    let band = |(signal, typed): &(&str, &str)| {
        let unit = Unit::of(signal).expect("a unit");
        ((*signal).to_owned(), Band::typed(typed, unit).expect("a band"))
    };
    tips(shifts, &all(), &bands.iter().map(band).collect()).into_iter().map(|tip| tip.kind).collect()
}

#[test]
fn a_greeting_that_was_seldom_shown_in_each_of_three_shifts_is_something_to_try() {
    let seldom = shifts(10, &[(SignalKey::SmileGreeting, shown(2, 9))]);
    let found = tips(&seldom, &all(), &BTreeMap::new());
    let [tip] = &found[..] else { panic!("{found:?}") };
    assert_eq!(tip.kind, TipKind::SmileInGreeting);
    let from: Vec<_> = tip.shifts.iter().map(|one| (one.shift, one.shown_in, one.known_in)).collect();
    assert_eq!(from, [0, 1, 2].map(|day| (shift(day), Some(2), 9)));

    let mut better_once = seldom.clone();
    better_once[1].1.signals.insert(SignalKey::SmileGreeting, shown(5, 9));
    assert_eq!(kinds(&better_once, &[]), [], "it did not repeat");
    assert_eq!(
        kinds(&shifts(10, &[(SignalKey::SmileGreeting, shown(4, 9))]), &[]),
        [],
        "a half is within the interval"
    );
    assert_eq!(kinds(&shifts(10, &[(SignalKey::SmileGreeting, shown(9, 9))]), &[]), []);
}

#[test]
fn nothing_is_said_before_thirty_transactions_in_three_shifts() {
    let lines = [(SignalKey::GazeGreeting, shown(0, 9))];
    assert_eq!(kinds(&shifts(10, &lines), &[]), [TipKind::LookInGreeting]);
    assert_eq!(kinds(&shifts(9, &lines), &[]), []);
    let many = shifts(40, &lines);
    assert_eq!(kinds(&many[..2], &[]), []);
    // One shift that a crash broke in two is one.
    let broken = vec![many[0].clone(), many[0].clone(), many[1].clone()];
    assert_eq!(kinds(&broken, &[]), []);
}

#[test]
fn what_could_mostly_not_be_seen_gives_no_tip_and_nobody_waiting_is_not_that() {
    let unseen = |reason| Line { not_observable: BTreeMap::from([(reason, 7)]), ..shown(0, 6) };
    for reason in [Reason::NoFace, Reason::TurnedAway, Reason::SignalOff] {
        assert_eq!(kinds(&shifts(13, &[(SignalKey::QueueLook, unseen(reason))]), &[]), [], "{reason:?}");
    }
    let nobody_waited = shifts(13, &[(SignalKey::QueueLook, unseen(Reason::NoEvent))]);
    assert_eq!(kinds(&nobody_waited, &[]), [TipKind::LookAtQueue]);
    let chosen = BTreeSet::from(["smile".to_owned()]);
    assert_eq!(tips(&nobody_waited, &chosen, &BTreeMap::new()), [], "off is off");
}

#[test]
fn a_band_asks_for_one_thing_at_a_time() {
    let nods = |hundredth| shifts(12, &[(SignalKey::Nods, valued(hundredth, 11))]);
    assert_eq!(kinds(&nods(50), &[("nods", "1 4")]), [TipKind::MoreNods]);
    assert_eq!(kinds(&nods(200), &[("nods", "1 4")]), []);
    assert_eq!(kinds(&nods(500), &[("nods", "1 4")]), [TipKind::FewerNods]);
    assert_eq!(kinds(&nods(500), &[]), [], "without a band of their own, nobody's number is too high");
    // Longer looks and shorter ones are never asked for together.
    let both = shifts(12, &[(SignalKey::LongestLook, valued(900, 12)), (SignalKey::GazeGreeting, shown(1, 12))]);
    assert_eq!(kinds(&both, &[("longest_look", "1 5")]), [TipKind::ShorterLooks]);
}

#[test]
fn a_phone_in_the_hand_with_every_other_customer_is_said_and_once_in_a_while_is_not() {
    let phone = |with: u32| {
        let hundredths = BTreeMap::from([(0, 12 - with), (350, with)]);
        shifts(12, &[(SignalKey::PhoneInHand, Line { behind: 12, hundredths, ..Line::default() })])
    };
    let found = tips(&phone(6), &all(), &BTreeMap::new());
    assert_eq!(found.first().map(|tip| (tip.kind, tip.shifts[0].shown_in)), Some((TipKind::PhoneAside, Some(6))));
    assert_eq!(kinds(&phone(2), &[]), []);
}

prop_compose! {
    fn lines()(
        behind in 0..30_u32,
        part in 0.0..=1.0_f64,
        hundredths in 0..1_500_i64,
        reason in proptest::sample::select(Reason::ALL.to_vec()),
        unseen in 0..30_u32,
    ) -> Line {
        Line {
            behind,
            shown_in: (behind > 0).then(|| (f64::from(behind) * part) as u32),
            not_observable: if unseen > 0 { BTreeMap::from([(reason, unseen)]) } else { BTreeMap::new() },
            ..valued(hundredths, behind)
        }
    }
}

prop_compose! {
    fn summaries()(
        lines in proptest::collection::vec(lines(), SignalKey::ALL.len()),
        transactions in 0..40_u32,
    ) -> Summary {
        Summary { transactions, voided: 0, signals: SignalKey::ALL.iter().copied().zip(lines).collect() }
    }
}

proptest! {
    #[test]
    fn whatever_the_shifts_say_the_promises_hold(
        summaries in proptest::collection::vec(summaries(), 0..6),
        chosen in proptest::sample::subsequence(SIGNALS.to_vec(), 0..=SIGNALS.len()),
        narrow in any::<bool>(),
    ) {
        let shifts: Vec<_> = summaries.into_iter().zip(0..).map(|(summary, day)| (shift(day), summary)).collect();
        let signals: BTreeSet<String> = chosen.iter().map(|signal| (*signal).to_owned()).collect();
        let band = |signal: &&str| {
            let unit = Unit::of(signal)?;
            Some(((*signal).to_owned(), Band::typed(if narrow { "2 3" } else { "0 100" }, unit).ok()?))
        };
        let found = tips(&shifts, &signals, &chosen.iter().filter_map(band).collect());
        prop_assert!(found.len() <= TIPS_MAX);
        let worked: Vec<_> = shifts.iter().filter(|(_, summary)| summary.transactions > 0).collect();
        let transactions: u32 = worked.iter().map(|(_, summary)| summary.transactions).sum();
        prop_assert!(found.is_empty() || (transactions >= 30 && worked.len() >= 3));
        let about: BTreeSet<_> = found.iter().map(|tip| tip.kind.behaviour()).collect();
        prop_assert_eq!(about.len(), found.len(), "never two things about one behaviour");
        for Tip { kind, shifts } in &found {
            prop_assert!(signals.contains(kind.signal().choice()), "{:?} is off", kind);
            prop_assert_eq!(shifts.len(), SHIFTS_MIN);
            for (one, (started_at, summary)) in shifts.iter().rev().zip(worked.iter().rev()) {
                prop_assert_eq!(one.shift, *started_at);
                let line = &summary.signals[&kind.signal()];
                let unseen: u32 = line.not_observable.iter().filter(|(why, _)| **why != Reason::NoEvent).map(|(_, n)| n).sum();
                prop_assert!(line.behind >= unseen, "{:?} was mostly not observable", kind);
            }
        }
    }
}
