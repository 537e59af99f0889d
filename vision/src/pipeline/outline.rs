//! The part of the pipeline that asks whether anyone is in the picture at all, before an outline of it is told.

use super::Pipeline;
use crate::error::VisionError;
use crate::frame::Frame;

/// Lowest score of somebody who is kept out of an outline: lower than for presence, as one who is missed costs more
/// here than a chair that is taken for somebody.
const MIN_SCORE_OF_ANYONE: f32 = 0.25;

impl Pipeline {
    /// Whether a person or a face is seen anywhere in the whole frame, whatever the zones.
    pub(crate) fn sees_anyone(&mut self, frame: &Frame) -> Result<bool, VisionError> {
        if !self.look_everywhere(frame, MIN_SCORE_OF_ANYONE)?.people.is_empty() {
            return Ok(true);
        }
        // The face detectors look into the staff zone; without zones that is everywhere.
        let zones = std::mem::take(&mut self.zones);
        let faces = self.detect(frame);
        self.zones = zones;
        Ok(!faces?.is_empty())
    }
}
