//! Figures of a yes-or-no decision and of the score behind it. Plain arithmetic: it knows no clip and no label file.
//!
//! A figure that has nothing to stand on is `None`, never zero.

/// Bins of equal width over 0..1 that the calibration error is computed with, as is usual (Guo et al. 2017,
/// "On Calibration of Modern Neural Networks", use 15; 10 keeps enough samples in each bin of a short clip).
pub const CALIBRATION_BINS: usize = 10;

/// So many of so many.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Count {
    /// Those of which it is so.
    pub part: usize,
    /// All that were looked at.
    pub of: usize,
}

impl Count {
    /// Adds one.
    pub fn add(&mut self, yes: bool) {
        self.part += usize::from(yes);
        self.of += 1;
    }

    /// The share, 0..1; `None` of nothing.
    #[must_use]
    pub fn share(&self) -> Option<f64> {
        (self.of > 0).then(|| self.part as f64 / self.of as f64)
    }
}

/// Mean of the share of "yes" and the share of "no" that were answered right; `None` without both kinds.
#[must_use]
pub fn balanced_accuracy(yes_right: Count, no_right: Count) -> Option<f64> {
    Some((yes_right.share()? + no_right.share()?) / 2.0)
}

/// Area under the ROC curve of `(score, is_yes)`: the probability that a "yes" has a higher score than a "no", ties
/// counting one half (Mann and Whitney). `None` without both kinds. Scores that are not numbers are left out.
#[must_use]
pub fn roc_auc(scored: &[(f64, bool)]) -> Option<f64> {
    let mut sorted: Vec<(f64, bool)> = scored.iter().copied().filter(|(score, _)| !score.is_nan()).collect();
    sorted.sort_by(|(one, _), (other, _)| one.total_cmp(other));
    let (mut below, mut wins) = (0usize, 0.0f64);
    for tied in sorted.chunk_by(|(one, _), (other, _)| one == other) {
        let yes = tied.iter().filter(|(_, yes)| *yes).count();
        let no = tied.len() - yes;
        wins += yes as f64 * (below as f64 + no as f64 / 2.0);
        below += no;
    }
    let yes = sorted.len() - below;
    (yes > 0 && below > 0).then(|| wins / (yes as f64 * below as f64))
}

/// The ROC curve as `(false-alarm rate, recall)`, from (0, 0) to (1, 1), one point for each distinct score; empty
/// without both kinds.
#[must_use]
pub fn roc_curve(scored: &[(f64, bool)]) -> Vec<(f64, f64)> {
    let mut sorted: Vec<(f64, bool)> = scored.iter().copied().filter(|(score, _)| !score.is_nan()).collect();
    sorted.sort_by(|(one, _), (other, _)| other.total_cmp(one));
    let yes = sorted.iter().filter(|(_, yes)| *yes).count();
    let no = sorted.len() - yes;
    if yes == 0 || no == 0 {
        return Vec::new();
    }
    let (mut alarms, mut hits) = (0usize, 0usize);
    let mut curve = vec![(0.0, 0.0)];
    for tied in sorted.chunk_by(|(one, _), (other, _)| one == other) {
        hits += tied.iter().filter(|(_, yes)| *yes).count();
        alarms += tied.iter().filter(|(_, yes)| !*yes).count();
        curve.push((alarms as f64 / no as f64, hits as f64 / yes as f64));
    }
    curve
}

/// One bin of a reliability diagram.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct CalibrationBin {
    /// Samples in it.
    pub count: usize,
    /// Mean of their probabilities.
    pub mean_probability: f64,
    /// Share of them that are "yes".
    pub yes_share: f64,
}

