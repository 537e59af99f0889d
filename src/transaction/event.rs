//! What a till says: a transaction opened, a payment, closed, voided. Never what was bought, by whom or for how much.

use serde::{Deserialize, Serialize};

/// One till event on the source's own time axis. As JSON:
/// `{"id":"optional","register":"1","event":"opened","t_ms":1200}`; an unknown key is an error.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TillEvent {
    /// The till's own identity of the event. Without it, an equal register, event and time is a duplicate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// The register it happened at.
    pub register: String,
    /// What happened.
    #[serde(rename = "event")]
    pub kind: TillEventKind,
    /// When it happened, in milliseconds on the axis of the observations.
    pub t_ms: u64,
}

/// What happened at the till.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TillEventKind {
    /// A customer's transaction began.
    Opened,
    /// The customer paid, or a part of it.
    Payment,
    /// The transaction was closed.
    Closed,
    /// The transaction was cancelled.
    Voided,
}
