//! Writing `setup.toml`: checked whole before it takes the place of the old one, for its owner only.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use hymy_vision::Polygon;
use toml_edit::{Array, DocumentMut, Item, Table, Value, value};

use super::{Places, SETUP_FILE, SetUp};
use crate::calibrate::{self, Regions};
use crate::config::ConfigError;
use crate::config::whole::write_whole;

/// One writes at a time: each puts its section beside the others'.
static WRITING: Mutex<()> = Mutex::new(());

/// What the file says of itself.
const HEAD: &str = "\
# Written by the pages of set-up; read after the configuration, and what stands here goes first. Delete this file to go
# back to the configuration.
";

/// Why nothing was saved; the file is as it was.
#[derive(Debug, thiserror::Error)]
pub enum NotSaved {
    /// What is there, or what would be written, has faults.
    #[error(transparent)]
    Faulty(#[from] ConfigError),
    /// What is there has another shape.
    #[error("{}: cannot be edited: {why}; delete it, and set up anew", file.display())]
    Shape {
        /// The file.
        file: PathBuf,
        /// What is wrong.
        why: String,
    },
    /// The disk.
    #[error("{}: cannot be written: {source}; look at the disk and at who owns [kiosk] data_dir", file.display())]
    Disk {
        /// The file.
        file: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
}

/// Saves all four zones, in the place of those that were saved before.
///
/// # Errors
/// [`NotSaved`].
pub fn save_zones(data_dir: &Path, places: &Places) -> Result<(), NotSaved> {
    let Places { zones, till_zone, .. } = places;
    save(data_dir, |root| {
        let mut table = Table::new();
        let all =
            [("staff", &zones.staff), ("customer", &zones.customer), ("queue", &zones.queue), ("till", till_zone)];
        for (key, zone) in all {
            if let Some(zone) = zone {
                table.insert(key, value(corners(zone)));
            }
        }
        root.insert("zones", Item::Table(table));
        Ok(())
    })
}

/// Saves the target and directions of work, beside what holds of the others: `configured` is what the configuration says.
///
/// # Errors
/// [`NotSaved`].
pub fn save_regions(data_dir: &Path, configured: &Places, regions: &Regions) -> Result<(), NotSaved> {
    save(data_dir, |root| {
        // The list of places of work holds as a whole, so those of the configuration come along.
        if !regions.work.is_empty() && !root.contains_key("work_direction") {
            let work = configured.work.iter().map(|work| (work.name.clone(), work.region)).collect();
            calibrate::put(root, &Regions { target: None, work })?;
        }
        calibrate::put(root, regions)
    })
}

fn save(data_dir: &Path, edit: impl FnOnce(&mut Table) -> Result<(), String>) -> Result<(), NotSaved> {
    let _one = WRITING.lock().unwrap_or_else(PoisonError::into_inner);
    let file = data_dir.join(SETUP_FILE);
    let shape = |why: String| NotSaved::Shape { file: file.clone(), why };
    // What has faults is not built upon.
    let there = SetUp::read(data_dir)?;
    let text = match there {
        Some(_) => std::fs::read_to_string(&file).map_err(|source| NotSaved::Disk { file: file.clone(), source })?,
        None => HEAD.to_owned(),
    };
    let mut document: DocumentMut = text.parse().map_err(|error: toml_edit::TomlError| shape(error.to_string()))?;
    edit(document.as_table_mut()).map_err(shape)?;
    // A document without a table keeps its comments behind it: they belong before.
    let edited = document.to_string();
    let edited = if edited.starts_with(HEAD) { edited } else { format!("{HEAD}{}", edited.replace(HEAD, "")) };
    SetUp::parse(&file, &edited)?;
    write_whole(&file, &edited).map_err(|source| NotSaved::Disk { file, source })
}

/// Corners to a thousandth of the picture.
fn corners(zone: &Polygon) -> Array {
    let rounded = |fraction: f32| (f64::from(fraction) * 1000.0).round() / 1000.0;
    let corner = |&(x, y): &(f32, f32)| Value::from([rounded(x), rounded(y)].into_iter().collect::<Array>());
    zone.corners().iter().map(corner).collect()
}
