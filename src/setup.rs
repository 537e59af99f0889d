//! What a kiosk needs before it can be used, looked at one by one: for the set-up page. Nothing here is about a person.

mod clock;
mod machine;

use std::path::PathBuf;

use crate::config::{Config, KeyKept, Places};

pub use clock::is_synchronised;
pub use machine::{Loaded, Machine, Speed};

/// Zones and directions, and where they come from.
#[derive(Clone, Debug)]
pub struct Placed {
    /// The configuration.
    pub file: PathBuf,
    /// What it says itself.
    pub configured: Places,
    /// What holds since the program was started.
    pub in_force: Places,
}

impl Placed {
    /// Of a configuration.
    #[must_use]
    pub fn of(config: &Config) -> Self {
        Self { file: config.file.clone(), configured: config.configured.clone(), in_force: config.places() }
    }
}

/// How something stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// As it should be.
    Good,
    /// It works so, and could be better.
    Advice,
    /// The kiosk cannot do its work without it.
    Wanting,
}

/// One thing that was looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Check {
    /// By which texts name it.
    pub name: &'static str,
    /// How it stands.
    pub standing: Standing,
}

impl Check {
    /// Good, or else what it is otherwise.
    #[must_use]
    pub const fn new(name: &'static str, good: bool, otherwise: Standing) -> Self {
        Self { name, standing: if good { Standing::Good } else { otherwise } }
    }
}

/// What the configuration says, in the order in which a kiosk is set up.
#[must_use]
pub fn checks(config: &Config) -> Vec<Check> {
    use Standing::{Advice, Wanting};
    let beside = matches!(&config.key, KeyKept::File(path) if path.starts_with(&config.kiosk.data_dir));
    vec![
        Check::new("camera", config.camera.source.is_some(), Wanting),
        Check::new("zones", config.zones.staff.is_some() && config.zones.customer.is_some(), Wanting),
        Check::new("queue", config.zones.queue.is_some(), Advice),
        Check::new("target", config.directions.target.is_some(), Advice),
        Check::new("work", !config.directions.work.is_empty(), Advice),
        Check::new("till", config.till.enabled || !config.till_sources.is_empty(), Advice),
        Check::new("signals", !config.signals.is_empty(), Wanting),
        Check::new("agreement", config.terms.agreement.is_some(), Wanting),
        Check::new("trainers", !config.sharing.trainers.is_empty(), Advice),
        Check::new("key", !beside, Advice),
    ]
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    fn standing(text: &str, name: &str) -> Standing {
        let config = Config::parse(Path::new("/etc/kiosk.toml"), text).expect("valid");
        checks(&config).into_iter().find(|check| check.name == name).expect("looked at").standing
    }

    #[test]
    fn what_is_missing_is_said_and_what_is_there_is_good() {
        let bare = "[kiosk]\ndata_dir = \"/var/lib/hymy\"\n";
        for name in ["camera", "zones", "signals", "agreement"] {
            assert_eq!(standing(bare, name), Standing::Wanting, "{name}");
        }
        for name in ["queue", "target", "work", "till", "trainers", "key"] {
            assert_eq!(standing(bare, name), Standing::Advice, "{name}");
        }
        for (section, name) in [
            ("[camera]\nsource = \"/dev/video0\"\n", "camera"),
            ("[zones]\nstaff = [[0,0],[1,0],[1,1]]\ncustomer = [[0,0],[1,0],[1,1]]\n", "zones"),
            ("[signals]\nchoices = [\"smile\"]\n", "signals"),
            ("[consent]\nagreement = \"2026-1\"\n", "agreement"),
            ("[store]\nsource = \"passphrase\"\n", "key"),
        ] {
            assert_eq!(standing(&format!("{bare}{section}"), name), Standing::Good, "{name}");
        }
        let half = "[zones]\nstaff = [[0,0],[1,0],[1,1]]\n";
        assert_eq!(standing(&format!("{bare}{half}"), "zones"), Standing::Wanting, "the customers' zone is missing");
    }
}
