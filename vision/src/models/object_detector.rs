//! EfficientDet-Lite0: people and phone-like things.
//!
//! Source: MediaPipe's `object_detector` (model card "EfficientDet-Lite0", COCO). Input 320x320 RGB, 0..255.
//! Scores per anchor (person, cell phone) are probabilities; boxes are (ty, tx, th, tw) against the standard
//! anchors. Of its classes only these two are read; everything else it knows was cut from the graph.

use smallvec::SmallVec;

use super::face_detector::intersection_over_union;
use super::{Model, output};
use crate::error::VisionError;
use crate::geometry::Affine;
use crate::manifest::VerifiedModel;
use crate::runtime::Runtime;

/// Side of the input, in pixels.
pub(crate) const INPUT_PX: usize = 320;
pub(crate) const NAME: &str = "object_detector";
/// Side of the feature map and anchor stride in input pixels, per level.
const LEVELS: [(usize, f32); 5] = [(40, 8.0), (20, 16.0), (10, 32.0), (5, 64.0), (3, 128.0)];
const ANCHORS_PER_CELL: usize = 9;
const ANCHORS: usize = 19_206;
const CLASSES: usize = 2;
/// Boxes of one class that overlap more than this are one object.
const NMS_IOU: f32 = 0.5;

/// What the model is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Class {
    Person = 0,
    Phone = 1,
}

/// An object, in frame pixels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct DetectedObject {
    /// Left, top, right, bottom.
    pub bounds: [f32; 4],
    /// Confidence, 0..1.
    pub score: f32,
}

impl DetectedObject {
    pub(crate) fn centre(&self) -> (f32, f32) {
        ((self.bounds[0] + self.bounds[2]) / 2.0, (self.bounds[1] + self.bounds[3]) / 2.0)
    }
}

/// Objects of one kind, or what may become some; more than so many are kept on the heap.
pub(crate) type Found = SmallVec<[DetectedObject; 64]>;

/// What one run of the model saw, best first.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Objects {
    pub people: Found,
    pub phones: Found,
}

pub(crate) struct ObjectDetector {
    model: Model<u8>,
    anchors: Vec<[f32; 4]>,
}

impl ObjectDetector {
    pub(crate) fn new(runtime: &Runtime, model: &VerifiedModel) -> Result<Self, VisionError> {
        let model = Model::new(runtime, NAME, model, [1, INPUT_PX, INPUT_PX, 3])?;
        Ok(Self { model, anchors: anchors() })
    }

    pub(crate) fn input(&mut self) -> &mut [u8] {
        self.model.input()
    }

    /// Overwrites what the model was given and what it said.
    pub(crate) fn wipe(&mut self) {
        self.model.wipe();
    }

    /// People over `min_person` and phones over `min_phone`, in frame pixels.
    pub(crate) fn run(
        &mut self,
        frame_from_input: Affine,
        min_person: f32,
        min_phone: f32,
    ) -> Result<Objects, VisionError> {
        let outputs = self.model.run()?;
        let scores = output(outputs, NAME, c"scores", ANCHORS * CLASSES)?;
        let boxes = output(outputs, NAME, c"boxes", ANCHORS * 4)?;
        let of = |class: Class, min_score: f32| {
            let found = scores
                .chunks_exact(CLASSES)
                .zip(boxes.chunks_exact(4))
                .zip(&self.anchors)
                .filter(|((scores, _), _)| scores[class as usize] >= min_score)
                .filter_map(|((scores, values), anchor)| decode(scores[class as usize], values, anchor))
                .map(|object| to_frame(object, frame_from_input))
                .collect();
            suppress_overlapping(found)
        };
        Ok(Objects { people: of(Class::Person, min_person), phones: of(Class::Phone, min_phone) })
    }
}

/// Centre y, centre x, height, width of every anchor, in input pixels, in the model's order.
fn anchors() -> Vec<[f32; 4]> {
    let mut anchors = Vec::with_capacity(ANCHORS);
    for (side, stride) in LEVELS {
        for cell in 0..side * side {
            let (cy, cx) = (((cell / side) as f32 + 0.5) * stride, ((cell % side) as f32 + 0.5) * stride);
            for octave in 0..3 {
                let size = 4.0 * stride * 2f32.powf(octave as f32 / 3.0);
                for ratio in [1.0f32, 2.0, 0.5] {
                    anchors.push([cy, cx, size / ratio.sqrt(), size * ratio.sqrt()]);
                }
            }
        }
    }
    debug_assert_eq!(anchors.len() % ANCHORS_PER_CELL, 0);
    anchors
}

fn decode(score: f32, values: &[f32], anchor: &[f32; 4]) -> Option<DetectedObject> {
    let [cy, cx, height, width] = *anchor;
    let (y, x) = (values[0] * height + cy, values[1] * width + cx);
    let (h, w) = (values[2].exp() * height, values[3].exp() * width);
    let bounds = [x - w / 2.0, y - h / 2.0, x + w / 2.0, y + h / 2.0];
    bounds.iter().all(|value| value.is_finite()).then_some(DetectedObject { bounds, score })
}

fn to_frame(object: DetectedObject, frame_from_input: Affine) -> DetectedObject {
    let [x0, y0, x1, y1] = object.bounds;
    let side = INPUT_PX as f32;
    let (left, top) = frame_from_input.apply((x0.clamp(0.0, side), y0.clamp(0.0, side)));
    let (right, bottom) = frame_from_input.apply((x1.clamp(0.0, side), y1.clamp(0.0, side)));
    DetectedObject { bounds: [left, top, right, bottom], ..object }
}

fn suppress_overlapping(mut found: Found) -> Found {
    found.sort_by(|a, b| b.score.total_cmp(&a.score));
    let mut kept = Found::new();
    for object in found {
        if kept.iter().all(|other| intersection_over_union(&other.bounds, &object.bounds) <= NMS_IOU) {
            kept.push(object);
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_an_anchor_for_every_row_of_the_model() {
        assert_eq!(anchors().len(), ANCHORS);
    }

    #[test]
    fn a_nan_score_is_no_object() {
        assert!(decode(0.9, &[f32::NAN, 0.0, 0.0, 0.0], &[1.0; 4]).is_none());
    }
}
