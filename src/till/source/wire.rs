//! Lines that come over a wire: a TCP connection or a serial line. It is opened again when it is lost, with pauses that
//! grow, and nothing is ever sent on it. While an event waits nothing is read, so that the till's side waits as well.

use std::io;
use std::time::Duration;

use rustix::net::sockopt;
use tokio::net::TcpStream;
use tokio::net::unix::pipe;
use zeroize::Zeroizing;

use super::split::Splitter;
use super::{Arrivals, Intake, PIECE_BYTES, PIECE_PAUSE, Place, REOPEN, Stopped, serial};
use crate::till::Heard;

/// How long connecting may take.
const CONNECTS_WITHIN: Duration = Duration::from_secs(10);
/// A connection on which nothing came for so long is asked for, by TCP itself, whether it is still there.
const ASKED_AFTER: Duration = Duration::from_secs(60);

/// Listens until it is told to stop.
pub async fn listen(place: Place, mut intake: Intake) {
    let mut pauses = REOPEN.begin();
    let mut said = false;
    loop {
        let ended = match open(&place).await {
            Ok(wire) => {
                tracing::info!(source = intake.name, "till_line_opened");
                said = false;
                intake.way.opened();
                let (lines, ended) = read(&wire, &mut intake).await;
                if lines {
                    pauses.begin_anew();
                }
                ended
            }
            Err(error) => Err(error),
        };
        let reason = match ended {
            Ok(Stopped) => return,
            Err(error) => error.to_string(),
        };
        intake.way.lost(Some(&reason));
        // Told once: a till that is switched off at night fills no log.
        if !std::mem::replace(&mut said, true) {
            tracing::warn!(source = intake.name, reason, "till_line_lost");
        }
        if intake.pause(pauses.next_pause()).await.is_err() {
            return;
        }
    }
}

enum Wire {
    Tcp(TcpStream),
    /// A line is read as a pipe is.
    Serial(pipe::Receiver),
}

async fn open(place: &Place) -> io::Result<Wire> {
    match place {
        Place::Tcp(address) => {
            let connecting = tokio::time::timeout(CONNECTS_WITHIN, TcpStream::connect(address));
            let stream = connecting.await.map_err(|_| io::ErrorKind::TimedOut)??;
            sockopt::set_socket_keepalive(&stream, true)?;
            sockopt::set_tcp_keepidle(&stream, ASKED_AFTER)?;
            Ok(Wire::Tcp(stream))
        }
        Place::Serial { device, baud } => {
            Ok(Wire::Serial(pipe::Receiver::from_file_unchecked(serial::open(device, *baud)?)?))
        }
        Place::File(_) => Err(io::ErrorKind::Unsupported.into()),
    }
}

impl Wire {
    /// Some bytes; none at the end.
    async fn read(&self, piece: &mut [u8]) -> io::Result<usize> {
        loop {
            let read = match self {
                Self::Tcp(stream) => {
                    stream.readable().await?;
                    stream.try_read(piece)
                }
                Self::Serial(line) => {
                    line.readable().await?;
                    line.try_read(piece)
                }
            };
            if !read.as_ref().is_err_and(|error| error.kind() == io::ErrorKind::WouldBlock) {
                return read;
            }
        }
    }
}

/// Reads until the wire is lost or it is told to stop; whether there was a line.
async fn read(wire: &Wire, intake: &mut Intake) -> (bool, io::Result<Stopped>) {
    let mut piece = Zeroizing::new(vec![0; PIECE_BYTES]);
    let (mut splitter, mut arrivals, mut lines) = (Splitter::default(), Arrivals::begin(), false);
    let mut stopped = intake.stopped.clone();
    let ended = loop {
        let read = tokio::select! {
            read = wire.read(&mut piece) => read,
            _ = stopped.wait_for(|stopped| *stopped) => return (lines, Ok(Stopped)),
        };
        let count = match read {
            Ok(0) => break io::ErrorKind::UnexpectedEof.into(),
            Ok(count) => count,
            Err(error) => break error,
        };
        let mut bytes = piece.get(..count).unwrap_or_default();
        while let Some(line) = splitter.take(&mut bytes) {
            lines = true;
            let arrived = arrivals.next(intake.clock.now());
            if intake.take(&line, arrived, None).await.is_err() {
                return (lines, Ok(Stopped));
            }
        }
        if intake.pause(PIECE_PAUSE).await.is_err() {
            return (lines, Ok(Stopped));
        }
    };
    if splitter.is_within_a_line() {
        intake.tell(Heard::NotUnderstood);
    }
    (lines, Err(ended))
}
