//! The key of the database: where it is kept, how it is read, and how another takes its place.
//!
//! A key is made only where there is no database yet. Neither a key nor a passphrase ever appears in a message.

mod kept;

use std::fs;
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use super::StoreError;
use crate::vault::{VaultError, stretched};
use kept::Kept;

/// Bytes of a SQLCipher key (AES-256).
const KEY_BYTES: usize = 32;
/// Bytes of a salt: those of SQLCipher's own, in whose place a backup carries it.
pub(super) const SALT_BYTES: usize = 16;
/// The salt of a passphrase, beside the database. It is no secret, but without it the passphrase opens nothing.
pub const SALT: &str = "hymy.salt";
/// Characters of a passphrase: fifteen at the least, as NIST SP 800-63B asks of a secret that stands alone. Whoever has the
/// disk can guess for as long as they like.
pub const PASSPHRASE_MIN_CHARS: usize = 15;

/// Which passphrase is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asked {
    /// The one that holds.
    Present,
    /// A new one; whoever asks has it given twice.
    New,
    /// The one that held when a backup was made.
    OfBackup,
}

/// Asks for a passphrase, at the moment when it is needed.
pub type AskPassphrase = fn(Asked) -> io::Result<Zeroizing<String>>;

/// Where the key of the database is kept.
#[derive(Clone, Debug)]
pub enum KeySource {
    /// In a file of mode 0600, made at first start.
    File(PathBuf),
    /// Handed over by systemd, which may keep it sealed to the machine's TPM.
    Credential {
        /// Its name.
        name: String,
        /// The folder where systemd puts credentials; `None` where it gave none.
        folder: Option<PathBuf>,
    },
    /// Nowhere: it is made of a passphrase, and of a salt beside the database.
    Passphrase(AskPassphrase),
}

impl From<&Path> for KeySource {
    fn from(path: &Path) -> Self {
        Self::File(path.to_owned())
    }
}

impl From<&PathBuf> for KeySource {
    fn from(path: &PathBuf) -> Self {
        Self::File(path.clone())
    }
}

impl From<&KeySource> for KeySource {
    fn from(source: &KeySource) -> Self {
        source.clone()
    }
}

/// A key that may open the database.
#[derive(Clone)]
pub(super) struct DatabaseKey {
    digits: Zeroizing<String>,
    /// What it was made with, of a passphrase.
    salt: Option<[u8; SALT_BYTES]>,
}

impl std::fmt::Debug for DatabaseKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("DatabaseKey")
    }
}

impl DatabaseKey {
    fn random() -> io::Result<Self> {
        let mut bytes = Zeroizing::new([0u8; KEY_BYTES]);
        getrandom::fill(bytes.as_mut()).map_err(io::Error::other)?;
        Ok(Self { digits: Zeroizing::new(hex::encode(bytes.as_ref())), salt: None })
    }

    fn read(text: &str) -> Option<Self> {
        let digits = text.trim();
        let right = digits.len() == 2 * KEY_BYTES && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
        right.then(|| Self { digits: Zeroizing::new(digits.to_ascii_lowercase()), salt: None })
    }

    /// Of a passphrase: Argon2id, as for a person's own secret.
    pub fn of_passphrase(passphrase: &str, salt: [u8; SALT_BYTES]) -> Result<Self, VaultError> {
        let key = stretched(passphrase, &salt)?;
        Ok(Self { digits: Zeroizing::new(hex::encode(key.as_ref())), salt: Some(salt) })
    }

    /// As SQLCipher takes it.
    pub fn literal(&self) -> Zeroizing<String> {
        Zeroizing::new(format!("x'{}'", self.digits.as_str()))
    }

    /// The same for a file that carries the salt of the passphrase as its own, which stands at its beginning.
    pub fn literal_with_salt(&self) -> Zeroizing<String> {
        let salt = self.salt.map(hex::encode).unwrap_or_default();
        Zeroizing::new(format!("x'{}{salt}'", self.digits.as_str()))
    }

    pub fn is(&self, other: &Self) -> bool {
        self.digits.as_bytes().ct_eq(other.digits.as_bytes()).into()
    }
}

/// Which of the two a key is while a change of keys is under way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    Present,
    Next,
}

impl KeySource {
    /// A credential of this name, in the folder that systemd says.
    #[must_use]
    pub fn credential(name: &str) -> Self {
        let folder = std::env::var_os("CREDENTIALS_DIRECTORY").map(PathBuf::from);
        Self::Credential { name: name.to_owned(), folder }
    }

