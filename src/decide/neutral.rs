//! The person's own neutral look: how much their face at rest looks like a smile to the calibration.
//!
//! Taken between customers, once a shift, from 30 s in which the mouth could be read on a face roughly towards the
//! camera; then it stays as it is for the rest of the shift. It lives in memory only and ends with the shift or the
//! program: nothing of it is stored, logged or shown, and the next shift begins without it.

use std::fmt;

use hymy_vision::{Face, Observation};

use super::{DECISION_HELD_MS, NeutralBaseline, logit};

/// So much, in milliseconds, has to be observed before the person's own look takes the place of the population's.
pub const NEUTRAL_OBSERVED_MS: u64 = 30_000;

/// Beyond this, in degrees, a face is not towards the camera, and the mesh's mouth leans to one side.
pub const NEUTRAL_FRONT_DEG: f32 = 25.0;

/// Which quantile of the log-odds is the neutral look. A smile only raises them, so it lies below the middle; speaking
/// lowers them a little, so it is not the lowest. With a third of the time spent smiling it is the 60th percentile of
/// the other two, with a third spent speaking their 10th.
pub const NEUTRAL_QUANTILE: f64 = 0.4;

/// Log-odds are counted in bins of this width, so that the memory is bounded; finer would be below the noise.
const BIN_WIDTH: f32 = 0.125;
/// Log-odds beyond this are certainty ([`logit`] ends at 9.2).
const LOG_ODDS_MAX: f32 = 10.0;
const BINS: usize = (2.0 * LOG_ODDS_MAX / BIN_WIDTH) as usize;

/// Collects the neutral look of one shift, and freezes it.
#[derive(Clone)]
pub struct NeutralCollector {
    /// Milliseconds spent in each bin.
    bins: [u32; BINS],
    observed_ms: u64,
    /// When a neutral look could be read last.
    last_ms: Option<u64>,
    frozen: Option<NeutralBaseline>,
}

impl NeutralCollector {
    /// One that has seen nothing.
    #[must_use]
    pub const fn new() -> Self {
        Self { bins: [0; BINS], observed_ms: 0, last_ms: None, frozen: None }
    }

    /// Takes a frame from between two customers. Gives the person's own look once it is known, and from then on the
    /// same.
    pub fn observe(&mut self, observation: &Observation) -> Option<NeutralBaseline> {
        if self.frozen.is_some() {
            return self.frozen;
        }
        let Some(probability) = neutral_probability(observation) else {
            self.last_ms = None;
            return None;
        };
        let t_ms = observation.t_ms;
        // A first frame, a step back in time and a hole last no time at all.
        let lasted_ms = match self.last_ms.replace(t_ms) {
            Some(last_ms) if t_ms.saturating_sub(last_ms) <= DECISION_HELD_MS => t_ms.saturating_sub(last_ms),
            _ => 0,
        };
        let bin = ((logit(probability) + LOG_ODDS_MAX) / BIN_WIDTH) as usize;
        if let Some(spent_ms) = self.bins.get_mut(bin.min(BINS - 1)) {
            *spent_ms = spent_ms.saturating_add(lasted_ms as u32);
        }
        self.observed_ms += lasted_ms;
        if self.observed_ms >= NEUTRAL_OBSERVED_MS {
            self.frozen = Some(NeutralBaseline::Own { level: self.level() });
            self.bins = [0; BINS];
        }
        self.frozen
    }

    /// The quantile, as a probability.
    fn level(&self) -> f32 {
        let wanted_ms = self.observed_ms as f64 * NEUTRAL_QUANTILE;
        let mut below_ms = 0.0;
        for (bin, spent_ms) in self.bins.iter().enumerate() {
            below_ms += f64::from(*spent_ms);
            if below_ms >= wanted_ms && *spent_ms > 0 {
                let log_odds = (bin as f32 + 0.5) * BIN_WIDTH - LOG_ODDS_MAX;
                return 1.0 / (1.0 + (-log_odds).exp());
            }
        }
        super::POPULATION_NEUTRAL
    }
}

impl Default for NeutralCollector {
    fn default() -> Self {
        Self::new()
    }
}

/// Whether it is known, and no number: it would be one about a person.
impl fmt::Debug for NeutralCollector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NeutralCollector").field("frozen", &self.frozen.is_some()).finish_non_exhaustive()
    }
}

/// The smile's probability of a face whose neutral look can be taken: alone, readable, roughly towards the camera.
fn neutral_probability(observation: &Observation) -> Option<f32> {
    let frontal = |face: &Face| {
        !face.turned_away
            && face.mouth_visible
            && face.head.yaw_deg.abs() <= NEUTRAL_FRONT_DEG
            && face.head.pitch_deg.abs() <= NEUTRAL_FRONT_DEG
    };
    observation.face.filter(|face| !observation.not_alone && frontal(face)).and_then(|face| face.smile)
}

#[cfg(test)]
mod tests;
