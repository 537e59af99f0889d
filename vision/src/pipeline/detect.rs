//! The part of the pipeline that finds faces in the staff zone.

use super::Pipeline;
use crate::error::VisionError;
use crate::frame::Frame;
use crate::geometry::RotatedSquare;
use crate::models::face_detector::{DetectedFace, Range};
use crate::observation::Rect;
use crate::preprocess::ValueRange;
use crate::timings::Stage;
use crate::zone::Polygon;

/// Which detectors look, in turn until one finds a face, and their lowest scores (MediaPipe's default; on a still
/// the mesh decides, so that less will do).
const LOOKS: [(Range, f32); 2] = [(Range::Full, 0.5), (Range::Short, 0.5)];
const LOOKS_OF_A_STILL: [(Range, f32); 3] = [(Range::Full, 0.5), (Range::Short, 0.3), (Range::Full, 0.2)];
/// Lowest score in a part of the picture that is worth a closer look, how wide that look is, and the lowest score in
/// it; the mesh has to confirm the face as well. Small things look like faces: in the closer look the neck of a bottle
/// scored up to 0.75 (of 716 looks, nine in ten under 0.62), faces 13 to 20 pixels wide 0.8 to 0.93 (the middle).
const MIN_SCORE_PROMISING: f32 = 0.4;
const CLOSER_FACE_WIDTHS: f32 = 6.0;
const MIN_SCORE_CLOSER: f32 = 0.78;

impl Pipeline {
    /// Faces of the staff zone. The short-range model looks only where the full-range one found none: it is
    /// for faces that fill most of the picture. A still is looked at more closely; in a video, a part of the picture
    /// is looked at more closely in each frame without a face, in turn.
    pub(super) fn detect(&mut self, frame: &Frame) -> Result<Vec<DetectedFace>, VisionError> {
        let looks: &[(Range, f32)] = if self.still { &LOOKS_OF_A_STILL } else { &LOOKS };
        for (range, min_score) in looks {
            let mut faces = self.detect_in(frame, *range, None, *min_score)?;
            if *range == Range::Short {
                faces.iter_mut().for_each(|face| face.unsure = true);
            }
            if !faces.is_empty() {
                return Ok(faces);
            }
        }
        if self.still {
            return Ok(Vec::new());
        }
        let part = self.memory.search.next(&region_of(frame, self.zones.staff.as_ref()));
        let there = self.detect_in(frame, Range::Full, Some(&part), MIN_SCORE_PROMISING)?;
        let Some(promising) = there.into_iter().max_by(|a, b| a.score.total_cmp(&b.score)) else {
            return Ok(Vec::new());
        };
        let around = RotatedSquare::upright(promising.centre(), CLOSER_FACE_WIDTHS * promising.width());
        let mut faces = self.detect_in(frame, Range::Full, Some(&around), MIN_SCORE_CLOSER)?;
        faces.iter_mut().for_each(|face| face.unsure = true);
        Ok(faces)
    }

    /// Faces of the staff zone in a part of the picture, or in all of it.
    fn detect_in(
        &mut self,
        frame: &Frame,
        range: Range,
        part: Option<&RotatedSquare>,
        min_score: f32,
    ) -> Result<Vec<DetectedFace>, VisionError> {
        let Self { preprocessor, full_range, short_range, timings, .. } = self;
        let detector = match range {
            Range::Full => full_range,
            Range::Short => short_range,
        };
        let whole = part_of(frame, self.zones.staff.as_ref());
        let frame_from_input = timings.measure(Stage::Preprocess, || match part {
            // Nothing is left of the rest of the frame, and within the zone's bounds alone smaller faces are found.
            None => preprocessor.letterbox(frame, whole, range.input_px(), ValueRange::Symmetric, detector.input()),
            Some(part) => preprocessor.crop(frame, part, range.input_px(), ValueRange::Symmetric, detector.input()),
        })?;
        #[cfg(test)]
        if let Some(inspect) = &mut self.inspector {
            inspect(range.name(), detector.input());
        }
        let mut faces = timings.measure(Stage::Detect, || detector.run(frame_from_input, min_score))?;
        let size = (frame.width_px() as f32, frame.height_px() as f32);
        if let Some(staff) = &self.zones.staff {
            faces.retain(|face| staff.contains(face.centre().0 / size.0, face.centre().1 / size.1));
        }
        Ok(faces)
    }
}

/// The bounds of the zone (left, top, right, bottom, in frame pixels), or of the frame without one.
pub(super) fn region_of(frame: &Frame, zone: Option<&Polygon>) -> [f32; 4] {
    let (width, height) = (frame.width_px() as f32, frame.height_px() as f32);
    let Rect { x, y, w, h } = zone.map_or(Rect { x: 0.0, y: 0.0, w: 1.0, h: 1.0 }, Polygon::bounds);
    [x * width, y * height, (x + w) * width, (y + h) * height]
}

/// The smallest part of the frame that holds the whole zone, in pixels; without a zone, the frame.
fn part_of(frame: &Frame, zone: Option<&Polygon>) -> opencv::core::Rect {
    let (width, height) = (frame.width_px() as i32, frame.height_px() as i32);
    let whole = opencv::core::Rect::new(0, 0, width, height);
    let Some(bounds) = zone.map(Polygon::bounds) else { return whole };
    let (left, top) = ((bounds.x * width as f32).floor() as i32, (bounds.y * height as f32).floor() as i32);
    let right = ((bounds.x + bounds.w) * width as f32).ceil() as i32;
    let bottom = ((bounds.y + bounds.h) * height as f32).ceil() as i32;
    let part = opencv::core::Rect::new(left, top, right.min(width) - left, bottom.min(height) - top);
    if left >= 0 && top >= 0 && part.width > 0 && part.height > 0 { part } else { whole }
}
