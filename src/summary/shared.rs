//! What a person's windows say to a trainer with whom the person shares them.
//!
//! It has a line where something was observed, and nothing else: no signal that is off, no reason why something could
//! not be known, and not how many transactions there were; from these it could be told what the person chose, left out,
//! or marked as a complaint.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use super::{Line, Summary, Window, WindowKind};
use crate::signals::SignalKey;

/// One window, as it is shared.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SharedWindow {
    /// Over what it adds up.
    pub kind: WindowKind,
    /// The day on which it began.
    pub from: Date,
    /// The signals of which something was observed.
    pub lines: Vec<SharedLine>,
}

/// One signal of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SharedLine {
    /// Which.
    pub signal: SignalKey,
    /// In how many transactions it was known.
    pub known_in: u32,
    /// In how many of these it was shown; `None` for a signal that has no such answer.
    pub shown_in: Option<u32>,
    /// The middle of the values, in the signal's unit; `None` without values.
    pub median: Option<f64>,
}

impl SharedWindow {
    /// What of a window is shared; `None` where nothing was observed.
    #[must_use]
    pub fn of(window: &Window, zone: &TimeZone) -> Option<Self> {
        // Taken apart field by field: whoever adds one decides whether a trainer sees it.
        let Window { kind, start, summary } = window;
        let Summary { transactions: _, voided: _, signals } = summary;
        let lines: Vec<_> = signals.iter().filter_map(|(signal, line)| shared(*signal, line)).collect();
        let from = start.to_zoned(zone.clone()).date();
        (!lines.is_empty()).then_some(Self { kind: *kind, from, lines })
    }
}

fn shared(signal: SignalKey, line: &Line) -> Option<SharedLine> {
    let Line { behind, shown_in, median, hundredths: _, at_least: _, not_observable: _ } = line;
    (*behind > 0).then_some(SharedLine { signal, known_in: *behind, shown_in: *shown_in, median: *median })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_switched_off_left_out_or_cancelled_does_not_show() {
        let window = |summary: serde_json::Value| {
            let summary = serde_json::from_value(summary).expect("a summary");
            let start = "2026-03-01T22:30:00Z".parse().expect("a time");
            let window = Window { kind: WindowKind::Week, start, summary };
            SharedWindow::of(&window, &TimeZone::fixed(jiff::tz::offset(2)))
        };
        // Smile was marked as a complaint once, nods were never chosen, the gaze could never be read.
        let shared = window(serde_json::json!({
            "transactions": 12, "voided": 1, "signals": {
                "smile.all": {"behind": 11, "shown_in": 9, "median": 0.4, "hundredths": {"40": 11}, "at_least": 1,
                              "not_observable": {"signal_off": 1}},
                "nods": {"behind": 0, "not_observable": {"signal_off": 12}},
                "gaze.all": {"behind": 0, "not_observable": {"no_face": 12}}
            }
        }));
        let text = serde_json::to_string(&shared).expect("JSON");
        assert_eq!(
            text,
            r#"{"kind":"week","from":"2026-03-02","lines":[{"signal":"smile.all","known_in":11,"shown_in":9,"median":0.4}]}"#
        );
        let nothing = serde_json::json!({
            "transactions": 3, "signals": {"nods": {"behind": 0, "not_observable": {"signal_off": 3}}}
        });
        assert_eq!(window(nothing), None);
    }
}
