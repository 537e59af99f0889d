//! The staged demo: the scripted truth beside what was measured.
//!
//! The script lives in the vision crate and reaches this one as numbers; so does what the models say of the
//! rendered frames. Nothing here changes either of them.

mod comparison;
mod people;
mod store;

pub use comparison::{Comparison, Share, TransactionComparison};
pub use people::{History, MadeUpPerson, people};
pub use store::{DemoError, SECRET, Scale, Shown, TRAINER, Told, fill};

use std::path::Path;

use hymy_vision::staged::{ScriptedFrame, TillEventKind as ScriptedKind, script};

use crate::config::{Config, ConfigError};
use crate::decide::Decided;
use crate::transaction::{TillEvent, TillEventKind};

/// One frame: what was scripted, what was measured.
#[derive(Clone, Copy, Debug)]
pub struct Pair {
    /// The script's truth.
    pub scripted: ScriptedFrame,
    /// What the models saw and what was decided.
    pub measured: Decided,
}

impl Pair {
    /// The pair of a measured frame of the staged scene.
    #[must_use]
    pub fn new(measured: Decided) -> Self {
        Self { scripted: script::truth(measured.observation.frame), measured }
    }
}

/// The demo's own configuration: `configs/demo.toml`.
pub const CONFIG: &str = include_str!("../../configs/demo.toml");

/// The demo's own configuration, built in.
///
/// # Errors
/// [`ConfigError`] when the built-in file has a fault.
pub fn config() -> Result<Config, ConfigError> {
    Config::parse(Path::new("configs/demo.toml"), CONFIG)
}

/// The till events of the script.
#[must_use]
pub fn till_events() -> Vec<TillEvent> {
    let kind = |kind| match kind {
        ScriptedKind::Opened => TillEventKind::Opened,
        ScriptedKind::Payment => TillEventKind::Payment,
        ScriptedKind::Closed => TillEventKind::Closed,
    };
    script::till_events()
        .into_iter()
        .map(|event| TillEvent {
            id: None,
            register: event.register.to_owned(),
            kind: kind(event.event),
            t_ms: event.t_ms,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_built_in_configuration_has_the_zones_of_the_scene() {
        let config = config().expect("no fault");
        assert_eq!(config.zones, hymy_vision::staged::zones().expect("polygons"));
    }
}
