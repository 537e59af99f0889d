//! Memory that never reaches a disk: no core dumps, and either locked pages or no swap in the clear.

use std::path::Path;

use rustix::io;
use rustix::mm::{MlockAllFlags, mlockall};
use rustix::process::{DumpableBehavior, Resource, Rlimit, set_dumpable_behavior, setrlimit};

use super::swap;

/// Number of the capability `CAP_IPC_LOCK` (linux/capability.h): its holder locks memory without a limit.
const CAP_IPC_LOCK: u32 = 14;

/// Why memory could reach a disk.
#[derive(Debug, thiserror::Error)]
pub enum MemoryError {
    /// There is swap in the clear, and memory could not be locked.
    #[error(
        "memory cannot be locked, and swap on {} is not encrypted, so what the camera shows could reach the disk; let \
         the kiosk lock its memory (LimitMEMLOCK=infinity in its systemd unit, ulimit -l unlimited in a shell), or \
         encrypt the swap (dm-crypt), or switch it off (swapoff --all)",
        .0.join(" and ")
    )]
    SwapInTheClear(Vec<String>),
    /// What is swapped where is not known.
    #[error("/proc/swaps cannot be read, so that nobody knows whether memory could reach a disk: {0}")]
    SwapsUnknown(std::io::Error),
}

/// Why memory does not reach a disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MemoryKept {
    /// Every page is locked, those to come as well.
    Locked,
    /// It could not be locked; there is no swap, or all of it is encrypted or in memory itself. Swap that is added
    /// later is not noticed.
    NoSwapInTheClear,
}

/// Switches core dumps off, and with them the way for other processes of the same user to look into this one.
///
/// # Errors
/// What the system said.
pub fn no_core_dumps() -> std::io::Result<()> {
    setrlimit(Resource::Core, Rlimit { current: Some(0), maximum: Some(0) })?;
    // A handler that the kernel pipes core dumps to does not ask for the limit; of such a process there is no dump.
    set_dumpable_behavior(DumpableBehavior::NotDumpable)?;
    Ok(())
}

/// Locks all memory, now and to come; where that is not allowed, makes sure that no swap is in the clear.
///
/// # Errors
/// [`MemoryError`], which says what to do.
pub fn keep_in_memory() -> Result<MemoryKept, MemoryError> {
    if may_lock_all() && lock_all().is_ok() {
        return Ok(MemoryKept::Locked);
    }
    let swaps = std::fs::read_to_string("/proc/swaps").map_err(MemoryError::SwapsUnknown)?;
    let clear = swap::in_the_clear(&swaps, Path::new("/sys"), swap::device_of);
    if clear.is_empty() { Ok(MemoryKept::NoSwapInTheClear) } else { Err(MemoryError::SwapInTheClear(clear)) }
}

/// Pages are locked as they are first touched: what was never used costs no memory.
fn lock_all() -> io::Result<()> {
    mlockall(MlockAllFlags::CURRENT | MlockAllFlags::FUTURE | MlockAllFlags::ONFAULT)
}

/// Whether there is no limit to locking. Under a limit the lock would hold at first, and an allocation fail later.
fn may_lock_all() -> bool {
    let unlimited = Rlimit { current: None, maximum: None };
    setrlimit(Resource::Memlock, unlimited).is_ok() || has_ipc_lock().unwrap_or(false)
}

/// Whether the process may lock without a limit; a capability within a user namespace of its own does not count.
fn has_ipc_lock() -> Option<bool> {
    let users = std::fs::read_to_string("/proc/self/uid_map").ok()?;
    let everyone = users.split_whitespace().eq(["0", "0", "4294967295"]);
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let effective = status.lines().find_map(|line| line.strip_prefix("CapEff:"))?;
    let effective = u64::from_str_radix(effective.trim(), 16).ok()?;
    Some(everyone && effective >> CAP_IPC_LOCK & 1 == 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rustix::process::{dumpable_behavior, getrlimit};

    #[test]
    fn core_dumps_are_off() {
        no_core_dumps().unwrap();
        assert_eq!(dumpable_behavior().unwrap(), DumpableBehavior::NotDumpable);
        assert_eq!(getrlimit(Resource::Core), Rlimit { current: Some(0), maximum: Some(0) });
    }

    #[test]
    fn the_remedy_is_told() {
        let told = MemoryError::SwapInTheClear(vec!["/dev/sda2".into(), "/swapfile".into()]).to_string();
        for part in ["/dev/sda2 and /swapfile", "LimitMEMLOCK=infinity", "dm-crypt", "swapoff"] {
            assert!(told.contains(part), "{told}");
        }
    }
}
