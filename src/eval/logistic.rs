//! Ridge-regularised logistic regression: what the smile's weights are fitted with. Plain arithmetic, by Newton's
//! method; it has one minimum, no random start, and gives the same weights for the same samples on every machine, to
//! rounding.

/// Newton's method stops when no standardised weight moves more than this.
const CONVERGED: f64 = 1e-8;
/// It needs about eight steps; beyond these the samples are not such that it ends.
const MAX_STEPS: usize = 50;
/// Largest log-odds that are told apart from certainty, so that no weight of a sample is zero.
const MAX_LOG_ODDS: f64 = 30.0;

/// One labelled thing that was looked at once or more; all looks together weigh one.
#[derive(Clone, Debug, PartialEq)]
pub struct Sample {
    /// The measures of each look.
    pub looks: Vec<Vec<f32>>,
    /// The label.
    pub yes: bool,
}

/// A fitted regression, in the units of the measures.
#[derive(Clone, Debug, PartialEq)]
pub struct Fit {
    /// Log-odds where every measure is zero.
    pub intercept: f64,
    /// Log-odds for each unit of a measure, in their order.
    pub weights: Vec<f64>,
}

impl Fit {
    /// Fits weights; `ridge` is the penalty on the square of each, with measures scaled to a standard deviation of 1.
    /// `None` without both labels, or where the measures are unusable.
    #[must_use]
    pub fn of(samples: &[&Sample], ridge: f64) -> Option<Self> {
        let rows = Rows::of(samples)?;
        let size = rows.mean.len() + 1;
        let yes_share = rows.rows.iter().map(|row| row.weight * row.yes).sum::<f64>() / samples.len() as f64;
        let mut beta = vec![0.0; size];
        *beta.last_mut()? = (yes_share / (1.0 - yes_share)).ln();
        if !beta.last()?.is_finite() {
            return None;
        }
        for _ in 0..MAX_STEPS {
            let step = rows.newton_step(&beta, ridge)?;
            beta.iter_mut().zip(&step).for_each(|(value, step)| *value += step);
            if step.iter().all(|step| step.abs() < CONVERGED) {
                return rows.in_units(&beta);
            }
        }
        None
    }

    /// Log-odds of "yes": the mean of the looks.
    #[must_use]
    pub fn log_odds(&self, looks: &[Vec<f32>]) -> f64 {
        let of_look = |look: &Vec<f32>| {
            let products = look.iter().zip(&self.weights).map(|(value, weight)| f64::from(*value) * weight);
            self.intercept + products.sum::<f64>()
        };
        looks.iter().map(of_look).sum::<f64>() / looks.len() as f64
    }
}

/// A probability from log-odds.
#[must_use]
pub fn probability(log_odds: f64) -> f64 {
    1.0 / (1.0 + (-log_odds).exp())
}

/// One look, standardised, with a one at the end for the intercept.
struct Row {
    values: Vec<f64>,
    weight: f64,
    yes: f64,
}

struct Rows {
    rows: Vec<Row>,
    mean: Vec<f64>,
    deviation: Vec<f64>,
}

impl Rows {
    fn of(samples: &[&Sample]) -> Option<Self> {
        let size = samples.iter().flat_map(|sample| &sample.looks).map(Vec::len).next()?;
        let looks = || {
            samples.iter().flat_map(|sample| {
                let weight = 1.0 / sample.looks.len() as f64;
                sample.looks.iter().map(move |look| (look, weight, f64::from(u8::from(sample.yes))))
            })
        };
        if looks().any(|(look, ..)| look.len() != size || look.iter().any(|value| !value.is_finite())) {
            return None;
        }
        let total: f64 = looks().map(|(_, weight, _)| weight).sum();
        let moment = |of: &dyn Fn(usize, f64) -> f64| -> Vec<f64> {
            let mut sums = vec![0.0; size];
            for (look, weight, _) in looks() {
                for (index, (sum, value)) in sums.iter_mut().zip(look).enumerate() {
                    *sum += weight * of(index, f64::from(*value));
                }
            }
            sums.into_iter().map(|sum| sum / total).collect()
        };
        let mean = moment(&|_, value| value);
        let variance = moment(&|index, value| (value - mean[index]).powi(2));
        // A measure that never changes says nothing: it is divided by one and stays zero.
        let deviation: Vec<f64> =
            variance.into_iter().map(|variance| if variance > 1e-12 { variance.sqrt() } else { 1.0 }).collect();
        let rows = looks()
            .map(|(look, weight, yes)| {
                let scaled = look.iter().zip(&mean).zip(&deviation);
                let values = scaled.map(|((value, mean), deviation)| (f64::from(*value) - mean) / deviation);
                Row { values: values.chain([1.0]).collect(), weight, yes }
            })
            .collect();
        Some(Self { rows, mean, deviation })
    }

