//! How far a followed file was read, in the data folder: no character of the file, and nothing of what it said.

use std::fs::File;
use std::io::{self, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

/// How far, and of which file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Position {
    /// The device and the number of the file; both 0 where there was none yet.
    pub device: u64,
    /// See `device`.
    pub inode: u64,
    /// How many times a file was begun at its beginning: with the offset, a line's number for ever.
    pub generation: u64,
    /// Where the next line begins, in bytes.
    pub offset: u64,
    /// The file was first followed while a line was half written: up to its end nothing is read.
    pub within_line: bool,
}

/// Where the position of the source of this name is kept.
pub fn path(data_dir: &Path, name: &str) -> PathBuf {
    data_dir.join(format!("till-{name}.position"))
}

impl Position {
    /// Whether it is of this file.
    pub fn is_of(&self, file: &std::fs::Metadata) -> bool {
        (self.device, self.inode) == (file.dev(), file.ino())
    }

    /// The beginning of this file, or of one that is not there yet.
    pub fn beginning(self, file: Option<&std::fs::Metadata>) -> Self {
        let (device, inode) = file.map_or((0, 0), |file| (file.dev(), file.ino()));
        Self { device, inode, generation: self.generation.saturating_add(1), offset: 0, within_line: false }
    }
}

/// Reads it; `None` where none was kept yet.
///
/// # Errors
/// It cannot be read, or is none.
pub fn load(path: &Path) -> io::Result<Option<Position>> {
    match std::fs::read(path) {
        Ok(text) => Ok(Some(serde_json::from_slice(&text)?)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// Keeps it: after a crash the earlier one is there, or this one.
///
/// # Errors
/// It cannot be written.
pub fn save(path: &Path, position: Position) -> io::Result<()> {
    let passing = path.with_extension("position.new");
    let mut file = std::fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&passing)?;
    file.write_all(&serde_json::to_vec(&position)?)?;
    file.sync_all()?;
    std::fs::rename(&passing, path)?;
    path.parent().map_or(Ok(()), |folder| File::open(folder)?.sync_all())
}
