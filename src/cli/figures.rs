//! Signals as a person reads them: figures of transactions, and of a window.

use std::collections::BTreeMap;

use comfy_table::{Table, presets};
use hymy::consent::{Band, Unit};
use hymy::signals::{Figure, Measured, SignalKey};
use hymy::summary::{Summary, TransactionRecord};

/// One row a signal, one column a transaction.
pub fn of_transactions(records: &[TransactionRecord]) -> Table {
    let mut table = Table::new();
    table.load_style(presets::UTF8_HORIZONTAL_ONLY);
    let title = |record: &TransactionRecord| {
        let transaction = &record.transaction;
        let cancelled = if transaction.voided { ", cancelled" } else { "" };
        let [from, to] = [transaction.opened_ms, transaction.closed_ms].map(|ms| ms as f64 / 1000.0);
        format!("register {}\n{from:.1} to {to:.1} s{cancelled}", transaction.register)
    };
    table.set_header(std::iter::once("signal".to_owned()).chain(records.iter().map(title)));
    let columns: Vec<Vec<(SignalKey, Measured<Figure>)>> =
        records.iter().map(|record| record.signals.figures()).collect();
    for (row, key) in SignalKey::ALL.iter().enumerate() {
        let cells =
            columns.iter().map(|column| column.get(row).map_or_else(String::new, |(key, figure)| cell(*key, *figure)));
        table.add_row(std::iter::once(key.as_str().to_owned()).chain(cells));
    }
    table
}

/// The signals that are on: middle value, in how many transactions shown, and why it was not observable in the rest.
pub fn of_summary(summary: &Summary) -> Table {
    of_own_summary(summary, &BTreeMap::new())
}

/// The same, with the person's own bands beside the middle values if they set any. What lies where is for them to see.
pub fn of_own_summary(summary: &Summary, bands: &BTreeMap<String, Band>) -> Table {
    let mut table = Table::new();
    table.load_style(presets::UTF8_HORIZONTAL_ONLY);
    let own_bands = (!bands.is_empty()).then_some("your band");
    let header = ["signal", "middle value"].into_iter().chain(own_bands);
    table.set_header(header.chain(["shown in", "known in", "not observable"]));
    for (key, line) in &summary.signals {
        let reasons: Vec<(&str, u32)> =
            line.not_observable.iter().map(|(reason, count)| (reason.name(), *count)).collect();
        if line.behind == 0 && reasons.iter().all(|(reason, _)| *reason == "signal_off") {
            continue;
        }
        let value = line.median.map_or_else(String::new, |value| with_unit(key.as_str(), value));
        let band = own_bands.map(|_| own_band(*key, bands).unwrap_or_default());
        let shown = line.shown_in.map_or_else(String::new, |shown| format!("{shown} of {}", line.behind));
        let unknown: Vec<String> = reasons.iter().map(|(reason, count)| format!("{reason} {count}")).collect();
        let row = [key.as_str().to_owned(), value].into_iter().chain(band);
        table.add_row(row.chain([shown, line.behind.to_string(), unknown.join(", ")]));
    }
    table
}

fn cell(key: SignalKey, measured: Measured<Figure>) -> String {
    match measured {
        Measured::NotObservable { not_observable } => format!("not observable ({})", not_observable.name()),
        Measured::Known(Figure { value, shown, at_least }) => {
            let value = value.map(|value| with_unit(key.as_str(), value));
            let value = value.map(|value| if at_least { format!("at least {value}") } else { value });
            let shown = shown.map(|shown| if shown { "shown" } else { "not shown" }.to_owned());
            match (key, value, shown) {
                (SignalKey::GreetDelay, None, _) => "never".to_owned(),
                (SignalKey::GreetDelay, Some(value), _) => value,
                (_, value, shown) => value.into_iter().chain(shown).collect::<Vec<_>>().join(", "),
            }
        }
    }
}

/// A value with the unit of its signal: seconds, nods a minute, or a share in percent.
pub fn with_unit(signal: &str, value: f64) -> String {
    Unit::of(signal).map_or_else(String::new, |unit| unit.shown(value))
}

/// The person's own band of this row: one of `smile` or `gaze` is about the whole transaction.
fn own_band(key: SignalKey, bands: &BTreeMap<String, Band>) -> Option<String> {
    let key = key.as_str();
    let name = key.strip_suffix(".all").unwrap_or(key);
    Some(bands.get(name)?.shown(Unit::of(name)?))
}
