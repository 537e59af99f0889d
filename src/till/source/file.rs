//! A file that a till writes to, followed as it grows, is rotated or emptied, over restarts of the kiosk.
//!
//! How far it was read is kept after what was read is on the disk, so after a crash some lines are read again: the
//! till's own number or time makes these duplicates, or else the line's place in the file. A line without a time of its
//! own counts as of when the file was last written.
//!
//! Not noticed is a file that is emptied and written beyond the place where it was read in a quarter of a second, or,
//! while the kiosk is off, so that a line happens to begin at that place.

use std::io::{self, SeekFrom};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use tokio::fs::File;
use tokio::io::{AsyncReadExt, AsyncSeekExt};
use zeroize::Zeroizing;

use super::position::{self, Position};
use super::split::Splitter;
use super::{Intake, PIECE_BYTES, PIECE_PAUSE};
use crate::till::Heard;

/// How often it is looked at.
const LOOK: Duration = Duration::from_millis(250);
/// After rotation a program writes to the file that it still has open for a moment.
const ROTATED_FOR: Duration = Duration::from_secs(1);
/// How often the position is written while there is always more.
const SAVED_EVERY: Duration = Duration::from_secs(1);

/// Follows the file until it is told to stop.
pub async fn follow(path: PathBuf, kept_at: PathBuf, intake: Intake) {
    let mut following = Following { path, kept_at, intake, said: None };
    loop {
        let ended = following.run().await;
        let Err(trouble) = ended else { return };
        let trouble = trouble.to_string();
        following.intake.way.lost(Some(&trouble));
        if following.said.as_ref() != Some(&trouble) {
            tracing::warn!(source = following.intake.name, reason = trouble, "till_file_not_read");
            following.said = Some(trouble);
        }
        if following.intake.pause(ROTATED_FOR).await.is_err() {
            return;
        }
    }
}

struct Following {
    path: PathBuf,
    kept_at: PathBuf,
    intake: Intake,
    /// The trouble that was told last, which is told once.
    said: Option<String>,
}

/// A file that is open.
struct Open {
    file: File,
    position: Position,
    /// Bytes that were read of it.
    read: u64,
    splitter: Splitter,
    piece: Zeroizing<Vec<u8>>,
}

/// What was read at once.
struct Piece {
    /// All of its lines were; otherwise it was told to stop.
    taken: bool,
    /// There may be more.
    more: bool,
}

/// Why no more is read of a file.
enum Ended {
    /// It was emptied, or is another one.
    Turned,
    Stopped,
}

/// What became of the file since it was looked at.
enum Turn {
    Same,
    Emptied,
    Another,
}

impl Following {
    /// Until it is told to stop.
    ///
    /// # Errors
    /// The file, or the position, cannot be read or written; it is tried again.
    async fn run(&mut self) -> io::Result<()> {
        let mut position = self.resumed()?;
        loop {
            let Some(mut open) = self.open(position).await? else {
                self.intake.way.lost(None);
                if self.intake.pause(LOOK).await.is_err() {
                    return Ok(());
                }
                continue;
            };
            self.intake.way.opened();
            self.said = None;
            let ended = self.read_on(&mut open).await;
            if !matches!(ended, Ok(Ended::Turned)) {
                self.keep(open.position).await?;
                return ended.map(|_| ());
            }
            if open.splitter.is_within_a_line() {
                self.intake.tell(Heard::NotUnderstood);
            }
            position = open.position.beginning(metadata(&self.path)?.as_ref());
            self.keep(position).await?;
        }
    }

