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

/// The observations of one clip.
pub struct Lines {
    path: PathBuf,
    out: BufWriter<File>,
}

impl Lines {
    /// Makes the file of a clip, and the folders that it lies in.
    pub fn create(folder: &Path, clip: &str) -> anyhow::Result<Self> {
        let path = folder.join(format!("{clip}.jsonl"));
        if let Some(parent) = path.parent() {
            std::fs::create_dir_all(parent).with_context(|| unwritable(parent))?;
        }
        let file = File::create(&path).with_context(|| unwritable(&path))?;
        Ok(Self { path, out: BufWriter::new(file) })
    }

    /// One object on a line of its own.
    pub fn line(&mut self, line: &ObservationLine<'_>) -> anyhow::Result<()> {
        let written = serde_json::to_writer(&mut self.out, line).map_err(std::io::Error::from);
        written.and_then(|()| self.out.write_all(b"\n")).with_context(|| unwritable(&self.path))
    }

    /// Writes what is still held.
    pub fn finish(mut self) -> anyhow::Result<()> {
        self.out.flush().with_context(|| unwritable(&self.path))
    }
}

fn unwritable(path: &Path) -> String {
    format!("{}: cannot be written", path.display())
}
