//! Whose face is seen: known from the person's own tap, for as long as their face is followed.
//!
//! Nobody is recognised. A face that was lost for long, or lost while another was near, may be anyone's when a face is
//! seen again.

use hymy_vision::Observation;

/// The followed face was lost for this long, in milliseconds: whoever comes next may be somebody else.
pub const LOST_PAUSES_AFTER_MS: u64 = 60_000;

/// Why it is in doubt whose face is seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Doubt {
    /// Nobody was followed for [`LOST_PAUSES_AFTER_MS`].
    LostForLong,
    /// The face was lost while another was near.
    LostNearAnother,
}

/// Until when it was known whose face is seen.
#[derive(Clone, Copy, Debug)]
pub(super) struct Identity {
    known_ms: u64,
}

impl Identity {
    /// The person has just said that it is they; time is the monotonic clock's.
    pub fn tapped(now_ms: u64) -> Self {
        Self { known_ms: now_ms }
    }

    /// Takes what a frame showed.
    pub fn see(&mut self, observation: &Observation, now_ms: u64) -> Option<Doubt> {
        if observation.lost_near_another {
            return Some(Doubt::LostNearAnother);
        }
        if let Some(doubt) = self.pass(now_ms) {
            return Some(doubt);
        }
        if observation.followed {
            self.known_ms = now_ms;
        }
        None
    }

    /// Lets time pass.
    pub fn pass(&self, now_ms: u64) -> Option<Doubt> {
        (now_ms.saturating_sub(self.known_ms) >= LOST_PAUSES_AFTER_MS).then_some(Doubt::LostForLong)
    }
}
