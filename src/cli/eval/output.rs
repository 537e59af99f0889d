//! What an evaluation writes: numbers and text, where the developer says.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use anyhow::Context;
use hymy::eval::report::Report;
use hymy::observation_line::ObservationLine;

/// Writes the report.
pub fn json(path: &Path, report: &Report) -> anyhow::Result<()> {
    text(path, &(serde_json::to_string_pretty(report)? + "\n"))
}

/// Writes a page.
pub fn text(path: &Path, text: &str) -> anyhow::Result<()> {
    std::fs::write(path, text).with_context(|| unwritable(path))
}

/// Finds out before the work whether a file can be written, and leaves it as it is.
pub fn writable(path: &Path) -> anyhow::Result<()> {
    let is_new = path.symlink_metadata().is_err();
    File::options().append(true).create(true).open(path).with_context(|| unwritable(path))?;
    if is_new {
        std::fs::remove_file(path).with_context(|| unwritable(path))?;
    }
    Ok(())
}

/// Where the observations of a clip go.
pub fn lines_of(folder: &Path, clip: &str) -> PathBuf {
    folder.join(format!("{clip}.jsonl"))
}

/// The observations of one clip: under a passing name until the clip is done, so that a half of them is never taken for
/// all.
pub struct Lines {
    path: PathBuf,
    passing: PathBuf,
    out: BufWriter<File>,
}

impl Lines {
    /// Makes the file of a clip, and the folders that it lies in.
    pub fn create(folder: &Path, clip: &str) -> anyhow::Result<Self> {
        let path = lines_of(folder, clip);
        if let Some(parent) = path.parent() {
            std::fs::create_dir_all(parent).with_context(|| unwritable(parent))?;
        }
        let passing = folder.join(format!("{clip}.jsonl.part"));
        let file = File::create(&passing).with_context(|| unwritable(&passing))?;
        Ok(Self { path, passing, out: BufWriter::new(file) })
    }

    /// One object on a line of its own.
    pub fn line(&mut self, line: &ObservationLine<'_>) -> anyhow::Result<()> {
        let written = serde_json::to_writer(&mut self.out, line).map_err(std::io::Error::from);
        written.and_then(|()| self.out.write_all(b"\n")).with_context(|| unwritable(&self.path))
    }

    /// Writes what is still held, and gives the file its name.
    pub fn finish(mut self) -> anyhow::Result<()> {
        let written = self.out.flush().and_then(|()| std::fs::rename(&self.passing, &self.path));
        written.with_context(|| unwritable(&self.path))
    }
}

impl Drop for Lines {
    /// What was not finished is taken away; after [`Lines::finish`] there is nothing under the passing name.
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.passing);
    }
}

fn unwritable(path: &Path) -> String {
    format!("{}: cannot be written", path.display())
}
