//! The key of the store: 32 random bytes in hexadecimal, in a file that only its owner reads.
//!
//! A key is made only where there is no database yet. It never appears in a message.

use std::fs;
use std::io::{self, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::Path;

use zeroize::Zeroizing;

use super::StoreError;

/// Bytes of a SQLCipher key (AES-256).
const KEY_BYTES: usize = 32;

/// Reads the key, or makes it if neither it nor the database exists. Gives the hexadecimal digits.
pub(super) fn read_or_make(key: &Path, database: &Path) -> Result<Zeroizing<String>, StoreError> {
    let unreadable = |source| StoreError::KeyUnreadable { key: key.to_path_buf(), source };
    let metadata = match fs::metadata(key) {
        Ok(metadata) => metadata,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            if database.exists() {
                return Err(StoreError::KeyMissing { key: key.to_path_buf(), database: database.to_path_buf() });
            }
            return make(key).map_err(unreadable);
        }
        Err(error) => return Err(unreadable(error)),
    };
    let mode = metadata.permissions().mode() & 0o777;
    if mode & 0o077 != 0 {
        return Err(StoreError::KeyReadableByOthers { key: key.to_path_buf(), mode });
    }
    let text = Zeroizing::new(fs::read_to_string(key).map_err(unreadable)?);
    let digits = text.trim();
    if digits.len() != 2 * KEY_BYTES || !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Err(StoreError::KeyMalformed { key: key.to_path_buf() });
    }
    Ok(Zeroizing::new(digits.to_owned()))
}

/// Writes a new key under a passing name and renames it, so that a crash leaves a whole key or none.
fn make(key: &Path) -> io::Result<Zeroizing<String>> {
    let mut bytes = Zeroizing::new([0u8; KEY_BYTES]);
    getrandom::fill(bytes.as_mut()).map_err(io::Error::other)?;
    let digits = Zeroizing::new(hex::encode(bytes.as_ref()));
    let passing = key.with_extension("key.new");
    match fs::remove_file(&passing) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut file = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&passing)?;
    file.write_all(digits.as_bytes())?;
    file.write_all(b"\n")?;
    file.sync_all()?;
    fs::rename(&passing, key)?;
    if let Some(folder) = key.parent() {
        // Without this the database could outlive the key it was made with.
        fs::File::open(folder)?.sync_all()?;
    }
    Ok(digits)
}