    /// Where to go on: what was there before it was first followed is not read.
    fn resumed(&self) -> io::Result<Position> {
        if let Some(position) = position::load(&self.kept_at)? {
            return Ok(position);
        }
        let there = metadata(&self.path)?;
        if there.as_ref().is_some_and(|there| !there.is_file()) {
            // Opening a pipe would wait for ever.
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "it is no file"));
        }
        let (offset, within_line) = if there.is_some() { end_of(&self.path)? } else { (0, false) };
        let position = Position { offset, within_line, ..Position::default().beginning(there.as_ref()) };
        position::save(&self.kept_at, position)?;
        Ok(position)
    }

    /// Opens what the position is of, if it is still there, under whatever name; otherwise the file from its beginning.
    async fn open(&mut self, position: Position) -> io::Result<Option<Open>> {
        let there = metadata(&self.path)?;
        if there.as_ref().is_some_and(|there| !there.is_file()) {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "it is no file"));
        }
        let is_there = there.as_ref().is_some_and(|there| position.is_of(there));
        let path = if is_there { Some(self.path.clone()) } else { renamed(&self.path, &position) };
        if let Some(path) = path {
            let mut open = Open::at(File::open(&path).await?, position).await?;
            // Opened under this name, it may be another one by now.
            if position.is_of(&open.file.metadata().await?) {
                if open.goes_on().await? {
                    return Ok(Some(open));
                }
                let position = position.beginning(Some(&open.file.metadata().await?));
                self.keep(position).await?;
                return Open::at(open.file, position).await.map(Some);
            }
        }
        let Some(there) = there else { return Ok(None) };
        let begun = position.beginning(Some(&there));
        let open = Open::at(File::open(&self.path).await?, begun).await?;
        if !begun.is_of(&open.file.metadata().await?) {
            return Ok(None);
        }
        self.keep(begun).await?;
        Ok(Some(open))
    }

    /// Reads until the file was emptied or is another one, or it is told to stop.
    async fn read_on(&mut self, open: &mut Open) -> io::Result<Ended> {
        let (mut saved, mut saved_at) = (open.position, Instant::now());
        let mut another_since: Option<Instant> = None;
        loop {
            let Piece { taken, more } = self.read_piece(open).await?;
            if !taken {
                return Ok(Ended::Stopped);
            }
            if open.position != saved && (!more || saved_at.elapsed() >= SAVED_EVERY) {
                // What is read again after a crash is a duplicate: reading goes on.
                if let Err(error) = self.keep(open.position).await {
                    tracing::warn!(source = self.intake.name, %error, "till_position_not_kept");
                }
                (saved, saved_at) = (open.position, Instant::now());
            }
            if more {
                // A till that was not started again still writes to the one that was renamed.
                another_since = None;
            } else {
                match self.turn(open).await {
                    Turn::Same => another_since = None,
                    Turn::Another if another_since.get_or_insert_with(Instant::now).elapsed() < ROTATED_FOR => {}
                    Turn::Another | Turn::Emptied => return Ok(Ended::Turned),
                }
            }
            if self.intake.pause(if more { PIECE_PAUSE } else { LOOK }).await.is_err() {
                return Ok(Ended::Stopped);
            }
        }
    }

    /// Reads a piece and takes its lines.
    async fn read_piece(&mut self, open: &mut Open) -> io::Result<Piece> {
        let count = open.file.read(&mut open.piece).await?;
        // Before the lines are taken: what is written meanwhile is later.
        let written = open.file.metadata().await?.modified().ok().and_then(|at| Timestamp::try_from(at).ok());
        let now = self.intake.clock.now();
        let arrived = written.map_or(now, |written| written.min(now));
        let Open { position, read, splitter, piece, .. } = open;
        let mut bytes = piece.get(..count).unwrap_or_default();
        let mut taken = true;
        while let Some(line) = splitter.take(&mut bytes) {
            let number = format!("{}:{}:{}", self.intake.name, position.generation, position.offset);
            taken = self.intake.take(&line, arrived, Some(number)).await.is_ok();
            if !taken {
                break;
            }
            position.offset = *read + (count - bytes.len()) as u64;
            position.within_line = false;
        }
        *read += count as u64;
        Ok(Piece { taken, more: count > 0 })
    }

    /// What became of the file.
    async fn turn(&self, open: &Open) -> Turn {
        let length = open.file.metadata().await.map(|file| file.len());
        if length.is_ok_and(|length| length < open.read) {
            return Turn::Emptied;
        }
        match metadata(&self.path) {
            // Gone for now: what still writes to it is read, and the next one is waited for.
            Ok(None) | Err(_) => Turn::Same,
            Ok(Some(there)) if open.position.is_of(&there) => Turn::Same,
            // Made by what rotates, and not written to yet.
            Ok(Some(there)) if there.len() == 0 => Turn::Same,
            Ok(Some(_)) => Turn::Another,
        }
    }

    async fn keep(&self, position: Position) -> io::Result<()> {
        let kept_at = self.kept_at.clone();
        tokio::task::spawn_blocking(move || position::save(&kept_at, position)).await?
    }
}

impl Open {
    async fn at(mut file: File, position: Position) -> io::Result<Self> {
        file.seek(SeekFrom::Start(position.offset)).await?;
        let piece = Zeroizing::new(vec![0; PIECE_BYTES]);
        Ok(Self { file, position, read: position.offset, splitter: Splitter::default(), piece })
    }

    /// Whether the file still reaches to the position, and a line ends before it.
    async fn goes_on(&mut self) -> io::Result<bool> {
        let Position { offset, within_line, .. } = self.position;
        if self.file.metadata().await?.len() < offset {
            return Ok(false);
        }
        if within_line {
            self.splitter = Splitter::in_the_middle();
            return Ok(true);
        }
        let Some(before) = offset.checked_sub(1) else { return Ok(true) };
        self.file.seek(SeekFrom::Start(before)).await?;
        Ok(is_end(self.file.read_u8().await?))
    }
}

fn is_end(byte: u8) -> bool {
    matches!(byte, b'\n' | b'\r')
}

/// How long a file is, and whether its last line is not at its end.
fn end_of(path: &Path) -> io::Result<(u64, bool)> {
    use std::io::{Read, Seek};
    let mut file = std::fs::File::open(path)?;
    let length = file.seek(SeekFrom::End(0))?;
    let Some(before) = length.checked_sub(1) else { return Ok((0, false)) };
    file.seek(SeekFrom::Start(before))?;
    let mut last = [0];
    file.read_exact(&mut last)?;
    Ok((length, !last.into_iter().all(is_end)))
}

/// What stands there; `None` where nothing does.
fn metadata(path: &Path) -> io::Result<Option<std::fs::Metadata>> {
    match std::fs::metadata(path) {
        Ok(there) => Ok(Some(there)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// Where the file of this position lies now, if it was renamed in its folder.
fn renamed(path: &Path, position: &Position) -> Option<PathBuf> {
    if position.inode == 0 {
        return None;
    }
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let is_it = |path: &PathBuf| std::fs::metadata(path).is_ok_and(|there| there.is_file() && position.is_of(&there));
    std::fs::read_dir(folder).ok()?.flatten().map(|entry| entry.path()).find(is_it)
}