/// Probabilities beside what was so, in [`CALIBRATION_BINS`] bins of equal width; 1 belongs to the last.
#[must_use]
pub fn calibration(scored: &[(f64, bool)]) -> [CalibrationBin; CALIBRATION_BINS] {
    let mut bins = [CalibrationBin::default(); CALIBRATION_BINS];
    for (probability, yes) in scored.iter().filter(|(probability, _)| (0.0..=1.0).contains(probability)) {
        let index = ((probability * CALIBRATION_BINS as f64) as usize).min(CALIBRATION_BINS - 1);
        if let Some(bin) = bins.get_mut(index) {
            bin.count += 1;
            bin.mean_probability += probability;
            bin.yes_share += f64::from(u8::from(*yes));
        }
    }
    for bin in bins.iter_mut().filter(|bin| bin.count > 0) {
        bin.mean_probability /= bin.count as f64;
        bin.yes_share /= bin.count as f64;
    }
    bins
}

/// Expected calibration error of probabilities: the mean distance, over all samples, between a bin's mean probability
/// and its share of "yes". `None` without samples.
#[must_use]
pub fn calibration_error(scored: &[(f64, bool)]) -> Option<f64> {
    let bins = calibration(scored);
    let all: usize = bins.iter().map(|bin| bin.count).sum();
    let error = |bin: &CalibrationBin| bin.count as f64 * (bin.mean_probability - bin.yes_share).abs();
    (all > 0).then(|| bins.iter().map(error).sum::<f64>() / all as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(value: Option<f64>, expect: f64) {
        assert!(value.is_some_and(|value| (value - expect).abs() < 1e-12), "{value:?} is not {expect}");
    }

    #[test]
    fn area_under_the_curve_by_hand() {
        near(roc_auc(&[(0.1, false), (0.4, false), (0.35, true), (0.8, true)]), 0.75);
        near(roc_auc(&[(0.9, true), (0.1, false)]), 1.0);
        near(roc_auc(&[(0.1, true), (0.9, false)]), 0.0);
        // Ties count one half: of the pairs 0.5:0.5, 0.5:0.2, 0.5:0.5 and 0.7:... by hand 0.5 + 1 + 1 + 1 of 4.
        near(roc_auc(&[(0.5, true), (0.7, true), (0.5, false), (0.2, false)]), 3.5 / 4.0);
        near(roc_auc(&[(0.3, true), (0.3, false), (0.3, false)]), 0.5);
        assert_eq!(roc_auc(&[(0.3, true)]), None);
        assert_eq!(roc_auc(&[]), None);
        near(roc_auc(&[(f64::NAN, true), (0.9, true), (0.1, false)]), 1.0);
    }

    #[test]
    fn the_curve_encloses_that_area() {
        let scored = [(0.5, true), (0.7, true), (0.5, false), (0.2, false), (0.9, false), (0.6, true)];
        let curve = roc_curve(&scored);
        let area: f64 = curve.windows(2).map(|pair| (pair[1].0 - pair[0].0) * (pair[0].1 + pair[1].1) / 2.0).sum();
        near(roc_auc(&scored), area);
        assert_eq!((curve.first(), curve.last()), (Some(&(0.0, 0.0)), Some(&(1.0, 1.0))));
        assert!(roc_curve(&[(0.5, true)]).is_empty());
    }

    #[test]
    fn calibration_error_by_hand() {
        // Bin 0.9 to 1: mean 0.95, one of two; bin 0.2 to 0.3: mean 0.25, none of one. (2 * 0.45 + 0.25) / 3.
        near(calibration_error(&[(0.9, true), (1.0, false), (0.25, false)]), (2.0 * 0.45 + 0.25) / 3.0);
        near(calibration_error(&[(1.0, true), (0.0, false)]), 0.0);
        assert_eq!(calibration_error(&[]), None);
        assert_eq!(calibration_error(&[(-90.0, true)]), None, "not a probability");
    }

    #[test]
    fn balanced_accuracy_by_hand() {
        near(balanced_accuracy(Count { part: 3, of: 4 }, Count { part: 1, of: 2 }), 0.625);
        assert_eq!(balanced_accuracy(Count { part: 3, of: 4 }, Count::default()), None);
        assert_eq!(Count::default().share(), None);
    }
}
