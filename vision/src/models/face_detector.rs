//! BlazeFace: faces in a frame. The full-range model finds them down to about 5 % of the frame's width; the
//! short-range one those that fill more than about half of it, which the other misses.
//!
//! Source: MediaPipe's `face_detection_full_range` and `face_detector` (model cards "BlazeFace Full Range" and
//! "BlazeFace Short Range"). Input RGB in -1..1, letterboxed; six key points per face. Anchors have no size of
//! their own: full range one per cell of a 48x48 grid, short range two per cell of 16x16 and six of 8x8.

use smallvec::SmallVec;

use super::{Model, output, sigmoid};
use crate::error::VisionError;
use crate::geometry::Affine;
use crate::manifest::VerifiedModel;
use crate::runtime::Runtime;

/// Which BlazeFace.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Range {
    Full,
    Short,
}

impl Range {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Full => "face_detector_full_range",
            Self::Short => "face_detector_short_range",
        }
    }

    /// Side of the input, in pixels.
    pub(crate) fn input_px(self) -> usize {
        match self {
            Self::Full => 192,
            Self::Short => 128,
        }
    }

    /// Cells a side and anchors per cell, per grid, in the model's order.
    fn grids(self) -> &'static [(usize, usize)] {
        match self {
            Self::Full => &[(48, 1)],
            Self::Short => &[(16, 2), (8, 6)],
        }
    }

    /// Centres of the anchors, in input pixels.
    fn anchors(self) -> Vec<(f32, f32)> {
        let mut anchors = Vec::new();
        for &(side, per_cell) in self.grids() {
            let cell_px = self.input_px() as f32 / side as f32;
            for cell in 0..side * side {
                let centre = (((cell % side) as f32 + 0.5) * cell_px, ((cell / side) as f32 + 0.5) * cell_px);
                anchors.extend(std::iter::repeat_n(centre, per_cell));
            }
        }
        anchors
    }
}

/// Values per anchor: box centre and size, then six key points.
const REGRESSORS: usize = 16;
/// Faces, or what may become some; more than so many are kept on the heap.
pub(crate) type Faces = SmallVec<[DetectedFace; 32]>;

/// Boxes that overlap more than this are one face (MediaPipe's default).
const NMS_IOU: f32 = 0.3;

/// A face found by the detector, in frame pixels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct DetectedFace {
    /// Left, top, right, bottom.
    pub bounds: [f32; 4],
    /// Confidence, 0..1.
    pub score: f32,
    /// The detector alone is not enough: the mesh has to confirm it.
    pub unsure: bool,
    /// Right eye, left eye (the person's), nose tip, mouth centre, right and left ear tragion.
    pub keypoints: [(f32, f32); 6],
}

impl DetectedFace {
    pub(crate) fn width(&self) -> f32 {
        self.bounds[2] - self.bounds[0]
    }

    pub(crate) fn height(&self) -> f32 {
        self.bounds[3] - self.bounds[1]
    }

    /// Whether a point of the frame lies in the box.
    pub(crate) fn holds(&self, (x, y): (f32, f32)) -> bool {
        let [left, top, right, bottom] = self.bounds;
        (left..=right).contains(&x) && (top..=bottom).contains(&y)
    }

    pub(crate) fn centre(&self) -> (f32, f32) {
        ((self.bounds[0] + self.bounds[2]) / 2.0, (self.bounds[1] + self.bounds[3]) / 2.0)
    }
}

pub(crate) struct FaceDetector {
    model: Model<f32>,
    range: Range,
    anchors: Vec<(f32, f32)>,
}

impl FaceDetector {
    pub(crate) fn new(runtime: &Runtime, range: Range, model: &VerifiedModel) -> Result<Self, VisionError> {
        let side = range.input_px();
        let model = Model::new(runtime, range.name(), model, [1, side, side, 3])?;
        Ok(Self { model, range, anchors: range.anchors() })
    }

    pub(crate) fn input(&mut self) -> &mut [f32] {
        self.model.input()
    }

    /// Overwrites what the model was given and what it said.
    pub(crate) fn wipe(&mut self) {
        self.model.wipe();
    }

    /// Faces over `min_score` (0..1), best first, in frame pixels.
    pub(crate) fn run(&mut self, frame_from_input: Affine, min_score: f32) -> Result<Faces, VisionError> {
        let name = self.range.name();
        let outputs = self.model.run()?;
        let scores = output(outputs, name, c"scores", self.anchors.len())?;
        let regressors = output(outputs, name, c"regressors", self.anchors.len() * REGRESSORS)?;
        let candidates = self
            .anchors
            .iter()
            .zip(scores)
            .zip(regressors.chunks_exact(REGRESSORS))
            .filter_map(|((anchor, &logit), values)| {
                // No number passes nothing.
                let score = Some(sigmoid(logit)).filter(|score| *score >= min_score)?;
                decode(*anchor, score, values)
            })
            .map(|face| to_frame(&face, frame_from_input))
            .collect();
        Ok(merge_overlapping(candidates))
    }
}

