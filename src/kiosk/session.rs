//! One shift being decided: pure but for the clock it is given.
//!
//! It keeps which inbox event led to what, so that an event is marked as handled together with the
//! record it led to, and not before.

use hymy_vision::Observation;
use jiff::Timestamp;

use super::KioskSettings;
use super::axis::Axis;
use super::identity::{Doubt, Identity};
use crate::clock::Clock;
use crate::decide::{Decider, Drift};
use crate::signals::{Measured, Reason, Signals, Timeline};
use crate::store::{EventId, InboxEvent, NewRecord, OwnTallies, Shift, Unsettled};
use crate::summary::{Summary, TransactionRecord};
use crate::till;
use crate::transaction::{BetweenCustomers, Register, TillEvent, TillEventKind, Transaction};

/// The register takes no step back in time, so time passes this much behind the clock: a frame that is
/// still on its way must not come too late.
const FRAME_ON_ITS_WAY_MS: u64 = 1_000;

/// What is to be written, together.
#[derive(Debug, Default)]
pub(super) struct Decisions {
    pub records: Vec<NewRecord>,
    pub handled: Vec<EventId>,
    /// What the records are without: no longer to be remembered once they are written.
    pub left_out: Vec<Unsettled>,
}

impl Decisions {
    pub fn is_empty(&self) -> bool {
        self.records.is_empty() && self.handled.is_empty()
    }

    pub fn append(&mut self, mut later: Self) {
        self.records.append(&mut later.records);
        self.handled.append(&mut later.handled);
        self.left_out.append(&mut later.left_out);
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
    between: BetweenCustomers,
    drift: Drift,
    register: Register,
    timeline: Timeline,
    settings: KioskSettings,
    /// What this part of the shift adds up to, as it is written: in memory only while the shift lasts.
    pub summary: Summary,
    /// Which part: a shift that a crash broke off goes on with another.
    pub part: i64,
    fed: Vec<Fed>,
    identity: Identity,
    /// When it was said that the phone in hand is for work, in shift time.
    phone_for_work_ms: Vec<u64>,
    /// The person's own tallies, as they are written; `None` where nobody's key was given.
    pub tallies: Option<OwnTallies>,
    /// What was left out before it was settled, in shift time.
    left_out: Vec<(u64, Unsettled)>,
}

impl Session {
    pub fn new(shift: Shift, part: i64, settings: KioskSettings, clock: &dyn Clock) -> Self {
        Self {
            summary: Summary::default(),
            part,
            axis: Axis::new(shift.started_at, clock),
            decider: Decider::new(settings.directions.clone()),
            between: BetweenCustomers::default(),
            drift: Drift::new(),
            register: Register::new(settings.register.clone(), u64::from(settings.max_late_s) * 1000),
            timeline: Timeline::new(),
            fed: Vec::new(),
            identity: Identity::tapped(clock.monotonic_ms()),
            phone_for_work_ms: Vec::new(),
            tallies: None,
            left_out: Vec::new(),
            settings,
            shift,
        }
    }

    /// Takes what a frame showed. When it leaves a doubt whose face is seen, it is not taken, and the doubt is told.
    pub fn observe(&mut self, observation: &Observation, clock: &dyn Clock) -> Option<Doubt> {
        if !self.is_shared()
            && let Some(doubt) = self.identity.see(observation, clock.monotonic_ms())
        {
            return Some(doubt);
        }
        let mut observation = *observation;
        observation.t_ms = self.axis.shift_from_source(observation.t_ms, clock);
        if self.between.at(observation.t_ms, observation.customer_present) {
            self.decider.take_neutral(&observation);
        }
        let decided = self.decider.decide(&observation);
        if let Some(moved) = self.drift.observe(&observation) {
            // About the camera, not about anyone: zones and target need setting anew.
            tracing::warn!(what = moved.name(), "camera_moved");
        }
        self.timeline.push(&decided);
        self.register.observe(observation.t_ms, observation.customer_present);
        None
    }

    /// Several people are signed in: what is seen is nobody's.
    pub fn is_shared(&self) -> bool {
        !self.shift.companions.is_empty()
    }

    /// Whether a transaction is open, as far as is known by now.
    pub fn is_serving(&self) -> bool {
        self.register.is_open()
    }

    /// Whether the till has reported a customer who is still being served.
    pub fn has_reported(&self) -> bool {
        self.between.is_reported()
    }

    /// Whether too long has passed since the person's face was followed, or they said that it is they.
    pub fn doubt(&self, clock: &dyn Clock) -> Option<Doubt> {
        self.identity.pass(clock.monotonic_ms()).filter(|_| !self.is_shared())
    }

