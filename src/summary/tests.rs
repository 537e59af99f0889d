//! Records read back, and windows of few transactions added up by hand.

use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::{
    signals::Timeline,
    signals::tests::{served, timeline},
    transaction::Transaction,
};

fn record(stream: &str, transaction: Transaction) -> TransactionRecord {
    TransactionRecord::measure(transaction, &timeline(stream))
}

#[test]
fn a_record_reads_back_as_it_was_written() {
    let paid = Transaction { payments_ms: vec![5_000], arrived_ms: Some(0), ..served(20) };
    let record = record("30- 70L 100S", paid);
    let text = serde_json::to_string(&record).unwrap();
    assert_eq!(serde_json::from_str::<TransactionRecord>(&text).unwrap(), record);
}

#[test]
fn a_record_of_another_version_is_refused() {
    let text = serde_json::to_string(&record("200L", served(20))).unwrap().replacen(r#""v":1"#, r#""v":2"#, 1);
    let error = serde_json::from_str::<TransactionRecord>(&text).unwrap_err().to_string();
    assert!(error.contains("version 2"), "{error}");
}

#[test]
fn the_form_of_a_record_is_kept() {
    let paid = Transaction { payments_ms: vec![9_000], ..served(20) };
    insta::assert_snapshot!(serde_json::to_string_pretty(&record("30- 70L 60S 10w 30S", paid)).unwrap());
}

#[test]
fn a_window_counts_what_was_shown() {
    let records = [
        record("40S 160L", served(20)),
        record("10- 190L", served(20)),
        record("30m 10S 160L", served(20)),
        record("200-", served(20)),
        record("200S", Transaction { voided: true, ..served(20) }),
    ];
    let summary = Summary::of(&records);
    assert_eq!((summary.transactions, summary.voided), (4, 1));
    let line = |key| {
        let line = Line { hundredths: BTreeMap::new(), ..summary.signals[&key].clone() };
        serde_json::to_value(&line).unwrap()
    };
    assert_eq!(summary.signals[&SignalKey::SmileGreeting].hundredths, BTreeMap::from([(0, 2), (100, 1)]));
    assert_eq!(
        line(SignalKey::SmileGreeting),
        json!({"behind": 3, "shown_in": 1, "median": 0.0, "not_observable": {"mouth_hidden": 1}})
    );
    assert_eq!(line(SignalKey::GreetDelay), json!({"behind": 4, "shown_in": 3, "median": 0.0}));
    assert_eq!(line(SignalKey::LongestLook), json!({"behind": 4, "median": 19.5}));
    assert_eq!(line(SignalKey::GazePayment), json!({"behind": 0, "not_observable": {"no_event": 4}}));
    let text = serde_json::to_string(&summary).unwrap();
    assert_eq!(serde_json::from_str::<Summary>(&text).unwrap(), summary);

    let mut added = Summary::of(&records[..2]);
    added.merge(&Summary::of(&records[2..]));
    assert_eq!(added, summary, "as if made of the transactions of both");
}

prop_compose! {
    /// Twenty seconds of looks, smiles, hidden mouths and nobody, and whether it was cancelled.
    fn records()(
        runs in proptest::collection::vec((1..80_u32, proptest::sample::select(vec!["S", "L", "m", "-", "w"])), 1..6),
        voided in proptest::bool::weighted(0.2),
        paid in any::<bool>(),
    ) -> TransactionRecord {
        let stream: Vec<String> = runs.iter().map(|(frames, letter)| format!("{frames}{letter}")).collect();
        let payments_ms = if paid { vec![5_000] } else { Vec::new() };
        record(&stream.join(" "), Transaction { voided, payments_ms, ..served(20) })
    }
}

proptest! {
    #[test]
    fn what_is_taken_back_leaves_nothing_of_itself(
        kept in proptest::collection::vec(records(), 0..5),
        taken in proptest::collection::vec(records(), 1..5),
        turn in any::<prop::sample::Index>(),
    ) {
        let before = Summary::of(&kept);
        let mut summary = before.clone();
        taken.iter().for_each(|record| summary.take(record));
        // In any order.
        let first = turn.index(taken.len());
        taken[first..].iter().chain(&taken[..first]).for_each(|record| summary.take_back(record));
        prop_assert_eq!(summary, before);
    }

    #[test]
    fn what_is_left_out_is_not_observable_and_nothing_else_changes(record in records()) {
        let whole = record.without(LeftOut::Whole);
        let smile = record.without(LeftOut::Smile);
        for ((key, was), ((_, now), (_, without))) in
            record.signals.figures().into_iter().zip(whole.signals.figures().into_iter().zip(smile.signals.figures()))
        {
            prop_assert_eq!(now, Measured::unknown(Reason::SignalOff));
            let off = key.as_str().starts_with("smile.");
            prop_assert_eq!(without, if off { Measured::unknown(Reason::SignalOff) } else { was });
        }
        prop_assert_eq!(&whole.transaction, &record.transaction);
        prop_assert_eq!(&whole.without(LeftOut::Smile), &whole);
        prop_assert_eq!(&smile.without(LeftOut::Smile), &smile);
    }
}

#[test]
fn a_window_without_transactions_says_nothing() {
    assert_eq!(Summary::of([]), Summary::default());
}

#[test]
fn medians_lie_in_the_middle() {
    let of = |values: &[i64]| {
        let mut counts = BTreeMap::new();
        values.iter().for_each(|value| *counts.entry(*value).or_default() += 1);
        median(&counts)
    };
    assert_eq!(of(&[]), None);
    assert_eq!(of(&[300]), Some(3.0));
    assert_eq!(of(&[900, 100, 200]), Some(2.0));
    assert_eq!(of(&[900, 100, 200, 400]), Some(3.0));
    assert_eq!(of(&[100, 100, 100, 900]), Some(1.0));
}

#[test]
fn nothing_observed_is_never_zero() {
    let transaction = served(60);
    let record = TransactionRecord::measure(transaction, &Timeline::new());
    for (key, figure) in record.signals.figures() {
        assert!(figure.known().is_none(), "{}: {figure:?}", key.as_str());
    }

    let summary = Summary::of([&record, &record]);
    assert_eq!(summary.transactions, 2);
    for (key, line) in summary.signals {
        let reasons = line.not_observable.values().sum::<u32>();
        let nothing = Line { not_observable: line.not_observable.clone(), ..Line::default() };
        assert_eq!((reasons, &line), (2, &nothing), "{}", key.as_str());
    }
}
