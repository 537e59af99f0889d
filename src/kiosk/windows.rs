//! The windows over which transactions are added up, and the summaries made of them.

use jiff::Timestamp;
use jiff::civil::Time;
use jiff::tz::TimeZone;

use crate::store::{Shift, Store, StoreError, StoredSummary, WindowKind};
use crate::summary::{Summary, TransactionRecord};

/// Where the window of a kind begins that holds `now`: the shift, the week from Monday, or that week
/// and the three before.
pub(super) fn window_start(kind: WindowKind, shift: &Shift, now: Timestamp, zone: &TimeZone) -> Timestamp {
    let weeks_before = match kind {
        WindowKind::Shift => return shift.started_at,
        WindowKind::Week => 0,
        WindowKind::FourWeeks => 3,
    };
    let today = now.to_zoned(zone.clone());
    let days = i64::from(today.weekday().to_monday_zero_offset()) + 7 * weeks_before;
    let monday =
        today.date().saturating_sub(jiff::Span::new().days(days)).to_datetime(Time::midnight()).to_zoned(zone.clone());
    monday.map_or(shift.started_at, |monday| monday.timestamp())
}

/// Makes the person's summaries anew from their records.
pub(super) fn refresh(store: &mut Store, shift: &Shift, now: Timestamp, zone: &TimeZone) -> Result<(), StoreError> {
    for kind in WindowKind::ALL {
        let start = window_start(kind, shift, now, zone);
        let rows = match kind {
            WindowKind::Shift => store.records_of_shift(shift.id)?,
            WindowKind::Week | WindowKind::FourWeeks => store.records_since(&shift.person, start)?,
        };
        let records: Vec<TransactionRecord> = rows
            .iter()
            .filter_map(|json| {
                let read = serde_json::from_str(json).ok();
                if read.is_none() {
                    // Not the error itself, which would repeat a figure.
                    tracing::error!("record_not_understood");
                }
                read
            })
            .collect();
        let summary = Summary::of(&records);
        match serde_json::to_string(&summary) {
            Ok(json) => {
                let stored = StoredSummary { window_start: start, refreshed_at: now, json };
                store.put_summary(&shift.person, kind, &stored)?;
            }
            Err(error) => tracing::error!(%error, "summary_not_serialised"),
        }
    }
    Ok(())
}
