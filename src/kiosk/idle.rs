//! A shift in which nothing happens ends by itself, as if its person had signed out: whoever forgot to leaves no camera
//! open before an empty counter.

use super::task::Kiosk;

impl Kiosk {
    /// Something happened just now: a till event of this register, a customer, a tap, signing in.
    pub(super) fn happened(&mut self) {
        self.happened_ms = self.clock.monotonic_ms();
    }

    /// Ends a shift, paused or not, in which nothing happened for too long and no transaction is open. What a crash left
    /// open is ended then too, if nobody took it up.
    pub(super) fn end_if_idle(&mut self) {
        let idle_ms = self.clock.monotonic_ms().saturating_sub(self.happened_ms);
        if idle_ms < self.settings.idle_ms {
            return;
        }
        if self.session.as_ref().is_some_and(|session| !session.is_serving()) {
            tracing::info!("shift_ended_idle");
            self.end_shift();
            self.try_to_write_end();
        }
        if self.session.is_none()
            && self.left_open
            && let Err(error) = self.settle(&[], true)
        {
            tracing::error!(%error, "shift_end_not_written");
        }
    }
}
