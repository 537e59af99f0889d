//! The only place where noise is made: the discrete Laplace mechanism of the OpenDP library, on whole numbers.
//!
//! The library samples exactly (Canonne, Kamath, Steinke, "The discrete Gaussian for differential privacy", 2020,
//! section 5.2) and says itself what an answer costs; a plan that would cost more than its budget is refused here.

use opendp::core::Measurement;
use opendp::domains::{AtomDomain, VectorDomain};
use opendp::measurements::make_laplace;
use opendp::measures::MaxDivergence;
use opendp::metrics::L1Distance;

use super::{NoiseScale, Plan};

/// Why there is no noise, and so no release.
#[derive(Debug, thiserror::Error)]
pub enum NoiseError {
    /// The library refused or had no random bytes.
    #[error("the OpenDP library gave no noise, so nothing is released: {0}")]
    Library(String),
    /// The library reckons differently.
    #[error("the OpenDP library reckons that this window would cost more than its budget; nothing is released")]
    Budget,
}

impl From<opendp::error::Error> for NoiseError {
    fn from(error: opendp::error::Error) -> Self {
        Self::Library(error.to_string())
    }
}

/// Adds noise to all sums of a window at once.
pub(super) struct Noise(Measurement<VectorDomain<AtomDomain<i64>>, L1Distance<i64>, MaxDivergence, Vec<i64>>);

impl Noise {
    /// The mechanism of a plan.
    ///
    /// # Errors
    /// When the library reckons that it costs more than the plan's budget.
    pub(super) fn of(plan: &Plan) -> Result<Self, NoiseError> {
        let NoiseScale { scale_hundredths, reach_hundredths } = NoiseScale::of(plan);
        let domain = VectorDomain::new(AtomDomain::<i64>::default());
        // Whole and far below 2^53, so exact.
        let measurement = make_laplace(domain, L1Distance::<i64>::default(), scale_hundredths as f64, None)?;
        let reach = i64::try_from(reach_hundredths).map_err(|_| NoiseError::Budget)?;
        // In whole numbers first; then as the library reckons, which rounds up by one step of its numbers.
        let within = reach_hundredths * 1_000 <= scale_hundredths * u64::from(plan.epsilon().thousandths());
        if !within || !measurement.check(&reach, &plan.epsilon().value().next_up())? {
            return Err(NoiseError::Budget);
        }
        Ok(Self(measurement))
    }

    /// The sums, each with noise of its own.
    ///
    /// # Errors
    /// When the system gives no random bytes.
    pub(super) fn add_to(&self, sums: &[i64]) -> Result<Vec<i64>, NoiseError> {
        Ok(self.0.invoke(&sums.to_vec())?)
    }
}