    fn newton_step(&self, beta: &[f64], ridge: f64) -> Option<Vec<f64>> {
        let size = beta.len();
        let mut gradient = vec![0.0; size];
        let mut curvature = vec![0.0; size * size];
        for Row { values, weight, yes } in &self.rows {
            let log_odds: f64 = values.iter().zip(beta).map(|(value, beta)| value * beta).sum();
            let p = probability(log_odds.clamp(-MAX_LOG_ODDS, MAX_LOG_ODDS));
            let (pull, bend) = (weight * (yes - p), weight * p * (1.0 - p));
            for (row, value) in values.iter().enumerate() {
                gradient[row] += pull * value;
                let bent = bend * value;
                let lower = &mut curvature[row * size..=row * size + row];
                lower.iter_mut().zip(values).for_each(|(sum, other)| *sum += bent * other);
            }
        }
        // The intercept is not held back.
        for index in 0..size - 1 {
            gradient[index] -= ridge * beta[index];
            curvature[index * size + index] += ridge;
        }
        solve(curvature, gradient)
    }

    fn in_units(&self, beta: &[f64]) -> Option<Fit> {
        let (standardised, weights) = beta.split_last()?;
        let weights: Vec<f64> = weights.iter().zip(&self.deviation).map(|(beta, deviation)| beta / deviation).collect();
        let shift: f64 = weights.iter().zip(&self.mean).map(|(weight, mean)| weight * mean).sum();
        Some(Fit { intercept: standardised - shift, weights })
    }
}

/// Solves `a x = b` for a symmetric positive definite matrix of which the lower triangle is given, row by row
/// (Cholesky). `None` where it is not positive definite.
fn solve(mut a: Vec<f64>, mut b: Vec<f64>) -> Option<Vec<f64>> {
    let size = b.len();
    for row in 0..size {
        for column in 0..=row {
            let known: f64 = (0..column).map(|k| a[row * size + k] * a[column * size + k]).sum();
            let rest = a[row * size + column] - known;
            a[row * size + column] = if row == column {
                if rest.is_nan() || rest <= 0.0 {
                    return None;
                }
                rest.sqrt()
            } else {
                rest / a[column * size + column]
            };
        }
    }
    for row in 0..size {
        let known: f64 = (0..row).map(|k| a[row * size + k] * b[k]).sum();
        b[row] = (b[row] - known) / a[row * size + row];
    }
    for row in (0..size).rev() {
        let known: f64 = (row + 1..size).map(|k| a[k * size + row] * b[k]).sum();
        b[row] = (b[row] - known) / a[row * size + row];
    }
    Some(b)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Samples whose label is drawn from known log-odds; a small generator, so that they are always the same.
    fn samples(count: usize) -> Vec<Sample> {
        let mut state = 7u64;
        let mut uniform = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) as f64 / (1u64 << 31) as f64
        };
        let mut sample = || {
            let look = vec![uniform() as f32 * 4.0, uniform() as f32 * 0.1 + 5.0];
            let log_odds = -1.0 + 2.0 * f64::from(look[0]) - 30.0 * (f64::from(look[1]) - 5.0) - 1.0;
            Sample { looks: vec![look.clone(), look], yes: uniform() < probability(log_odds) }
        };
        (0..count).map(|_| sample()).collect()
    }

    #[test]
    fn known_weights_are_found_again() {
        let samples = samples(20_000);
        let fit = Fit::of(&samples.iter().collect::<Vec<_>>(), 1e-3).expect("fitted");
        assert!((fit.weights[0] - 2.0).abs() < 0.1, "{fit:?}");
        assert!((fit.weights[1] + 30.0).abs() < 2.5, "{fit:?}");
        assert!((fit.log_odds(&[vec![1.0, 5.05]]) - (-1.5)).abs() < 0.1, "{fit:?}");
    }

    #[test]
    fn the_gradient_is_zero_at_the_fit_and_the_ridge_shrinks() {
        let samples = samples(500);
        let all: Vec<&Sample> = samples.iter().collect();
        let (loose, tight) = (Fit::of(&all, 0.1).expect("fitted"), Fit::of(&all, 1e4).expect("fitted"));
        assert!(tight.weights[0].abs() < loose.weights[0].abs() / 10.0, "{loose:?} {tight:?}");
        // The intercept is free, so the mean probability is the share of "yes".
        let mean = |fit: &Fit| samples.iter().map(|one| probability(fit.log_odds(&one.looks))).sum::<f64>() / 500.0;
        let share = samples.iter().filter(|sample| sample.yes).count() as f64 / 500.0;
        assert!((mean(&loose) - share).abs() < 1e-6 && (mean(&tight) - share).abs() < 1e-6);
    }

    #[test]
    fn a_second_equal_look_changes_nothing() {
        let twice = samples(300);
        let once: Vec<Sample> =
            twice.iter().map(|sample| Sample { looks: sample.looks[..1].to_vec(), yes: sample.yes }).collect();
        let fit = |samples: &[Sample]| Fit::of(&samples.iter().collect::<Vec<_>>(), 1.0).expect("fitted");
        let (one, two) = (fit(&once), fit(&twice));
        assert!((one.weights[0] - two.weights[0]).abs() < 1e-6 && (one.intercept - two.intercept).abs() < 1e-5);
    }

    #[test]
    fn what_cannot_be_fitted_is_none() {
        let only_yes: Vec<Sample> = samples(50).into_iter().filter(|sample| sample.yes).collect();
        assert_eq!(Fit::of(&only_yes.iter().collect::<Vec<_>>(), 1.0), None);
        assert_eq!(Fit::of(&[], 1.0), None);
        let mut broken = samples(50);
        broken[3].looks[0][1] = f32::NAN;
        assert_eq!(Fit::of(&broken.iter().collect::<Vec<_>>(), 1.0), None);
    }
}
