//! A source whose pictures are brought to another size, for benches: as a camera of that size would give them. Its time
//! is told apart, because no kiosk does this.

use std::time::{Duration, Instant};

use opencv::core::{self, Size};
use opencv::imgproc::{self, INTER_AREA, INTER_LINEAR};

use super::{FrameSource, Next, source_error};
use crate::error::VisionError;
use crate::frame::Frame;

/// Sides of a picture that can be asked for, in pixels: some models' input at least, and more than any camera has.
pub(super) const SIDES_PX: std::ops::RangeInclusive<u32> = 64..=8192;

pub(crate) struct SizedSource {
    frames: Box<dyn FrameSource>,
    size: Size,
    given: Frame,
    spent: Duration,
}

impl SizedSource {
    pub(crate) fn new(
        frames: Box<dyn FrameSource>,
        locator: String,
        (width_px, height_px): (u32, u32),
    ) -> Result<Self, VisionError> {
        if !SIDES_PX.contains(&width_px) || !SIDES_PX.contains(&height_px) {
            let why = format!("cannot be shown at {width_px}x{height_px}; give sides of 64 to 8192 pixels");
            return Err(source_error(locator, why));
        }
        // More threads would make processor time that no clock here could tell from a decoder's.
        core::set_num_threads(1).map_err(VisionError::image("set OpenCV's threads"))?;
        let size = Size::new(width_px as i32, height_px as i32);
        Ok(Self { frames, size, given: Frame::empty(), spent: Duration::ZERO })
    }
}

impl FrameSource for SizedSource {
    fn next(&mut self, frame: &mut Frame) -> Result<Next, VisionError> {
        let mut next = self.frames.next(&mut self.given)?;
        if let Next::Frame(stamp) = &mut next {
            let began = Instant::now();
            let smaller = self.size.area() < (self.given.width_px() * self.given.height_px()) as i32;
            let how = if smaller { INTER_AREA } else { INTER_LINEAR };
            imgproc::resize(self.given.mat(), frame.mat_mut(), self.size, 0.0, 0.0, how)
                .map_err(VisionError::image("resize"))?;
            self.spent = began.elapsed();
            stamp.taken = Instant::now();
        }
        Ok(next)
    }

    fn at_pace(&mut self, period: Duration) {
        self.frames.at_pace(period);
    }

    fn resizing(&self) -> Duration {
        self.spent
    }

    fn dropped(&self) -> u64 {
        self.frames.dropped()
    }

    fn stated_frames(&self) -> Option<u64> {
        self.frames.stated_frames()
    }
}

#[cfg(test)]
mod tests {
    use super::super::{SourceSpec, Timeouts};
    use super::*;

    fn staged(width_px: u32, height_px: u32) -> SourceSpec {
        SourceSpec::Sized { source: Box::new(SourceSpec::Staged), width_px, height_px }
    }

    fn first(spec: &SourceSpec) -> (Frame, Box<dyn FrameSource>) {
        let mut frames = spec.open(Timeouts::default(), false).expect("opened");
        let mut frame = Frame::empty();
        while !matches!(frames.next(&mut frame).expect("read"), Next::Frame(_)) {}
        (frame, frames)
    }

    /// The mean of each channel, which another size changes little.
    fn means(frame: &Frame) -> [f64; 3] {
        let bytes = frame.bytes().expect("pixels");
        let mut sums = [0.0; 3];
        for pixel in bytes.chunks_exact(3) {
            sums.iter_mut().zip(pixel).for_each(|(sum, value)| *sum += f64::from(*value));
        }
        sums.map(|sum| sum / (bytes.len() / 3) as f64)
    }

    #[test]
    fn pictures_have_the_size_that_was_asked_for_and_show_the_same() {
        let (plain, frames) = first(&SourceSpec::Staged);
        assert!(frames.resizing().is_zero());
        for (width_px, height_px) in [(1280, 720), (320, 240), (640, 480)] {
            let (frame, frames) = first(&staged(width_px, height_px));
            assert_eq!((frame.width_px(), frame.height_px()), (width_px, height_px));
            assert!(!frames.resizing().is_zero(), "its time is told");
            let apart = means(&plain).into_iter().zip(means(&frame)).map(|(one, other)| (one - other).abs());
            assert!(apart.fold(0.0, f64::max) < 1.0, "{width_px}x{height_px}");
        }
    }

    #[test]
    fn a_camera_is_played_at_another_size_too() {
        let period = Duration::from_millis(1);
        let (frame, _) = first(&SourceSpec::Paced { source: Box::new(staged(320, 240)), period });
        assert_eq!((frame.width_px(), frame.height_px()), (320, 240));
    }

    #[test]
    fn sizes_that_no_picture_has_are_refused() {
        for (width_px, height_px) in [(0, 480), (640, 10_000)] {
            let refused = staged(width_px, height_px).open(Timeouts::default(), false).err().expect("refused");
            assert!(refused.to_string().contains("64 to 8192"), "{refused}");
        }
    }
}
