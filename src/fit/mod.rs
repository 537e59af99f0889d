//! The private fit check: which signals can be read of this person, here. Four steps of three seconds (neutral, smile,
//! target, till), and at their end the names of the signals that cannot be read.
//!
//! Observations in, names of signals out. What was seen lives in memory until the step is judged; no reason comes out,
//! so that none can be kept. It opens no camera, reads no clock (observations carry their time) and writes nothing. The
//! decisions are the kiosk's own: what it would get wrong of this person is switched off.

mod judge;
mod now;

use hymy_vision::Observation;
use serde::{Deserialize, Serialize};

use crate::calibrate::{COUNTDOWN_MS, LEAST_FRAMES, LEAST_SEEN, LOOK_MS, Trouble};
use crate::config::SIGNALS;
use crate::decide::Directions;

use judge::Judge;

pub use now::{FitNow, Watched};

/// A step in which no face was found is tried so many times; then no face can be read of this person here. Once more than
/// it takes to step into the light and to look up.
const FACELESS_TRIES: u32 = 3;

/// What the person is asked to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// A face at rest.
    Neutral,
    /// A smile.
    Smile,
    /// A look at where customers stand.
    Target,
    /// A look at the till.
    Till,
}

impl Step {
    /// In their order: what a smile is measured from comes before it.
    pub const ALL: [Self; 4] = [Self::Neutral, Self::Smile, Self::Target, Self::Till];

    /// What the person is asked to do.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::Neutral => "Look towards the customer with your face at rest",
            Self::Smile => "Smile, as you would at a customer",
            Self::Target => "Look at where a customer's face is",
            Self::Till => "Look at the till, as you do at work",
        }
    }
}

/// What there is to say to the person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Say {
    /// This is next, after the countdown.
    Do(Step),
    /// So many seconds to go until it begins.
    Count(u64),
    /// Now, for three seconds.
    Hold,
    /// Seen.
    Done,
    /// It could not be seen; the same step again.
    Again(Trouble),
}

/// What a signal is read from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum ReadFrom {
    Mouth,
    Eyes,
    Head,
}

/// What a signal is read from; `None` of one that this check is not about: a phone is no part of the person.
fn read_from(signal: &str) -> Option<ReadFrom> {
    match signal {
        "smile" => Some(ReadFrom::Mouth),
        "gaze" | "greet_delay" | "longest_look" | "longest_look_away" | "queue_look" => Some(ReadFrom::Eyes),
        "nods" | "upright" | "leaning" => Some(ReadFrom::Head),
        _ => None,
    }
}

/// The check of one person.
pub struct Check {
    judge: Judge,
    step: usize,
    faceless: u32,
    /// What the step has shown so far, its countdown included.
    seen: Vec<Observation>,
    counted: u64,
    holding: bool,
}

impl Check {
    /// One that has seen nothing, at a place with these directions.
    #[must_use]
    pub fn new(directions: Directions) -> Self {
        Self { judge: Judge::new(directions), step: 0, faceless: 0, seen: Vec::new(), counted: 0, holding: false }
    }

    /// The step that is being taken; `None` at the end.
    #[must_use]
    pub fn step(&self) -> Option<Step> {
        Step::ALL.get(self.step).copied()
    }

    /// The signals that cannot be read, in the order of the configuration's; `None` before the end.
    #[must_use]
    pub fn unreadable(&self) -> Option<Vec<&'static str>> {
        let of = |signal: &&str| match read_from(signal) {
            Some(ReadFrom::Mouth) => !self.judge.mouth(),
            Some(ReadFrom::Eyes) => !self.judge.eyes(),
            Some(ReadFrom::Head) => !self.judge.head(),
            None => false,
        };
        self.step().is_none().then(|| SIGNALS.iter().copied().filter(of).collect())
    }

    /// Takes the next observation; gives what to say now, in order.
    pub fn observe(&mut self, observation: &Observation) -> Vec<Say> {
        let Some(step) = self.step() else { return Vec::new() };
        let Some(begun_ms) = self.seen.first().map(|first| first.t_ms) else {
            self.seen.push(*observation);
            (self.counted, self.holding) = (COUNTDOWN_MS / 1000, false);
            return vec![Say::Do(step), Say::Count(self.counted)];
        };
        // A camera that came back counts from the start again.
        let Some(since_ms) = observation.t_ms.checked_sub(begun_ms) else {
            self.seen.clear();
            return vec![Say::Again(Trouble::TooFewFrames)];
        };
        if since_ms >= COUNTDOWN_MS + LOOK_MS {
            return vec![self.ended(step, begun_ms + COUNTDOWN_MS)];
        }
        self.seen.push(*observation);
        if since_ms < COUNTDOWN_MS {
            let left = (COUNTDOWN_MS - since_ms).div_ceil(1000);
            let fewer = left < self.counted;
            self.counted = self.counted.min(left);
            return if fewer { vec![Say::Count(left)] } else { Vec::new() };
        }
        if std::mem::replace(&mut self.holding, true) { Vec::new() } else { vec![Say::Hold] }
    }

    /// Judges a step that lasted its time, or has it taken again.
    fn ended(&mut self, step: Step, from_ms: u64) -> Say {
        let seen = std::mem::take(&mut self.seen);
        let held: Vec<&Observation> = seen.iter().filter(|observation| observation.t_ms >= from_ms).collect();
        if held.len() < LEAST_FRAMES {
            return Say::Again(Trouble::TooFewFrames);
        }
        let alone = held.iter().filter(|observation| !observation.not_alone).count();
        // Whose face it is that is seen is not known: nothing of it is judged.
        if is_rare(alone, held.len()) {
            return Say::Again(Trouble::NotAlone);
        }
        let faces = held.iter().filter(|observation| !observation.not_alone && observation.face.is_some()).count();
        // Who looks down at the till may show no face, and that is no fault.
        if step != Step::Till && is_rare(faces, alone) {
            self.faceless += 1;
            if self.faceless < FACELESS_TRIES {
                return Say::Again(Trouble::NoFace);
            }
        }
        self.faceless = 0;
        self.judge.take(step, &seen, from_ms);
        // Without a face at rest, nothing that follows could be read.
        self.step = if self.judge.has_no_face() { Step::ALL.len() } else { self.step + 1 };
        Say::Done
    }
}

/// Whether `some` of `all` frames are too few to judge by.
fn is_rare(some: usize, all: usize) -> bool {
    (some as f32) < LEAST_SEEN * all as f32
}

#[cfg(test)]
mod tests;
