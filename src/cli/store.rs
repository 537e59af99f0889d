//! `hymy store`: another key, backups, and what they bring back.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::{Args, Subcommand};
use hymy::clock::{Clock, SystemClock};
use hymy::config::{Config, KeyKept};
use hymy::control::{Answer, Question};
use hymy::store::{self, KeySource, Remembered, Restored};
use jiff::{SignedDuration, Span};
use rustix::fs::RenameFlags;

use super::WrongUsage;
use super::secrets::key_source;

/// Give the store another key, back it up, and put back what was lost.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  hymy store backup /media/usb/hymy-monday.db --config /etc/hymy/kiosk.toml
  hymy store restore /media/usb/hymy-monday.db --config /etc/hymy/kiosk.toml
  hymy store rotate-key --config /etc/hymy/kiosk.toml

A backup is encrypted with the store's key, and holds no name and no key of a person: whoever has it opens nothing of
anyone's, and who is erased here is erased in every backup. It needs the key that held when it was made: keep a copy of
the key apart from the backups, and make a new backup after each change of the key.
docs/privacy.md says which place of the key defends against whom.")]
pub struct Store {
    #[command(subcommand)]
    command: StoreCommand,
}

#[derive(Debug, Subcommand)]
enum StoreCommand {
    /// Give the store of a stopped kiosk a new key; safe against a crash at any moment.
    RotateKey {
        /// The configuration that names the store.
        #[arg(long, value_name = "FILE")]
        config: PathBuf,
        /// A second configuration of the same data_dir, whose [store] says where the key is to be from now on: another
        /// credential, a passphrase, a file. Without it, a new key takes the old one's place.
        #[arg(long, value_name = "FILE")]
        to: Option<PathBuf>,
    },
    /// Write an encrypted backup, beside a running kiosk or without one.
    Backup {
        /// A file that does not exist yet.
        #[arg(value_name = "FILE")]
        file: PathBuf,
        /// The configuration that names the store.
        #[arg(long, value_name = "FILE")]
        config: PathBuf,
    },
    /// Put back rows that a backup has and the store of a stopped kiosk lost; what is there stays as it is.
    Restore {
        /// The backup.
        #[arg(value_name = "FILE")]
        file: PathBuf,
        /// The configuration that names the store.
        #[arg(long, value_name = "FILE")]
        config: PathBuf,
        /// A copy of the key that held when the backup was made, where it is not the present one.
        #[arg(long, value_name = "KEY")]
        key_file: Option<PathBuf>,
    },
}

impl Store {
    /// Does it, and says what was done.
    pub fn run(self) -> anyhow::Result<()> {
        match self.command {
            StoreCommand::RotateKey { config, to } => rotate(&Config::load(&config)?, to.as_deref()),
            StoreCommand::Backup { file, config } => backup(&Config::load(&config)?, &file),
            StoreCommand::Restore { file, config, key_file } => restore(&Config::load(&config)?, &file, key_file),
        }
    }
}

fn rotate(config: &Config, to: Option<&Path>) -> anyhow::Result<()> {
    let second = to.map(Config::load).transpose()?;
    let new = second.as_ref().unwrap_or(config);
    if new.kiosk.data_dir != config.kiosk.data_dir {
        let (one, other) = (config.kiosk.data_dir.display(), new.kiosk.data_dir.display());
        return Err(
            WrongUsage(format!("--to names another data_dir ({other}, not {one}); only [store] may differ")).into()
        );
    }
    if let (KeyKept::Credential(name), None) = (&config.key, to) {
        return Err(WrongUsage(format!(
            "the key is the credential \"{name}\", which Hymy cannot replace: make another with systemd-creds, name it in a \
             second configuration file, and run this with both credentials and --to SECOND (configs/kiosk.toml shows how)"
        ))
        .into());
    }
    store::rotate_key(&config.kiosk.data_dir, &key_source(config), &key_source(new))?;
    let mut told =
        "the store has a new key, and every page was written anew under it; backups made before need the old \
                    one, so make a new backup now"
            .to_owned();
    if let (KeyKept::Credential(name), true) = (&config.key, config.key != new.key) {
        told.push_str(&format!("; destroy the old credential \"{name}\""));
    }
    if let Some(second) = to {
        told.push_str(&format!("; from now on the configuration is {}", second.display()));
    }
    super::print(&told);
    Ok(())
}

