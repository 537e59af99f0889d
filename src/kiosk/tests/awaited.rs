//! A kiosk's thread that does not outlive its test.

use super::*;

/// A kiosk that is ended and waited for when it is dropped: a thread that still encrypts while the program exits, and
/// OpenSSL cleans up, reads freed memory.
pub(crate) struct Awaited {
    stop: watch::Sender<bool>,
    thread: Option<std::thread::JoinHandle<Result<Outcome, StoreError>>>,
}

impl Awaited {
    /// Spawns one without a camera.
    pub(crate) fn spawn(
        store: Store,
        settings: KioskSettings,
        people: &[SignedIn],
        clock: Arc<ManualClock>,
    ) -> (KioskHandle, Self) {
        let (stop, stopped) = watch::channel(false);
        let (_, vision) = mpsc::channel(1);
        let (kiosk, thread) =
            spawn(store, settings, people, CameraSwitch::default(), clock, vision, stopped).expect("starts");
        (kiosk, Self { stop, thread: Some(thread) })
    }

    /// Ends it now.
    pub(crate) fn end(&mut self) {
        self.stop.send(true).expect("running");
        if let Some(ended) = self.thread.take().map(std::thread::JoinHandle::join) {
            ended.expect("no panic").expect("no error");
        }
    }
}

impl Drop for Awaited {
    fn drop(&mut self) {
        self.stop.send_replace(true);
        // What it ended with is told by `end`.
        let _ = self.thread.take().map(std::thread::JoinHandle::join);
    }
}
