//! What a message says, as JSON.

use jiff::Timestamp;
use serde::Serialize;

use crate::health::Figures;
use crate::release::{Release, Released, Window};

/// A window that was released: its figures as trainers see them, and nothing of how they came about.
#[derive(Serialize)]
struct ReleaseMessage<'r> {
    window: u32,
    opens: Timestamp,
    closes: Timestamp,
    figures: &'r [Released],
}

/// How the kiosk is.
pub(super) fn health(figures: &Figures) -> String {
    json(figures)
}

/// What a window released.
pub(super) fn release(window: &Window, release: &Release) -> String {
    let Window { id, opens, closes, plan: _ } = window;
    json(&ReleaseMessage { window: id.0, opens: *opens, closes: *closes, figures: &release.figures })
}

/// Numbers and fixed names, which always can be written.
fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default()
}
