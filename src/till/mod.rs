//! Till events as the till reports them: read, checked and given the key by which duplicates are known.
//!
//! Nothing here decides what an event means; what brings one, a request or a line, only appends it to the inbox.

mod lines;
mod patterns;
mod source;
mod ways;

use jiff::Timestamp;
use serde::Deserialize;

use crate::transaction::TillEventKind;

pub use lines::{LineError, read_lines};
pub use patterns::{Key, NotUnderstood, PATTERNS_MAX, Pattern, Patterns, RawPattern, TimeFormat, Understood};
pub use source::{LINE_BYTES_MAX, Place, Setting as SourceSetting, Source, start as start_sources};
pub use ways::{Counts, Heard, LISTENS_FOR, Link, Shown, ShownWay, Way, WayKind, Ways};

/// The name of a kind in JSON and in the inbox.
#[must_use]
pub fn kind_name(kind: TillEventKind) -> &'static str {
    match kind {
        TillEventKind::Opened => "opened",
        TillEventKind::Payment => "payment",
        TillEventKind::Closed => "closed",
        TillEventKind::Voided => "voided",
    }
}

/// Every kind.
const KINDS: [TillEventKind; 4] =
    [TillEventKind::Opened, TillEventKind::Payment, TillEventKind::Closed, TillEventKind::Voided];

/// The name of every kind.
pub const EVENTS: [&str; 4] = ["opened", "payment", "closed", "voided"];

/// The kind of that name.
#[must_use]
pub fn kind_named(name: &str) -> Option<TillEventKind> {
    KINDS.into_iter().find(|kind| kind_name(*kind) == name)
}

/// The body as it comes: raw, resolved by [`Report::live`] or by [`read_lines`].
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    id: Option<String>,
    register: String,
    event: TillEventKind,
    at: Option<String>,
    t_ms: Option<u64>,
}

/// An event reported by a live till.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// The till's own number for it, if it has one.
    pub id: Option<String>,
    /// Which register.
    pub register: String,
    /// What happened.
    pub kind: TillEventKind,
    /// When, by the till's clock, in whole milliseconds.
    pub at: Timestamp,
}

/// How far an event's time may lie from the kiosk's clock.
#[derive(Clone, Copy, Debug)]
pub struct Plausible {
    /// Seconds behind.
    pub max_late_s: u32,
    /// Seconds ahead.
    pub max_ahead_s: u32,
}

impl Plausible {
    /// Whether an event of this time may be told now.
    #[must_use]
    pub fn holds(self, at: Timestamp, now: Timestamp) -> bool {
        let late_ms = now.as_millisecond() - at.as_millisecond();
        late_ms <= i64::from(self.max_late_s) * 1000 && -late_ms <= i64::from(self.max_ahead_s) * 1000
    }
}

/// Why a report is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Not the JSON of the contract.
    #[error("malformed: {0}")]
    Malformed(String),
    /// A time too far from the kiosk's clock.
    #[error("implausible time: {0}")]
    ImplausibleTime(Timestamp),
}

/// The longest id and the longest register name, in characters.
const MAX_NAME_CHARS: usize = 128;

impl Report {
    /// Reads the body of a live event, whose time is `at`; `t_ms` belongs to recordings and is refused.
    ///
    /// # Errors
    /// [`Refusal::Malformed`], or [`Refusal::ImplausibleTime`] by `plausible` around `now`.
    pub fn live(body: &[u8], now: Timestamp, plausible: Plausible) -> Result<Self, Refusal> {
        let raw: Raw = serde_json::from_slice(body).map_err(|error| Refusal::Malformed(error.to_string()))?;
        check_names(&raw).map_err(Refusal::Malformed)?;
        let at = match (raw.at, raw.t_ms) {
            (Some(at), None) => at,
            _ => return Err(Refusal::Malformed("a live event has \"at\" (RFC 3339) and no \"t_ms\"".into())),
        };
        let at: Timestamp = at.parse().map_err(|_| Refusal::Malformed("\"at\" is not RFC 3339".into()))?;
        Self { id: raw.id, register: raw.register, kind: raw.event, at }.plausible(now, plausible)
    }

    /// The report, if its time is plausible now.
    ///
    /// # Errors
    /// [`Refusal::ImplausibleTime`].
    pub fn plausible(self, now: Timestamp, plausible: Plausible) -> Result<Self, Refusal> {
        if !plausible.holds(self.at, now) {
            return Err(Refusal::ImplausibleTime(self.at));
        }
        // The store keeps milliseconds; two reports of one event have to stay equal there.
        let at = Timestamp::from_millisecond(self.at.as_millisecond()).unwrap_or(self.at);
        Ok(Self { at, ..self })
    }

    /// Equal for two reports of one event: the id, or else register, event and time.
    #[must_use]
    pub fn dedup_key(&self) -> String {
        match &self.id {
            Some(id) => format!("id:{id}"),
            None => format!("at:{}:{}:{}", self.at.as_millisecond(), kind_name(self.kind), self.register),
        }
    }
}

/// Whether a register or an id may be called so.
fn fits(text: &str) -> bool {
    (1..=MAX_NAME_CHARS).contains(&text.chars().count()) && !text.chars().any(char::is_control)
}

fn check_names(raw: &Raw) -> Result<(), String> {
    if !fits(&raw.register) {
        return Err(format!("\"register\" has 1 to {MAX_NAME_CHARS} printable characters"));
    }
    if raw.id.as_deref().is_some_and(|id| !fits(id)) {
        return Err(format!("\"id\" has 1 to {MAX_NAME_CHARS} printable characters"));
    }
    Ok(())
}

#[cfg(test)]
mod tests;
