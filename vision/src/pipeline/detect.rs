//! The part of the pipeline that looks for faces: which detector sees what of a frame, and how sure it has to be.

use super::Pipeline;
use crate::error::VisionError;
use crate::frame::Frame;
use crate::geometry::RotatedSquare;
use crate::models::face_detector::{DetectedFace, Range, merge_overlapping};
use crate::preprocess::ValueRange;
use crate::timings::Stage;

/// One look of a detector at a frame.
struct Look {
    range: Range,
    view: View,
    min_score: f32,
}

/// What of a frame a detector sees.
enum View {
    /// All of it, filling this share (0..1) of the detector's input.
    Whole(f32),
    Part(RotatedSquare),
}

/// Which detectors look at a frame of a video, in turn until one finds a face, and MediaPipe's default score.
const LOOKS: [Look; 2] = [
    Look { range: Range::Full, view: View::Whole(1.0), min_score: 0.5 },
    Look { range: Range::Short, view: View::Whole(1.0), min_score: 0.5 },
];
/// Lowest detector score on a still: less than in a video, because each face has to be confirmed by the mesh, twice.
const MIN_SCORE_OF_A_STILL: f32 = 0.3;
/// All that look at a still, together: a two-level pyramid. A face that fills most of a still is larger than the
/// detectors know from their training, and at half its size it is not.
const LOOKS_OF_A_STILL: [Look; 4] = [
    Look { range: Range::Full, view: View::Whole(1.0), min_score: MIN_SCORE_OF_A_STILL },
    Look { range: Range::Full, view: View::Whole(0.5), min_score: MIN_SCORE_OF_A_STILL },
    Look { range: Range::Short, view: View::Whole(1.0), min_score: MIN_SCORE_OF_A_STILL },
    Look { range: Range::Short, view: View::Whole(0.5), min_score: MIN_SCORE_OF_A_STILL },
];
/// Lowest score in a part of the picture that is worth a closer look, how wide that look is, and the lowest score in
/// it; the mesh has to confirm the face as well. Small things look like faces: in the closer look the neck of a bottle
/// scored up to 0.75 (of 716 looks, nine in ten under 0.62), faces 13 to 20 pixels wide 0.8 to 0.93 (the middle).
const MIN_SCORE_PROMISING: f32 = 0.4;
const CLOSER_FACE_WIDTHS: f32 = 6.0;
const MIN_SCORE_CLOSER: f32 = 0.78;
impl Pipeline {
    /// Faces of the staff zone. The short-range model looks only where the full-range one found none: it is
    /// for faces that fill most of the picture. Where both found none, a part of the picture is looked at more
    /// closely, in turn.
    pub(super) fn detect(&mut self, frame: &Frame) -> Result<Vec<DetectedFace>, VisionError> {
        for look in &LOOKS {
            let faces = self.detect_by(frame, look)?;
            if !faces.is_empty() {
                return Ok(faces);
            }
        }
        let part = self.memory.search.next(frame.width_px() as f32, frame.height_px() as f32);
        let look = |part, min_score| Look { range: Range::Full, view: View::Part(part), min_score };
        let there = self.detect_by(frame, &look(part, MIN_SCORE_PROMISING))?;
        let Some(promising) = there.into_iter().max_by(|a, b| a.score.total_cmp(&b.score)) else {
            return Ok(Vec::new());
        };
        let around = RotatedSquare::upright(promising.centre(), CLOSER_FACE_WIDTHS * promising.width());
        let mut faces = self.detect_by(frame, &look(around, MIN_SCORE_CLOSER))?;
        faces.iter_mut().for_each(|face| face.unsure = true);
        Ok(faces)
    }

    /// Everything in the staff zone of a still that might be a face.
    pub(super) fn detect_in_still(&mut self, frame: &Frame) -> Result<Vec<DetectedFace>, VisionError> {
        let mut faces = Vec::new();
        for look in &LOOKS_OF_A_STILL {
            faces.append(&mut self.detect_by(frame, look)?);
        }
        Ok(merge_overlapping(faces))
    }

    /// Faces of the staff zone in one look.
    fn detect_by(&mut self, frame: &Frame, look: &Look) -> Result<Vec<DetectedFace>, VisionError> {
        let Look { range, ref view, min_score } = *look;
        let Self { preprocessor, full_range, short_range, timings, .. } = self;
        let detector = match range {
            Range::Full => full_range,
            Range::Short => short_range,
        };
        let frame_from_input = timings.measure(Stage::Preprocess, || match view {
            View::Whole(share) => {
                preprocessor.letterbox(frame, range.input_px(), *share, ValueRange::Symmetric, detector.input())
            }
            View::Part(part) => {
                preprocessor.crop(frame, part, range.input_px(), ValueRange::Symmetric, detector.input())
            }
        })?;
        #[cfg(test)]
        if let Some(inspect) = &mut self.inspector {
            inspect(range.name(), detector.input());
        }
        let mut faces = timings.measure(Stage::Detect, || detector.run(frame_from_input, min_score))?;
        let size = (frame.width_px() as f32, frame.height_px() as f32);
        if range == Range::Short {
            faces.iter_mut().for_each(|face| face.unsure = true);
        }
        if let Some(staff) = &self.zones.staff {
            faces.retain(|face| staff.contains(face.centre().0 / size.0, face.centre().1 / size.1));
        }
        Ok(faces)
    }
}
