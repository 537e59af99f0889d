//! A file that is replaced at once: whoever reads it, also after a crash, sees the old text or the new one.

use std::io::{ErrorKind, Result, Write};
use std::path::Path;

/// Writes beside the file, then takes its place. The mode stays, and a link stays a link; a new file is its owner's only.
///
/// # Errors
/// What the disk said; the file is then as it was.
pub fn write_whole(file: &Path, text: &str) -> Result<()> {
    let (real, mode) = match file.canonicalize() {
        Ok(real) => {
            let mode = std::fs::metadata(&real)?.permissions();
            (real, Some(mode))
        }
        Err(error) if error.kind() == ErrorKind::NotFound => (file.to_path_buf(), None),
        Err(error) => return Err(error),
    };
    let folder = real.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    // For its owner only until it has its own mode.
    let mut beside = tempfile::NamedTempFile::new_in(folder)?;
    beside.write_all(text.as_bytes())?;
    if let Some(mode) = mode {
        beside.as_file().set_permissions(mode)?;
    }
    beside.as_file().sync_all()?;
    beside.persist(&real).map_err(|error| error.error)?;
    // The new name is on the disk too.
    std::fs::File::open(folder)?.sync_all()
}
