//! Customers' answers in a running kiosk: each is counted as it comes, and what four weeks say is told at the start and
//! once an hour, before shifts are forgotten. Which hand pressed when is in memory only.
//!
//! What it logs says that weeks were told, and nothing of any answer.

use super::task::Kiosk;
use crate::control::Answer;
use crate::customer::Face;
use crate::release::PEOPLE_FLOOR;

/// Weeks end at midnight, and a shift is kept for a day at the least.
const EVERY_MS: u64 = 60 * 60 * 1000;

impl Kiosk {
    /// Counts a customer's answer, unless the same hand has just given one. The thanks are the same.
    pub(super) fn customer(&mut self, face: Face) -> Answer {
        if !self.pressed.counts(self.clock.monotonic_ms()) {
            return Answer::Thanked;
        }
        match self.store.count_customer(face, self.clock.now(), &self.clock.time_zone()) {
            Ok(()) => Answer::Thanked,
            Err(error) => error.into(),
        }
    }

    /// Notes who was on duty and tells what is due; does nothing until the next hour after that.
    pub(super) fn keep_customers(&mut self) {
        let now_ms = self.clock.monotonic_ms();
        if now_ms < self.customers_due_ms {
            return;
        }
        self.customers_due_ms = now_ms.saturating_add(EVERY_MS);
        let planned = self.settings.terms.release.as_ref().map(|release| release.plan.people_floor());
        let floor = planned.unwrap_or(PEOPLE_FLOOR);
        match self.store.keep_customers(floor, self.clock.now(), &self.clock.time_zone()) {
            Ok(0) => {}
            Ok(weeks) => tracing::info!(weeks, "customers_answers_told"),
            Err(error) => tracing::error!(%error, "customers_answers_not_told"),
        }
    }
}
