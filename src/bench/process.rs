//! What a process knows of itself: its processor time, its memory, the clock.

use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};

/// Processor time of all threads of this process so far, in user and in system mode.
#[must_use]
pub fn cpu() -> Duration {
    read(ClockId::ProcessCPUTime)
}

/// Processor time of the calling thread so far.
#[must_use]
pub fn thread_cpu() -> Duration {
    read(ClockId::ThreadCPUTime)
}

/// The monotonic clock, which a parent and its child share.
#[must_use]
pub fn monotonic() -> Duration {
    read(ClockId::Monotonic)
}

fn read(clock: ClockId) -> Duration {
    let time = clock_gettime(clock);
    let seconds = u64::try_from(time.tv_sec).unwrap_or_default();
    Duration::new(seconds, u32::try_from(time.tv_nsec).unwrap_or_default())
}

/// Resident memory now, in KiB; `None` where the system does not say.
#[must_use]
pub fn resident_kib() -> Option<u64> {
    status_kib("VmRSS:")
}

/// The most resident memory so far, in KiB.
#[must_use]
pub fn peak_kib() -> Option<u64> {
    status_kib("VmHWM:")
}

fn status_kib(key: &str) -> Option<u64> {
    kib_of(&std::fs::read_to_string("/proc/self/status").ok()?, key)
}

fn kib_of(status: &str, key: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix(key))?;
    line.trim().strip_suffix("kB")?.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_is_read_from_the_line_that_says_it() {
        let status = "Name:\thymy\nVmHWM:\t  204800 kB\nVmRSS:\t  184320 kB\n";
        assert_eq!(kib_of(status, "VmRSS:"), Some(184_320));
        assert_eq!(kib_of(status, "VmHWM:"), Some(204_800));
        assert_eq!(kib_of(status, "VmSwap:"), None);
        assert_eq!(kib_of("VmRSS: many kB", "VmRSS:"), None);
    }

    #[test]
    fn work_takes_processor_time_and_sleep_takes_none() {
        let before = thread_cpu();
        std::thread::sleep(Duration::from_millis(30));
        let slept = thread_cpu() - before;
        let mut sum = 0u64;
        while thread_cpu() - before < Duration::from_millis(20) {
            sum = std::hint::black_box(sum + 1);
        }
        assert!(slept < Duration::from_millis(15), "{slept:?}");
        assert!(cpu() >= thread_cpu());
    }
}
