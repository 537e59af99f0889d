//! A recording from its first observation to its last: decisions, transactions, signals. Nothing is stored.
//!
//! What `hymy analyze` and `hymy demo` share. A running kiosk has the same parts under [`crate::kiosk`], with
//! clocks, late events and a store around them.

use std::collections::BTreeMap;

use hymy_vision::Observation;

use crate::decide::{Decided, Decider, Directions, Drift, Moved};
use crate::signals::Timeline;
use crate::summary::TransactionRecord;
use crate::transaction::{BetweenCustomers, Register, TillEvent, Transaction};

/// The register that is meant where no event names one.
const ONLY_REGISTER: &str = "1";
/// Assumed time of a frame where there is only one.
const FRAME_MS: u64 = 40;

/// What opens and closes transactions.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Boundaries<'a> {
    /// Till events, and presence where no event says otherwise.
    Till(&'a [TillEvent]),
    /// Someone standing in the customer zone.
    Presence,
    /// The whole source is one transaction.
    WholeSource,
    /// Stills: independent of each other, no transactions.
    Stills,
}

/// A transaction of the recording.
#[derive(Clone, Debug)]
pub struct Analysed {
    /// What a store would keep of it.
    pub record: TransactionRecord,
    /// How often the person nodded while it was open: the count behind the signal, also where it is too short for one.
    pub nods: usize,
}

/// The camera was moved while it recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CameraMoved {
    /// When it was noticed, milliseconds since the first frame.
    pub noticed_ms: u64,
    /// What moved.
    pub what: Moved,
}

/// A recording that is being analysed.
pub struct Analysis {
    decider: Decider,
    between: BetweenCustomers,
    drift: Drift,
    camera_moved: Vec<CameraMoved>,
    timeline: Timeline,
    registers: BTreeMap<String, Register>,
    whole_source: bool,
    stills: bool,
    span_ms: Option<(u64, u64)>,
    step_ms: u64,
    analysed: Vec<Analysed>,
}

impl Analysis {
    /// Starts with everything that is known of the place and of the till.
    #[must_use]
    pub fn new(directions: Directions, boundaries: Boundaries<'_>) -> Self {
        let mut registers = BTreeMap::new();
        let mut between = BetweenCustomers::default();
        if let Boundaries::Till(events) = boundaries {
            for event in events {
                between.till(event);
                registers
                    .entry(event.register.clone())
                    .or_insert_with(|| Register::new(event.register.clone(), 0))
                    .till(event);
            }
        }
        let by_presence = matches!(boundaries, Boundaries::Till(_) | Boundaries::Presence);
        if registers.is_empty() && by_presence {
            registers.insert(ONLY_REGISTER.to_owned(), Register::new(ONLY_REGISTER, 0));
        }
        Self {
            decider: Decider::new(directions),
            between,
            drift: Drift::new(),
            camera_moved: Vec::new(),
            timeline: Timeline::new(),
            registers,
            whole_source: boundaries == Boundaries::WholeSource,
            stills: boundaries == Boundaries::Stills,
            span_ms: None,
            step_ms: FRAME_MS,
            analysed: Vec::new(),
        }
    }

    /// Takes the next observation and gives it back with what was decided.
    pub fn observe(&mut self, observation: &Observation) -> Decided {
        if self.stills {
            self.decider.reset();
            return self.decider.decide(observation);
        }
        // A recording begins anywhere: without a customer zone nobody can be told from somebody.
        let between = self.between.at(observation.t_ms, observation.customer_present);
        if between && observation.customer_present.is_some() {
            self.decider.take_neutral(observation);
        }
        let decided = self.decider.decide(observation);
        let t_ms = observation.t_ms;
        let moved = self.drift.observe(observation);
        self.camera_moved.extend(moved.map(|what| CameraMoved { noticed_ms: t_ms, what }));
        match &mut self.span_ms {
            Some((_, last)) => {
                self.step_ms = t_ms.saturating_sub(*last).max(1);
                *last = t_ms;
            }
            None => self.span_ms = Some((t_ms, t_ms)),
        }
        self.timeline.push(&decided);
        for register in self.registers.values_mut() {
            register.observe(t_ms, observation.customer_present);
        }
        self.collect();
        if let Some(needed) = self.registers.values().map(Register::needs_from_ms).min() {
            self.timeline.forget_before(needed);
        }
        decided
    }

