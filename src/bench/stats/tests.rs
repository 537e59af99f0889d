//! Statistics by hand, on made-up figures.

use super::*;

#[test]
fn a_median_lies_in_the_middle_and_of_nothing_there_is_none() {
    assert_eq!(median(&[3.0, 1.0, 2.0]), Some(2.0));
    assert_eq!(median(&[4.0, 1.0, 2.0, 3.0]), Some(2.5));
    assert_eq!(median(&[f64::NAN, 5.0]), Some(5.0));
    assert_eq!(median(&[]), None);
}

#[test]
fn a_percentile_is_a_measured_value_by_nearest_rank() {
    let hundred: Vec<f64> = (1..=100).map(f64::from).collect();
    assert_eq!(percentile(&hundred, 0.5), Some(50.0));
    assert_eq!(percentile(&hundred, 0.99), Some(99.0));
    assert_eq!(percentile(&hundred, 1.0), Some(100.0));
    assert_eq!(percentile(&hundred, 0.0), Some(1.0));
    assert_eq!(percentile(&[7.0, 9.0], 0.99), Some(9.0), "of few values the tail is the largest");
    assert_eq!(percentile(&[], 0.5), None);
}

#[test]
fn the_interval_holds_the_median_and_is_the_same_each_time() {
    let values = [10.0, 11.0, 10.5, 10.2, 10.8];
    let one = Estimate::of(&values).unwrap();
    assert_eq!(one.median, 10.5);
    let (low, high) = one.interval.unwrap();
    assert!(low >= 10.0 && (low..high).contains(&10.5) && low < 10.5 && high <= 11.0, "{low} to {high}");
    assert_eq!(Estimate::of(&values), Some(one));
    assert_eq!(Estimate::of(&[5.0; 5]).unwrap().interval, Some((5.0, 5.0)));
}

#[test]
fn two_repeats_give_no_interval() {
    assert_eq!(Estimate::of(&[1.0, 2.0]).unwrap().interval, None);
    assert_eq!(Estimate::of(&[]), None);
}

/// About 95 of 100 intervals of samples from one distribution hold its true median; few repeats make it fewer.
#[test]
fn the_interval_holds_the_true_median_about_as_often_as_it_says() {
    let mut random = fastrand::Rng::with_seed(1);
    let held = (0..200).filter(|_| {
        let values: Vec<f64> = (0..15).map(|_| random.f64()).collect();
        let (low, high) = Estimate::of(&values).unwrap().interval.unwrap();
        (low..=high).contains(&0.5)
    });
    let held = held.count();
    assert!((176..=200).contains(&held), "{held} of 200");
}

#[test]
fn a_ratio_beyond_the_noise_excludes_one_and_noise_does_not() {
    let one = [10.0, 10.1, 9.9, 10.05, 9.95];
    let half = one.map(|value| value / 2.0);
    let ratio = Estimate::of_ratio(&one, &half).unwrap();
    assert!((ratio.median - 0.5).abs() < 1e-9);
    assert!(ratio.interval.unwrap().1 < 0.55);
    let again = [10.02, 9.93, 10.07, 9.98, 10.0];
    let (low, high) = Estimate::of_ratio(&one, &again).unwrap().interval.unwrap();
    assert!(low <= 1.0 && 1.0 <= high, "{low} to {high}");
    assert_eq!(Estimate::of_ratio(&[0.0; 3], &one), None, "nothing is a multiple of zero");
}
