//! The staged scene as a source: rendered frame by frame, at its own frame rate.

use super::{FrameSource, FrameStamp, Next};
use crate::error::VisionError;
use crate::frame::Frame;

pub(crate) struct StagedSource {
    next: u64,
}

impl StagedSource {
    pub(crate) fn new() -> Result<Self, VisionError> {
        Ok(Self { next: 0 })
    }
}

impl FrameSource for StagedSource {
    fn next(&mut self, _frame: &mut Frame) -> Result<Next, VisionError> {
        let _ = FrameStamp { index: self.next, t_ms: 0, file: None };
        Ok(Next::End)
    }
}