    /// When the camera was moved, as far as the recording shows it; never of stills.
    #[must_use]
    pub fn camera_moved(&self) -> &[CameraMoved] {
        &self.camera_moved
    }

    /// Closes what is open at the end of the source and gives every transaction, in order.
    #[must_use]
    pub fn finish(mut self) -> Vec<Analysed> {
        let Some((first_ms, last_ms)) = self.span_ms else { return self.analysed };
        let end_ms = last_ms + self.step_ms;
        self.timeline.end(end_ms);
        for register in self.registers.values_mut() {
            register.finish(end_ms);
        }
        self.collect();
        if self.whole_source {
            self.measure(Transaction::of_source(ONLY_REGISTER, first_ms, end_ms));
        }
        self.analysed
    }

    fn collect(&mut self) {
        let finished: Vec<Transaction> = self.registers.values_mut().flat_map(Register::take_finished).collect();
        for transaction in finished {
            self.measure(transaction);
        }
    }

    fn measure(&mut self, transaction: Transaction) {
        let nods = self.timeline.nods_between(transaction.opened_ms, transaction.closed_ms);
        self.analysed.push(Analysed { record: TransactionRecord::measure(transaction, &self.timeline), nods });
    }
}

#[cfg(test)]
mod tests {
    use hymy_vision::{Face, HeadPose, Rect};

    use super::*;
    use crate::transaction::TillEventKind;

    /// A face at rest that the calibration takes for a smile.
    fn frame(index: u64, customer_present: Option<bool>) -> Observation {
        let face = Face {
            bounds: Rect { x: 0.4, y: 0.4, w: 0.1, h: 0.1 },
            score: 0.9,
            width_px: 60.0,
            head: HeadPose { yaw_deg: 0.0, pitch_deg: 0.0, roll_deg: 0.0 },
            gaze: None,
            turned_away: false,
            smile: Some(0.7),
            eyes_open: Some(1.0),
            mouth_visible: true,
        };
        Observation {
            frame: index,
            t_ms: index * FRAME_MS,
            face: Some(face),
            faces: 1,
            not_alone: false,
            followed: true,
            lost_near_another: false,
            phone: None,
            phone_observable: true,
            posture: None,
            customer_present,
            queue_present: None,
        }
    }

    /// Whether the face still counts as smiling after 40 s.
    fn smiling_after_40_s(boundaries: Boundaries<'_>, customer_present: Option<bool>) -> Option<bool> {
        let mut analysis = Analysis::new(Directions::default(), boundaries);
        let frames = (0..1_000).map(|index| analysis.observe(&frame(index, customer_present)).smiling);
        frames.last().flatten()
    }

    #[test]
    fn a_persons_own_neutral_look_is_taken_while_nobody_is_served_and_only_then() {
        let open = [TillEvent { id: None, register: "1".into(), kind: TillEventKind::Opened, t_ms: 0 }];
        assert_eq!(smiling_after_40_s(Boundaries::Presence, Some(false)), Some(false));
        assert_eq!(smiling_after_40_s(Boundaries::Presence, Some(true)), Some(true));
        assert_eq!(smiling_after_40_s(Boundaries::Till(&open), Some(false)), Some(true));
        assert_eq!(smiling_after_40_s(Boundaries::WholeSource, None), Some(true), "no customer zone");
        assert_eq!(smiling_after_40_s(Boundaries::Stills, Some(false)), Some(true), "independent of each other");
    }
}
