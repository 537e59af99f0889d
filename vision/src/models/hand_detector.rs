//! Palm detection: hands in a crop.
//!
//! Source: MediaPipe's `hand_landmarker` bundle (model card "Hand Tracking Lite/Full", palm detector). Input
//! 192x192 RGB in 0..1. Only the palm's box is read, to tell whether a hand is at a thing; the key points that the
//! model also gives, and the bundle's landmark model, are not used: whose hand it is, or what it does, is never asked.

use smallvec::SmallVec;

use super::face_detector::intersection_over_union;
use super::{Model, output, sigmoid};
use crate::error::VisionError;
use crate::geometry::Affine;
use crate::manifest::VerifiedModel;
use crate::runtime::Runtime;

/// Side of the input, in pixels.
pub(crate) const INPUT_PX: usize = 192;
pub(crate) const NAME: &str = "hand_detector";
/// Cells a side and anchors per cell, per grid, in the model's order.
const GRIDS: [(usize, usize); 2] = [(24, 2), (12, 6)];
const ANCHORS: usize = 2016;
/// Values per anchor: box centre and size, then seven key points.
const REGRESSORS: usize = 18;
/// Boxes that overlap more than this are one hand (MediaPipe's default).
const NMS_IOU: f32 = 0.3;

/// Palms, or what may become some; more than so many are kept on the heap.
pub(crate) type Hands = SmallVec<[DetectedHand; 32]>;

/// A palm, in frame pixels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct DetectedHand {
    /// Left, top, right, bottom.
    pub bounds: [f32; 4],
    /// Confidence, 0..1.
    pub score: f32,
}

impl DetectedHand {
    /// The longer side, in pixels.
    pub(crate) fn size(&self) -> f32 {
        (self.bounds[2] - self.bounds[0]).max(self.bounds[3] - self.bounds[1])
    }

    pub(crate) fn centre(&self) -> (f32, f32) {
        ((self.bounds[0] + self.bounds[2]) / 2.0, (self.bounds[1] + self.bounds[3]) / 2.0)
    }
}

pub(crate) struct HandDetector {
    model: Model<f32>,
    anchors: Vec<(f32, f32)>,
}

impl HandDetector {
    pub(crate) fn new(runtime: &Runtime, model: &VerifiedModel) -> Result<Self, VisionError> {
        let model = Model::new(runtime, NAME, model, [1, INPUT_PX, INPUT_PX, 3])?;
        Ok(Self { model, anchors: anchors() })
    }

    pub(crate) fn input(&mut self) -> &mut [f32] {
        self.model.input()
    }

    /// Overwrites what the model was given and what it said.
    pub(crate) fn wipe(&mut self) {
        self.model.wipe();
    }

    /// Palms over `min_score` (0..1), best first, in frame pixels.
    pub(crate) fn run(&mut self, frame_from_input: Affine, min_score: f32) -> Result<Hands, VisionError> {
        let outputs = self.model.run()?;
        let scores = output(outputs, NAME, c"scores", ANCHORS)?;
        let regressors = output(outputs, NAME, c"regressors", ANCHORS * REGRESSORS)?;
        let mut found: Hands = self
            .anchors
            .iter()
            .zip(scores)
            .zip(regressors.chunks_exact(REGRESSORS))
            .filter_map(|((anchor, &logit), values)| decode(*anchor, sigmoid(logit), values))
            .filter(|hand| hand.score >= min_score)
            .map(|hand| to_frame(&hand, frame_from_input))
            .collect();
        found.sort_by(|a, b| b.score.total_cmp(&a.score));
        let mut kept = Hands::new();
        for hand in found {
            if kept.iter().all(|other| intersection_over_union(&other.bounds, &hand.bounds) <= NMS_IOU) {
                kept.push(hand);
            }
        }
        Ok(kept)
    }
}

/// Centres of the anchors, in input pixels.
fn anchors() -> Vec<(f32, f32)> {
    let mut anchors = Vec::with_capacity(ANCHORS);
    for (side, per_cell) in GRIDS {
        let cell_px = INPUT_PX as f32 / side as f32;
        for cell in 0..side * side {
            let centre = (((cell % side) as f32 + 0.5) * cell_px, ((cell / side) as f32 + 0.5) * cell_px);
            anchors.extend(std::iter::repeat_n(centre, per_cell));
        }
    }
    anchors
}

fn decode(anchor: (f32, f32), score: f32, values: &[f32]) -> Option<DetectedHand> {
    let (x, y, w, h) = (anchor.0 + values[0], anchor.1 + values[1], values[2], values[3]);
    let sound = score.is_finite() && [x, y, w, h].iter().all(|value| value.is_finite()) && w > 1.0 && h > 1.0;
    sound.then_some(DetectedHand { bounds: [x - w / 2.0, y - h / 2.0, x + w / 2.0, y + h / 2.0], score })
}

fn to_frame(hand: &DetectedHand, frame_from_input: Affine) -> DetectedHand {
    let [x0, y0, x1, y1] = hand.bounds;
    let (left, top) = frame_from_input.apply((x0, y0));
    let (right, bottom) = frame_from_input.apply((x1, y1));
    DetectedHand { bounds: [left, top, right, bottom], score: hand.score }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_an_anchor_for_every_row_of_the_model() {
        assert_eq!(anchors().len(), ANCHORS);
    }

    #[test]
    fn a_nan_from_the_model_is_no_hand() {
        assert!(decode((2.0, 2.0), 0.9, &[10.0; REGRESSORS]).is_some());
        assert!(decode((2.0, 2.0), f32::NAN, &[10.0; REGRESSORS]).is_none());
        assert!(decode((2.0, 2.0), 0.9, &[f32::NAN; REGRESSORS]).is_none());
    }
}
