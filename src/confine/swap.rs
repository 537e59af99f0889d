//! Whether what is swapped out lies on a disk in the clear, as `/proc/swaps` and `/sys` tell.
//!
//! Encrypted means dm-crypt below, however many layers down. What cannot be told counts as in the clear.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

/// More layers than a machine stacks (file system, LVM, RAID, LUKS), so that a loop in the tree ends.
const MOST_LAYERS: usize = 8;

/// The swaps of `/proc/swaps` that are not encrypted. `device_of` gives the folder's name of the block device in
/// `dev/block` of `sys`, as `major:minor`.
pub(super) fn in_the_clear(
    proc_swaps: &str,
    sys: &Path,
    device_of: impl Fn(&Path, bool) -> Option<String>,
) -> Vec<String> {
    // The first line is a heading.
    let swaps = proc_swaps.lines().skip(1).filter_map(|line| {
        let mut columns = line.split_whitespace();
        Some((columns.next()?.replace("\\040", " "), columns.next() == Some("file")))
    });
    let in_the_clear = |(name, is_file): &(String, bool)| {
        let device = device_of(Path::new(name), *is_file).map(|device| sys.join("dev/block").join(device));
        !device.is_some_and(|device| is_safe(&device, MOST_LAYERS))
    };
    swaps.filter(in_the_clear).map(|(name, _)| name).collect()
}

/// The device itself, or the one that a swap file lies on.
pub(super) fn device_of(swap: &Path, is_file: bool) -> Option<String> {
    let metadata = fs::metadata(swap).ok()?;
    let device = if is_file { metadata.dev() } else { metadata.rdev() };
    Some(format!("{}:{}", rustix::fs::major(device), rustix::fs::minor(device)))
}

/// Whether the device of this folder of `/sys` is encrypted, lies on nothing but encrypted ones, or is compressed
/// memory that is never written out.
fn is_safe(device: &Path, layers: usize) -> bool {
    if fs::read_to_string(device.join("dm/uuid")).is_ok_and(|uuid| uuid.starts_with("CRYPT-")) {
        return true;
    }
    let name = fs::canonicalize(device).ok().and_then(|path| path.file_name().map(|name| name.to_os_string()));
    if name.is_some_and(|name| name.to_string_lossy().starts_with("zram")) {
        return fs::read_to_string(device.join("backing_dev")).map_or(true, |backing| backing.trim() == "none");
    }
    let below: Vec<PathBuf> = fs::read_dir(device.join("slaves"))
        .into_iter()
        .flatten()
        .filter_map(|entry| entry.ok().map(|entry| entry.path()))
        .collect();
    layers > 0 && !below.is_empty() && below.iter().all(|device| is_safe(device, layers - 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADING: &str = "Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n";

    /// A tree as `/sys` has it, with these files and their texts.
    fn sys(files: &[(&str, &str)]) -> tempfile::TempDir {
        let sys = tempfile::tempdir().unwrap();
        for (file, text) in files {
            let file = sys.path().join("dev/block").join(file);
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(file, text).unwrap();
        }
        sys
    }

    #[track_caller]
    fn check(files: &[(&str, &str)], swaps: &str, expect: &[&str]) {
        let sys = sys(files);
        // The device stands in the swap's name.
        let device_of = |swap: &Path, _| swap.file_name().map(|name| name.to_string_lossy().replace('-', ":"));
        assert_eq!(in_the_clear(&format!("{HEADING}{swaps}"), sys.path(), device_of), expect);
    }

    #[test]
    fn no_swap_is_safe_and_a_bare_disk_is_not() {
        check(&[], "", &[]);
        check(&[("8:2/size", "1")], "/dev/8-2  partition  1000  0  -2\n", &["/dev/8-2"]);
    }

    #[test]
    fn dm_crypt_is_safe_also_under_other_layers() {
        check(&[("253:0/dm/uuid", "CRYPT-PLAIN-swap\n")], "/dev/253-0 partition 1 0 -2\n", &[]);
        check(&[("253:1/slaves/x/dm/uuid", "CRYPT-LUKS2-0-root\n")], "/253-1 file 1 0 -2\n", &[]);
        let one_of_two = [("9:0/slaves/a/dm/uuid", "CRYPT-LUKS2-0-a\n"), ("9:0/slaves/b/size", "1")];
        check(&one_of_two, "/dev/9-0 partition 1 0 -2\n", &["/dev/9-0"]);
        check(&[("253:2/dm/uuid", "LVM-abc\n")], "/dev/253-2 partition 1 0 -2\n", &["/dev/253-2"]);
    }

    #[test]
    fn what_cannot_be_told_counts_as_in_the_clear() {
        check(&[], "/gone\\040(deleted) file 1 0 -2\n", &["/gone (deleted)"]);
        assert_eq!(in_the_clear(&format!("{HEADING}/x file 1 0 -2\n"), Path::new("/sys"), |_, _| None), ["/x"]);
    }

    #[test]
    fn compressed_memory_is_safe_unless_it_is_written_out() {
        check(&[("zram0/backing_dev", "none\n")], "/dev/zram0 partition 1 0 -2\n", &[]);
        check(&[("zram1/backing_dev", "/dev/sda3\n")], "/dev/zram1 partition 1 0 -2\n", &["/dev/zram1"]);
    }
}
