//! The regions as a piece of TOML, and put into a configuration file: comments and everything else stay.

use std::path::{Path, PathBuf};

use toml_edit::{Array, ArrayOfTables, DocumentMut, Item, Table, value};

use super::Regions;
use crate::config::{Config, ConfigError, write_whole};
use crate::decide::Region;

/// Why the file was left as it was.
#[derive(Debug, thiserror::Error)]
pub enum EditError {
    /// It is not TOML, or has a key where a table should be.
    #[error("{}: cannot be edited: {why}; put the printed lines in by hand", file.display())]
    Shape {
        /// The file.
        file: PathBuf,
        /// What is wrong.
        why: String,
    },
    /// What would be written has faults.
    #[error(transparent)]
    Faulty(#[from] ConfigError),
    /// The disk.
    #[error("{}: cannot be written: {source}; put the printed lines in by hand", file.display())]
    Disk {
        /// The file.
        file: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
}

/// The regions as lines for a configuration file.
#[must_use]
pub fn snippet(regions: &Regions) -> String {
    let mut document = DocumentMut::new();
    put(document.as_table_mut(), regions).map_or_else(|why| why, |()| document.to_string().trim_start().to_owned())
}

/// The text of a configuration with these regions in place of what it had of the same kind and name.
///
/// # Errors
/// [`EditError::Shape`] and [`EditError::Faulty`].
pub fn with_regions(file: &Path, text: &str, regions: &Regions) -> Result<String, EditError> {
    let shape = |why: String| EditError::Shape { file: file.to_path_buf(), why };
    let mut document: DocumentMut = text.parse().map_err(|error: toml_edit::TomlError| shape(error.to_string()))?;
    put(document.as_table_mut(), regions).map_err(shape)?;
    let edited = document.to_string();
    Config::parse(file, &edited)?;
    Ok(edited)
}

/// Replaces a file at once: whoever reads it sees the old text or the new one. Its mode stays, and a link stays a link.
///
/// # Errors
/// [`EditError::Disk`]; the file is then as it was.
pub fn replace(file: &Path, text: &str) -> Result<(), EditError> {
    write_whole(file, text).map_err(|source| EditError::Disk { file: file.to_path_buf(), source })
}

/// Puts the regions into a document, in place of what it had of the same kind and name.
///
/// # Errors
/// What has another shape than a configuration's.
pub(crate) fn put(root: &mut Table, regions: &Regions) -> Result<(), String> {
    if let Some(region) = &regions.target {
        let target = root.entry("target").or_insert_with(|| Item::Table(Table::new()));
        fill(target.as_table_mut().ok_or("target is no table of its own")?, region);
    }
    for (name, region) in &regions.work {
        let all = root.entry("work_direction").or_insert_with(|| Item::ArrayOfTables(ArrayOfTables::new()));
        let all = all.as_array_of_tables_mut().ok_or("work_direction is no list of tables [[work_direction]]")?;
        let known = all.iter().position(|table| table.get("name").and_then(Item::as_str) == Some(name));
        if known.is_none() {
            let mut table = Table::new();
            table.insert("name", value(name));
            all.push(table);
        }
        let index = known.unwrap_or(all.len() - 1);
        fill(all.get_mut(index).ok_or("a table has gone")?, region);
    }
    Ok(())
}

/// Sets both ranges, to a tenth of a degree; a comment behind them stays.
fn fill(table: &mut Table, region: &Region) {
    for (key, (low, high)) in ["yaw_deg", "pitch_deg"].into_iter().zip(region.bounds_deg()) {
        let range: Array = [low, high].map(|angle| (f64::from(angle) * 10.0).round() / 10.0).into_iter().collect();
        match table.get_mut(key).and_then(Item::as_value_mut) {
            Some(there) => {
                let decor = there.decor().clone();
                *there = range.into();
                *there.decor_mut() = decor;
            }
            None => {
                table.insert(key, value(range));
            }
        }
    }
}
