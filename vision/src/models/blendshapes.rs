//! Blendshapes: 52 coefficients of how a face is moved, from 146 points of the mesh.
//!
//! Source: MediaPipe's `face_blendshapes` (model card "Blendshape V2"). Input: x and y of the points in frame
//! pixels; output 0..1, index 0 is neutral.

use super::face_mesh::Mesh;
use super::{Model, output};
use crate::error::VisionError;
use crate::manifest::VerifiedModel;
use crate::runtime::Runtime;

pub(crate) const NAME: &str = "face_blendshapes";
/// Number of coefficients.
pub(crate) const COUNT: usize = 52;

/// The mesh points that the model takes, in its order.
const INPUT_POINTS: [usize; 146] = [
    0, 1, 4, 5, 6, 7, 8, 10, 13, 14, 17, 21, 33, 37, 39, 40, 46, 52, 53, 54, 55, 58, 61, 63, 65, 66, 67, 70, 78, 80,
    81, 82, 84, 87, 88, 91, 93, 95, 103, 105, 107, 109, 127, 132, 133, 136, 144, 145, 146, 148, 149, 150, 152, 153,
    154, 155, 157, 158, 159, 160, 161, 162, 163, 168, 172, 173, 176, 178, 181, 185, 191, 195, 197, 234, 246, 249, 251,
    263, 267, 269, 270, 276, 282, 283, 284, 285, 288, 291, 293, 295, 296, 297, 300, 308, 310, 311, 312, 314, 317, 318,
    321, 323, 324, 332, 334, 336, 338, 356, 361, 362, 365, 373, 374, 375, 377, 378, 379, 380, 381, 382, 384, 385, 386,
    387, 388, 389, 390, 397, 398, 400, 402, 405, 409, 415, 454, 466, 468, 469, 470, 471, 472, 473, 474, 475, 476, 477,
];

/// The names of the coefficients, in the model's order.
pub const BLENDSHAPE_NAMES: [&str; COUNT] = [
    "_neutral",
    "browDownLeft",
    "browDownRight",
    "browInnerUp",
    "browOuterUpLeft",
    "browOuterUpRight",
    "cheekPuff",
    "cheekSquintLeft",
    "cheekSquintRight",
    "eyeBlinkLeft",
    "eyeBlinkRight",
    "eyeLookDownLeft",
    "eyeLookDownRight",
    "eyeLookInLeft",
    "eyeLookInRight",
    "eyeLookOutLeft",
    "eyeLookOutRight",
    "eyeLookUpLeft",
    "eyeLookUpRight",
    "eyeSquintLeft",
    "eyeSquintRight",
    "eyeWideLeft",
    "eyeWideRight",
    "jawForward",
    "jawLeft",
    "jawOpen",
    "jawRight",
    "mouthClose",
    "mouthDimpleLeft",
    "mouthDimpleRight",
    "mouthFrownLeft",
    "mouthFrownRight",
    "mouthFunnel",
    "mouthLeft",
    "mouthLowerDownLeft",
    "mouthLowerDownRight",
    "mouthPressLeft",
    "mouthPressRight",
    "mouthPucker",
    "mouthRight",
    "mouthRollLower",
    "mouthRollUpper",
    "mouthShrugLower",
    "mouthShrugUpper",
    "mouthSmileLeft",
    "mouthSmileRight",
    "mouthStretchLeft",
    "mouthStretchRight",
    "mouthUpperUpLeft",
    "mouthUpperUpRight",
    "noseSneerLeft",
    "noseSneerRight",
];

/// Where a coefficient is; a name that does not exist stops the build where it is used in a constant.
pub(crate) const fn index_of(name: &str) -> usize {
    let mut index = 0;
    while index < COUNT {
        if same(BLENDSHAPE_NAMES[index].as_bytes(), name.as_bytes()) {
            return index;
        }
        index += 1;
    }
    panic!("no such blendshape")
}

const fn same(a: &[u8], b: &[u8]) -> bool {
    let mut index = 0;
    while index < a.len() && index < b.len() && a[index] == b[index] {
        index += 1;
    }
    index == a.len() && index == b.len()
}

/// What the model says, in the order of [`BLENDSHAPE_NAMES`].
#[derive(Clone, Copy)]
pub(crate) struct Coefficients(pub [f32; COUNT]);

pub(crate) struct Blendshapes(Model<f32>);

impl Blendshapes {
    /// Overwrites what the model was given and what it said.
    pub(crate) fn wipe(&mut self) {
        self.0.wipe();
    }

    pub(crate) fn new(runtime: &Runtime, model: &VerifiedModel) -> Result<Self, VisionError> {
        Model::new(runtime, NAME, model, [1, INPUT_POINTS.len(), 2]).map(Self)
    }

    /// The coefficients of a mesh, or `None` when the model's numbers are unusable.
    pub(crate) fn run(&mut self, mesh: &Mesh) -> Result<Option<Coefficients>, VisionError> {
        for (pair, &index) in self.0.input().chunks_exact_mut(2).zip(&INPUT_POINTS) {
            pair.copy_from_slice(&mesh.points[index][..2]);
        }
        let outputs = self.0.run()?;
        let values = output(outputs, NAME, c"coefficients", COUNT)?;
        let mut coefficients = [0.0; COUNT];
        coefficients.copy_from_slice(values);
        Ok(coefficients.iter().all(|value| value.is_finite()).then_some(Coefficients(coefficients)))
    }
}
