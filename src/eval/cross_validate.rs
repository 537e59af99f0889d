//! How well the smile's regression does on stills that it was not fitted to, and the weights that ship.
//!
//! Each of the contiguous ranges of the stills' numbers is held back in turn, the weights are fitted to the others, and
//! the held-back stills are judged by them. The weights that ship are fitted to all.

use std::fmt::Write as _;
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::atomic::AtomicBool;

use hymy_vision::degrade::Degradation;
use hymy_vision::{Event, SourceSpec, Vision, VisionError};

use super::logistic::{Fit, Sample, probability};
use super::metrics::{Count, calibration_error, roc_auc};
use super::stills::{FOLDS, Still, Stills};

/// Penalty on the square of each standardised weight. Between 5 and 30 the area under the curve of the held-back
/// stills changes by less than 0.001.
pub const RIDGE: f64 = 10.0;

/// Each still is fitted to a second time as a worse picture, in turn one of these: cameras are not always good.
const WORSE: [Degradation; 3] = [Degradation::Noise, Degradation::HalfSize, Degradation::Quantised];

/// What was read of the stills.
#[derive(Clone, Debug, Default)]
pub struct Measured {
    /// Stills in which a face was found.
    pub faces: Count,
    /// Those of them with a smile's measures, and the range that they belong to.
    pub samples: Vec<(Sample, usize)>,
    /// The same of worse pictures of them, which are fitted to and never judged.
    pub worse: Vec<(Sample, usize)>,
}

impl Measured {
    /// Reads the stills. `skipped` is told of each that could not be decoded; `each` of every one that was.
    ///
    /// # Errors
    /// Whatever fails while a still is processed.
    pub fn read(
        vision: &mut Vision,
        stills: &Stills,
        stop: &AtomicBool,
        mut each: impl FnMut(),
        mut skipped: impl FnMut(&Path, &str),
    ) -> Result<Self, VisionError> {
        let mut measured = Self::default();
        let all: Vec<&Still> = stills.stills.iter().collect();
        measured.samples = read(vision, &all, None, stop, |still, found| {
            measured.faces.add(found.is_ok_and(|face| face));
            if let Err(why) = found {
                skipped(&still.path, why);
            }
            each();
        })?;
        for (turn, degradation) in WORSE.into_iter().enumerate() {
            let some: Vec<&Still> = stills.stills.iter().skip(turn).step_by(WORSE.len()).collect();
            measured.worse.extend(read(vision, &some, Some(degradation), stop, |_, _| each())?);
        }
        Ok(measured)
    }
}

impl Measured {
    fn fitted_to(&self, wanted: impl Fn(usize) -> bool) -> Vec<&Sample> {
        let samples = self.samples.iter().chain(&self.worse);
        samples.filter(|(_, fold)| wanted(*fold)).map(|(sample, _)| sample).collect()
    }
}

/// The smile's measures of some stills; `each` is told of every one whether a face was found, or why it was skipped.
fn read(
    vision: &mut Vision,
    stills: &[&Still],
    degradation: Option<Degradation>,
    stop: &AtomicBool,
    mut each: impl FnMut(&Still, Result<bool, &str>),
) -> Result<Vec<(Sample, usize)>, VisionError> {
    vision.keep_readings();
    let mut samples = Vec::new();
    let mut queue = stills.iter();
    let files = stills.iter().map(|still| still.path.clone()).collect();
    vision.run(&SourceSpec::Crops { files, degradation }, stop, |vision, event| {
        let found = match event {
            Event::Observed { observation, .. } => Ok(observation.face.is_some()),
            Event::Skipped { why, .. } => Err(why),
            _ => return ControlFlow::Continue(()),
        };
        if let Some(still) = queue.next() {
            let looks = vision.reading().map(|reading| reading.smile_looks).unwrap_or_default();
            if found.is_ok() && !looks.is_empty() {
                samples.push((Sample { looks, yes: still.smile }, still.fold));
            }
            each(still, found);
        }
        ControlFlow::Continue(())
    })?;
    Ok(samples)
}

/// Figures of some held-back stills.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Figures {
    /// Stills with a smile's measures.
    pub stills: usize,
    /// Area under the ROC curve.
    pub auc: Option<f64>,
    /// The same with the first look alone, which is all that a frame of a video gets.
    pub auc_of_one_look: Option<f64>,
    /// Expected calibration error.
    pub calibration_error: Option<f64>,
    /// Median probability of the stills labelled neutral, by their first look: what a face at rest gets.
    pub neutral_median: Option<f64>,
}

/// What cross-validation found.
#[derive(Clone, Debug)]
pub struct CrossValidation {
    /// Figures of each range, in order, by weights that did not see it.
    pub folds: Vec<Figures>,
    /// Figures of all ranges together.
    pub all: Figures,
    /// The weights that ship: fitted to every still.
    pub fit: Fit,
}

