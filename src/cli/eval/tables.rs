//! An evaluation as a person reads it in a terminal: tables of at most a hundred columns.

use comfy_table::{CellAlignment, ColumnConstraint, ContentArrangement, LineStyle, Table, presets};
use hymy::eval::report::Report;
use hymy::eval::sheets::{Sheet, sheets};

/// Widest line.
const WIDTH: u16 = 100;

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
    let last = sheet.header.len().saturating_sub(1);
    // Of a name of several words each word has a line, so that the columns stay as narrow as their numbers.
    let name = |(column, name): (usize, &String)| {
        if sheet.text_columns.contains(&column) { name.clone() } else { name.replace(' ', "\n") }
    };
    table.set_header(sheet.header.iter().enumerate().map(name));
    table.add_rows(&sheet.rows);
    for (index, column) in table.column_iter_mut().enumerate() {
        if !sheet.text_columns.contains(&index) {
            column.set_cell_alignment(CellAlignment::Right);
        }
        if index < last || !sheet.text_columns.contains(&index) {
            column.set_constraint(ColumnConstraint::ContentWidth);
        }
    }
    table
}
