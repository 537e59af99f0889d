//! Why the store could not do what was asked, in words that say what to do.

use std::path::PathBuf;

/// A failure of the store.
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs, reason = "the fields are the ones the messages name")]
pub enum StoreError {
    /// The data folder could not be made or written.
    #[error("{}: the data folder cannot be written: {source}; check [kiosk] data_dir, its owner and its mode", path.display())]
    Folder { path: PathBuf, source: std::io::Error },
    /// The data folder lets others write.
    #[error("{}: the data folder has mode {mode:03o}, so others can write in it; run: chmod 700 {}", path.display(), path.display())]
    FolderWritableByOthers { path: PathBuf, mode: u32 },
    /// Another process holds the store.
    #[error("{}: another Hymy process uses this store; stop it, or name another [kiosk] data_dir", path.display())]
    Locked { path: PathBuf },
    /// There is a database and no key to open it with.
    #[error(
        "{}: the key file is missing, though {} exists; put the key file back from its copy (a new key \
         could never open this database, so none was made), or set [store] key_file to where it is",
        key.display(), database.display()
    )]
    KeyMissing { key: PathBuf, database: PathBuf },
    /// The key file lets others read it.
    #[error("{}: the key file has mode {mode:03o}, so others can read it; run: chmod 600 {}", key.display(), key.display())]
    KeyReadableByOthers { key: PathBuf, mode: u32 },
    /// The key file could not be read or made.
    #[error("{}: the key file cannot be read or made: {source}; check its owner, its mode and its folder", key.display())]
    KeyUnreadable { key: PathBuf, source: std::io::Error },
    /// The key file holds something else.
    #[error("{}: the key file must hold 64 hexadecimal digits and nothing else; put it back from its copy", key.display())]
    KeyMalformed { key: PathBuf },
    /// The key does not open the database.
    #[error(
        "{}: the key in {} does not open this database (or the file is damaged); put back the key that was \
         made with it, or the database that belongs to the key",
        database.display(), key.display()
    )]
    WrongKey { key: PathBuf, database: PathBuf },
    /// The SQLite library in use cannot encrypt.
    #[error("the SQLite library in use is not SQLCipher; nothing was written, as it would not be encrypted")]
    NotEncrypting,
    /// A newer program wrote the database.
    #[error("{}: made by a newer Hymy (schema {found}, this one knows {known}); start the newer program", database.display())]
    TooNew { database: PathBuf, found: i64, known: i64 },
    /// No room on the disk.
    #[error("{}: the disk is full; free some space, nothing that was accepted is lost", database.display())]
    DiskFull { database: PathBuf },
    /// More unhandled till events than the inbox may hold.
    #[error("the till inbox is full ({0} events wait to be handled)")]
    InboxFull(i64),
    /// No staff member of that name.
    #[error("no staff member is called \"{0}\"; see: hymy staff list")]
    NoSuchPerson(String),
    /// A staff member of that name exists.
    #[error("a staff member called \"{0}\" exists already")]
    NameTaken(String),
    /// A name that cannot be used.
    #[error("a name has 1 to 64 printable characters")]
    BadName,
    /// Any other failure of the database.
    #[error("{}: {source}", database.display())]
    Database { database: PathBuf, source: rusqlite::Error },
    /// Nothing was sealed or opened.
    #[error(transparent)]
    Vault(#[from] crate::vault::VaultError),
    /// Too many wrong secrets; says nothing about whether the person agreed to anything.
    #[error("too many wrong secrets; try again in {wait_s} s")]
    Wait { wait_s: i64 },
    /// The wrong secret, or nobody who agreed.
    #[error("this is not the secret of anyone called \"{0}\" who takes part")]
    NotTheirSecret(String),
    /// Another invitation, or a spent one.
    #[error("this invitation is not \"{0}\"'s, or was used before; a new one: hymy staff invite NAME")]
    NotInvited(String),
}
