//! How far a figure over few transactions may lie from what many would show: 95 % intervals.

use super::Line;

/// The 97.5 % quantile of the standard normal distribution.
const Z: f64 = 1.959_963_984_540_054;

/// Fewer values than these have no interval of the median at 95 %: even from the smallest to the largest it would be less.
const MEDIAN_VALUES_MIN: u32 = 6;

/// From, to: in the signal's unit, or as shares.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Interval {
    /// The lower end.
    pub low: f64,
    /// The upper end.
    pub high: f64,
}

/// The share of the transactions in which something is shown, of `shown` in `of` of them: Wilson's score interval, which
/// stays within 0 and 1 and is sound for few transactions (Brown, Cai and `DasGupta`, 2001).
#[must_use]
pub fn of_share(shown: u32, of: u32) -> Option<Interval> {
    if of == 0 {
        return None;
    }
    let n = f64::from(of);
    let share = f64::from(shown.min(of)) / n;
    let spread = Z * (share * (1.0 - share) / n + Z * Z / (4.0 * n * n)).sqrt();
    let (middle, scale) = (share + Z * Z / (2.0 * n), 1.0 + Z * Z / n);
    Some(Interval { low: ((middle - spread) / scale).max(0.0), high: ((middle + spread) / scale).min(1.0) })
}

/// The middle value, by order statistics: nothing is assumed of how the values are spread.
#[must_use]
pub fn of_median(line: &Line) -> Option<Interval> {
    let count: u32 = line.hundredths.values().sum();
    if count < MEDIAN_VALUES_MIN {
        return None;
    }
    let n = f64::from(count);
    let reach = Z * n.sqrt() / 2.0;
    // Places from 1 to the count, of the normal approximation to the binomial distribution.
    let low = (n / 2.0 - reach).floor().max(1.0) as u32;
    let high = ((n / 2.0 + 1.0 + reach).ceil() as u32).min(count);
    let at = |place: u32| {
        let mut before = 0;
        line.hundredths.iter().find_map(|(hundredth, here)| {
            before += here;
            (before >= place).then_some(*hundredth as f64 / 100.0)
        })
    };
    Some(Interval { low: at(low)?, high: at(high)? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_have_wilsons_interval() {
        // 14 of 20, 0 of 10 and 10 of 10 as given by statsmodels' proportion_confint(method="wilson").
        for (shown, of, low, high) in [(14, 20, 0.4810, 0.8545), (0, 10, 0.0, 0.2775), (10, 10, 0.7225, 1.0)] {
            let interval = of_share(shown, of).expect("an interval");
            assert!((interval.low - low).abs() < 1e-4 && (interval.high - high).abs() < 1e-4, "{interval:?}");
        }
        assert_eq!(of_share(0, 0), None);
    }

    #[test]
    fn the_median_lies_between_values_that_were_seen() {
        let line = |values: &[i64]| {
            let mut line = Line::default();
            values.iter().for_each(|value| *line.hundredths.entry(*value).or_default() += 1);
            line
        };
        assert_eq!(of_median(&line(&[100; 5])), None);
        assert_eq!(of_median(&line(&[100; 6])), Some(Interval { low: 1.0, high: 1.0 }));
        let many: Vec<i64> = (1..=100).collect();
        // Places 40 and 61 of 100, as tables of the sign test have them.
        assert_eq!(of_median(&line(&many)), Some(Interval { low: 0.40, high: 0.61 }));
    }
}
