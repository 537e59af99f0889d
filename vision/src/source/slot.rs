//! One slot between a thread that captures and whoever looks: the newest frame wins, and what was overtaken is counted as
//! dropped.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use super::{FrameStamp, source_error};
use crate::error::VisionError;
use crate::frame::Frame;

/// How long [`Capture::wait`] waits before there is nothing yet.
const IDLE: Duration = Duration::from_millis(100);

/// The newest frame, if it was not handed out yet, and what the thread has to say beside frames.
pub(super) struct Slot<S> {
    frame: Frame,
    /// Index and time of the frame, while it waits.
    waiting: Option<(u64, Instant)>,
    /// Forgotten with the next frame.
    pub said: Option<S>,
}

impl<S> Slot<S> {
    /// Whether a frame waits.
    pub(super) fn is_full(&self) -> bool {
        self.waiting.is_some()
    }

    /// The frame that waits, in the place of `frame`; its time is since `begun`, which the first frame sets.
    pub(super) fn take(&mut self, frame: &mut Frame, begun: &mut Option<Instant>) -> Option<FrameStamp> {
        let (index, taken) = self.waiting.take()?;
        std::mem::swap(&mut self.frame, frame);
        let begun = *begun.get_or_insert(taken);
        let t_ms = taken.saturating_duration_since(begun).as_millis() as u64;
        Some(FrameStamp { index, t_ms, taken, file: None })
    }
}

/// What the two threads share.
pub(super) struct Shared<S> {
    slot: Mutex<Slot<S>>,
    arrived: Condvar,
    stop: AtomicBool,
    dropped: AtomicU64,
}

impl<S> Shared<S> {
    /// Whether nobody looks any more.
    pub(super) fn is_stopped(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }

    /// Puts a frame into the slot; `frame` gets the one that lay there.
    pub(super) fn hand_out(&self, frame: &mut Frame, index: u64, taken: Instant) {
        let mut slot = self.lock();
        std::mem::swap(&mut slot.frame, frame);
        if slot.waiting.replace((index, taken)).is_some() {
            self.drop_frames(1);
        }
        slot.said = None;
        drop(slot);
        self.arrived.notify_one();
    }

    /// Says something beside frames; a frame that waits is still handed out.
    #[cfg(feature = "lab")]
    pub(super) fn say(&self, what: S) {
        self.lock().said = Some(what);
        self.arrived.notify_one();
    }

    /// Says something in the place of a frame that waits.
    pub(super) fn say_instead(&self, what: S) {
        let mut slot = self.lock();
        slot.said = Some(what);
        if slot.waiting.take().is_some() {
            self.drop_frames(1);
        }
        slot.frame.wipe();
        drop(slot);
        self.arrived.notify_one();
    }

    /// Counts frames that nobody will see.
    pub(super) fn drop_frames(&self, count: u64) {
        self.dropped.fetch_add(count, Ordering::Relaxed);
    }

    fn lock(&self) -> MutexGuard<'_, Slot<S>> {
        self.slot.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A thread that captures; dropping this ends it, and waits until it has.
pub(super) struct Capture<S> {
    shared: Arc<Shared<S>>,
    reader: Option<JoinHandle<()>>,
}

impl<S: Send + 'static> Capture<S> {
    pub(super) fn start(read: impl FnOnce(&Shared<S>) + Send + 'static) -> Result<Self, VisionError> {
        let shared = Arc::new(Shared {
            slot: Mutex::new(Slot { frame: Frame::empty(), waiting: None, said: None }),
            arrived: Condvar::new(),
            stop: AtomicBool::new(false),
            dropped: AtomicU64::new(0),
        });
        let for_reader = Arc::clone(&shared);
        let reader = std::thread::Builder::new()
            .name("hymy-capture".to_owned())
            .spawn(move || read(&for_reader))
            .map_err(|error| source_error("capture thread", error.to_string()))?;
        Ok(Self { shared, reader: Some(reader) })
    }

    /// The slot, once a frame waits or `is_news` of what was said, or after a while.
    pub(super) fn wait(&self, is_news: impl Fn(Option<&S>) -> bool) -> MutexGuard<'_, Slot<S>> {
        let waits = |slot: &mut Slot<S>| slot.waiting.is_none() && !is_news(slot.said.as_ref());
        let waited = self.shared.arrived.wait_timeout_while(self.shared.lock(), IDLE, waits);
        waited.unwrap_or_else(PoisonError::into_inner).0
    }

    /// Frames that were overtaken.
    pub(super) fn dropped(&self) -> u64 {
        self.shared.dropped.load(Ordering::Relaxed)
    }
}

impl<S> Drop for Capture<S> {
    /// Whatever the thread has open is closed before this returns.
    fn drop(&mut self) {
        self.shared.stop.store(true, Ordering::Relaxed);
        if let Some(reader) = self.reader.take()
            && reader.join().is_err()
        {
            tracing::error!("capture_thread_panicked");
        }
    }
}
