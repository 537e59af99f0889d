//! The part of the pipeline that finds faces in the staff zone.

use super::Pipeline;
use crate::error::VisionError;
use crate::frame::Frame;
use crate::geometry::RotatedSquare;
use crate::models::face_detector::{Faces, Range};
use crate::observation::Rect;
use crate::preprocess::ValueRange;
use crate::timings::Stage;
use crate::zone::Polygon;

/// One look of a detector.
pub(super) struct View {
    pub range: Range,
    pub part: Part,
    pub min_score: f32,
}

/// What a detector looks at.
pub(super) enum Part {
    /// The staff zone's bounds, filling this share (0..1) of the detector's input.
    Zone { share: f32 },
    /// A square of the frame.
    Square(RotatedSquare),
}

/// Which detectors look at a frame of a video, in turn until one finds a face, and MediaPipe's default score.
const VIEWS: [View; 2] = [
    View { range: Range::Full, part: Part::Zone { share: 1.0 }, min_score: 0.5 },
    View { range: Range::Short, part: Part::Zone { share: 1.0 }, min_score: 0.5 },
];
/// Lowest score in a part of the picture that is worth a closer look, how wide that look is, and the lowest score in
/// it; the mesh has to confirm the face as well. Small things look like faces: in the closer look the neck of a bottle
/// scored up to 0.75 (of 716 looks, nine in ten under 0.62), faces 13 to 20 pixels wide 0.8 to 0.93 (the middle).
const MIN_SCORE_PROMISING: f32 = 0.4;
const CLOSER_FACE_WIDTHS: f32 = 6.0;
const MIN_SCORE_CLOSER: f32 = 0.78;

impl Pipeline {
    /// Faces of the staff zone. The short-range model looks only where the full-range one found none: it is for faces
    /// that fill most of the picture. Where it finds none either, a part of the zone is looked at more closely, another
    /// in each frame.
    pub(super) fn detect(&mut self, frame: &Frame) -> Result<Faces, VisionError> {
        for view in &VIEWS {
            let faces = self.detect_in(frame, view)?;
            if !faces.is_empty() {
                return Ok(faces);
            }
        }
        let square = self.memory.search.next(&region_of(frame, self.zones.staff.as_ref()));
        let closer = |square, min_score| View { range: Range::Full, part: Part::Square(square), min_score };
        let there = self.detect_in(frame, &closer(square, MIN_SCORE_PROMISING))?;
        let Some(promising) = there.into_iter().max_by(|a, b| a.score.total_cmp(&b.score)) else {
            return Ok(Faces::new());
        };
        let around = RotatedSquare::upright(promising.centre(), CLOSER_FACE_WIDTHS * promising.width());
        let mut faces = self.detect_in(frame, &closer(around, MIN_SCORE_CLOSER))?;
        faces.iter_mut().for_each(|face| face.unsure = true);
        Ok(faces)
    }

    /// Faces of the staff zone in one view of it.
    pub(super) fn detect_in(&mut self, frame: &Frame, view: &View) -> Result<Faces, VisionError> {
        let Self { preprocessor, full_range, short_range, timings, .. } = self;
        let View { range, part, min_score } = view;
        let detector = match range {
            Range::Full => full_range,
            Range::Short => short_range,
        };
        let zone = part_of(frame, self.zones.staff.as_ref());
        let (side_px, values) = (range.input_px(), ValueRange::Symmetric);
        let frame_from_input = timings.measure(Stage::Preprocess, || match part {
            // Nothing is left of the rest of the frame, and within the zone's bounds alone smaller faces are found.
            Part::Zone { share } => preprocessor.letterbox(frame, zone, side_px, *share, values, detector.input()),
            Part::Square(square) => preprocessor.crop(frame, square, side_px, values, detector.input()),
        })?;
        #[cfg(test)]
        if let Some(inspect) = &mut self.inspector {
            inspect(range.name(), detector.input());
        }
        let mut faces = timings.measure(Stage::Detect, || detector.run(frame_from_input, *min_score))?;
        if *range == Range::Short {
            faces.iter_mut().for_each(|face| face.unsure = true);
        }
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
pub(super) fn part_of(frame: &Frame, zone: Option<&Polygon>) -> opencv::core::Rect {
    let (width, height) = (frame.width_px() as i32, frame.height_px() as i32);
    let whole = opencv::core::Rect::new(0, 0, width, height);
    let Some(bounds) = zone.map(Polygon::bounds) else { return whole };
    let (left, top) = ((bounds.x * width as f32).floor() as i32, (bounds.y * height as f32).floor() as i32);
    let right = ((bounds.x + bounds.w) * width as f32).ceil() as i32;
    let bottom = ((bounds.y + bounds.h) * height as f32).ceil() as i32;
    let part = opencv::core::Rect::new(left, top, right.min(width) - left, bottom.min(height) - top);
    if left >= 0 && top >= 0 && part.width > 0 && part.height > 0 { part } else { whole }
}
