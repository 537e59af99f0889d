//! Steps in the order of their time to transactions: the rules for overlapping, missing and stray events.
//!
//! It trusts the order it is given; putting late events in order is the register's part.

use super::{Closer, FAREWELL_AFTER_MS, LENGTH_MAX_MS, Opener, Transaction, register::Broken};

/// What happened at one moment of time. The order of the variants decides between steps of the same time: what ends
/// the previous transaction goes before what begins the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Step {
    Departed,
    Payment,
    Closed,
    Voided,
    Arrived,
    Opened,
    Stood,
}

/// The transaction that is open, the one whose farewell is not over yet, and those that are finished.
#[derive(Clone, Debug)]
pub(super) struct Machine {
    register: String,
    open: Option<Transaction>,
    /// Closed, its farewell running. Never at the same time as `open`.
    parting: Option<Transaction>,
    /// An arrival that no transaction has taken yet.
    arrived_ms: Option<u64>,
    finished: Vec<Transaction>,
    /// End of the last finished transaction.
    ended_ms: u64,
}

impl Machine {
    pub(super) fn new(register: String) -> Self {
        Self { register, open: None, parting: None, arrived_ms: None, finished: Vec::new(), ended_ms: 0 }
    }

    /// Applies the next step. Returns `false` for a step that belongs to no transaction.
    pub(super) fn apply(&mut self, t_ms: u64, step: Step) -> bool {
        self.pass(t_ms);
        match step {
            Step::Opened => self.till_opened(t_ms),
            Step::Payment => self.paid(t_ms),
            Step::Closed if self.open.is_some() => self.close(t_ms, Closer::Till),
            Step::Closed => return false,
            Step::Voided => match (&mut self.open, &mut self.parting) {
                (Some(open), _) => {
                    open.voided = true;
                    self.close(t_ms, Closer::Till);
                }
                (None, Some(parting)) => parting.voided = true,
                (None, None) => return false,
            },
            Step::Arrived => self.arrived(t_ms),
            Step::Stood => {
                if self.open.is_none() && self.arrived_ms.is_some() {
                    self.part(t_ms);
                    self.begin(t_ms, Opener::Presence);
                }
            }
            Step::Departed => self.departed(t_ms),
        }
        true
    }

    /// Lets time pass up to `t_ms`: a farewell ends, a transaction times out.
    pub(super) fn pass(&mut self, t_ms: u64) {
        if let Some(open) = &self.open {
            let limit_ms = open.opened_ms.saturating_add(LENGTH_MAX_MS);
            if limit_ms < t_ms {
                self.close(limit_ms, Closer::Timeout);
            }
        }
        if self.parting.as_ref().is_some_and(|parting| parting.closed_ms.saturating_add(FAREWELL_AFTER_MS) < t_ms) {
            self.part(t_ms);
        }
    }

    /// The source or the shift ends: closes what is open and ends a running farewell.
    pub(super) fn finish(&mut self, t_ms: u64) {
        self.pass(t_ms);
        if self.open.is_some() {
            self.close(t_ms, Closer::Source);
        }
        self.part(t_ms);
        self.arrived_ms = None;
    }

    pub(super) fn take_finished(&mut self) -> Vec<Transaction> {
        std::mem::take(&mut self.finished)
    }

    pub(super) fn is_open(&self) -> bool {
        self.open.is_some()
    }

