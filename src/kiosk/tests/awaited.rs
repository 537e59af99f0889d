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
        let (kiosk, awaited, _) = Self::watched(store, settings, people, clock);
        (kiosk, awaited)
    }

    /// Spawns one whose camera is made up; it is to be gone before the kiosk is waited for.
    pub(crate) fn watched(
        store: Store,
        settings: KioskSettings,
        people: &[SignedIn],
        clock: Arc<ManualClock>,
    ) -> (KioskHandle, Self, MadeUpCamera) {
        let (stop, stopped) = watch::channel(false);
        let (told, vision) = mpsc::channel(VISION_CHANNEL);
        let switch = CameraSwitch::default();
        let (kiosk, thread) = spawn(store, settings, people, switch.clone(), clock, vision, stopped).expect("starts");
        (kiosk, Self { stop, thread: Some(thread) }, MadeUpCamera { switch, told })
    }

    /// Ends it now.
    pub(crate) fn end(&mut self) {
        self.stop.send(true).expect("running");
        if let Some(ended) = self.thread.take().map(std::thread::JoinHandle::join) {
            ended.expect("no panic").expect("no error");
        }
    }
}

/// A camera that shows what a test makes up.
pub(crate) struct MadeUpCamera {
    switch: CameraSwitch,
    told: Sender<VisionEvent>,
}

impl MadeUpCamera {
    /// What is wished of it.
    pub(crate) fn wish(&self) -> CameraWish {
        *self.switch.follow().borrow()
    }

    /// Opens as it is wished to, if it is.
    pub(crate) async fn opens(&self) {
        if let CameraWish::Open { run, .. } = self.wish() {
            self.tell(VisionEvent::Opening { run }).await;
        }
    }

    /// Shows one frame: a face that smiles at the lens, as this changes it.
    pub(crate) async fn shows(&self, t_ms: u64, change: impl FnOnce(&mut Observation)) {
        let mut seen = smiling(t_ms, false);
        change(&mut seen);
        self.tell(VisionEvent::Observation(seen)).await;
    }

    async fn tell(&self, event: VisionEvent) {
        self.told.send(event).await.expect("running");
        while self.told.capacity() < VISION_CHANNEL {
            tokio::task::yield_now().await;
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
