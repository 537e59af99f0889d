//! What was decided goes to the disk: records, the events that led to them, and what the shift adds up to, together.

use zeroize::Zeroizing;

use super::session::{Decisions, Session};
use super::task::Kiosk;
use crate::clock::Clock;
use crate::store::{Decided, Store, StoreError};
use crate::summary::TransactionRecord;
use crate::vault::VaultError;

impl Kiosk {
    /// Writes what was decided, and says whether all of it is; what cannot be written now is tried again with the next
    /// decision or tick.
    pub(super) fn write_decisions(&mut self) -> bool {
        let Some(session) = &mut self.session else { return true };
        self.unwritten.append(session.take_decisions());
        if self.unwritten.is_empty() {
            return true;
        }
        let written = commit(&mut self.store, session, &mut self.unwritten, self.clock.as_ref());
        if let Err(error) = &written {
            tracing::error!(%error, "decisions_not_written");
        }
        written.is_ok()
    }
}

/// Writes records, handled events and what the shift adds up to, together.
pub(super) fn commit(
    store: &mut Store,
    session: &mut Session,
    decisions: &mut Decisions,
    clock: &dyn Clock,
) -> Result<(), StoreError> {
    let mut summary = session.summary.clone();
    for record in &decisions.records {
        match serde_json::from_str::<TransactionRecord>(&record.json) {
            Ok(record) => summary.take(&record),
            // Not the error itself, which would repeat a figure.
            Err(_) => tracing::error!("record_not_understood"),
        }
    }
    let json = Zeroizing::new(serde_json::to_string(&summary).map_err(|_| VaultError::System)?);
    // A transaction of several people is in nobody's summary.
    let own = (!session.is_shared()).then_some((session.part, json.as_str()));
    let decided = Decided { records: &decisions.records, handled: &decisions.handled, summary: own };
    let mut own = session.tallies.clone();
    if let Some(own) = &mut own {
        own.keep_unsettled(|unsettled| !decisions.left_out.contains(unsettled));
    }
    let own = store.commit_counted(&session.shift, &decided, own.as_ref(), &clock.time_zone(), clock.now())?;
    if let Some(own) = own {
        session.take_tallies(own);
    }
    session.summary = summary;
    *decisions = Decisions::default();
    Ok(())
}
