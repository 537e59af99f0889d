//! Whether the camera is to be open: wished by the task, done by the vision thread, who owns the camera.

use tokio::sync::watch;

/// What is wished of the camera.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CameraWish {
    /// Closed, and its device or connection given back: nobody is on shift, or the shift is paused.
    Closed,
    /// Open, for the so manieth time.
    Open {
        /// From 0; what an earlier opening still has to tell is old.
        run: u64,
    },
    /// Closed for good: the program ends.
    End,
}

/// The switch; its clones are the same one.
#[derive(Clone, Debug)]
pub struct CameraSwitch(watch::Sender<CameraWish>);

impl Default for CameraSwitch {
    fn default() -> Self {
        Self(watch::Sender::new(CameraWish::Closed))
    }
}

impl CameraSwitch {
    /// What is wished from now on.
    #[must_use]
    pub fn follow(&self) -> watch::Receiver<CameraWish> {
        self.0.subscribe()
    }

    /// The camera closes and does not open again.
    pub fn end(&self) {
        self.0.send_replace(CameraWish::End);
    }

    pub(super) fn set(&self, wish: CameraWish) {
        self.0.send_if_modified(|now| {
            let changes = *now != CameraWish::End && *now != wish;
            if changes {
                *now = wish;
            }
            changes
        });
    }
}
