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
         could never open this database, so none was made), or say in [store] where the key is",
        key.display(), database.display()
    )]
    KeyMissing { key: PathBuf, database: PathBuf },
    /// The key file lets others read it.
    #[error("{}: the key has mode {mode:03o}, so others can read it; run: chmod 600 {}", key.display(), key.display())]
    KeyReadableByOthers { key: PathBuf, mode: u32 },
    /// The key file could not be read or made.
    #[error("{}: the key file cannot be read or made: {source}; check its owner, its mode and its folder", key.display())]
    KeyUnreadable { key: PathBuf, source: std::io::Error },
    /// The key file holds something else.
    #[error("{}: a key is 64 hexadecimal digits and nothing else; put it back from its copy", key.display())]
    KeyMalformed { key: PathBuf },
    /// There is a file already where a new key would be put.
    #[error("{}: exists already, and may be the key of something else; name a file that does not exist", key.display())]
    KeyInTheWay { key: PathBuf },
    /// The key to be taken is the one that holds.
    #[error(
        "the new key is the one that holds already; make another credential, name it in a second configuration file, \
         and give that: hymy store rotate-key --config FILE --to SECOND"
    )]
    SameKey,
    /// Another key holds, and a file is left that may be its predecessor.
    #[error(
        "the new key holds already; {} is still there and does not open this database: if it is the old key, remove it",
        key.display()
    )]
    OldKeyLeft { key: PathBuf },
    /// The database opens neither with the old key nor with the new one after a change of keys that failed.
    #[error("{}: the key could not be changed; the old one holds, nothing is lost", database.display())]
    NotRotated { database: PathBuf },
    /// systemd handed over no credentials.
    #[error(
        "the key is the credential \"{name}\", and systemd handed over none ($CREDENTIALS_DIRECTORY is not set); start \
         this as a service whose unit has LoadCredentialEncrypted={name}, or a command with: systemd-run --pipe --wait \
         -p LoadCredentialEncrypted={name} COMMAND"
    )]
    NoCredentials { name: String },
    /// systemd handed over other credentials.
    #[error(
        "{}: there is no credential \"{name}\" here; add LoadCredentialEncrypted={name} to the unit (made with: openssl \
         rand -hex 32 | systemd-creds encrypt --with-key=tpm2 --name={name} - /etc/credstore.encrypted/{name}), or \
         mend [store] credential",
        folder.display()
    )]
    CredentialMissing { name: String, folder: PathBuf },
    /// The credential does not open the database.
    #[error(
        "{}: the key in the credential \"{name}\" does not open this database (or the file is damaged); name the \
         credential that was made with it, or, if its key was just changed, the new one",
        database.display()
    )]
    WrongCredential { name: String, database: PathBuf },
    /// No passphrase could be asked for.
    #[error("no passphrase was given: {0}")]
    NoPassphrase(std::io::Error),
    /// A new passphrase can be guessed.
    #[error("a passphrase has {} characters or more, such as five words picked by dice", super::PASSPHRASE_MIN_CHARS)]
    PassphraseTooShort,
    /// There is a database and no salt to make its key with.
    #[error(
        "{}: the salt of the passphrase is missing, though {} exists; put it back from its copy: without it the \
         passphrase opens nothing, so it was not asked for, and no new one was made",
        salt.display(), database.display()
    )]
    SaltMissing { salt: PathBuf, database: PathBuf },
    /// The salt's file holds something else.
    #[error("{}: a salt is 32 hexadecimal digits and nothing else; put it back from its copy", salt.display())]
    SaltMalformed { salt: PathBuf },
    /// The passphrase does not open the database.
    #[error(
        "{}: this passphrase does not open this database; try again (a change of the passphrase that broke off leaves \
         the old one or the new one), or, if another database was put here, put back its hymy.salt as well",
        database.display()
    )]
    WrongPassphrase { database: PathBuf },
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
    /// A backup could not be read.
    #[error("{}: cannot be read: {source}; check the path and its permissions", file.display())]
    BackupUnreadable { file: PathBuf, source: std::io::Error },
    /// The file is no backup, or no longer the one that was written.
    #[error("{}: is not a whole backup made by: hymy store backup; nothing was changed, take another", file.display())]
    NotABackup { file: PathBuf },
    /// The key does not open the backup.
    #[error(
        "{}: neither the store's key nor another that was given opens this backup (or the file is damaged); name a copy \
         of the key that held when it was made: hymy store restore FILE --key-file KEY",
        file.display()
    )]
    WrongBackupKey { file: PathBuf },
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
    /// Nothing to leave out.
    #[error("you served nobody then; your own transactions: hymy staff transactions NAME")]
    NoSuchTransaction,
    /// Too late.
    #[error("the window of that transaction is released; nothing of it can change any more")]
    WindowReleased,
    /// Nothing was shared or shown.
    #[error(transparent)]
    Sharing(#[from] super::SharingError),
    /// The consent does not hold.
    #[error(transparent)]
    NoConsent(#[from] crate::consent::NoConsent),
}
