//! Releases in a running kiosk: windows are announced and settled at the start and once an hour; a person's tallies are
//! opened as they sign in, and what they contribute is stored then and when they sign out.
//!
//! What it logs says that a window was released, and nothing of anyone.

use super::session::Session;
use super::task::Kiosk;
use crate::store::{SignedIn, StoreError};

/// Windows open and close at midnight, so that an hour more matters to nobody.
const EVERY_MS: u64 = 60 * 60 * 1000;

impl Kiosk {
    /// Announces and settles what is due; does nothing until the next hour after that.
    pub(super) fn keep_releases(&mut self) {
        let now_ms = self.clock.monotonic_ms();
        if now_ms < self.releases_due_ms {
            return;
        }
        self.releases_due_ms = now_ms.saturating_add(EVERY_MS);
        let (now, zone) = (self.clock.now(), self.clock.time_zone());
        let Some(terms) = self.settings.terms.release.clone() else {
            // Switched off: what was contributed to windows that are not released goes, and nothing is settled.
            if let Err(error) = self.store.remove_contributions() {
                tracing::error!(%error, "contributions_not_removed");
            }
            return;
        };
        match self.store.settle_windows(now) {
            Ok(0) => {}
            Ok(windows) => tracing::info!(windows, "windows_released"),
            Err(error) => tracing::error!(%error, "window_not_released"),
        }
        match self.store.announce_window(&terms, now, &zone) {
            Ok(Some(window)) => tracing::info!(opens = %window.opens, closes = %window.closes, "window_announced"),
            Ok(None) => {}
            Err(error) => tracing::error!(%error, "window_not_announced"),
        }
    }

    /// Opens the tallies of a person whose shift begins, as they sign in, and stores what they contribute. A shift of
    /// several people is nobody's, and counts for nobody.
    ///
    /// # Errors
    /// A failure of the database, or a row that was changed.
    pub(super) fn open_own(&mut self, session: &mut Session, signed_in: Option<&SignedIn>) -> Result<(), StoreError> {
        let own = |signed_in: &&SignedIn| !session.is_shared() && session.shift.person == *signed_in.person();
        let Some(signed_in) = signed_in.filter(own) else { return Ok(()) };
        session.take_tallies(self.store.open_tallies(signed_in, &self.clock.time_zone())?);
        self.contribute(session);
        Ok(())
    }

    /// Stores what the person of a session contributes: when they sign in, and when they sign out.
    pub(super) fn contribute(&mut self, session: &Session) {
        let Some(own) = session.tallies.as_ref().filter(|_| self.settings.terms.release.is_some()) else { return };
        if let Err(error) = self.store.contribute_own(own) {
            // Stored when they sign in the next time.
            tracing::error!(%error, "contribution_not_kept");
        }
    }
}
