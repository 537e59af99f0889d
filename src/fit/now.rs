//! Where a check is, for a page that asks now and then: what a terminal is told in the order in which it happens, kept as
//! what holds at present.

use std::collections::BTreeSet;

use hymy_vision::Observation;
use serde::{Deserialize, Serialize};

use super::{Check, Say, Step};
use crate::calibrate::Trouble;
use crate::decide::Directions;

/// Where a check is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FitNow {
    /// What the person is asked to do; `None` before the first frame and at the end.
    pub step: Option<Step>,
    /// So many seconds to go until it begins; `None` while it is held.
    pub count: Option<u64>,
    /// Why the step could not be seen when it was last taken.
    pub again: Option<Trouble>,
    /// At the end: the signals that the person chose and that cannot be read of them here. Why, nobody is told.
    pub off: Option<Vec<String>>,
}

/// A check of one person, with what they chose.
pub struct Watched {
    check: Check,
    chosen: BTreeSet<String>,
    now: FitNow,
}

impl Watched {
    /// One that has seen nothing, at a place with these directions.
    #[must_use]
    pub fn new(directions: Directions, chosen: BTreeSet<String>) -> Self {
        Self { check: Check::new(directions), chosen, now: FitNow::default() }
    }

    /// Takes the next observation.
    pub fn observe(&mut self, observation: &Observation) {
        for say in self.check.observe(observation) {
            match say {
                Say::Do(step) => self.now.step = Some(step),
                Say::Count(seconds) => self.now.count = Some(seconds),
                Say::Hold => self.now.count = None,
                Say::Done => self.now.again = None,
                Say::Again(trouble) => self.now.again = Some(trouble),
            }
        }
        if let Some(unreadable) = self.check.unreadable() {
            let off = unreadable.into_iter().filter(|signal| self.chosen.contains(*signal)).map(str::to_owned);
            self.now = FitNow { off: Some(off.collect()), ..FitNow::default() };
        }
    }

    /// Where it is.
    #[must_use]
    pub fn now(&self) -> &FitNow {
        &self.now
    }
}
