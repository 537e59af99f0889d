//! A box that is made up, file by file.

use super::*;

fn put(root: &Path, file: &str, text: &str) {
    let path = root.join(file);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, format!("{text}\n")).unwrap();
}

#[test]
fn an_empty_system_offers_nothing_and_nothing_is_zero() {
    let root = tempfile::tempdir().unwrap();
    assert_eq!(Machine::read(root.path()), Machine::default());
    assert_eq!(State::read(root.path()), State::default());
    let json = serde_json::to_string(&State::default()).unwrap();
    assert!(json.contains("\"celsius\":null") && !json.contains('0'), "{json}");
}

#[test]
fn a_box_is_what_its_files_say() {
    let root = tempfile::tempdir().unwrap();
    let put = |file: &str, text: &str| put(root.path(), file, text);
    let core = "processor\t: 0\nmodel name\t: Made-up N100\nflags\t\t: fpu avx2\ncpu MHz\t\t: 800.0\n";
    put("proc/cpuinfo", &format!("{core}\n{}", core.replace(": 0\n", ": 1\n")));
    put("proc/meminfo", "MemTotal:        8388608 kB\nMemFree: 1 kB");
    put("proc/sys/kernel/osrelease", "6.1.0-18-amd64");
    put("proc/loadavg", "0.42 0.10 0.05 1/100 200");
    put("etc/os-release", "ID=debian\nPRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"");
    for core in ["cpu0", "cpu1"] {
        let of = |file: &str| format!("sys/devices/system/cpu/{core}/{file}");
        put(&of("cpufreq/scaling_governor"), "powersave");
        put(&of("cpufreq/cpuinfo_max_freq"), "3400000");
        put(&of("thermal_throttle/core_throttle_count"), "2");
        put(&of("thermal_throttle/package_throttle_count"), "7");
    }
    put("sys/devices/system/cpu/cpu0/cpufreq/scaling_cur_freq", "3000000");
    put("sys/devices/system/cpu/cpu1/cpufreq/scaling_cur_freq", "1000000");
    // A folder that is no core.
    put("sys/devices/system/cpu/cpufreq/thermal_throttle/core_throttle_count", "100");
    put("sys/class/thermal/thermal_zone0/temp", "41000");
    put("sys/class/hwmon/hwmon0/temp1_input", "58500");
    put("sys/class/hwmon/hwmon0/temp2_input", "-273000");
    put("sys/class/power_supply/AC/type", "Mains");
    put("sys/class/power_supply/AC/online", "0");
    put("sys/class/power_supply/BAT0/type", "Battery");
    let machine = Machine::read(root.path());
    assert_eq!(machine.cpu.as_deref(), Some("Made-up N100"));
    assert_eq!((machine.cores, machine.max_mhz, machine.memory_mib), (Some(2), Some(3400), Some(8192)));
    assert_eq!(machine.governor.as_deref(), Some("powersave"));
    assert_eq!(machine.system.as_deref(), Some("Debian GNU/Linux 12 (bookworm)"));
    assert_eq!(machine.virtual_machine, Some(false));
    let wanted = State {
        mhz: Some(2000.0),
        celsius: Some(58.5),
        throttled: Some(2 + 2 + 7),
        on_mains: Some(false),
        load: Some(0.42),
    };
    assert_eq!(State::read(root.path()), wanted);
}