    /// The keys that may open the database: one, or two where a change of keys broke off. Without a database one is made
    /// where there is none; that of a credential is not.
    pub(super) fn keys(&self, database: &Path) -> Result<Vec<(DatabaseKey, Standing)>, StoreError> {
        match self {
            Self::File(path) => keys_of_file(&Kept::at(path.clone()), database),
            Self::Credential { name, folder } => Ok(vec![(of_credential(name, folder.as_deref())?, Standing::Present)]),
            Self::Passphrase(ask) => keys_of_passphrase(*ask, &salt_beside(database), database),
        }
    }

    /// What to tell where none of them opens the database.
    pub(super) fn wrong(&self, database: &Path) -> StoreError {
        let database = database.to_path_buf();
        match self {
            Self::File(path) => StoreError::WrongKey { key: path.clone(), database },
            Self::Credential { name, .. } => StoreError::WrongCredential { name: name.clone(), database },
            Self::Passphrase(_) => StoreError::WrongPassphrase { database },
        }
    }

    /// Puts a new key on the disk beside the present one, without taking its place.
    pub(super) fn propose(&self, present: &Self, database: &Path) -> Result<DatabaseKey, StoreError> {
        match self {
            Self::File(path) => {
                if path.exists() && !self.is_same_place(present) {
                    return Err(StoreError::KeyInTheWay { key: path.clone() });
                }
                let unmade = |source| StoreError::KeyUnreadable { key: path.clone(), source };
                let key = DatabaseKey::random().map_err(unmade)?;
                Kept::at(path.clone()).next().make(&key.digits).map_err(unmade)?;
                Ok(key)
            }
            Self::Credential { name, folder } => of_credential(name, folder.as_deref()),
            Self::Passphrase(ask) => {
                let passphrase = new_passphrase(*ask)?;
                let salt = make_salt(&salt_beside(database).next())?;
                Ok(DatabaseKey::of_passphrase(&passphrase, salt)?)
            }
        }
    }

    /// Ends a change of keys: the one that opens the database stays, the other goes.
    pub(super) fn settle(&self, opened: Standing, database: &Path) -> Result<(), StoreError> {
        let Some(kept) = self.kept(database) else { return Ok(()) };
        let settled = kept.wipe_passing().and_then(|()| match opened {
            Standing::Present => kept.next().wipe(),
            Standing::Next => kept.take_next(),
        });
        settled.map_err(|source| StoreError::KeyUnreadable { key: kept.path().to_path_buf(), source })
    }

    /// Whether a new key waits to take its place here.
    pub(super) fn waits(&self, database: &Path) -> bool {
        self.kept(database).is_some_and(|kept| kept.next().path().exists())
    }

    /// Wipes what is kept here, because the key is kept elsewhere now.
    pub(super) fn retire(&self, database: &Path) -> Result<(), StoreError> {
        let Some(kept) = self.kept(database) else { return Ok(()) };
        let wiped = kept.next().wipe().and_then(|()| kept.wipe());
        wiped.map_err(|source| StoreError::KeyUnreadable { key: kept.path().to_path_buf(), source })
    }

    /// Whether both are kept in the same place.
    pub(super) fn is_same_place(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::File(one), Self::File(other)) => one == other,
            (Self::Credential { name: one, .. }, Self::Credential { name: other, .. }) => one == other,
            (Self::Passphrase(_), Self::Passphrase(_)) => true,
            _ => false,
        }
    }

    fn kept(&self, database: &Path) -> Option<Kept> {
        match self {
            Self::File(path) => Some(Kept::at(path.clone())),
            Self::Credential { .. } => None,
            Self::Passphrase(_) => Some(salt_beside(database)),
        }
    }
}

fn salt_beside(database: &Path) -> Kept {
    Kept::at(database.with_file_name(SALT))
}

fn keys_of_file(kept: &Kept, database: &Path) -> Result<Vec<(DatabaseKey, Standing)>, StoreError> {
    let key = kept.path();
    let next = kept.next();
    let waiting = if next.path().exists() { Some(of_file(next.path())?) } else { None };
    match (of_file(key), waiting) {
        (Ok(present), None) => Ok(vec![(present, Standing::Present)]),
        (Ok(present), Some(next)) => Ok(vec![(present, Standing::Present), (next, Standing::Next)]),
        // The old one was being wiped when the change broke off.
        (Err(StoreError::KeyMissing { .. } | StoreError::KeyMalformed { .. }), Some(next)) => {
            Ok(vec![(next, Standing::Next)])
        }
        (Err(StoreError::KeyMissing { .. }), None) if database.exists() => {
            Err(StoreError::KeyMissing { key: key.to_path_buf(), database: database.to_path_buf() })
        }
        (Err(StoreError::KeyMissing { .. }), None) => {
            let unmade = |source| StoreError::KeyUnreadable { key: key.to_path_buf(), source };
            let made = DatabaseKey::random().map_err(unmade)?;
            kept.make(&made.digits).map_err(unmade)?;
            Ok(vec![(made, Standing::Present)])
        }
        (Err(error), _) => Err(error),
    }
}