    /// The person has just said that it is they.
    pub fn tapped(&mut self, clock: &dyn Clock) {
        self.identity = Identity::tapped(clock.monotonic_ms());
    }

    /// The person says that the phone in their hand is, or just was, for work: it is left out of the transaction that
    /// is open at `at`, or else of the last one before, while that one is not settled.
    pub fn phone_for_work(&mut self, at: Timestamp) {
        self.phone_for_work_ms.push(self.axis.shift_from_wall(at));
    }

    /// Takes the person's own tallies, with what they left out that is not settled.
    pub fn take_tallies(&mut self, own: OwnTallies) {
        let known = std::mem::take(&mut self.left_out);
        for unsettled in own.unsettled() {
            // Where the clock was moved since, what is known already stays where it was.
            let known = known.iter().find(|(_, known)| known == unsettled).copied();
            self.left_out.push(known.unwrap_or_else(|| (self.axis.shift_from_wall(unsettled.at()), *unsettled)));
        }
        self.tallies = Some(own);
    }

    /// When the transaction was opened that was going on at `at`, or was the last before, if it is not settled yet.
    pub fn unsettled_at(&self, at: Timestamp) -> Option<Timestamp> {
        let opened_ms = self.register.opened_by(self.axis.shift_from_wall(at))?;
        Some(self.axis.wall_from_shift(opened_ms))
    }

    /// Takes an event that is in the inbox.
    pub fn till_event(&mut self, id: EventId, event: &InboxEvent) {
        let t_ms = self.axis.shift_from_wall(event.at);
        let Some(kind) = till::kind_named(&event.event) else { return };
        // The inbox has told duplicates already, by ids the register need not know.
        let till_event = TillEvent { id: Some(format!("{id:?}")), register: event.register.clone(), kind, t_ms };
        self.between.till(&till_event);
        let fate = self.register.till(&till_event);
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
        let finished = self.register.take_finished();
        let openings_ms: Vec<u64> = finished.iter().map(|transaction| transaction.opened_ms).collect();
        for transaction in finished {
            self.fed.retain(|fed| {
                let led_to_it = belongs(fed, &transaction);
                if led_to_it {
                    decisions.handled.push(fed.id);
                }
                !led_to_it
            });
            decisions.records.extend(self.record(transaction, &openings_ms, &mut decisions.left_out));
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

    /// Whether it was said of this transaction that the phone was for work: while it was open, or after it and before
    /// the next one, as long as it was not settled.
    fn is_phone_for_work(&self, transaction: &Transaction, openings_ms: &[u64]) -> bool {
        let settled_ms = transaction.ended_ms + u64::from(self.settings.max_late_s) * 1000;
        let said = |&said_ms: &u64| said_ms <= settled_ms && self.is_said_of(said_ms, transaction, openings_ms);
        self.phone_for_work_ms.iter().any(said)
    }

    /// Whether this was the last transaction that had been opened when something was said.
    fn is_said_of(&self, said_ms: u64, transaction: &Transaction, openings_ms: &[u64]) -> bool {
        let opened_ms = transaction.opened_ms;
        opened_ms <= said_ms
            && !openings_ms.iter().any(|&next_ms| opened_ms < next_ms && next_ms <= said_ms)
            && !self.register.opens_within(opened_ms, said_ms)
    }

    /// Measures a transaction; what was left out of it is added to `left_out`.
    fn record(
        &self,
        transaction: Transaction,
        openings_ms: &[u64],
        left_out: &mut Vec<Unsettled>,
    ) -> Option<NewRecord> {
        let opened_at = self.axis.wall_from_shift(transaction.opened_ms);
        let closed_at = self.axis.wall_from_shift(transaction.closed_ms);
        let phone_for_work = self.is_phone_for_work(&transaction, openings_ms);
        let said_of_it = |&&(said_ms, _): &&(u64, _)| self.is_said_of(said_ms, &transaction, openings_ms);
        let without: Vec<Unsettled> =
            self.left_out.iter().filter(said_of_it).map(|(_, unsettled)| *unsettled).collect();
        let mut record = TransactionRecord::measure(transaction, &self.timeline);
        record.signals = record.signals.only(|key| self.settings.is_on(key));
        if phone_for_work {
            record.signals.phone_in_hand = Measured::unknown(Reason::SignalOff);
        }
        if self.is_shared() {
            record.signals = Signals::unknown(Reason::NotAlone);
        }
        for unsettled in without {
            record = record.without(unsettled.left_out);
            left_out.push(unsettled);
        }
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
