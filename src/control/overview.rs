//! What a person's own summary page shows, gathered by one opening of their rows: one entry in the access log.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::shifts;
use crate::clock::Clock;
use crate::consent::Band;
use crate::store::{Looked, SignedIn, Store, StoreError};
use crate::summary::{self, TransactionRecord, Window};
use crate::tips::{Tip, tips};

/// What a person's own summary page shows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Overview {
    /// Shortest window first; a window without a summary is left out.
    pub windows: Vec<Window>,
    /// The signals that the person chose.
    pub signals: BTreeSet<String>,
    /// Where the person wants the signals to lie.
    pub bands: BTreeMap<String, Band>,
    /// The latest shift's transactions, as long as records of it are kept.
    pub latest_shift: Vec<Served>,
    /// What there is to try.
    pub tips: Vec<Tip>,
}

/// One transaction of a shift.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Served {
    /// When it was opened.
    pub opened_at: Timestamp,
    /// What was visible.
    pub record: TransactionRecord,
}

impl Overview {
    /// Opens what it needs.
    pub(super) fn of(store: &mut Store, person: &SignedIn, clock: &dyn Clock) -> Result<Self, StoreError> {
        let (now, zone) = (clock.now(), clock.time_zone());
        let opened = store.opened_by_themself(person, Looked::Summary, now)?;
        let shifts = shifts(store, &opened, clock)?;
        let served = |(opened_at, json): &(Timestamp, zeroize::Zeroizing<String>)| {
            // The program wrote it; a row that cannot be read is shown as none rather than in part.
            Some(Served { opened_at: *opened_at, record: serde_json::from_str(json).ok()? })
        };
        let latest_shift = store.latest_shift_records(&opened)?.iter().filter_map(served).collect();
        let consent = person.consent();
        Ok(Self {
            windows: summary::windows(&shifts, now, &zone),
            signals: consent.signals.clone(),
            bands: consent.bands.clone(),
            latest_shift,
            tips: tips(&shifts, &consent.signals, &consent.bands),
        })
    }
}
