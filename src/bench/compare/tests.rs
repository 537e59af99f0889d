//! Two made-up reports.

use super::*;
use crate::bench::page::tests::report;

/// The report with these values of a figure.
fn with(key: &str, values: &[f64]) -> Report {
    let mut made = report("staged scene");
    let case = &mut made.cases[0];
    case.repeats = values.iter().map(|value| [(key.to_owned(), *value)].into()).collect();
    case.figures = Estimate::of(values).map(|estimate| (key.to_owned(), estimate)).into_iter().collect();
    made
}

fn verdict(key: &str, one: &[f64], other: &[f64]) -> Verdict {
    let compared = compare(&with(key, one), &with(key, other));
    compared[0].lines[0].verdict
}

#[test]
fn less_time_is_better_and_fewer_frames_a_second_are_worse() {
    let (slow, fast) = ([10.0, 10.2, 9.9, 10.1, 10.0], [7.0, 7.1, 6.9, 7.05, 7.0]);
    assert_eq!(verdict("cpu_ms", &slow, &fast), Verdict::Better);
    assert_eq!(verdict("cpu_ms", &fast, &slow), Verdict::Worse);
    assert_eq!(verdict("fps", &slow, &fast), Verdict::Worse);
    assert_eq!(verdict("fps", &fast, &slow), Verdict::Better);
}

#[test]
fn noise_is_no_difference_and_two_repeats_say_nothing() {
    let (one, other) = ([10.0, 10.4, 9.8, 10.1, 10.0], [10.2, 9.9, 10.3, 9.7, 10.1]);
    assert_eq!(verdict("cpu_ms", &one, &other), Verdict::NoDifference);
    assert_eq!(verdict("cpu_ms", &[10.0, 10.0], &[5.0, 5.0]), Verdict::TooFew);
    assert_eq!(verdict("paced_dropped_share", &[0.0; 5], &[0.0; 5]), Verdict::NoDifference);
    assert_eq!(Verdict::NoDifference.text(), "no difference that these runs can show");
}

#[test]
fn cases_are_found_by_name_and_what_is_missing_is_said() {
    let one = report("staged scene, 1 thread");
    let mut other = one.clone();
    other.cases.push(report("staged scene, 2 threads").cases.remove(0));
    let compared = compare(&one, &other);
    assert_eq!(compared.len(), 1);
    assert!(differences(&one, &other).iter().any(|what| what.contains("left out")));
    assert!(differences(&one, &one).is_empty());
    let mut moved = one.clone();
    moved.machine.cores = Some(64);
    assert!(differences(&one, &moved).iter().any(|what| what.contains("different boxes")));
}
