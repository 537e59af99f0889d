//! An evaluation as a person reads it in a terminal: tables of at most a hundred columns.

use comfy_table::{CellAlignment, ColumnConstraint, ContentArrangement, LineStyle, Table, Width, presets};
use hymy::eval::report::Report;
use hymy::eval::sheets::{Sheet, sheets};

/// Widest line.
const WIDTH: u16 = 100;
/// Least room for a last column of text: its longest word and a count.
const LAST_TEXT: u16 = 15;
/// Names of columns that are longer than their numbers, and how a terminal shortens them.
const SHORTER: [(&str, &str); 2] = [("observable", "obser- vable"), ("balanced accuracy", "bal. acc.")];

/// Prints every table.
pub fn tell(report: &Report) {
    for sheet in sheets(report) {
        super::super::print(&format!("\n{}\n{}", sheet.title, table(&sheet)));
    }
}

fn table(sheet: &Sheet) -> Table {
    let mut table = Table::new();
    table.load_style(presets::UTF8_HORIZONTAL_ONLY.row_separator(LineStyle::none()));
    table.set_content_arrangement(ContentArrangement::Dynamic).set_width(WIDTH);
    let in_percent: Vec<bool> = (0..sheet.header.len()).map(|column| is_in_percent(sheet, column)).collect();
    table.set_header(sheet.header.iter().zip(&in_percent).enumerate().map(|(column, (name, percent))| {
        if sheet.text_columns.contains(&column) { name.clone() } else { stacked(name, *percent) }
    }));
    table.add_rows(sheet.rows.iter().map(|row| {
        let cell = |(cell, percent): (&String, &bool)| {
            if *percent { cell.trim_end_matches(" %").to_owned() } else { cell.clone() }
        };
        row.iter().zip(&in_percent).map(cell).collect::<Vec<_>>()
    }));
    let last = sheet.header.len().saturating_sub(1);
    for (index, column) in table.column_iter_mut().enumerate() {
        if !sheet.text_columns.contains(&index) {
            column.set_padding((1, 0)).set_constraint(ColumnConstraint::ContentWidth);
            column.set_cell_alignment(CellAlignment::Right);
        } else if index == last && index > 0 {
            column.set_padding((1, 0)).set_constraint(ColumnConstraint::LowerBoundary(Width::Fixed(LAST_TEXT)));
        }
    }
    table
}

/// Each word on a line of its own, so that a column is as narrow as its numbers.
fn stacked(name: &str, percent: bool) -> String {
    let short = SHORTER.iter().find(|(long, _)| *long == name).map_or(name, |(_, short)| short);
    let words = short.split(' ').chain(percent.then_some("%"));
    if name.contains('/') { name.replace(' ', "") } else { words.collect::<Vec<_>>().join("\n") }
}

/// Whether every number of a column is in percent, which its name can say once for all.
fn is_in_percent(sheet: &Sheet, column: usize) -> bool {
    let numbers = || sheet.rows.iter().filter_map(|row| row.get(column)).filter(|cell| cell.as_str() != "-");
    !sheet.text_columns.contains(&column) && numbers().count() > 0 && numbers().all(|cell| cell.ends_with(" %"))
}