impl CrossValidation {
    /// Fits and judges; `None` where a range lacks stills of a kind to judge, or where a fit does not come about.
    #[must_use]
    pub fn of(measured: &Measured, ridge: f64) -> Option<Self> {
        let mut judged: Vec<Vec<Judged>> = Vec::new();
        for fold in 0..FOLDS {
            let has = |yes| measured.samples.iter().any(|(sample, of)| *of == fold && sample.yes == yes);
            if !(has(true) && has(false)) {
                return None;
            }
            let others: Vec<_> = measured.fitted_to(|of| of != fold);
            let fit = Fit::of(&others, ridge)?;
            let held_back = measured.samples.iter().filter(|(_, of)| *of == fold);
            judged.push(held_back.map(|(sample, _)| Judged::of(&fit, sample)).collect());
        }
        let all = measured.fitted_to(|_| true);
        Some(Self {
            folds: judged.iter().map(|judged| figures(judged)).collect(),
            all: figures(&judged.concat()),
            fit: Fit::of(&all, ridge)?,
        })
    }
}

#[derive(Clone, Copy)]
struct Judged {
    probability: f64,
    one_look: f64,
    yes: bool,
}

impl Judged {
    fn of(fit: &Fit, sample: &Sample) -> Self {
        let one_look = sample.looks.get(..1).map_or(f64::NAN, |look| fit.log_odds(look));
        Self { probability: probability(fit.log_odds(&sample.looks)), one_look, yes: sample.yes }
    }
}

fn figures(judged: &[Judged]) -> Figures {
    let scored: Vec<(f64, bool)> = judged.iter().map(|one| (one.probability, one.yes)).collect();
    let one_look: Vec<(f64, bool)> = judged.iter().map(|one| (one.one_look, one.yes)).collect();
    Figures {
        stills: judged.len(),
        auc: roc_auc(&scored),
        auc_of_one_look: roc_auc(&one_look),
        calibration_error: calibration_error(&scored),
        neutral_median: median(judged.iter().filter(|one| !one.yes).map(|one| probability(one.one_look)).collect()),
    }
}

fn median(mut values: Vec<f64>) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied()
}

/// The table that the program reads: a name and a weight a line.
#[must_use]
pub fn table(names: &[&str], fit: &Fit) -> String {
    // Seven digits are what a weight of 32 bits holds.
    let mut text = String::from("measure,weight\n");
    for (name, weight) in
        std::iter::once(("intercept", fit.intercept)).chain(names.iter().copied().zip(fit.weights.iter().copied()))
    {
        let _ = writeln!(text, "{name},{:e}", weight as f32);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn measured(count: usize, signal: f32) -> Measured {
        let sample = |index: usize| {
            let yes = index.is_multiple_of(3);
            let noise = ((index * 7_919) % 101) as f32 / 101.0;
            Sample { looks: vec![vec![noise + if yes { signal } else { 0.0 }]], yes }
        };
        let samples = (0..count).map(|index| (sample(index), index * FOLDS / count)).collect();
        Measured { faces: Count { part: count, of: count }, samples, worse: Vec::new() }
    }

    #[test]
    fn what_says_something_is_found_on_stills_that_were_held_back() {
        let found = CrossValidation::of(&measured(500, 0.5), RIDGE).expect("fitted");
        assert_eq!((found.folds.len(), found.all.stills), (FOLDS, 500));
        assert!(found.all.auc.is_some_and(|auc| auc > 0.8), "{found:?}");
        assert_eq!(found.all.auc, found.all.auc_of_one_look);
        assert!(found.all.calibration_error.is_some_and(|error| error < 0.15), "{found:?}");
    }

    #[test]
    fn what_says_nothing_is_not_made_to() {
        let found = CrossValidation::of(&measured(500, 0.0), RIDGE).expect("fitted");
        assert!(found.all.auc.is_some_and(|auc| (0.35..0.65).contains(&auc)), "{found:?}");
        assert!(CrossValidation::of(&Measured::default(), RIDGE).is_none());
        // Enough to fit to, nothing to judge in the last range.
        let mut lacking = measured(500, 0.5);
        lacking.samples.retain(|(sample, fold)| *fold != FOLDS - 1 || !sample.yes);
        assert!(CrossValidation::of(&lacking, RIDGE).is_none());
    }

    #[test]
    fn the_table_has_a_weight_a_line() {
        let fit = Fit { intercept: 1.5, weights: vec![-0.25] };
        assert_eq!(
            table(&["blendshape jawOpen"], &fit),
            "measure,weight\nintercept,1.5e0\nblendshape jawOpen,-2.5e-1\n"
        );
    }
}
