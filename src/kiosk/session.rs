//! One shift being decided: pure but for the clock it is given.
//!
//! It keeps which inbox event led to what, so that an event is marked as handled together with the
//! record it led to, and not before.

use hymy_vision::Observation;

use super::KioskSettings;
use super::axis::Axis;
use crate::clock::Clock;
use crate::decide::{Decider, Drift};
use crate::signals::Timeline;
use crate::store::{EventId, InboxEvent, NewRecord, Shift};
use crate::summary::TransactionRecord;
use crate::till;
use crate::transaction::{Register, TillEvent, TillEventKind, Transaction};

/// The register takes no step back in time, so time passes this much behind the clock: a frame that is
/// still on its way must not come too late.
const FRAME_ON_ITS_WAY_MS: u64 = 1_000;

/// What is to be written, together.
#[derive(Debug, Default)]
pub(super) struct Decisions {
    pub records: Vec<NewRecord>,
    pub handled: Vec<EventId>,
}

impl Decisions {
    pub fn is_empty(&self) -> bool {
        self.records.is_empty() && self.handled.is_empty()
    }

    pub fn append(&mut self, mut later: Self) {
        self.records.append(&mut later.records);
        self.handled.append(&mut later.handled);
    }
}

/// An event that was given to the register and whose outcome is not written yet.
struct Fed {
    id: EventId,
    t_ms: u64,
    kind: TillEventKind,
}

/// The shift that is on.
pub(super) struct Session {
    pub shift: Shift,
    pub axis: Axis,
    decider: Decider,
    drift: Drift,
    register: Register,
    timeline: Timeline,
    settings: KioskSettings,
    fed: Vec<Fed>,
}

impl Session {
    pub fn new(shift: Shift, settings: KioskSettings, clock: &dyn Clock) -> Self {
        Self {
            axis: Axis::new(shift.started_at, clock),
            decider: Decider::new(settings.directions.clone()),
            drift: Drift::new(),
            register: Register::new(settings.register.clone(), u64::from(settings.max_late_s) * 1000),
            timeline: Timeline::new(),
            fed: Vec::new(),
            settings,
            shift,
        }
    }

    /// Takes what a frame showed.
    pub fn observe(&mut self, observation: &Observation, clock: &dyn Clock) {
        let mut observation = *observation;
        observation.t_ms = self.axis.shift_from_source(observation.t_ms, clock);
        let decided = self.decider.decide(&observation);
        if let Some(moved) = self.drift.observe(&observation) {
            // About the camera, not about anyone: zones and target need setting anew.
            tracing::warn!(what = moved.name(), "camera_moved");
        }
        self.timeline.push(&decided);
        self.register.observe(observation.t_ms, observation.customer_present);
    }

    /// Takes an event that is in the inbox.
    pub fn till_event(&mut self, id: EventId, event: &InboxEvent) {
        let t_ms = self.axis.shift_from_wall(event.at);
        let Some(kind) = till::kind_named(&event.event) else { return };
        // The inbox has told duplicates already, by ids the register need not know.
        let fate = self.register.till(&TillEvent {
            id: Some(format!("{id:?}")),
            register: event.register.clone(),
            kind,
            t_ms,
        });
        tracing::debug!(?fate, event = event.event, "till_event_taken");
        self.fed.push(Fed { id, t_ms, kind });
    }

    /// Follows the clocks, and lets time pass for the register.
    pub fn pass(&mut self, clock: &dyn Clock) {
        if let Some(moved_ms) = self.axis.follow(clock) {
            tracing::warn!(moved_ms, "wall_clock_jumped");
        }
        self.register.pass(self.axis.now_ms(clock).saturating_sub(FRAME_ON_ITS_WAY_MS));
    }

    /// The camera was closed or lost: the newest frame no longer stands.
    pub fn source_closed(&mut self) {
        self.axis.source_closed();
        self.decider.reset();
    }

    /// Ends the shift: everything still open is closed here.
    pub fn finish(&mut self, clock: &dyn Clock) {
        self.finish_at(self.axis.end_ms(clock));
    }

    /// Ends a shift that a crash broke off at the last thing known of it.
    pub fn finish_interrupted(&mut self) {
        self.finish_at(self.fed.iter().map(|fed| fed.t_ms).max().unwrap_or(0));
    }

    fn finish_at(&mut self, end_ms: u64) {
        self.timeline.end(end_ms);
        self.register.finish(end_ms);
    }

    /// What has been decided since the last time.
    pub fn take_decisions(&mut self) -> Decisions {
        let mut decisions = Decisions::default();
        for transaction in self.register.take_finished() {
            self.fed.retain(|fed| {
                let led_to_it = belongs(fed, &transaction);
                if led_to_it {
                    decisions.handled.push(fed.id);
                }
                !led_to_it
            });
            decisions.records.extend(self.record(transaction));
        }
        // Events that led to nothing, such as a closing with nothing open.
        let needed_from_ms = self.register.needs_from_ms();
        self.fed.retain(|fed| {
            let settled = fed.t_ms < needed_from_ms;
            if settled {
                decisions.handled.push(fed.id);
            }
            !settled
        });
        self.timeline.forget_before(needed_from_ms);
        decisions
    }

    fn record(&self, transaction: Transaction) -> Option<NewRecord> {
        let opened_at = self.axis.wall_from_shift(transaction.opened_ms);
        let closed_at = self.axis.wall_from_shift(transaction.closed_ms);
        let mut record = TransactionRecord::measure(transaction, &self.timeline);
        record.signals = record.signals.only(|key| self.settings.is_on(key.as_str()));
        match serde_json::to_string(&record) {
            Ok(json) => Some(NewRecord { opened_at, closed_at, json }),
            Err(error) => {
                tracing::error!(%error, "record_not_serialised");
                None
            }
        }
    }
}

/// Whether an event led to this transaction or came before it and led to nothing. One at its very end
/// may be the next one's opening.
fn belongs(fed: &Fed, transaction: &Transaction) -> bool {
    if fed.t_ms < transaction.closed_ms {
        return true;
    }
    fed.t_ms <= transaction.ended_ms
        && match fed.kind {
            TillEventKind::Opened => fed.t_ms == transaction.opened_ms,
            TillEventKind::Payment => transaction.payments_ms.contains(&fed.t_ms),
            TillEventKind::Closed | TillEventKind::Voided => true,
        }
}
