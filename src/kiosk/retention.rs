//! What has lived its time goes: at the start, and once an hour while the kiosk runs.

use super::task::Kiosk;
use crate::store::{ClockWas, StoreError};

/// How often what has lived its time is removed while the kiosk runs.
const RETAIN_EVERY_MS: u64 = 60 * 60 * 1000;

impl Kiosk {
    /// Removes what has lived its time.
    pub(super) fn retain(&mut self) -> Result<(), StoreError> {
        let now_ms = self.clock.monotonic_ms();
        self.retain_due_ms = now_ms.saturating_add(RETAIN_EVERY_MS);
        let since_ms = self.retained_ms.map(|ms| now_ms.saturating_sub(ms));
        match self.store.retain(&self.rules.retention, self.clock.now(), since_ms)? {
            ClockWas::Running => {}
            ClockWas::SetForward => tracing::warn!("clock_set_forward: what is too old by it was removed"),
            ClockWas::SetBack => tracing::warn!("clock_set_back: what was shared with trainers was removed"),
        }
        self.retained_ms = Some(now_ms);
        self.store.keep_trainers(&self.rules.sharing.trainers)
    }

    /// Once an hour, by the monotonic clock; what could not be removed goes an hour later.
    pub(super) fn retain_now_and_then(&mut self) {
        if self.clock.monotonic_ms() < self.retain_due_ms {
            return;
        }
        if let Err(error) = self.retain() {
            tracing::error!(%error, "what_has_lived_its_time_not_removed");
        }
    }
}
