//! The processor's counters of energy (RAPL), as far as the system offers them and this user may read them.

use std::path::{Path, PathBuf};

/// The counters of all processor packages at one moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Energy(Vec<Counter>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct Counter {
    domain: PathBuf,
    used_uj: u64,
    /// Where it begins again at zero.
    range_uj: u64,
}

impl Energy {
    /// Reads them under `root`, which is `/` but in tests; `None` where there is none, or where one may not be read.
    #[must_use]
    pub fn read(root: &Path) -> Option<Self> {
        let zones = std::fs::read_dir(root.join("sys/class/powercap")).ok()?;
        let mut domains: Vec<PathBuf> =
            zones.flatten().map(|zone| zone.path()).filter(|zone| is_package(zone)).collect();
        domains.sort();
        let counters: Option<Vec<Counter>> = domains.into_iter().map(Counter::read).collect();
        counters.filter(|counters| !counters.is_empty()).map(Self)
    }

    /// Microjoules from `before` until this; a counter that began anew is counted over its end, once. `None` where the
    /// counters are not the same ones.
    #[must_use]
    pub fn since(&self, before: &Self) -> Option<u64> {
        if self.0.len() != before.0.len() {
            return None;
        }
        let spent = |(now, then): (&Counter, &Counter)| {
            if now.domain != then.domain {
                return None;
            }
            now.used_uj
                .checked_sub(then.used_uj)
                .or_else(|| now.range_uj.checked_sub(then.used_uj).map(|to_end| to_end.saturating_add(now.used_uj)))
        };
        self.0.iter().zip(&before.0).map(spent).sum()
    }
}

/// A whole package: its cores and its memory are counted in it, and a platform counter (`psys`) would count it again.
fn is_package(zone: &Path) -> bool {
    super::machine::text(&zone.join("name")).is_some_and(|name| name.starts_with("package"))
}

impl Counter {
    fn read(domain: PathBuf) -> Option<Self> {
        let number = |file: &str| super::machine::text(&domain.join(file))?.parse().ok();
        Some(Self { used_uj: number("energy_uj")?, range_uj: number("max_energy_range_uj")?, domain })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counter(root: &Path, zone: &str, name: &str, used_uj: u64) {
        let folder = root.join("sys/class/powercap").join(zone);
        std::fs::create_dir_all(&folder).unwrap();
        for (file, text) in
            [("name", name.to_owned()), ("energy_uj", used_uj.to_string()), ("max_energy_range_uj", "1000".to_owned())]
        {
            std::fs::write(folder.join(file), text + "\n").unwrap();
        }
    }

    #[test]
    fn packages_are_added_and_what_they_hold_is_not_counted_twice() {
        let root = tempfile::tempdir().unwrap();
        assert_eq!(Energy::read(root.path()), None);
        let write = |first: u64, second: u64| {
            counter(root.path(), "intel-rapl:0", "package-0", first);
            counter(root.path(), "intel-rapl:1", "package-1", second);
            counter(root.path(), "intel-rapl:0:0", "core", first);
            counter(root.path(), "intel-rapl:2", "psys", first);
        };
        write(100, 900);
        let before = Energy::read(root.path()).unwrap();
        write(150, 950);
        assert_eq!(Energy::read(root.path()).unwrap().since(&before), Some(100));
        // The second began anew: 100 up to its range, 20 from zero.
        write(150, 20);
        assert_eq!(Energy::read(root.path()).unwrap().since(&before), Some(50 + 120));
    }

    #[test]
    fn a_counter_that_is_not_a_number_makes_all_unknown() {
        let root = tempfile::tempdir().unwrap();
        counter(root.path(), "intel-rapl:0", "package-0", 5);
        std::fs::write(root.path().join("sys/class/powercap/intel-rapl:0/energy_uj"), "").unwrap();
        assert_eq!(Energy::read(root.path()), None);
    }
}
