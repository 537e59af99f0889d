//! Readings for developers' tools and tests only; the packaged kiosk is built without them.

pub use crate::models::blendshapes::BLENDSHAPE_NAMES;

/// What the models said of the followed face in the latest frame.
#[derive(Clone, Copy, Debug)]
pub struct FaceReading {
    /// Coefficients in the order of [`BLENDSHAPE_NAMES`], 0..1.
    pub blendshapes: [f32; 52],
    /// Head axes to camera axes, row-major (x right in the picture, y up, z towards the camera).
    pub rotation: [[f32; 3]; 3],
    /// The same mesh fitted as MediaPipe does it, in the perspective of its assumed camera (see `head_pose::in_view`):
    /// only to be compared with MediaPipe.
    pub rotation_in_view: [[f32; 3]; 3],
}
