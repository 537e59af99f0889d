//! Whether the camera is to be open: wished by the task, done by the vision thread, who owns the camera.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use hymy_vision::Attention;
use tokio::sync::watch;

use crate::camera::{CameraLock, CameraLockError};

/// What the camera is opened for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// A shift: what is seen is measured.
    Shift,
    /// Trying out: what is seen is shown to whoever asked for it, and kept nowhere.
    Trial,
    /// Setting up: nothing is wanted but lines of the empty scene.
    Outline,
}

/// What is wished of the camera.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CameraWish {
    /// Closed, and its device or connection given back: nobody is on shift, or the shift is paused, and nobody tries
    /// anything out.
    Closed,
    /// Open, for the so manieth time.
    Open {
        /// From 0; what an earlier opening still has to tell is old.
        run: u64,
        /// How many people are signed in, or try something out.
        people: u8,
        /// What for.
        purpose: Purpose,
    },
    /// Closed for good: the program ends.
    End,
}

/// The switch; its clones are the same one.
#[derive(Clone, Debug)]
pub struct CameraSwitch {
    wish: watch::Sender<CameraWish>,
    attention: Attention,
    claims: Arc<Mutex<Claims>>,
}

/// Who in this program holds the camera's lock.
#[derive(Debug, Default)]
struct Claims {
    /// Where the lock is; `None` for a camera that is no other program's either, as in tests.
    data_dir: Option<PathBuf>,
    lock: Option<CameraLock>,
    count: usize,
}

/// While it lives, no other program opens the camera.
#[derive(Debug)]
pub struct CameraClaim(Arc<Mutex<Claims>>);

impl Default for CameraSwitch {
    /// A switch of a camera that no other program could open.
    fn default() -> Self {
        Self { wish: watch::Sender::new(CameraWish::Closed), attention: Attention::default(), claims: Arc::default() }
    }
}

impl CameraSwitch {
    /// The switch of the camera of this data folder.
    #[must_use]
    pub fn of(data_dir: &Path) -> Self {
        let claims = Claims { data_dir: Some(data_dir.to_path_buf()), ..Claims::default() };
        Self { claims: Arc::new(Mutex::new(claims)), ..Self::default() }
    }

    /// What is wished from now on.
    #[must_use]
    pub fn follow(&self) -> watch::Receiver<CameraWish> {
        self.wish.subscribe()
    }

    /// Whether a transaction is open: while none is and nobody is there to be served, few frames are looked at.
    #[must_use]
    pub fn attention(&self) -> &Attention {
        &self.attention
    }

    /// Keeps other programs from the camera. The kiosk does for as long as a shift or a trial is on, the vision thread
    /// for as long as the camera is open.
    ///
    /// # Errors
    /// [`CameraLockError`]: another program has it.
    pub fn claim(&self) -> Result<CameraClaim, CameraLockError> {
        let mut claims = self.claims.lock().unwrap_or_else(PoisonError::into_inner);
        if let (None, Some(data_dir)) = (&claims.lock, &claims.data_dir) {
            claims.lock = Some(CameraLock::take(data_dir)?);
        }
        claims.count += 1;
        Ok(CameraClaim(Arc::clone(&self.claims)))
    }

    /// The camera closes and does not open again.
    pub fn end(&self) {
        self.wish.send_replace(CameraWish::End);
    }

    pub(super) fn set(&self, wish: CameraWish) {
        self.wish.send_if_modified(|now| {
            let changes = *now != CameraWish::End && *now != wish;
            if changes {
                *now = wish;
            }
            changes
        });
    }
}

impl Drop for CameraClaim {
    fn drop(&mut self) {
        let mut claims = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        claims.count = claims.count.saturating_sub(1);
        if claims.count == 0 {
            claims.lock = None;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lock_is_let_go_of_with_the_last_claim() {
        let folder = tempfile::tempdir().expect("a folder");
        let switch = CameraSwitch::of(folder.path());
        let (shift, opening) = (switch.claim().expect("free"), switch.clone().claim().expect("ours already"));
        drop(shift);
        assert!(matches!(CameraLock::take(folder.path()), Err(CameraLockError::InUse)), "it is still open");
        // A sign-in while the camera is still closing.
        let shift = switch.claim().expect("ours");
        drop((opening, shift));
        let elsewhere = CameraLock::take(folder.path()).expect("let go of");
        assert!(matches!(switch.claim(), Err(CameraLockError::InUse)));
        drop(elsewhere);
        assert!(switch.claim().is_ok());
    }
}
