//! The asking side: through the socket of a running kiosk, or with the store's own lock.

use std::io::{BufReader, Read, Write};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use zeroize::Zeroizing;

use super::{Answer, MAX_ANSWER_BYTES, Question, Rules, SOCKET, Status, answer};
use crate::clock::Clock;
use crate::store::{KeySource, Store, StoreError, StoreLock};

/// How long a kiosk that has the lock may take to open its socket.
const PATIENCE: Duration = Duration::from_secs(5);

/// Why no answer was had.
#[derive(Debug, thiserror::Error)]
pub enum ControlError {
    /// The store itself.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Something has the lock and nothing answers at the socket.
    #[error("{}: the store is in use and nobody answers here: {source}; if a kiosk hangs, stop it", socket.display())]
    NoAnswer {
        /// The socket.
        socket: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
}

/// Asks the running kiosk, or answers out of the store if none runs; only then is the key needed, and a passphrase asked
/// for.
///
/// # Errors
/// [`ControlError`]; a refusal is an [`Answer`].
pub fn ask(
    data_dir: &Path,
    key: impl Into<KeySource>,
    question: &Question,
    clock: &dyn Clock,
    rules: &Rules,
) -> Result<Answer, ControlError> {
    let socket = data_dir.join(SOCKET);
    let begun = Instant::now();
    loop {
        match StoreLock::take(data_dir) {
            Ok(lock) => {
                let mut store = Store::open_locked(lock, data_dir, key)?;
                // Without a kiosk nobody else does it.
                store.retain(&rules.retention, clock.now(), None)?;
                store.keep_trainers(&rules.sharing.trainers)?;
                return Ok(answer(&mut store, question, &Status::default(), clock, rules));
            }
            Err(StoreError::Locked { .. }) => {}
            Err(error) => return Err(error.into()),
        }
        // Another command may hold the lock for a moment, or a kiosk that has not opened its socket yet.
        // Only reaching it is tried again: a question that was sent may have been acted on.
        match UnixStream::connect(&socket) {
            Ok(stream) => {
                return through(stream, question).map_err(|source| ControlError::NoAnswer { socket, source });
            }
            Err(source) if begun.elapsed() > PATIENCE => return Err(ControlError::NoAnswer { socket, source }),
            Err(_) => std::thread::sleep(Duration::from_millis(50)),
        }
    }
}

fn through(mut stream: UnixStream, question: &Question) -> std::io::Result<Answer> {
    stream.set_read_timeout(Some(question.answered_within()))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    // A question may hold a secret, an answer a token.
    let mut line = Zeroizing::new(serde_json::to_vec(question)?);
    line.push(b'\n');
    stream.write_all(&line)?;
    // Read as it comes: the text of a long answer is never in memory as a whole.
    let mut answers = serde_json::Deserializer::from_reader(BufReader::new(stream.take(MAX_ANSWER_BYTES))).into_iter();
    answers.next().unwrap_or_else(|| Err(serde::de::Error::custom("it ended without an answer"))).map_err(Into::into)
}
