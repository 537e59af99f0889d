//! Someone standing in the customer zone: arrivals and departures, freed of flicker. Never who, and never how many.

use super::machine::Step;

/// Standing in the customer zone for this long, in milliseconds, is an arrival.
pub const STANDING_MS: u64 = 3_000;

/// An empty customer zone for this long, in milliseconds, is a departure.
pub const ABSENT_MS: u64 = 3_000;

/// Somebody missed for at most this long, in milliseconds, still stands there: the object model runs about three
/// times a second and misses a run now and then.
pub const FLICKER_MS: u64 = 1_000;

/// When nothing at all was observed for this long, in milliseconds, the customer counts as gone since last seen.
pub const UNSEEN_MS: u64 = 10_000;

#[derive(Clone, Copy, Debug, PartialEq)]
enum Zone {
    Empty,
    /// Someone is there, not yet for long enough.
    Standing {
        since_ms: u64,
        last_ms: u64,
    },
    Occupied {
        last_ms: u64,
    },
}

/// Follows the customer zone.
#[derive(Clone, Debug)]
pub(super) struct Presence {
    zone: Zone,
    known_ms: u64,
}

impl Presence {
    pub(super) fn new() -> Self {
        Self { zone: Zone::Empty, known_ms: 0 }
    }

    /// Takes the next frame; returns what became certain by it, with the time at which it happened.
    pub(super) fn see(&mut self, t_ms: u64, present: Option<bool>) -> Vec<(u64, Step)> {
        let mut steps = self.pass(t_ms);
        let Some(present) = present else { return steps };
        self.known_ms = t_ms;
        self.zone = match (self.zone, present) {
            (Zone::Empty, true) => Zone::Standing { since_ms: t_ms, last_ms: t_ms },
            (Zone::Empty, false) => Zone::Empty,
            (Zone::Standing { last_ms, .. }, true) if t_ms - last_ms > FLICKER_MS => {
                Zone::Standing { since_ms: t_ms, last_ms: t_ms }
            }
            (Zone::Standing { since_ms, .. }, true) if t_ms - since_ms >= STANDING_MS => {
                steps.extend([(since_ms, Step::Arrived), (since_ms + STANDING_MS, Step::Stood)]);
                Zone::Occupied { last_ms: t_ms }
            }
            (Zone::Standing { since_ms, .. }, true) => Zone::Standing { since_ms, last_ms: t_ms },
            (Zone::Standing { last_ms, .. }, false) if t_ms - last_ms > FLICKER_MS => Zone::Empty,
            (zone @ Zone::Standing { .. }, false) => zone,
            (Zone::Occupied { .. }, true) => Zone::Occupied { last_ms: t_ms },
            (Zone::Occupied { last_ms }, false) if t_ms - last_ms >= ABSENT_MS => {
                steps.push((last_ms, Step::Departed));
                Zone::Empty
            }
            (zone @ Zone::Occupied { .. }, false) => zone,
        };
        steps
    }

    /// Lets time pass without an observation.
    pub(super) fn pass(&mut self, t_ms: u64) -> Vec<(u64, Step)> {
        match self.zone {
            Zone::Occupied { last_ms } if t_ms.saturating_sub(self.known_ms) >= UNSEEN_MS => {
                self.zone = Zone::Empty;
                vec![(last_ms, Step::Departed)]
            }
            _ => Vec::new(),
        }
    }

    /// The earliest time that a later call can still return.
    pub(super) fn earliest_ms(&self, now_ms: u64) -> u64 {
        match self.zone {
            Zone::Empty => now_ms,
            Zone::Standing { since_ms, .. } => since_ms.min(now_ms),
            Zone::Occupied { last_ms } => last_ms.min(now_ms),
        }
    }
}
