//! The staged scene as a source: rendered frame by frame, at its own frame rate.

use super::{FrameSource, FrameStamp, Next, source_error};
use crate::error::VisionError;
use crate::frame::Frame;
use crate::staged::{HEIGHT_PX, Scene, StagedError, WIDTH_PX, script};

pub(crate) struct StagedSource {
    scene: Scene,
    next: u64,
}

impl StagedSource {
    pub(crate) fn new() -> Result<Self, VisionError> {
        Ok(Self { scene: Scene::new().map_err(broken)?, next: 0 })
    }
}

fn broken(error: StagedError) -> VisionError {
    source_error("staged scene", error.to_string())
}

impl FrameSource for StagedSource {
    fn next(&mut self, frame: &mut Frame) -> Result<Next, VisionError> {
        if self.next >= self.scene.frames() {
            return Ok(Next::End);
        }
        if frame.width_px() as usize != WIDTH_PX || frame.height_px() as usize != HEIGHT_PX {
            *frame = Frame::black(WIDTH_PX as u32, HEIGHT_PX as u32)?;
        }
        self.scene.render(self.next, frame.bytes_mut()?).map_err(broken)?;
        let stamp = FrameStamp { index: self.next, t_ms: script::t_ms(self.next), file: None };
        self.next += 1;
        Ok(Next::Frame(stamp))
    }

    fn stated_frames(&self) -> Option<u64> {
        Some(self.scene.frames())
    }
}
