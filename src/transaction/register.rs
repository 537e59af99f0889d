//! One register: till events that come late, twice or in the wrong order, and presence, put in order.
//!
//! Everything waits until nothing earlier can come any more ([`Register::new`]'s lateness), then goes to the rules in
//! the order of its own time. So the order in which events arrive changes nothing, as long as they are not later than
//! that. Never two transactions open at once.

use std::collections::{BTreeSet, VecDeque};

use super::{
    ARRIVAL_BEFORE_MS, TillEvent, TillEventKind, Transaction,
    machine::{Machine, Step},
    presence::Presence,
};

/// How far, in milliseconds, a kiosk lets an event lie behind the newest observation: tills behind a store's network
/// deliver in batches of a minute or two.
pub const LATENESS_MS: u64 = 5 * 60 * 1_000;

/// Most till events that wait at one register; more than a till makes in a day.
pub const PENDING_MAX: usize = 10_000;

/// Most identities remembered to tell duplicates.
const REMEMBERED_MAX: usize = 2 * PENDING_MAX;

/// What became of a till event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It waits for its turn.
    Accepted,
    /// It was here before: the same id, or without one the same event and time.
    Duplicate,
    /// It is older than what is decided already.
    TooLate,
    /// It belongs to another register.
    OtherRegister,
    /// [`PENDING_MAX`] events wait already.
    Full,
}

/// How many till events changed nothing, by reason.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Dropped {
    /// Here before.
    pub duplicate: u64,
    /// Older than what was decided already.
    pub too_late: u64,
    /// Of another register.
    pub other_register: u64,
    /// Too many waited.
    pub full: u64,
    /// Closed or voided with nothing open.
    pub nothing_open: u64,
    /// After the end of the source.
    pub after_end: u64,
}

