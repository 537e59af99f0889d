//! What was tried, on a terminal.

use comfy_table::{CellAlignment, ContentArrangement, Table, presets};
use hymy::bench::figures::Unit;
use hymy::bench::stats::Estimate;
use hymy::tune::report::Report;

/// Columns that a terminal has, as most.
const WIDTH: u16 = 100;

/// Every candidate: what was measured as a table, and below it why the others were not.
pub fn told(report: &Report) -> String {
    let mut told = table(report).to_string();
    let mut reasons: Vec<(&str, Vec<&str>)> = Vec::new();
    for row in report.rows.iter().filter(|row| row.candidate.cost().is_none()) {
        match reasons.iter_mut().find(|(why, _)| *why == row.why) {
            Some((_, names)) => names.push(&row.name),
            None => reasons.push((&row.why, vec![&row.name])),
        }
    }
    for (why, names) in reasons {
        told += &format!("\n{}\n    {why}", names.join("\n"));
    }
    told
}

/// One row a candidate that was measured: its figures, and why it is taken or not.
fn table(report: &Report) -> Table {
    let mut table = Table::new();
    table.load_style(presets::UTF8_HORIZONTAL_ONLY);
    table.set_content_arrangement(ContentArrangement::Dynamic).set_width(WIDTH);
    table.set_header(["candidate", "processor time a frame", "p99 latency", "dropped", ""]);
    for row in report.rows.iter().filter(|row| row.candidate.cost().is_some()) {
        let shown = |estimate: Option<Estimate>, unit: Unit| {
            estimate.map_or_else(|| "not known".to_owned(), |estimate| unit.shown(estimate.median))
        };
        table.add_row([
            row.name.clone(),
            shown(row.cpu_ms, Unit::Ms),
            shown(row.latency_p99_ms, Unit::Ms),
            shown(row.dropped_share, Unit::Share),
            row.why.clone(),
        ]);
    }
    for column in table.column_iter_mut().skip(1).take(3) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    table
}
