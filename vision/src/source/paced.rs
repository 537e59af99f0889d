//! A file or the staged scene at a camera's pace, for benches: a thread of its own reads ahead, a frame becomes due at a
//! fixed rate whether or not the last one was taken, the newest wins, and what was overtaken is counted as dropped.
//!
//! Of a file each frame is shown, one after the other, so that as much is decoded as of a camera of that rate: a clip of
//! another rate seems faster or slower than it was. The staged scene is rendered at the rate, and moves as it does.
//! Times are those of the clock, as of a camera.

use std::time::{Duration, Instant};

use super::slot::{Capture, Shared};
use super::{FrameSource, Next, source_error};
use crate::error::VisionError;
use crate::frame::Frame;

/// What the capture thread says when the source ended: how.
type Ended = Result<(), VisionError>;

pub(crate) struct PacedSource {
    capture: Capture<Ended>,
    begun: Option<Instant>,
}

impl PacedSource {
    pub(crate) fn new(mut frames: Box<dyn FrameSource>, period: Duration) -> Result<Self, VisionError> {
        if period.is_zero() {
            return Err(source_error("paced source", "the time between two frames is zero; give a rate above zero"));
        }
        frames.at_pace(period);
        let capture = Capture::start(move |shared| shared.say(read_at_pace(frames, period, shared)))?;
        Ok(Self { capture, begun: None })
    }
}

/// Hands out frames as they become due, until the source ends.
fn read_at_pace(mut frames: Box<dyn FrameSource>, period: Duration, shared: &Shared<Ended>) -> Ended {
    let mut frame = Frame::empty();
    let mut begun = None;
    let mut index: u64 = 0;
    while !shared.is_stopped() {
        match frames.next(&mut frame)? {
            Next::Frame(_) => {}
            Next::End => return Ok(()),
            _ => continue,
        }
        let begun = *begun.get_or_insert_with(Instant::now);
        // A camera does not wait for whoever decodes: what could not be read in time is lost.
        let late = (begun.elapsed().as_secs_f64() / period.as_secs_f64()) as u64;
        if late > index {
            shared.drop_frames(late - index);
            index = late;
        }
        let due = begun + period.mul_f64(index as f64);
        std::thread::sleep(due.saturating_duration_since(Instant::now()));
        shared.hand_out(&mut frame, index, due);
        index += 1;
    }
    Ok(())
}

impl FrameSource for PacedSource {
    fn next(&mut self, frame: &mut Frame) -> Result<Next, VisionError> {
        let mut slot = self.capture.wait(|ended| ended.is_some());
        if let Some(stamp) = slot.take(frame, &mut self.begun) {
            return Ok(Next::Frame(stamp));
        }
        match slot.said.take() {
            Some(ended) => ended.map(|()| Next::End),
            None => Ok(Next::Idle),
        }
    }

    fn dropped(&self) -> u64 {
        self.capture.dropped()
    }
}

#[cfg(test)]
mod tests {
    use super::super::FrameStamp;
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
