//! The box that was measured: what it is, and how it was while it ran. Everything is read below a folder, which is `/`
//! but in tests. What a system does not offer is `None`.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

/// What a box is.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Machine {
    /// The processor's name.
    pub cpu: Option<String>,
    /// Cores that are online, hardware threads counted.
    pub cores: Option<usize>,
    /// What sets the clock's frequency.
    pub governor: Option<String>,
    /// The highest frequency that it may have, in MHz.
    pub max_mhz: Option<u64>,
    /// The kernel.
    pub kernel: Option<String>,
    /// The distribution.
    pub system: Option<String>,
    /// Memory, in MiB.
    pub memory_mib: Option<u64>,
    /// The hypervisor, where the processor says that it runs under one: other guests may take its time.
    pub virtual_machine: Option<bool>,
}

/// How a box is at one moment.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct State {
    /// The cores' frequency now, the mean in MHz.
    pub mhz: Option<f64>,
    /// The hottest sensor, in degrees Celsius.
    pub celsius: Option<f64>,
    /// How often the processor slowed down because of heat, since it was started.
    pub throttled: Option<u64>,
    /// Whether it runs on the mains.
    pub on_mains: Option<bool>,
    /// Mean number of processes that wanted a core over the last minute.
    pub load: Option<f64>,
}

impl Machine {
    /// Reads it below `root`.
    #[must_use]
    pub fn read(root: &Path) -> Self {
        let info = text(&root.join("proc/cpuinfo")).unwrap_or_default();
        let of_cpu = |names: &[&str]| {
            info.lines().filter_map(|line| line.split_once(':')).find_map(|(name, value)| {
                (names.contains(&name.trim()) && !value.trim().is_empty()).then(|| value.trim().to_owned())
            })
        };
        let first_core = root.join("sys/devices/system/cpu/cpu0/cpufreq");
        let flags = of_cpu(&["flags"]);
        Self {
            cpu: of_cpu(&["model name", "Model", "Hardware"]),
            cores: Some(info.lines().filter(|line| is_entry(line, "processor")).count()).filter(|cores| *cores > 0),
            governor: text(&first_core.join("scaling_governor")),
            max_mhz: number::<u64>(&first_core.join("cpuinfo_max_freq")).map(|khz| khz / 1000),
            kernel: text(&root.join("proc/sys/kernel/osrelease")),
            system: text(&root.join("etc/os-release")).and_then(|release| {
                let name = release.lines().find_map(|line| line.strip_prefix("PRETTY_NAME="))?;
                Some(name.trim_matches('"').to_owned())
            }),
            memory_mib: text(&root.join("proc/meminfo")).and_then(|memory| {
                let total = memory.lines().find_map(|line| line.strip_prefix("MemTotal:"))?;
                Some(total.trim().strip_suffix("kB")?.trim().parse::<u64>().ok()? / 1024)
            }),
            virtual_machine: flags.map(|flags| flags.split_whitespace().any(|flag| flag == "hypervisor")),
        }
    }
}

impl State {
    /// Reads it below `root`.
    #[must_use]
    pub fn read(root: &Path) -> Self {
        Self {
            mhz: frequency_mhz(root),
            celsius: hottest(root),
            throttled: throttled(root),
            on_mains: on_mains(root),
            load: text(&root.join("proc/loadavg"))
                .and_then(|load| load.split_whitespace().next().and_then(|first| first.parse().ok())),
        }
    }
}

fn frequency_mhz(root: &Path) -> Option<f64> {
    let governed: Vec<f64> = cores(root)
        .iter()
        .filter_map(|core| number::<f64>(&core.join("cpufreq/scaling_cur_freq")))
        .map(|khz| khz / 1000.0)
        .collect();
    let stated = || {
        let info = text(&root.join("proc/cpuinfo")).unwrap_or_default();
        let values = info.lines().filter_map(|line| line.split_once(':'));
        let mhz = values.filter(|(name, _)| name.trim() == "cpu MHz");
        mhz.filter_map(|(_, value)| value.trim().parse().ok()).collect::<Vec<f64>>()
    };
    let all = if governed.is_empty() { stated() } else { governed };
    (!all.is_empty()).then(|| all.iter().sum::<f64>() / all.len() as f64)
}

fn is_entry(line: &str, name: &str) -> bool {
    line.split(':').next().is_some_and(|found| found.trim() == name)
}

/// Of all sensors of the kernel's two interfaces.
fn hottest(root: &Path) -> Option<f64> {
    let zones = folders(&root.join("sys/class/thermal"), "thermal_zone").into_iter().map(|zone| zone.join("temp"));
    let sensors = folders(&root.join("sys/class/hwmon"), "hwmon").into_iter().flat_map(|sensor| {
        let files = std::fs::read_dir(sensor).into_iter().flatten().flatten().map(|file| file.path());
        files.filter(|file| name_of(file).is_some_and(|name| name.starts_with("temp") && name.ends_with("_input")))
    });
    let degrees = zones.chain(sensors).filter_map(|file| number::<f64>(&file)).map(|milli| milli / 1000.0);
    // A sensor that is not wired says nonsense.
    degrees.filter(|degrees| (-40.0..=150.0).contains(degrees)).max_by(f64::total_cmp)
}

/// Every core of a package says the package's count: of those the largest is taken, and the cores' own are added.
fn throttled(root: &Path) -> Option<u64> {
    let (mut own, mut package) = (None, None);
    for core in cores(root) {
        let count = |file: &str| number::<u64>(&core.join("thermal_throttle").join(file));
        own = count("core_throttle_count").map(|count| own.unwrap_or(0) + count).or(own);
        package = count("package_throttle_count").max(package);
    }
    match (own, package) {
        (None, None) => None,
        (own, package) => Some(own.unwrap_or(0) + package.unwrap_or(0)),
    }
}

/// On the mains, if any such supply says that it is online; a box without a battery and such a supply does not say.
fn on_mains(root: &Path) -> Option<bool> {
    let supplies = std::fs::read_dir(root.join("sys/class/power_supply")).ok()?.flatten();
    let online = supplies
        .map(|supply| supply.path())
        .filter(|supply| text(&supply.join("type")).is_some_and(|kind| kind == "Mains" || kind.starts_with("USB")))
        .filter_map(|supply| number::<u8>(&supply.join("online")));
    online.map(|online| online == 1).reduce(|one, other| one || other)
}

fn cores(root: &Path) -> Vec<PathBuf> {
    let mut cores = folders(&root.join("sys/devices/system/cpu"), "cpu");
    cores.retain(|core| {
        let number = name_of(core).and_then(|name| name.strip_prefix("cpu").map(str::to_owned));
        number.is_some_and(|number| !number.is_empty() && number.chars().all(|digit| digit.is_ascii_digit()))
    });
    cores
}

fn folders(parent: &Path, beginning: &str) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(parent).into_iter().flatten().flatten().map(|entry| entry.path());
    entries.filter(|path| name_of(path).is_some_and(|name| name.starts_with(beginning))).collect()
}

fn name_of(path: &Path) -> Option<String> {
    path.file_name().map(|name| name.to_string_lossy().into_owned())
}

/// A file's text without the line's end; `None` where it is empty or cannot be read.
pub(super) fn text(file: &Path) -> Option<String> {
    let text = std::fs::read_to_string(file).ok()?.trim().to_owned();
    (!text.is_empty()).then_some(text)
}

fn number<T: std::str::FromStr>(file: &Path) -> Option<T> {
    text(file)?.parse().ok()
}

#[cfg(test)]
mod tests;
