//! What was tried, on a terminal.

use comfy_table::{CellAlignment, ContentArrangement, Table, presets};
use hymy::bench::figures::Unit;
use hymy::bench::stats::Estimate;
use hymy::tune::report::Report;

/// Columns that a terminal has, as most.
const WIDTH: u16 = 100;

/// One row a candidate: its figures, and why it is taken or not.
pub fn table(report: &Report) -> Table {
    let mut table = Table::new();
    table.load_style(presets::UTF8_HORIZONTAL_ONLY);
    table.set_content_arrangement(ContentArrangement::Dynamic).set_width(WIDTH);
    table.set_header(["candidate", "processor time a frame", "p99 latency", "dropped", ""]);
    for row in &report.rows {
        let shown = |estimate: Option<Estimate>, unit: Unit| {
            estimate.map_or_else(|| "not measured".to_owned(), |estimate| unit.shown(estimate.median))
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