/// A rule that does not hold: a fault of this program, never of its input.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("transactions broke a rule: {0}")]
pub struct Broken(pub &'static str);

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Identity {
    Id(String),
    At(u64, Step),
}

/// The transactions of one register.
#[derive(Clone, Debug)]
pub struct Register {
    name: String,
    lateness_ms: u64,
    presence: Presence,
    /// In the order of their time; none before `decided_ms`.
    pending: VecDeque<(u64, Step)>,
    remembered: BTreeSet<Identity>,
    forgotten_next: VecDeque<Identity>,
    machine: Machine,
    newest_ms: u64,
    /// Everything before this time is decided.
    decided_ms: u64,
    dropped: Dropped,
}

impl Register {
    /// A register that waits `lateness_ms` for events: [`LATENESS_MS`] in a kiosk, 0 where all events are given
    /// before the first observation.
    pub fn new(name: impl Into<String>, lateness_ms: u64) -> Self {
        let name = name.into();
        Self {
            machine: Machine::new(name.clone()),
            name,
            lateness_ms,
            presence: Presence::new(),
            pending: VecDeque::new(),
            remembered: BTreeSet::new(),
            forgotten_next: VecDeque::new(),
            newest_ms: 0,
            decided_ms: 0,
            dropped: Dropped::default(),
        }
    }

    /// Takes a till event, whose time may lie behind or ahead of the newest observation.
    pub fn till(&mut self, event: &TillEvent) -> Fate {
        let fate = self.take(event);
        match fate {
            Fate::Accepted => {}
            Fate::Duplicate => self.dropped.duplicate += 1,
            Fate::TooLate => self.dropped.too_late += 1,
            Fate::OtherRegister => self.dropped.other_register += 1,
            Fate::Full => self.dropped.full += 1,
        }
        fate
    }

    /// Takes whether someone stands in the customer zone at `t_ms`; `None` without such a zone. Times that step back
    /// are ignored.
    pub fn observe(&mut self, t_ms: u64, customer_present: Option<bool>) {
        if t_ms >= self.newest_ms {
            let steps = self.presence.see(t_ms, customer_present);
            self.queue(steps);
            self.newest_ms = t_ms;
            self.decide();
        }
    }

    /// Lets time pass to `t_ms` without an observation, so that transactions finish while the camera is closed.
    pub fn pass(&mut self, t_ms: u64) {
        if t_ms >= self.newest_ms {
            let steps = self.presence.pass(t_ms);
            self.queue(steps);
            self.newest_ms = t_ms;
            self.decide();
        }
    }

    /// The source or the shift ends at `t_ms`: decides everything and closes what is open. Later events of before
    /// are too late.
    pub fn finish(&mut self, t_ms: u64) {
        let end_ms = t_ms.max(self.newest_ms);
        self.newest_ms = end_ms;
        self.presence = Presence::new();
        self.apply_before(end_ms.saturating_add(1));
        self.dropped.after_end += self.pending.len() as u64;
        self.pending.clear();
        self.machine.finish(end_ms);
        self.decided_ms = end_ms;
    }

    /// The transactions whose farewell is over, oldest first; each is handed out once.
    pub fn take_finished(&mut self) -> Vec<Transaction> {
        self.machine.take_finished()
    }

    /// Whether something after `from_ms`, up to `to_ms`, opens a transaction, as far as is known by now.
    pub fn opens_within(&self, from_ms: u64, to_ms: u64) -> bool {
        let within = |t_ms: u64| from_ms < t_ms && t_ms <= to_ms;
        self.machine.opened_ms().any(within)
            || self.pending.iter().any(|(t_ms, step)| within(*t_ms) && matches!(step, Step::Opened | Step::Stood))
    }

    /// Whether a transaction is open, as far as is known by now: as if nothing could come late.
    pub fn is_open(&self) -> bool {
        let mut machine = self.machine.clone();
        for &(t_ms, step) in &self.pending {
            machine.apply(t_ms, step);
        }
        machine.pass(self.newest_ms);
        machine.is_open()
    }

    /// When the last transaction that was opened at or before `t_ms` was opened, if it is still to be handed out, as far
    /// as is known by now.
    pub fn opened_by(&self, t_ms: u64) -> Option<u64> {
        let pending = |opens: fn(&Step) -> bool| {
            self.pending.iter().filter(move |(_, step)| opens(step)).map(|(opens_ms, _)| *opens_ms)
        };
        let opened = pending(|step| matches!(step, Step::Opened | Step::Stood)).chain(self.machine.opened_ms());
        let last = opened.filter(|opened_ms| *opened_ms <= t_ms).max();
        // A payment opens one whose opening was missed.
        last.or_else(|| pending(|step| *step == Step::Payment).filter(|paid_ms| *paid_ms <= t_ms).max())
    }

    /// No transaction that is still to be handed out reaches back further: what was observed before this time may be
    /// forgotten.
    pub fn needs_from_ms(&self) -> u64 {
        let undecided_ms = self.decided_ms.saturating_sub(ARRIVAL_BEFORE_MS);
        self.machine.reaches_back_to_ms().map_or(undecided_ms, |reaches_ms| reaches_ms.min(undecided_ms))
    }

    /// How many till events changed nothing.
    pub fn dropped(&self) -> Dropped {
        self.dropped
    }

    /// Whether every rule of this type holds; for tests and fuzzers.
    pub fn check_invariants(&self) -> Result<(), Broken> {
        if !self.pending.iter().is_sorted() {
            return Err(Broken("pending out of order"));
        }
        if self.pending.front().is_some_and(|&(t_ms, _)| t_ms < self.decided_ms) {
            return Err(Broken("pending before what is decided"));
        }
        if self.decided_ms > self.newest_ms {
            return Err(Broken("decided what was not observed yet"));
        }
        self.machine.check_invariants()
    }

    fn take(&mut self, event: &TillEvent) -> Fate {
        if event.register != self.name {
            return Fate::OtherRegister;
        }
        let step = match event.kind {
            TillEventKind::Opened => Step::Opened,
            TillEventKind::Payment => Step::Payment,
            TillEventKind::Closed => Step::Closed,
            TillEventKind::Voided => Step::Voided,
        };
        let identity = event.id.clone().map_or(Identity::At(event.t_ms, step), Identity::Id);
        if self.remembered.contains(&identity) {
            return Fate::Duplicate;
        }
        if event.t_ms < self.decided_ms {
            return Fate::TooLate;
        }
        if self.pending.len() >= PENDING_MAX {
            return Fate::Full;
        }
        self.remember(identity);
        self.queue([(event.t_ms, step)]);
        Fate::Accepted
    }

    fn remember(&mut self, identity: Identity) {
        if self.remembered.insert(identity.clone()) {
            self.forgotten_next.push_back(identity);
        }
        if self.forgotten_next.len() > REMEMBERED_MAX
            && let Some(oldest) = self.forgotten_next.pop_front()
        {
            self.remembered.remove(&oldest);
        }
    }

    fn queue(&mut self, steps: impl IntoIterator<Item = (u64, Step)>) {
        for entry in steps {
            let place = self.pending.partition_point(|waiting| *waiting <= entry);
            self.pending.insert(place, entry);
        }
    }

    fn decide(&mut self) {
        let settled_ms = self.newest_ms.saturating_sub(self.lateness_ms);
        let before_ms = self.presence.earliest_ms(settled_ms).max(self.decided_ms);
        self.apply_before(before_ms);
        self.machine.pass(before_ms);
        self.decided_ms = before_ms;
    }

    fn apply_before(&mut self, before_ms: u64) {
        while let Some(&(t_ms, step)) = self.pending.front().filter(|(t_ms, _)| *t_ms < before_ms) {
            self.pending.pop_front();
            if !self.machine.apply(t_ms, step) {
                self.dropped.nothing_open += 1;
            }
        }
    }
}
