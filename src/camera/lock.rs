//! The camera's lock: of all programs with one data folder, one may open the camera.
//!
//! A kiosk holds it while a shift is on, paused or not, or somebody tries something out at its pages, and until the camera is closed; `hymy calibrate` and `hymy staff fit`
//! hold it while they look. It belongs to the open folder, so a crash, even a `kill -9`, lets go of it together with the camera.

use std::fs::{self, File, TryLockError};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

/// Held as long as it lives.
#[derive(Debug)]
pub struct CameraLock {
    _folder: File,
}

/// Why the camera is not this program's.
#[derive(Debug, thiserror::Error)]
pub enum CameraLockError {
    /// Another program has it.
    #[error(
        "a shift is on, or somebody tries something out at the pages, or hymy calibrate looks through the camera, or \
         hymy staff fit does; end the shift first, or wait until they are over"
    )]
    InUse,
    /// The data folder cannot be opened or locked.
    #[error("{}: the data folder cannot be opened: {source}; check [kiosk] data_dir, its owner and its mode", path.display())]
    Folder {
        /// The folder.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
}

impl CameraLock {
    /// Makes the data folder if need be (for its owner only) and takes the lock, which is the folder's own: there is no
    /// file of it.
    ///
    /// # Errors
    /// [`CameraLockError`].
    pub fn take(data_dir: &Path) -> Result<Self, CameraLockError> {
        let failed = |source| CameraLockError::Folder { path: data_dir.to_path_buf(), source };
        fs::DirBuilder::new().recursive(true).mode(0o700).create(data_dir).map_err(failed)?;
        let folder = File::open(data_dir).map_err(failed)?;
        match folder.try_lock() {
            Ok(()) => Ok(Self { _folder: folder }),
            Err(TryLockError::WouldBlock) => Err(CameraLockError::InUse),
            Err(TryLockError::Error(source)) => Err(failed(source)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_program_has_the_camera_until_it_lets_go() {
        let folder = tempfile::tempdir().expect("a folder");
        let data = folder.path().join("data");
        let held = CameraLock::take(&data).expect("free");
        assert!(matches!(CameraLock::take(&data), Err(CameraLockError::InUse)));
        drop(held);
        let _held = CameraLock::take(&data).expect("free again");
        assert_eq!(fs::read_dir(&data).expect("made").count(), 0, "there is no file of it");
    }
}
