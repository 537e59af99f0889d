//! What is wrong with a configuration file: every fault at once, each with its place and its remedy.

use std::fmt;
use std::path::{Path, PathBuf};

/// One fault, at one place of the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Line of the file, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
    /// The key in full, as `section.key`; the section alone where a whole section is at fault.
    pub key: String,
    /// What was found there.
    pub found: String,
    /// What is allowed there.
    pub allowed: String,
    /// What to do about it; empty where the allowed values say it all.
    pub remedy: String,
}

/// Why a configuration could not be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file could not be read at all.
    #[error("{}: cannot be read: {source}; check the path and its permissions", file.display())]
    Unreadable {
        /// The file asked for.
        file: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The file was read and has faults.
    #[error("{}", Listing(file, faults))]
    Faulty {
        /// The file.
        file: PathBuf,
        /// Its faults, in the order of the file; never empty.
        faults: Vec<Fault>,
    },
}

/// Prints faults one a line, `file:line:column: …`, so that editors can jump to them.
struct Listing<'a>(&'a Path, &'a [Fault]);

impl fmt::Display for Listing<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(file, faults) = self;
        for (index, fault) in faults.iter().enumerate() {
            if index > 0 {
                writeln!(f)?;
            }
            write!(f, "{}:{}:{}: {}: {}", file.display(), fault.line, fault.column, fault.key, fault.found)?;
            if !fault.allowed.is_empty() {
                write!(f, "; allowed: {}", fault.allowed)?;
            }
            if !fault.remedy.is_empty() {
                write!(f, "; {}", fault.remedy)?;
            }
        }
        Ok(())
    }
}

/// Line and column (both from 1, the column in characters) of a byte offset.
pub(super) fn place(text: &str, offset: usize) -> (usize, usize) {
    let mut end = offset.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let before = &text[..end];
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().map_or(0, |last| last.chars().count()) + 1;
    (line, column)
}

/// The name that was probably meant, if one is near: at most two edits, none for the shortest names.
pub(super) fn nearest<'n>(found: &str, names: impl IntoIterator<Item = &'n str>) -> Option<&'n str> {
    let found = found.to_lowercase().replace('-', "_");
    names
        .into_iter()
        .map(|name| (edits(&found, name), name))
        .filter(|&(distance, name)| distance <= (name.len() / 4).min(2))
        .min()
        .map(|(_, name)| name)
}

/// Levenshtein distance in characters; a swap of neighbours counts as two.
fn edits(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, ca) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, &cb) in b.iter().enumerate() {
            let substituted = diagonal + usize::from(ca != cb);
            diagonal = row[j + 1];
            row[j + 1] = substituted.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[b.len()]
}
