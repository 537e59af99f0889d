//! How many frames of a live source are looked at: every one while something goes on, two or three a second while nobody
//! is there to be served. It knows times and whether somebody stands in a zone, and nothing else of a picture.
//!
//! Resting, the staff member is still followed by place, their face is read and counted, and the customer and queue zones
//! are looked at; no phone is searched for, which counts in transactions only. Whoever comes is noticed within twice
//! [`RESTING_STEP_MS`]; from then on every frame is looked at.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::observation::Observation;

/// The longest step between two frames that are looked at while resting, in milliseconds, unless the source's own are
/// longer. A reading stands for 500 ms, and so does posture's step: beyond, time would count as not observed. A face that
/// was missed once is found again well within the second for which it is followed.
pub(crate) const RESTING_STEP_MS: u64 = 450;

/// The object model, which costs most, looks at the zones of customers once so many milliseconds have passed: in every
/// second frame that is looked at.
pub(crate) const RESTING_OBJECTS_MS: u64 = 800;

/// How long every frame is looked at after the last sign of anybody to be served, in milliseconds: a departure takes
/// three seconds to be sure of, and the farewell lasts four more.
const AWAKE_AFTER_MS: u64 = 8_000;

/// Whether something goes on that frames do not show, such as a transaction at the till. Clones are the same one.
#[derive(Clone, Debug, Default)]
pub struct Attention(Arc<AtomicBool>);

impl Attention {
    /// Says whether every frame is to be looked at from now on, whatever it shows.
    pub fn set(&self, wanted: bool) {
        self.0.store(wanted, Ordering::Relaxed);
    }

    /// Whether every frame is to be looked at.
    #[must_use]
    pub fn is_wanted(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// Which frames of a run are looked at.
#[derive(Debug)]
pub(crate) struct Cadence {
    attention: Attention,
    awake_until_ms: Option<u64>,
    /// The frame that came last, and the one that was looked at last.
    came_ms: Option<u64>,
    looked_ms: Option<u64>,
}

impl Cadence {
    pub(crate) fn new(attention: Attention) -> Self {
        Self { attention, awake_until_ms: None, came_ms: None, looked_ms: None }
    }

    /// Begins anew: with a source, and when one was lost.
    pub(crate) fn restart(&mut self) {
        *self = Self::new(self.attention.clone());
    }

    /// Whether nobody is there to be served.
    pub(crate) fn is_resting(&self, t_ms: u64) -> bool {
        !self.attention.is_wanted() && self.awake_until_ms.is_some_and(|until_ms| t_ms >= until_ms)
    }

    /// Whether the frame of this time is looked at.
    pub(crate) fn takes(&mut self, t_ms: u64) -> bool {
        let since = |before: Option<u64>| before.map(|before_ms| t_ms.saturating_sub(before_ms));
        let (step_ms, looked_ms) = (since(self.came_ms.replace(t_ms)), since(self.looked_ms));
        if self.attention.is_wanted() || self.awake_until_ms.is_none() {
            self.awake_until_ms = Some(t_ms + AWAKE_AFTER_MS);
        }
        // Taken also when the next one would come too late.
        let due = step_ms.zip(looked_ms).is_none_or(|(step_ms, looked_ms)| looked_ms + step_ms > RESTING_STEP_MS);
        let takes = !self.is_resting(t_ms) || due;
        if takes {
            self.looked_ms = Some(t_ms);
        }
        takes
    }

    /// Takes what a frame showed. Without a customer zone nothing says that nobody is there.
    pub(crate) fn saw(&mut self, observation: &Observation) {
        if observation.customer_present != Some(false) || observation.queue_present == Some(true) {
            self.awake_until_ms = Some(observation.t_ms + AWAKE_AFTER_MS);
        }
    }
}

#[cfg(test)]
mod tests;
