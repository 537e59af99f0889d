//! The face mesh with irises: 478 points of one face.
//!
//! Source: MediaPipe's `face_landmarks_detector` (model card "MediaPipe Face Mesh V2"). Input 256x256 RGB in
//! 0..1: a rotated square around the face, 1.5 times its box. Output in crop pixels; z in the same scale,
//! negative towards the camera. Points 468..478 are the irises.

use super::{Model, output, sigmoid};
use crate::error::VisionError;
use crate::geometry::{Affine, RotatedSquare};
use crate::manifest::VerifiedModel;
use crate::runtime::Runtime;
use crate::sharpness::{Grid, sharpness};

/// Side of the input, in pixels.
pub(crate) const INPUT_PX: usize = 256;
pub(crate) const NAME: &str = "face_mesh";
/// Points of the mesh, irises included.
pub(crate) const POINTS: usize = 478;
/// Points without the irises: these bound the face.
pub(crate) const FACE_POINTS: usize = 468;
/// Lowest presence of a face that is followed (MediaPipe's default).
pub(crate) const MIN_PRESENCE: f32 = 0.5;
/// How much larger than the face the crop is.
pub(crate) const CROP_SCALE: f32 = 1.5;
/// Distance of the pixels that the sharpness is judged by.
const SHARPNESS_EVERY_PX: usize = 2;
/// Outer eye corners: the person's right (left in the picture) and left.
pub(crate) const OUTER_EYE_CORNERS: (usize, usize) = (33, 263);

/// The points of one face, in frame pixels.
pub(crate) struct Mesh {
    /// x right, y down, z away from the camera; all in frame pixels.
    pub points: [[f32; 3]; POINTS],
    /// x and y in the pixels of the crop that the mesh was fitted to, 0..256.
    pub crop_xy: [[f32; 2]; POINTS],
    /// Confidence that the crop held a face, 0..1.
    pub presence: f32,
}

impl Mesh {
    /// Left, top, right, bottom of the 468 face points, in frame pixels.
    pub(crate) fn bounds(&self) -> [f32; 4] {
        let mut bounds = [f32::INFINITY, f32::INFINITY, f32::NEG_INFINITY, f32::NEG_INFINITY];
        for [x, y, _] in &self.points[..FACE_POINTS] {
            bounds = [bounds[0].min(*x), bounds[1].min(*y), bounds[2].max(*x), bounds[3].max(*y)];
        }
        bounds
    }

    /// Where to look in the next frame: around these points, eyes level.
    pub(crate) fn next_crop(&self) -> RotatedSquare {
        let [right, left] = [self.points[OUTER_EYE_CORNERS.0], self.points[OUTER_EYE_CORNERS.1]];
        let angle = (left[1] - right[1]).atan2(left[0] - right[0]);
        let (sin, cos) = angle.sin_cos();
        let mut extent = [f32::INFINITY, f32::INFINITY, f32::NEG_INFINITY, f32::NEG_INFINITY];
        for [x, y, _] in &self.points[..FACE_POINTS] {
            let (u, v) = (cos * x + sin * y, cos * y - sin * x);
            extent = [extent[0].min(u), extent[1].min(v), extent[2].max(u), extent[3].max(v)];
        }
        let (u, v) = ((extent[0] + extent[2]) / 2.0, (extent[1] + extent[3]) / 2.0);
        RotatedSquare {
            centre: (cos * u - sin * v, sin * u + cos * v),
            side: CROP_SCALE * (extent[2] - extent[0]).max(extent[3] - extent[1]),
            angle,
        }
    }

    /// Distance of two points in the picture, in frame pixels.
    pub(crate) fn distance_px(&self, a: usize, b: usize) -> f32 {
        let (a, b) = (self.xy(a), self.xy(b));
        (a.0 - b.0).hypot(a.1 - b.1)
    }

    /// How sharp the picture of the face is: second against first differences of the frame's pixels, in the crop (RGB,
    /// 0..1) that the mesh was fitted to. 1 where it shows no edges.
    pub(crate) fn sharpness(&self, crop: &[f32]) -> f32 {
        let (right, left) = OUTER_EYE_CORNERS;
        let ([right_x, right_y], [left_x, left_y]) = (self.crop_xy[right], self.crop_xy[left]);
        let enlarged = (right_x - left_x).hypot(right_y - left_y) / self.distance_px(right, left).max(1e-3);
        let step = (enlarged.round() as usize).clamp(1, INPUT_PX / 8);
        let within = |axis: usize| {
            let places = || self.crop_xy.iter().map(|place| place[axis]).filter(|place| place.is_finite());
            let last = INPUT_PX - 1 - step;
            let place = |value: f32| (value.max(0.0) as usize).min(last);
            place(places().fold(f32::MAX, f32::min))..place(places().fold(0.0, f32::max))
        };
        let grid = Grid { columns: within(0), rows: within(1), every: SHARPNESS_EVERY_PX };
        let green = |x: usize, y: usize| crop.get((y * INPUT_PX + x) * 3 + 1).map(|value| value * 255.0);
        sharpness(green, &grid, step).unwrap_or(1.0)
    }

    pub(crate) fn xy(&self, index: usize) -> (f32, f32) {
        (self.points[index][0], self.points[index][1])
    }
}

impl Drop for Mesh {
    /// Points of a face live no longer than its frame.
    fn drop(&mut self) {
        self.points = [[0.0; 3]; POINTS];
        self.crop_xy = [[0.0; 2]; POINTS];
    }
}

pub(crate) struct FaceMesh(Model<f32>);

impl FaceMesh {
    pub(crate) fn new(runtime: &Runtime, model: &VerifiedModel) -> Result<Self, VisionError> {
        Model::new(runtime, NAME, model, [1, INPUT_PX, INPUT_PX, 3]).map(Self)
    }

    pub(crate) fn input(&mut self) -> &mut [f32] {
        self.0.input()
    }

    /// Overwrites what the model was given and what it said.
    pub(crate) fn wipe(&mut self) {
        self.0.wipe();
    }

    /// Mirrors the crop that the input holds, left to right.
    pub(crate) fn mirror_input(&mut self) {
        for row in self.0.input().chunks_exact_mut(INPUT_PX * 3) {
            for column in 0..INPUT_PX / 2 {
                for channel in 0..3 {
                    row.swap(column * 3 + channel, (INPUT_PX - 1 - column) * 3 + channel);
                }
            }
        }
    }

    /// The mesh, or `None` when the model's numbers are unusable.
    pub(crate) fn run(&mut self, frame_from_crop: Affine) -> Result<Option<Mesh>, VisionError> {
        let outputs = self.0.run()?;
        let landmarks = output(outputs, NAME, c"landmarks", POINTS * 3)?;
        let presence = sigmoid(output(outputs, NAME, c"presence", 1)?[0]);
        if !presence.is_finite() || landmarks.iter().any(|value| !value.is_finite()) {
            return Ok(None);
        }
        let [row, _] = frame_from_crop.m;
        let scale = row[0].hypot(row[1]);
        let mut mesh = Mesh { points: [[0.0; 3]; POINTS], crop_xy: [[0.0; 2]; POINTS], presence };
        let seen = mesh.points.iter_mut().zip(&mut mesh.crop_xy);
        for ((point, crop_xy), values) in seen.zip(landmarks.chunks_exact(3)) {
            let (x, y) = frame_from_crop.apply((values[0], values[1]));
            *point = [x, y, values[2] * scale];
            *crop_xy = [values[0], values[1]];
        }
        Ok(Some(mesh))
    }
}