    /// When the open transaction and the one whose farewell runs were opened.
    pub(super) fn opened_ms(&self) -> impl Iterator<Item = u64> + '_ {
        self.open.iter().chain(&self.parting).map(|running| running.opened_ms)
    }

    /// The earliest time that the open, the parting and the untaken transactions reach back to.
    pub(super) fn reaches_back_to_ms(&self) -> Option<u64> {
        let transactions = self.open.iter().chain(&self.parting).chain(&self.finished);
        // A till opening may still move an opening by presence, never to before its arrival.
        transactions
            .map(|transaction| transaction.arrived_ms.unwrap_or(transaction.opened_ms))
            .chain(self.arrived_ms)
            .min()
    }

    pub(super) fn check_invariants(&self) -> Result<(), Broken> {
        if self.open.is_some() && self.parting.is_some() {
            return Err(Broken("open and parting at once"));
        }
        // As if what is open were closed now.
        let open = self.open.clone().map(|mut open| {
            open.closed_ms = open.departed_ms.unwrap_or(0).max(open.closed_ms);
            open.ended_ms = open.closed_ms;
            open
        });
        let mut previous_ms = 0;
        for transaction in self.finished.iter().chain(&self.parting).chain(&open) {
            transaction.check_invariants()?;
            if transaction.starts_ms() < previous_ms {
                return Err(Broken("transactions overlap"));
            }
            previous_ms = transaction.ended_ms;
        }
        if self.open.iter().chain(&self.parting).any(|running| running.starts_ms() < self.ended_ms) {
            return Err(Broken("begins before the previous ended"));
        }
        Ok(())
    }

    fn till_opened(&mut self, t_ms: u64) {
        match &mut self.open {
            // Presence saw the customer first; the till's word replaces it.
            Some(open) if open.opened_by == Opener::Presence && open.payments_ms.is_empty() => {
                open.opened_by = Opener::Till;
                open.opened_ms = t_ms;
                (open.closed_ms, open.ended_ms) = (t_ms, t_ms);
            }
            // A payment of the same time went first: it is this opening's.
            Some(open) if open.opening_missing && open.opened_ms == t_ms => open.opening_missing = false,
            Some(_) => {
                self.close(t_ms, Closer::NextOpened);
                self.begin(t_ms, Opener::Till);
            }
            None => {
                self.part(t_ms);
                self.begin(t_ms, Opener::Till);
            }
        }
    }

    fn paid(&mut self, t_ms: u64) {
        match (&mut self.open, &mut self.parting) {
            (Some(open), _) => open.paid(t_ms),
            // A till that reports the payment just after the closing: it cannot have been closed before.
            (None, Some(parting)) if parting.payments_ms.is_empty() => parting.paid(t_ms),
            (None, _) => {
                self.part(t_ms);
                let open = self.begin(t_ms, Opener::Till);
                open.opening_missing = true;
                open.paid(t_ms);
            }
        }
    }

    fn arrived(&mut self, t_ms: u64) {
        match &mut self.open {
            // Back from the shelf: absence from the zone is neutral.
            Some(open) => open.departed_ms = None,
            None => {
                self.part(t_ms);
                self.arrived_ms = Some(t_ms);
            }
        }
    }

    fn departed(&mut self, t_ms: u64) {
        self.arrived_ms = None;
        if let Some(running) = self.open.as_mut().or(self.parting.as_mut()) {
            running.departed_ms = Some(t_ms);
        }
        if self.open.as_ref().is_some_and(|open| open.opened_by == Opener::Presence) {
            self.close(t_ms, Closer::Presence);
        } else if self.parting.is_some() {
            self.part(t_ms);
        }
    }

    fn begin(&mut self, t_ms: u64, opened_by: Opener) -> &mut Transaction {
        self.open.insert(Transaction {
            opened_by,
            closed_by: Closer::Source,
            arrived_ms: self.arrived_ms.take(),
            ..Transaction::of_source(self.register.clone(), t_ms, t_ms)
        })
    }

    /// Closes the open transaction. One that the till never closed ended when its customer left, if that was seen.
    fn close(&mut self, t_ms: u64, closed_by: Closer) {
        let Some(mut closing) = self.open.take() else { return };
        closing.closed_by = closed_by;
        closing.closed_ms = match closed_by {
            Closer::NextOpened | Closer::Timeout => closing.departed_ms.unwrap_or(t_ms).max(closing.closed_ms),
            Closer::Till | Closer::Presence | Closer::Source => t_ms,
        };
        closing.ended_ms = closing.closed_ms;
        let customer_stays = closed_by == Closer::Till && closing.departed_ms.is_none();
        self.parting = Some(closing);
        if !customer_stays {
            self.part(t_ms);
        }
    }

    /// Ends the running farewell at `t_ms`, or where it was over by itself.
    fn part(&mut self, t_ms: u64) {
        let Some(mut parted) = self.parting.take() else { return };
        let customer_stayed =
            parted.closed_by == Closer::Till && parted.departed_ms.is_none_or(|left_ms| left_ms >= parted.closed_ms);
        if customer_stayed {
            parted.ended_ms = t_ms.min(parted.closed_ms.saturating_add(FAREWELL_AFTER_MS)).max(parted.closed_ms);
        }
        self.ended_ms = parted.ended_ms;
        self.finished.push(parted);
    }
}

impl Transaction {
    fn paid(&mut self, t_ms: u64) {
        self.payments_ms.push(t_ms);
        // While open, `closed_ms` is the earliest time at which it can have been closed.
        (self.closed_ms, self.ended_ms) = (self.closed_ms.max(t_ms), self.ended_ms.max(t_ms));
    }
}
