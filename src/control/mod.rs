//! Commands beside a running kiosk: one JSON line there, one JSON line back, over a Unix socket that
//! only its owner may use. Without a running kiosk the command takes the store's lock itself.
//!
//! The socket gives what the same person could get by stopping the kiosk; nothing more.

mod client;
mod server;

use serde::{Deserialize, Serialize};

use crate::clock::Clock;
use crate::store::{Store, StoreError, WindowKind};

pub use client::{ControlError, ask};
pub use server::serve;

/// The name of the socket in the data folder.
pub const SOCKET: &str = "hymy.sock";

/// The longest line either way.
const MAX_LINE_BYTES: u64 = 256 * 1024;

/// What is asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "ask", rename_all = "snake_case", deny_unknown_fields)]
pub enum Question {
    /// Add a staff member.
    AddStaff {
        /// Their name.
        name: String,
    },
    /// List the staff.
    ListStaff,
    /// The stored summaries of a person.
    Summaries {
        /// Their name.
        name: String,
    },
    /// Whether a shift is on.
    Status,
    /// The person's own tap: the camera closes.
    Pause {
        /// Their name.
        name: String,
    },
    /// The person's own tap: it is they who stand there, and the camera opens.
    Resume {
        /// Their name.
        name: String,
    },
    /// The person's own tap: the phone in hand is, or just was, for work.
    PhoneForWork {
        /// Their name.
        name: String,
    },
}

/// What is answered.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "answer", rename_all = "snake_case")]
pub enum Answer {
    /// Added.
    Added {
        /// The name as kept.
        name: String,
    },
    /// Everyone, by name.
    Staff {
        /// Name, and when they were added.
        members: Vec<(String, jiff::Timestamp)>,
    },
    /// A person's latest summaries.
    Summaries {
        /// Shortest window first; a window without a summary is left out.
        windows: Vec<Window>,
    },
    /// Whether a shift is on.
    Status(Status),
    /// The shift is paused and the camera closed.
    Paused,
    /// The shift goes on and the camera opens.
    Resumed,
    /// The phone is left out of the transaction.
    NotedForWork,
    /// It was not done.
    Refused {
        /// Why, and what to do.
        reason: String,
    },
}

/// One window's summary.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Window {
    /// `shift`, `week` or `four_weeks`.
    pub kind: String,
    /// The window's beginning.
    pub start: jiff::Timestamp,
    /// The summary as stored.
    pub summary: serde_json::Value,
}

/// How the kiosk is; says nothing about what anyone does.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Status {
    /// A kiosk is running.
    pub running: bool,
    /// A shift is on.
    pub shift: bool,
    /// The camera gives frames.
    pub camera: bool,
    /// The shift is paused.
    #[serde(default)]
    pub paused: bool,
}

/// Answers out of the store.
#[must_use]
pub fn answer(store: &mut Store, question: &Question, status: &Status, clock: &dyn Clock) -> Answer {
    let answered = match question {
        Question::AddStaff { name } => {
            store.add_staff(name, clock.now()).map(|member| Answer::Added { name: member.name })
        }
        Question::ListStaff => store.staff().map(|members| Answer::Staff {
            members: members.into_iter().map(|member| (member.name, member.added_at)).collect(),
        }),
        Question::Summaries { name } => summaries(store, name).map(|windows| Answer::Summaries { windows }),
        Question::Status => Ok(Answer::Status(status.clone())),
        // A running kiosk answers these itself.
        Question::Pause { .. } | Question::Resume { .. } | Question::PhoneForWork { .. } => Ok(Answer::Refused {
            reason: "no kiosk is running with this data_dir, so nobody is on shift; see: hymy run --help".to_owned(),
        }),
    };
    answered.unwrap_or_else(|error| Answer::Refused { reason: error.to_string() })
}

fn summaries(store: &Store, name: &str) -> Result<Vec<Window>, StoreError> {
    let person = store.staff_member(name)?.person;
    let mut windows = Vec::new();
    for kind in WindowKind::ALL {
        if let Some(stored) = store.summary(&person, kind)? {
            // The program wrote it; a row that cannot be read is shown as none rather than in part.
            let summary = serde_json::from_str(&stored.json).unwrap_or_default();
            windows.push(Window { kind: kind.name().into(), start: stored.window_start, summary });
        }
    }
    Ok(windows)
}

#[cfg(test)]
mod tests;
