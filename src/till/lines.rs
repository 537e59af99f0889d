//! Till events of a recording: a JSONL file with `t_ms`, one event a line, for `hymy analyze --till`.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use super::{Raw, check_names, kind_name};
use crate::transaction::TillEvent;

/// Why a file of till events could not be read.
#[derive(Debug, thiserror::Error)]
pub enum LineError {
    /// The file could not be read.
    #[error("{}: cannot be read: {source}; --till wants a file with one JSON event a line", file.display())]
    Unreadable {
        /// The file.
        file: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// Lines that are no events; every one of them is named.
    #[error("{}", listing(file, lines))]
    Malformed {
        /// The file.
        file: PathBuf,
        /// Line numbers from 1, columns from 1 where they are known, and what is wrong there.
        lines: Vec<(usize, Option<usize>, String)>,
    },
}

/// What a line has to look like, for errors.
const EXAMPLE: &str = r#"{"register":"1","event":"opened","t_ms":1200}"#;

fn listing(file: &Path, lines: &[(usize, Option<usize>, String)]) -> String {
    let name = file.display();
    let place = |line: &usize, column: &Option<usize>| match column {
        Some(column) => format!("{name}:{line}:{column}"),
        None => format!("{name}:{line}"),
    };
    let mut text: Vec<String> =
        lines.iter().map(|(line, column, found)| format!("{}: {found}", place(line, column))).collect();
    text.push(format!("a line looks like {EXAMPLE}, with event opened, payment, closed or voided"));
    text.join("\n")
}

/// Reads every event, in the order of the file, without duplicates; blank lines are passed over.
///
/// # Errors
/// [`LineError`] with every malformed line.
pub fn read_lines(file: &Path) -> Result<Vec<TillEvent>, LineError> {
    let text =
        std::fs::read_to_string(file).map_err(|source| LineError::Unreadable { file: file.to_path_buf(), source })?;
    let (mut events, mut wrong, mut seen) = (Vec::new(), Vec::new(), HashSet::new());
    for (index, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        match parse(line) {
            Ok(event) => {
                let key = event.id.clone().map_or_else(
                    || format!("{}:{}:{}", event.t_ms, kind_name(event.kind), event.register),
                    |id| format!("id:{id}"),
                );
                if seen.insert(key) {
                    events.push(event);
                }
            }
            Err((column, found)) => wrong.push((index + 1, column, found)),
        }
    }
    if wrong.is_empty() { Ok(events) } else { Err(LineError::Malformed { file: file.to_path_buf(), lines: wrong }) }
}

/// The event of a line; otherwise the column, where it is known, and what is wrong.
fn parse(line: &str) -> Result<TillEvent, (Option<usize>, String)> {
    let raw: Raw = serde_json::from_str(line).map_err(|error| {
        // The parser saw one line only, so the line that it names would mislead.
        let place = format!(" at line {} column {}", error.line(), error.column());
        (Some(error.column()).filter(|column| *column > 0), error.to_string().replace(&place, ""))
    })?;
    check_names(&raw).map_err(|found| (None, found))?;
    match (raw.t_ms, raw.at) {
        (Some(t_ms), None) => Ok(TillEvent { id: raw.id, register: raw.register, kind: raw.event, t_ms }),
        _ => Err((None, "an event of a recording has \"t_ms\" and no \"at\"".into())),
    }
}