/// The key in a file that must be its owner's only.
pub(super) fn of_file(key: &Path) -> Result<DatabaseKey, StoreError> {
    read(key, 0o077, || StoreError::KeyMissing { key: key.to_path_buf(), database: PathBuf::new() })
}

fn of_credential(name: &str, folder: Option<&Path>) -> Result<DatabaseKey, StoreError> {
    let folder = folder.ok_or_else(|| StoreError::NoCredentials { name: name.to_owned() })?;
    let missing = || StoreError::CredentialMissing { name: name.to_owned(), folder: folder.to_path_buf() };
    // The group's bits are the mask of an access list here, by which systemd lets the service's own user read.
    read(&folder.join(name), 0o007, missing)
}

fn read(key: &Path, forbidden: u32, missing: impl Fn() -> StoreError) -> Result<DatabaseKey, StoreError> {
    let unreadable = |source: io::Error| match source.kind() {
        io::ErrorKind::NotFound => missing(),
        _ => StoreError::KeyUnreadable { key: key.to_path_buf(), source },
    };
    let mode = fs::metadata(key).map_err(unreadable)?.permissions().mode() & 0o777;
    if mode & forbidden != 0 {
        return Err(StoreError::KeyReadableByOthers { key: key.to_path_buf(), mode });
    }
    let bytes = Zeroizing::new(fs::read(key).map_err(unreadable)?);
    let text = std::str::from_utf8(&bytes).unwrap_or_default();
    DatabaseKey::read(text).ok_or_else(|| StoreError::KeyMalformed { key: key.to_path_buf() })
}

fn keys_of_passphrase(
    ask: AskPassphrase,
    kept: &Kept,
    database: &Path,
) -> Result<Vec<(DatabaseKey, Standing)>, StoreError> {
    let mut salts = Vec::new();
    for (place, standing) in [(kept.clone(), Standing::Present), (kept.next(), Standing::Next)] {
        match read_salt(place.path()) {
            Ok(Some(salt)) => salts.push((salt, standing)),
            Ok(None) => {}
            // The old one was being wiped when the change broke off.
            Err(StoreError::SaltMalformed { .. }) if standing == Standing::Present && kept.next().path().exists() => {}
            Err(error) => return Err(error),
        }
    }
    let passphrase = if database.exists() {
        if salts.is_empty() {
            return Err(StoreError::SaltMissing { salt: kept.path().to_path_buf(), database: database.to_path_buf() });
        }
        ask(Asked::Present).map_err(StoreError::NoPassphrase)?
    } else {
        let passphrase = new_passphrase(ask)?;
        if salts.is_empty() {
            salts.push((make_salt(kept)?, Standing::Present));
        }
        passphrase
    };
    let made = |(salt, standing)| Ok((DatabaseKey::of_passphrase(&passphrase, salt)?, standing));
    salts.into_iter().map(made).collect()
}

fn new_passphrase(ask: AskPassphrase) -> Result<Zeroizing<String>, StoreError> {
    let passphrase = ask(Asked::New).map_err(StoreError::NoPassphrase)?;
    if passphrase.chars().count() < PASSPHRASE_MIN_CHARS {
        return Err(StoreError::PassphraseTooShort);
    }
    Ok(passphrase)
}

fn make_salt(kept: &Kept) -> Result<[u8; SALT_BYTES], StoreError> {
    let unmade = |source| StoreError::KeyUnreadable { key: kept.path().to_path_buf(), source };
    let mut salt = [0u8; SALT_BYTES];
    getrandom::fill(&mut salt).map_err(|error| unmade(io::Error::other(error)))?;
    kept.make(&hex::encode(salt)).map_err(unmade)?;
    Ok(salt)
}

fn read_salt(path: &Path) -> Result<Option<[u8; SALT_BYTES]>, StoreError> {
    let text = match fs::read_to_string(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) if error.kind() == io::ErrorKind::InvalidData => String::new(),
        Err(source) => return Err(StoreError::KeyUnreadable { key: path.to_path_buf(), source }),
        Ok(text) => text,
    };
    let bytes = hex::decode(text.trim()).ok().and_then(|bytes| bytes.try_into().ok());
    bytes.map(Some).ok_or_else(|| StoreError::SaltMalformed { salt: path.to_path_buf() })
}

#[cfg(test)]
mod tests;
