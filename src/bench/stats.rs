//! Statistics over repeats: percentiles, medians, and bootstrap confidence intervals with a fixed seed. Plain
//! arithmetic: it knows no run.
//!
//! A figure that has nothing to stand on is `None`, never zero.

use serde::{Deserialize, Serialize};

/// Resamples of a bootstrap: enough that the ends of a 95 % interval move by less than the box does.
const RESAMPLES: usize = 4_000;
/// Any fixed number: the same measurements give the same interval.
const SEED: u64 = 6;
/// Fewer repeats than this say nothing about how much they differ.
const FEWEST: usize = 3;

/// A middle value with the interval in which it lies with 95 % confidence.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Estimate {
    /// Median over the repeats.
    pub median: f64,
    /// The interval's ends; `None` with fewer than three repeats.
    pub interval: Option<(f64, f64)>,
    /// How many repeats it stands on.
    pub repeats: usize,
}

impl Estimate {
    /// Of one value a repeat; `None` of nothing.
    #[must_use]
    pub fn of(values: &[f64]) -> Option<Self> {
        let median = median(values)?;
        let interval = bootstrap(&[values], |resampled| resampled.first().and_then(|values| self::median(values)));
        Some(Self { median, interval, repeats: values.len() })
    }

    /// Of `other / one`, the repeats of each drawn apart; `None` of nothing, or where the first is zero.
    #[must_use]
    pub fn of_ratio(one: &[f64], other: &[f64]) -> Option<Self> {
        let ratio = |one: &[f64], other: &[f64]| {
            let ratio = median(other)? / median(one)?;
            ratio.is_finite().then_some(ratio)
        };
        let interval = bootstrap(&[one, other], |resampled| match resampled {
            [one, other] => ratio(one, other),
            _ => None,
        });
        Some(Self { median: ratio(one, other)?, interval, repeats: one.len().min(other.len()) })
    }
}

/// The middle one, or the mean of the middle two. Values that are not numbers are left out.
#[must_use]
pub fn median(values: &[f64]) -> Option<f64> {
    let sorted = sorted(values);
    let half = sorted.len() / 2;
    let upper = *sorted.get(half)?;
    if sorted.len() % 2 == 1 {
        return Some(upper);
    }
    Some((sorted.get(half.checked_sub(1)?)? + upper) / 2.0)
}

/// The smallest value that at least `share` (0 to 1) of the values do not exceed (nearest rank): a value that was
/// measured, never one in between.
#[must_use]
pub fn percentile(values: &[f64], share: f64) -> Option<f64> {
    nearest_rank(&sorted(values), share)
}

/// Several percentiles of the same values.
#[must_use]
pub fn percentiles<const N: usize>(values: &[f64], shares: [f64; N]) -> Option<[f64; N]> {
    let sorted = sorted(values);
    let found = shares.map(|share| nearest_rank(&sorted, share));
    found.iter().all(Option::is_some).then(|| found.map(Option::unwrap_or_default))
}

fn nearest_rank(sorted: &[f64], share: f64) -> Option<f64> {
    let rank = (share.clamp(0.0, 1.0) * sorted.len() as f64).ceil() as usize;
    sorted.get(rank.max(1) - 1).copied()
}

fn sorted(values: &[f64]) -> Vec<f64> {
    let mut sorted: Vec<f64> = values.iter().copied().filter(|value| value.is_finite()).collect();
    sorted.sort_by(f64::total_cmp);
    sorted
}

/// Percentile bootstrap (Efron and Tibshirani 1993) of a statistic of samples that are drawn apart.
fn bootstrap(samples: &[&[f64]], statistic: impl Fn(&[Vec<f64>]) -> Option<f64>) -> Option<(f64, f64)> {
    if samples.iter().any(|sample| sample.len() < FEWEST) {
        return None;
    }
    let mut random = fastrand::Rng::with_seed(SEED);
    let mut found = Vec::with_capacity(RESAMPLES);
    for _ in 0..RESAMPLES {
        let resampled: Vec<Vec<f64>> = samples
            .iter()
            .map(|sample| sample.iter().filter_map(|_| sample.get(random.usize(..sample.len())).copied()).collect())
            .collect();
        found.extend(statistic(&resampled));
    }
    let [low, high] = percentiles(&found, [0.025, 0.975])?;
    Some((low, high))
}

#[cfg(test)]
mod tests;
