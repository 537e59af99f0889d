//! The answering side: a socket of mode 0600 in the data folder of the kiosk that holds the lock.

use std::io;
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::Semaphore;
use tokio::time::timeout;
use zeroize::Zeroizing;

use super::{Answer, MAX_QUESTION_BYTES, Question, SOCKET, Why};
use crate::kiosk::KioskHandle;

/// Commands answered at once.
const MAX_CONNECTIONS: usize = 8;

/// How long a question may take to come, and how long whoever asked may take no byte of the answer.
const PATIENCE: Duration = Duration::from_secs(5);
/// How much of an answer is sent at once.
const PIECE_BYTES: usize = 64 * 1024;

/// Opens the socket and answers until the task is dropped. Only the holder of the store's lock may call
/// this: whatever stands at the socket's path is then left over from a crash, and is removed.
///
/// # Errors
/// The socket cannot be made.
pub fn serve(data_dir: &Path, kiosk: KioskHandle) -> io::Result<impl Future<Output = ()> + use<>> {
    let path = data_dir.join(SOCKET);
    match std::fs::remove_file(&path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    // Made inside a folder of its own and then moved, so that there is no moment in which another
    // user could connect, whatever the mode of the data folder.
    let private = private_folder(data_dir)?;
    let listener = UnixListener::bind(private.join(SOCKET))?;
    std::fs::set_permissions(private.join(SOCKET), std::fs::Permissions::from_mode(0o600))?;
    std::fs::rename(private.join(SOCKET), &path)?;
    std::fs::remove_dir(&private)?;
    Ok(accept(listener, kiosk))
}

/// An empty folder for the owner only; what a crash left of an earlier one is removed.
fn private_folder(data_dir: &Path) -> io::Result<PathBuf> {
    let private = data_dir.join(".sock");
    match std::fs::remove_dir_all(&private) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    std::fs::DirBuilder::new().mode(0o700).create(&private)?;
    Ok(private)
}

async fn accept(listener: UnixListener, kiosk: KioskHandle) {
    let places = Arc::new(Semaphore::new(MAX_CONNECTIONS));
    loop {
        let Ok(place) = Arc::clone(&places).acquire_owned().await else { return };
        match listener.accept().await {
            Ok((stream, _)) => {
                let kiosk = kiosk.clone();
                tokio::spawn(async move {
                    let _place = place;
                    if converse(stream, kiosk).await.is_err() {
                        tracing::debug!("control_question_broke_off");
                    }
                });
            }
            Err(error) => {
                // Out of file descriptors, say: waiting a little is all that helps.
                tracing::warn!(%error, "control_connection_failed");
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        }
    }
}

async fn converse(mut stream: UnixStream, kiosk: KioskHandle) -> io::Result<()> {
    let (reading, mut writing) = stream.split();
    // A question may hold a secret, an answer a token.
    let mut line = Zeroizing::new(String::new());
    timeout(PATIENCE, BufReader::new(reading.take(MAX_QUESTION_BYTES)).read_line(&mut line)).await??;
    let answer = match serde_json::from_str::<Question>(&line) {
        Ok(question) => timeout(question.answered_within(), kiosk.question(question)).await?,
        Err(_) => Answer::refused(Why::Other, "not a question this kiosk knows; is it of another version?"),
    };
    let mut line = Zeroizing::new(serde_json::to_vec(&answer)?);
    line.push(b'\n');
    for piece in line.chunks(PIECE_BYTES) {
        timeout(PATIENCE, writing.write_all(piece)).await??;
    }
    writing.flush().await
}
