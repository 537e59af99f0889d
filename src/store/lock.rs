//! The store's lock: two processes never write one store.
//!
//! The lock belongs to the open file, so a crash, even a `kill -9`, lets go of it.

use std::fs::{self, File, TryLockError};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::Path;

use super::StoreError;

/// Held as long as it lives.
#[derive(Debug)]
pub struct StoreLock {
    _file: File,
}

impl StoreLock {
    /// Makes the data folder if need be (for its owner only) and takes its lock.
    ///
    /// # Errors
    /// [`StoreError::Folder`], [`StoreError::FolderWritableByOthers`] or [`StoreError::Locked`].
    pub fn take(data_dir: &Path) -> Result<Self, StoreError> {
        let folder = |source| StoreError::Folder { path: data_dir.to_path_buf(), source };
        fs::DirBuilder::new().recursive(true).mode(0o700).create(data_dir).map_err(folder)?;
        let mode = fs::metadata(data_dir).map_err(folder)?.permissions().mode() & 0o777;
        // Whoever may only enter finds files of mode 0600; whoever may write could put others in their place.
        if mode & 0o022 != 0 {
            return Err(StoreError::FolderWritableByOthers { path: data_dir.to_path_buf(), mode });
        }
        let path = data_dir.join("hymy.lock");
        let file = fs::OpenOptions::new().write(true).create(true).truncate(false).mode(0o600).open(&path);
        let file = file.map_err(folder)?;
        match file.try_lock() {
            Ok(()) => Ok(Self { _file: file }),
            Err(TryLockError::WouldBlock) => Err(StoreError::Locked { path }),
            Err(TryLockError::Error(source)) => Err(folder(source)),
        }
    }
}
