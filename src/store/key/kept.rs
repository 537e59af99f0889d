//! A small file of the owner's that is there whole or not at all, and the one that will take its place.
//!
//! Whoever replaces it writes `NAME.next` first, then changes what it opens, then lets it take the place: whatever moment
//! a crash hits, one of the two opens.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Seek, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

/// The ending of one that is being written.
const PASSING: &str = ".new";

/// The place of such a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Kept(PathBuf);

impl Kept {
    pub fn at(path: PathBuf) -> Self {
        Self(path)
    }

    pub fn path(&self) -> &Path {
        &self.0
    }

    /// The file that waits to take this one's place.
    pub fn next(&self) -> Self {
        self.beside(".next")
    }

    fn beside(&self, ending: &str) -> Self {
        let mut path = self.0.clone().into_os_string();
        path.push(ending);
        Self(path.into())
    }

    /// Writes it under a passing name and renames it: on the disk, whole, when this returns.
    pub fn make(&self, text: &str) -> io::Result<()> {
        let passing = self.beside(PASSING);
        passing.wipe()?;
        let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&passing.0)?;
        file.write_all(text.as_bytes())?;
        file.write_all(b"\n")?;
        file.sync_all()?;
        fs::rename(&passing.0, &self.0)?;
        // Without this the database could outlive the key it was made with.
        self.sync_folder()
    }

    /// Wipes what a crash left of making this one or the one that waits: keys that nothing was ever written with.
    pub fn wipe_passing(&self) -> io::Result<()> {
        self.beside(PASSING).wipe()?;
        self.next().beside(PASSING).wipe()
    }

    /// The one that waits takes the place, and what stood there is wiped.
    pub fn take_next(&self) -> io::Result<()> {
        self.overwrite()?;
        fs::rename(&self.next().0, &self.0)?;
        self.sync_folder()
    }

    /// Overwrites and removes it, if it is there. Flash and copy-on-write file systems may keep the old blocks for a while.
    pub fn wipe(&self) -> io::Result<()> {
        if !self.0.exists() {
            return Ok(());
        }
        self.overwrite()?;
        fs::remove_file(&self.0)?;
        self.sync_folder()
    }

    fn overwrite(&self) -> io::Result<()> {
        let mut file = match OpenOptions::new().write(true).open(&self.0) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            opened => opened?,
        };
        let bytes = file.metadata()?.len();
        file.rewind()?;
        io::copy(&mut io::Read::take(io::repeat(b'0'), bytes), &mut file)?;
        file.sync_all()
    }

    fn sync_folder(&self) -> io::Result<()> {
        match self.0.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => File::open(folder)?.sync_all(),
            _ => File::open(".")?.sync_all(),
        }
    }
}
