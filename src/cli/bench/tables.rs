//! What a bench found, on a terminal.

use comfy_table::{CellAlignment, Table, presets};
use hymy::bench::compare::{self, Compared};
use hymy::bench::figures::{KINDS, Kind};
use hymy::bench::report::Report;
use hymy::bench::stats::Estimate;

/// Prints everything.
pub fn tell(report: &Report) {
    super::super::print(&figures(report).to_string());
    super::super::print(&stages(report).to_string());
}

fn table<S: Into<String>>(header: impl IntoIterator<Item = S>) -> Table {
    let mut table = Table::new();
    table.load_style(presets::UTF8_HORIZONTAL_ONLY);
    table.set_header(header.into_iter().map(Into::into).collect::<Vec<String>>());
    table
}

/// Prints two reports beside each other.
pub fn compared(one: &Report, other: &Report) {
    for what in compare::differences(one, other) {
        eprintln!("note: {what}");
    }
    let compared = compare::compare(one, other);
    if compared.is_empty() {
        eprintln!("note: no case is in both reports");
    }
    for Compared { name, lines } in compared {
        let mut table = table([name.as_str(), "A", "B", "B / A", ""]);
        for line in lines {
            let ratio = line.ratio.map_or_else(String::new, |ratio| match ratio.interval {
                Some((low, high)) => format!("{:.3}\n({low:.3} to {high:.3})", ratio.median),
                None => format!("{:.3}", ratio.median),
            });
            let values = [line.one, line.other].map(|value| line.kind.unit.shown(value));
            let [a, b] = values;
            table.add_row([line.kind.label.to_owned(), a, b, ratio, line.verdict.text().to_owned()]);
        }
        super::super::print(&right(table).to_string());
    }
}

/// One row a figure, one column a case.
fn figures(report: &Report) -> Table {
    let mut table = table(std::iter::once("figure").chain(report.cases.iter().map(|case| case.name.as_str())));
    for kind in &KINDS {
        if report.cases.iter().all(|case| case.figure(kind.key).is_none()) {
            continue;
        }
        let cells = report.cases.iter().map(|case| shown(kind, case.figure(kind.key)));
        table.add_row(std::iter::once(kind.label.to_owned()).chain(cells));
    }
    right(table)
}

/// The middle, and the ends of its interval.
fn shown(kind: &Kind, estimate: Option<&Estimate>) -> String {
    let Some(estimate) = estimate else { return "not offered here".to_owned() };
    let value = |value: f64| kind.unit.shown(value);
    match estimate.interval {
        Some((low, high)) => format!("{}\n({} to {})", value(estimate.median), value(low), value(high)),
        None => value(estimate.median),
    }
}

/// One row a stage, one column a case: wall time a frame.
fn stages(report: &Report) -> Table {
    let mut table =
        table(std::iter::once("stage, ms a frame").chain(report.cases.iter().map(|case| case.name.as_str())));
    let mut names: Vec<&str> = Vec::new();
    for stage in report.cases.iter().flat_map(|case| &case.stages) {
        if !names.contains(&stage.name.as_str()) {
            names.push(&stage.name);
        }
    }
    for name in names {
        let cells = report.cases.iter().map(|case| {
            let stage = case.stages.iter().find(|stage| stage.name == name);
            stage.map_or_else(String::new, |stage| {
                format!("{:.3} (in {:.0} % of frames)", stage.ms_a_frame.median, stage.ran_in_share * 100.0)
            })
        });
        table.add_row(std::iter::once(name.to_owned()).chain(cells));
    }
    right(table)
}

fn right(mut table: Table) -> Table {
    for column in table.column_iter_mut().skip(1) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    table
}
