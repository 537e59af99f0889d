//! Ways by which a till's lines come without HTTP: a followed file, a TCP connection, a serial line.
//!
//! Nothing is ever written to a till. A line is read, its event is on the disk, and only then the next line is read: a
//! till that floods waits, never the camera. Of a line nothing stays but the event; what says nothing is counted.

mod file;
mod position;
mod serial;
mod split;
mod wire;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::watch;

use super::{Heard, Patterns, Plausible, Report, Understood, Way, WayKind};
use crate::clock::{Clock, shifted};
use crate::kiosk::{KioskHandle, TillAnswer};
pub use split::LINE_BYTES_MAX;
use split::Line;

/// What is read at once, with this pause after it: 400 KiB a second, a hundred times what a busy till writes, and far
/// from what would take a core from the camera.
const PIECE_BYTES: usize = 8 * 1024;
const PIECE_PAUSE: Duration = Duration::from_millis(20);

/// How long an event waits that cannot be kept now: this, and twice as long each time, to the longest.
const RETRY: Pauses = Pauses { shortest: Duration::from_millis(20), longest: Duration::from_secs(2) };
/// The same, until a way is opened again.
const REOPEN: Pauses = Pauses { shortest: Duration::from_secs(1), longest: Duration::from_secs(60) };

/// `[[till_source]]`, resolved.
#[derive(Clone, Debug)]
pub struct Source {
    /// By which it is told from others.
    pub name: String,
    /// Where its lines are.
    pub place: Place,
    /// What its lines say.
    pub patterns: Patterns,
}

/// Where a till's lines are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// A file that grows.
    File(PathBuf),
    /// A server of lines.
    Tcp(SocketAddr),
    /// A serial line, with 8 data bits, no parity and one stop bit.
    Serial {
        /// Its device.
        device: PathBuf,
        /// Bits a second.
        baud: u32,
    },
}

impl Place {
    /// Which kind of way it is.
    #[must_use]
    pub fn kind(&self) -> WayKind {
        match self {
            Self::File(_) => WayKind::File,
            Self::Tcp(_) => WayKind::Tcp,
            Self::Serial { .. } => WayKind::Serial,
        }
    }
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::File(path) => write!(f, "{}", path.display()),
            Self::Tcp(address) => write!(f, "{address}"),
            Self::Serial { device, baud } => write!(f, "{} ({baud} baud)", device.display()),
        }
    }
}

/// What all sources need of the kiosk.
#[derive(Clone)]
pub struct Setting<'s> {
    /// Whom events are told to.
    pub kiosk: &'s KioskHandle,
    /// The clocks.
    pub clock: &'s Arc<dyn Clock>,
    /// How far an event's time may lie from the clock.
    pub plausible: Plausible,
    /// The register of events that do not say theirs.
    pub register: &'s str,
    /// Where positions are kept.
    pub data_dir: &'s Path,
    /// Set when all of it ends.
    pub stopped: &'s watch::Receiver<bool>,
}

/// Starts to listen by each of these, until it is told to stop.
pub fn start(sources: &[Source], setting: &Setting<'_>) -> Vec<tokio::task::JoinHandle<()>> {
    let start = |source: &Source| {
        let way = setting.kiosk.ways().add(source.place.kind(), &source.name, &source.place.to_string());
        let intake = Intake {
            kiosk: setting.kiosk.clone(),
            clock: Arc::clone(setting.clock),
            plausible: setting.plausible,
            register: setting.register.to_owned(),
            name: source.name.clone(),
            patterns: source.patterns.clone(),
            way,
            stopped: setting.stopped.clone(),
        };
        match &source.place {
            Place::File(path) => {
                let position = position::path(setting.data_dir, &source.name);
                tokio::spawn(file::follow(path.clone(), position, intake))
            }
            place => tokio::spawn(wire::listen(place.clone(), intake)),
        }
    };
    sources.iter().map(start).collect()
}

/// It was told to stop.
#[derive(Debug, PartialEq, Eq)]
struct Stopped;

/// Where a source's lines go.
struct Intake {
    kiosk: KioskHandle,
    clock: Arc<dyn Clock>,
    plausible: Plausible,
    register: String,
    name: String,
    patterns: Patterns,
    way: Way,
    stopped: watch::Receiver<bool>,
}

impl Intake {
    /// Takes one line; when this returns, its event is on the disk, or it has none that counts. `arrived` and
    /// `number` stand in for a time and a number that the line does not give.
    async fn take(&mut self, line: &Line, arrived: Timestamp, number: Option<String>) -> Result<(), Stopped> {
        let understood = match line {
            Line::Whole(line) if line.trim_ascii().is_empty() => return Ok(()),
            Line::Whole(line) => self.patterns.read(line, self.clock.now(), &self.clock.time_zone()).ok(),
            Line::TooLong => None,
        };
        match understood {
            Some(understood) => self.keep(understood, arrived, number).await,
            None => {
                self.tell(Heard::NotUnderstood);
                Ok(())
            }
        }
    }

    async fn keep(&mut self, read: Understood, arrived: Timestamp, number: Option<String>) -> Result<(), Stopped> {
        let Understood { pattern: _, id, register, kind, at } = read;
        // With a time of the till, equal register, event and time is a duplicate, as over HTTP.
        let id = id.or(number.filter(|_| at.is_none()));
        let register = register.unwrap_or_else(|| self.register.clone());
        let report = Report { id, register, kind, at: at.unwrap_or(arrived) };
        let Ok(report) = report.plausible(self.clock.now(), self.plausible) else {
            self.tell(Heard::WrongTime);
            return Ok(());
        };
        let mut retry = RETRY.begin();
        loop {
            match self.kiosk.till_event(report.clone()).await {
                TillAnswer::Accepted | TillAnswer::Duplicate => break,
                TillAnswer::Full | TillAnswer::Failed => self.pause(retry.next_pause()).await?,
            }
        }
        self.tell(Heard::Event { register: report.register, kind, at: report.at });
        Ok(())
    }

    fn tell(&self, heard: Heard) {
        self.way.heard(heard, self.clock.monotonic_ms());
    }

    /// Waits so long, unless it is told to stop.
    async fn pause(&mut self, pause: Duration) -> Result<(), Stopped> {
        tokio::select! {
            () = tokio::time::sleep(pause) => Ok(()),
            _ = self.stopped.wait_for(|stopped| *stopped) => Err(Stopped),
        }
    }
}

/// Times of arrival that only go forward, so that two lines of one piece are two events.
struct Arrivals(Timestamp);

impl Arrivals {
    fn begin() -> Self {
        Self(Timestamp::UNIX_EPOCH)
    }

    fn next(&mut self, now: Timestamp) -> Timestamp {
        // A clock that was set back begins anew; only lines of the same moment are moved apart.
        let same = self.0.as_millisecond() - now.as_millisecond();
        self.0 = if (0..1000).contains(&same) { shifted(self.0, 1) } else { now };
        self.0
    }
}

/// Pauses that grow.
#[derive(Clone, Copy)]
struct Pauses {
    shortest: Duration,
    longest: Duration,
}

impl Pauses {
    fn begin(self) -> Growing {
        Growing { pauses: self, next: self.shortest }
    }
}

struct Growing {
    pauses: Pauses,
    next: Duration,
}

impl Growing {
    fn next_pause(&mut self) -> Duration {
        let pause = self.next;
        self.next = self.next.saturating_mul(2).min(self.pauses.longest);
        pause
    }

    fn begin_anew(&mut self) {
        self.next = self.pauses.shortest;
    }
}

#[cfg(test)]
mod tests;
