//! The staged scene as a source: rendered frame by frame, at its own frame rate.

use std::time::Instant;

use super::{FrameSource, FrameStamp, Next, source_error};
use crate::error::VisionError;
use crate::frame::Frame;
use crate::staged::{HEIGHT_PX, Scene, StagedError, WIDTH_PX, script};

/// How long the empty counter is shown, in frames: five minutes.
const EMPTY_FRAMES: u64 = 5 * 60 * script::FPS;

pub(crate) struct StagedSource {
    scene: Scene,
    next: u64,
    end: u64,
    /// From one frame of the script to the next that is shown.
    step: u64,
}

impl StagedSource {
    pub(crate) fn new() -> Result<Self, VisionError> {
        let scene = Scene::new().map_err(broken)?;
        Ok(Self { next: 0, end: scene.frames(), step: 1, scene })
    }

    /// What comes after the last frame: nobody.
    pub(crate) fn empty() -> Result<Self, VisionError> {
        let scene = Scene::new().map_err(broken)?;
        Ok(Self { next: scene.frames(), end: scene.frames() + EMPTY_FRAMES, step: 1, scene })
    }
}

fn broken(error: StagedError) -> VisionError {
    source_error("staged scene", error.to_string())
}

impl FrameSource for StagedSource {
    fn next(&mut self, frame: &mut Frame) -> Result<Next, VisionError> {
        if self.next >= self.end {
            return Ok(Next::End);
        }
        if frame.width_px() as usize != WIDTH_PX || frame.height_px() as usize != HEIGHT_PX {
            *frame = Frame::black(WIDTH_PX as u32, HEIGHT_PX as u32)?;
        }
        self.scene.render(self.next, frame.bytes_mut()?).map_err(broken)?;
        let stamp = FrameStamp { index: self.next, t_ms: script::t_ms(self.next), taken: Instant::now(), file: None };
        self.next += self.step;
        Ok(Next::Frame(stamp))
    }

    #[cfg(feature = "lab")]
    fn at_pace(&mut self, period: std::time::Duration) {
        self.step = ((period.as_secs_f64() * script::FPS as f64).round() as u64).max(1);
    }

    fn stated_frames(&self) -> Option<u64> {
        Some(self.end)
    }
}
