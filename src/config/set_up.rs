//! What was set up by a page: `setup.toml` in the data folder, the only folder that a confined kiosk writes. It is read
//! after the configuration, and what it holds goes first, section by section; without the file the configuration holds.

mod save;

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use hymy_vision::{Polygon, Zones};

use super::document::{Document, Section};
use super::{ConfigError, Fault, bounds, named, region};
use crate::decide::{Region, Target, WorkDirection};

pub use save::{NotSaved, save_regions, save_zones};

/// The file's name in the data folder.
pub const SETUP_FILE: &str = "setup.toml";

/// Where things are in the picture, and as directions: what pages can set.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Places {
    /// `[zones]` but for the till zone.
    pub zones: Zones,
    /// `[zones] till`.
    pub till_zone: Option<Polygon>,
    /// `[target]`.
    pub target: Option<Target>,
    /// `[queue_direction]`.
    pub queue: Option<Region>,
    /// `[[work_direction]]`.
    pub work: Vec<WorkDirection>,
}

/// What pages set.
#[derive(Clone, Debug, PartialEq)]
pub struct SetUp {
    /// The file.
    pub file: PathBuf,
    places: Places,
    sections: Vec<&'static str>,
}

/// The sections that pages can set.
const SECTIONS: [&str; 4] = ["zones", "target", "queue_direction", "work_direction"];

impl SetUp {
    /// Reads the file of this data folder, if there is one.
    ///
    /// # Errors
    /// [`ConfigError`], as of a configuration.
    pub fn read(data_dir: &Path) -> Result<Option<Self>, ConfigError> {
        let file = data_dir.join(SETUP_FILE);
        match std::fs::read_to_string(&file) {
            Ok(text) => Self::parse(&file, &text).map(Some),
            Err(error) if [ErrorKind::NotFound, ErrorKind::NotADirectory].contains(&error.kind()) => Ok(None),
            Err(source) => Err(ConfigError::Unreadable { file, source }),
        }
    }

    fn parse(file: &Path, text: &str) -> Result<Self, ConfigError> {
        let mut document = Document::parse(text, Path::new(""));
        let sections = SECTIONS.into_iter().filter(|name| document.has(name)).collect();
        let places = places(&mut document);
        let (mut faults, _) = document.finish();
        match places {
            Some(places) if faults.is_empty() => Ok(Self { file: file.to_path_buf(), places, sections }),
            _ => {
                faults.iter_mut().for_each(returned);
                Err(ConfigError::Faulty { file: file.to_path_buf(), faults })
            }
        }
    }

    /// Whether it has this section.
    #[must_use]
    pub fn has(&self, section: &str) -> bool {
        self.sections.contains(&section)
    }

    /// What holds: each of its sections, and of the configuration what it lacks.
    #[must_use]
    pub fn over(&self, configured: &Places) -> Places {
        let (own, theirs) = (&self.places, configured);
        let of = |section| if self.has(section) { own } else { theirs };
        Places {
            zones: of("zones").zones.clone(),
            till_zone: of("zones").till_zone.clone(),
            target: of("target").target,
            queue: of("queue_direction").queue,
            work: of("work_direction").work.clone(),
        }
    }
}

/// Says of a fault how to be rid of it.
fn returned(fault: &mut Fault) {
    if !fault.remedy.is_empty() {
        fault.remedy.push_str("; ");
    }
    fault.remedy.push_str("or delete this file, which a page of set-up wrote: then the configuration holds");
}

/// Reads the four sections; `None` only where a fault says what is missing.
pub(super) fn places(document: &mut Document<'_>) -> Option<Places> {
    let (zones, till_zone) = document.section("zones", |section| {
        let [staff, customer, queue, till] = ["staff", "customer", "queue", "till"].map(|key| section.polygon(key));
        (Zones { staff, customer, queue }, till)
    });
    let target = document.section("target", region_if_present).map(Target);
    let queue = document.section("queue_direction", region_if_present);
    let work = document.sections("work_direction", |section| {
        let name = section.text("name", "a name", named);
        let name = section.require("name", name, "a name");
        let region = region(section);
        Some(WorkDirection { name: name?, region: region? })
    });
    let work = work.into_iter().collect::<Option<Vec<_>>>()?;
    Some(Places { zones, till_zone, target, queue, work })
}

/// An absent section is no region; a present one has to be whole.
fn region_if_present(section: &mut Section<'_, '_>) -> Option<Region> {
    if section.present() {
        return region(section);
    }
    bounds(section);
    None
}

#[cfg(test)]
mod tests;
