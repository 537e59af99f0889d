//! A file or the staged scene at a camera's pace, for benches: a thread of its own reads ahead, a frame becomes due at a
//! fixed rate whether or not the last one was taken, the newest wins, and what was overtaken is counted as dropped.
//!
//! Of a file each frame is shown, one after the other, so that as much is decoded as of a camera of that rate: a clip of
//! another rate seems faster or slower than it was. The staged scene is rendered at the rate, and moves as it does.
//! Times are those of the clock, as of a camera.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use super::{FrameSource, FrameStamp, Next, source_error};
use crate::error::VisionError;
use crate::frame::Frame;

/// How long `next` waits before it says that there is nothing yet.
const IDLE: Duration = Duration::from_millis(100);

pub(crate) struct PacedSource {
    shared: Arc<Shared>,
    reader: Option<JoinHandle<()>>,
    begun: Option<Instant>,
}

struct Shared {
    slot: Mutex<Slot>,
    arrived: Condvar,
    stop: AtomicBool,
    dropped: AtomicU64,
}

/// The newest frame, if it was not handed out yet, and how the source ended.
struct Slot {
    frame: Frame,
    /// Index of the frame, and when it was due, while it waits.
    waiting: Option<(u64, Instant)>,
    ended: Option<Result<(), VisionError>>,
}

impl PacedSource {
    pub(crate) fn new(mut frames: Box<dyn FrameSource>, period: Duration) -> Result<Self, VisionError> {
        if period.is_zero() {
            return Err(source_error("paced source", "the time between two frames is zero; give a rate above zero"));
        }
        frames.at_pace(period);
        let shared = Arc::new(Shared {
            slot: Mutex::new(Slot { frame: Frame::empty(), waiting: None, ended: None }),
            arrived: Condvar::new(),
            stop: AtomicBool::new(false),
            dropped: AtomicU64::new(0),
        });
        let for_reader = Arc::clone(&shared);
        let reader = std::thread::Builder::new()
            .name("hymy-capture".to_owned())
            .spawn(move || {
                let ended = read_at_pace(frames, period, &for_reader);
                for_reader.slot.lock().unwrap_or_else(PoisonError::into_inner).ended = Some(ended);
                for_reader.arrived.notify_one();
            })
            .map_err(|error| source_error("capture thread", error.to_string()))?;
        Ok(Self { shared, reader: Some(reader), begun: None })
    }
}

/// Hands out frames as they become due, until the source ends.
fn read_at_pace(mut frames: Box<dyn FrameSource>, period: Duration, shared: &Shared) -> Result<(), VisionError> {
    let mut frame = Frame::empty();
    let mut begun = None;
    let mut index: u64 = 0;
    while !shared.stop.load(Ordering::Relaxed) {
        match frames.next(&mut frame)? {
            Next::Frame(_) => {}
            Next::End => return Ok(()),
            _ => continue,
        }
        let begun = *begun.get_or_insert_with(Instant::now);
        // A camera does not wait for whoever decodes: what could not be read in time is lost.
        let late = (begun.elapsed().as_secs_f64() / period.as_secs_f64()) as u64;
        if late > index {
            shared.dropped.fetch_add(late - index, Ordering::Relaxed);
            index = late;
        }
        let due = begun + period.mul_f64(index as f64);
        std::thread::sleep(due.saturating_duration_since(Instant::now()));
        let mut slot = shared.slot.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::swap(&mut slot.frame, &mut frame);
        if slot.waiting.replace((index, due)).is_some() {
            shared.dropped.fetch_add(1, Ordering::Relaxed);
        }
        drop(slot);
        shared.arrived.notify_one();
        index += 1;
    }
    Ok(())
}

impl FrameSource for PacedSource {
    fn next(&mut self, frame: &mut Frame) -> Result<Next, VisionError> {
        let slot = self.shared.slot.lock().unwrap_or_else(PoisonError::into_inner);
        let (mut slot, _) = self
            .shared
            .arrived
            .wait_timeout_while(slot, IDLE, |slot| slot.waiting.is_none() && slot.ended.is_none())
            .unwrap_or_else(PoisonError::into_inner);
        if let Some((index, taken)) = slot.waiting.take() {
            std::mem::swap(&mut slot.frame, frame);
            let begun = *self.begun.get_or_insert(taken);
            let t_ms = taken.saturating_duration_since(begun).as_millis() as u64;
            return Ok(Next::Frame(FrameStamp { index, t_ms, taken, file: None }));
        }
        match slot.ended.take() {
            Some(ended) => ended.map(|()| Next::End),
            None => Ok(Next::Idle),
        }
    }

    fn dropped(&self) -> u64 {
        self.shared.dropped.load(Ordering::Relaxed)
    }
}

impl Drop for PacedSource {
    fn drop(&mut self) {
        self.shared.stop.store(true, Ordering::Relaxed);
        if let Some(reader) = self.reader.take()
            && reader.join().is_err()
        {
            tracing::error!("capture_thread_panicked");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// So many empty frames, each of which takes some time to decode.
    struct Counted(u64, Duration);

    impl FrameSource for Counted {
        fn next(&mut self, _: &mut Frame) -> Result<Next, VisionError> {
            std::thread::sleep(self.1);
            if self.0 == 0 {
                return Ok(Next::End);
            }
            self.0 -= 1;
            Ok(Next::Frame(FrameStamp { index: 0, t_ms: 0, taken: Instant::now(), file: None }))
        }
    }

    fn indices(source: &mut PacedSource, each: Duration) -> Vec<u64> {
        let mut frame = Frame::empty();
        let mut seen = Vec::new();
        loop {
            match source.next(&mut frame).unwrap() {
                Next::Frame(stamp) => {
                    assert!(stamp.taken <= Instant::now(), "no frame before it is due");
                    seen.push(stamp.index);
                    std::thread::sleep(each);
                }
                Next::End => return seen,
                _ => {}
            }
        }
    }

    #[test]
    fn a_slow_reader_loses_frames_and_each_is_either_seen_or_counted() {
        let mut source = PacedSource::new(Box::new(Counted(40, Duration::ZERO)), Duration::from_millis(5)).unwrap();
        let seen = indices(&mut source, Duration::from_millis(30));
        assert!(source.dropped() >= 10, "{} dropped", source.dropped());
        assert_eq!(seen.len() as u64 + source.dropped(), seen.last().unwrap() + 1, "{seen:?}");
        assert!(seen.is_sorted());
    }

    #[test]
    fn what_decodes_too_slowly_for_its_rate_drops_frames_too() {
        let decode = Duration::from_millis(20);
        let mut source = PacedSource::new(Box::new(Counted(8, decode)), Duration::from_millis(5)).unwrap();
        let seen = indices(&mut source, Duration::ZERO);
        assert!(source.dropped() >= 8, "{} dropped", source.dropped());
        assert_eq!(seen.len() as u64 + source.dropped(), seen.last().unwrap() + 1, "{seen:?}");
    }

    #[test]
    fn a_rate_of_nothing_is_refused() {
        assert!(PacedSource::new(Box::new(Counted(1, Duration::ZERO)), Duration::ZERO).is_err());
    }
}