fn backup(config: &Config, file: &Path) -> anyhow::Result<()> {
    if file.symlink_metadata().is_ok() {
        return Err(in_the_way(file));
    }
    let data_dir = &config.kiosk.data_dir;
    match super::ask(config, &Question::Backup)? {
        Answer::BackedUp { file: passing } => {
            // Only a name: whatever answers, nothing but a file of the data folder is moved.
            let passing = data_dir.join(Path::new(&passing).file_name().context("the kiosk named no file")?);
            let delivered = deliver(&passing, file);
            let removed = fs::remove_file(&passing);
            delivered?;
            removed.with_context(|| format!("{}: cannot be removed", passing.display()))?;
            super::print(&format!("backed up into {}; it opens with the key of the store only", file.display()));
            Ok(())
        }
        _ => anyhow::bail!("the kiosk answered something else"),
    }
}

fn in_the_way(file: &Path) -> anyhow::Error {
    WrongUsage(format!("{}: exists already; name a file that does not", file.display())).into()
}

/// Copies what is encrypted already to where it is wanted: whole, on the disk and over nothing, or not at all.
fn deliver(from: &Path, to: &Path) -> anyhow::Result<()> {
    let mut passing = to.to_path_buf().into_os_string();
    passing.push(".hymy-part");
    let passing = PathBuf::from(passing);
    let written = write(from, &passing).and_then(|()| take_place(&passing, to));
    if let Err(error) = written {
        let _ = fs::remove_file(&passing);
        if error.kind() == io::ErrorKind::AlreadyExists {
            return Err(in_the_way(to));
        }
        return Err(error).with_context(|| format!("{}: cannot be written", to.display()));
    }
    let folder = to.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    File::open(folder)
        .and_then(|folder| folder.sync_all())
        .with_context(|| format!("{}: cannot be written", folder.display()))
}

fn write(from: &Path, passing: &Path) -> io::Result<()> {
    // What a crash left of an earlier try.
    match fs::remove_file(passing) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut from = File::open(from)?;
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(passing)?;
    io::copy(&mut from, &mut file)?;
    file.sync_all()
}

/// Renames, but over nothing.
fn take_place(passing: &Path, to: &Path) -> io::Result<()> {
    let here = rustix::fs::CWD;
    match rustix::fs::renameat_with(here, passing, here, to, RenameFlags::NOREPLACE) {
        // A file system that cannot promise it.
        Err(rustix::io::Errno::INVAL | rustix::io::Errno::NOSYS | rustix::io::Errno::OPNOTSUPP) => {
            if to.symlink_metadata().is_ok() {
                return Err(io::ErrorKind::AlreadyExists.into());
            }
            fs::rename(passing, to)
        }
        renamed => Ok(renamed?),
    }
}

fn restore(config: &Config, file: &Path, key_file: Option<PathBuf>) -> anyhow::Result<()> {
    let clock = SystemClock::default();
    let now = clock.now();
    let days = SignedDuration::from_hours(24 * i64::from(config.terms.records_days));
    let months = Span::new().months(config.terms.summaries_months);
    let remembered = Remembered {
        records_from: now - days,
        summaries_from: now.to_zoned(clock.time_zone()).checked_sub(months)?.timestamp(),
    };
    let mut store = store::Store::open(&config.kiosk.data_dir, key_source(config))?;
    let other = key_file.map(KeySource::File);
    let restored = store.restore(file, other.as_ref(), remembered)?;
    store.flush()?;
    super::print(&told(&restored));
    Ok(())
}

/// What came of it, in numbers of rows.
fn told(restored: &Restored) -> String {
    let Restored { records, summaries, store_records, releases } = restored;
    // The same words whether or not anything was left: a count would tell that somebody went.
    format!(
        "put back: {records} transactions and {summaries} summaries, each sealed to its person as before, {store_records} \
         transactions of nobody's, {releases} releases; what was here stayed as it was. What is sealed to a key that is \
         not on this device is never put back. People who are not here have to be invited and to agree: hymy staff add"
    )
}
