//! Between two customers: no transaction is open at any till, and nobody stands in the customer zone.
//!
//! Known at once and only as good as what was reported by then; what a transaction is, [`super::Register`] decides.

use std::collections::BTreeSet;

use super::{ABSENT_MS, FAREWELL_AFTER_MS, TillEvent, TillEventKind};

/// Most till events that wait for their time.
const WAITING_MAX: usize = 1_024;

/// Follows till events and the customer zone.
#[derive(Clone, Debug, Default)]
pub struct BetweenCustomers {
    /// Events whose time has not come, in the order of their time.
    waiting: Vec<TillEvent>,
    open: BTreeSet<String>,
    closed_ms: Option<u64>,
    /// Since when nobody was seen in the customer zone.
    empty_since_ms: Option<u64>,
}

impl BetweenCustomers {
    /// Takes a till event, whose time may lie behind or ahead.
    pub fn till(&mut self, event: &TillEvent) {
        if self.waiting.len() < WAITING_MAX {
            let place = self.waiting.partition_point(|other| other.t_ms <= event.t_ms);
            self.waiting.insert(place, event.clone());
        }
    }

    /// Whether a till has a transaction open, or has just reported something whose time has not come.
    pub fn is_reported(&self) -> bool {
        !self.open.is_empty() || !self.waiting.is_empty()
    }

    /// Takes what was observed at `t_ms`, and says whether it was between two customers: the zone empty for as long as
    /// a departure takes, or without a zone, the last farewell over.
    pub fn at(&mut self, t_ms: u64, customer_present: Option<bool>) -> bool {
        let due = self.waiting.partition_point(|event| event.t_ms <= t_ms);
        for event in self.waiting.drain(..due) {
            match event.kind {
                TillEventKind::Opened | TillEventKind::Payment => {
                    self.open.insert(event.register);
                }
                TillEventKind::Closed | TillEventKind::Voided => {
                    self.open.remove(&event.register);
                    self.closed_ms = Some(event.t_ms);
                }
            }
        }
        let empty = match customer_present {
            Some(true) => {
                self.empty_since_ms = None;
                false
            }
            Some(false) => t_ms.saturating_sub(*self.empty_since_ms.get_or_insert(t_ms)) >= ABSENT_MS,
            None => self.closed_ms.is_none_or(|closed_ms| t_ms.saturating_sub(closed_ms) >= FAREWELL_AFTER_MS),
        };
        empty && self.open.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(kind: TillEventKind, t_ms: u64) -> TillEvent {
        TillEvent { id: None, register: "1".into(), kind, t_ms }
    }

    #[test]
    fn an_empty_zone_and_no_open_transaction() {
        let mut between = BetweenCustomers::default();
        assert!(!between.at(0, Some(false)), "not empty for long enough");
        assert!(between.at(3_000, Some(false)));
        assert!(!between.at(3_100, Some(true)));
        assert!(!between.at(3_200, Some(false)), "someone was missed once, or has just left");
        assert!(between.at(6_200, Some(false)));
        between.till(&event(TillEventKind::Closed, 8_000));
        between.till(&event(TillEventKind::Opened, 7_000));
        assert!(between.at(6_900, Some(false)));
        assert!(!between.at(7_000, Some(false)), "a customer who stays out of the zone");
        assert!(between.at(8_000, Some(false)));
    }

    #[test]
    fn a_customer_is_reported_from_the_first_event_until_the_last_was_seen() {
        let mut between = BetweenCustomers::default();
        assert!(!between.is_reported());
        between.till(&event(TillEventKind::Opened, 1_000));
        assert!(between.is_reported(), "before any frame");
        between.at(1_100, Some(false));
        between.till(&event(TillEventKind::Closed, 9_000));
        between.at(8_900, Some(false));
        assert!(between.is_reported());
        between.at(9_000, Some(false));
        assert!(!between.is_reported());
    }

    #[test]
    fn without_a_zone_the_farewell_has_to_be_over() {
        let mut between = BetweenCustomers::default();
        assert!(between.at(0, None), "at sign-in");
        between.till(&event(TillEventKind::Payment, 1_000));
        assert!(!between.at(1_000, None));
        between.till(&event(TillEventKind::Voided, 2_000));
        assert!(!between.at(5_900, None));
        assert!(between.at(6_000, None));
    }
}