fn decode(anchor: (f32, f32), score: f32, values: &[f32]) -> Option<DetectedFace> {
    if !score.is_finite() || values.iter().any(|value| !value.is_finite()) {
        return None;
    }
    let (x, y, w, h) = (anchor.0 + values[0], anchor.1 + values[1], values[2], values[3]);
    let mut keypoints = [(0.0, 0.0); 6];
    for (point, value) in keypoints.iter_mut().zip(values[4..].chunks_exact(2)) {
        *point = (anchor.0 + value[0], anchor.1 + value[1]);
    }
    (w > 1.0 && h > 1.0).then_some(DetectedFace {
        bounds: [x - w / 2.0, y - h / 2.0, x + w / 2.0, y + h / 2.0],
        score,
        unsure: false,
        keypoints,
    })
}

fn to_frame(face: &DetectedFace, frame_from_input: Affine) -> DetectedFace {
    let [x0, y0, x1, y1] = face.bounds;
    let (left, top) = frame_from_input.apply((x0, y0));
    let (right, bottom) = frame_from_input.apply((x1, y1));
    DetectedFace {
        bounds: [left, top, right, bottom],
        score: face.score,
        unsure: face.unsure,
        keypoints: face.keypoints.map(|point| frame_from_input.apply(point)),
    }
}

/// Weighted non-maximum suppression, as BlazeFace's paper has it: overlapping boxes are averaged by score. A face of
/// which any detector is sure is sure.
pub(crate) fn merge_overlapping(mut candidates: Faces) -> Faces {
    candidates.sort_by(|a, b| b.score.total_cmp(&a.score));
    let mut faces = Faces::new();
    while let Some(best) = candidates.first().copied() {
        let (same, rest): (Faces, Faces) =
            candidates.into_iter().partition(|other| intersection_over_union(&best.bounds, &other.bounds) > NMS_IOU);
        candidates = rest;
        faces.push(weighted_mean(&same, best.score));
    }
    faces
}

fn weighted_mean(faces: &[DetectedFace], score: f32) -> DetectedFace {
    let total: f32 = faces.iter().map(|face| face.score).sum();
    let unsure = faces.iter().all(|face| face.unsure);
    let mut mean = DetectedFace { bounds: [0.0; 4], score, unsure, keypoints: [(0.0, 0.0); 6] };
    for face in faces {
        let weight = face.score / total;
        for (sum, value) in mean.bounds.iter_mut().zip(face.bounds) {
            *sum += weight * value;
        }
        for (sum, value) in mean.keypoints.iter_mut().zip(face.keypoints) {
            sum.0 += weight * value.0;
            sum.1 += weight * value.1;
        }
    }
    mean
}

/// Overlap of two boxes (left, top, right, bottom): 0 apart, 1 equal.
pub(crate) fn intersection_over_union(a: &[f32; 4], b: &[f32; 4]) -> f32 {
    let overlap = (a[2].min(b[2]) - a[0].max(b[0])).max(0.0) * (a[3].min(b[3]) - a[1].max(b[1])).max(0.0);
    let area = |r: &[f32; 4]| (r[2] - r[0]) * (r[3] - r[1]);
    let union = area(a) + area(b) - overlap;
    if union > 0.0 { overlap / union } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use smallvec::smallvec;

    use super::*;

    fn face(x: f32, score: f32) -> DetectedFace {
        DetectedFace { bounds: [x, 0.0, x + 10.0, 10.0], score, unsure: false, keypoints: [(x, 0.0); 6] }
    }

    #[test]
    fn overlapping_boxes_become_one_and_distant_ones_stay() {
        let merged = merge_overlapping(smallvec![face(0.0, 0.6), face(1.0, 0.9), face(50.0, 0.7)]);
        assert_eq!(merged.len(), 2);
        assert_eq!(merged[0].score, 0.9);
        assert!((merged[0].bounds[0] - 0.6).abs() < 1e-5, "{:?}", merged[0]);
    }

    #[test]
    fn each_range_has_the_anchors_of_its_model() {
        assert_eq!(Range::Full.anchors().len(), 2304);
        assert_eq!(Range::Short.anchors().len(), 896);
    }

    #[test]
    fn a_nan_from_the_model_is_no_face() {
        assert!(decode((2.0, 2.0), f32::NAN, &[1.0; 16]).is_none());
        let mut values = [10.0; 16];
        assert!(decode((2.0, 2.0), 0.9, &values).is_some());
        values[5] = f32::NAN;
        assert!(decode((2.0, 2.0), 0.9, &values).is_none());
    }
}
