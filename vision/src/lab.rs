//! Readings for developers' tools and tests only; the packaged kiosk is built without them.

pub use crate::models::blendshapes::BLENDSHAPE_NAMES;

/// The names of the measures that the smile regression sees, in the order of [`FaceReading::smile_looks`].
#[must_use]
pub fn smile_measures() -> Vec<&'static str> {
    crate::smile::measure_names()
}

/// What the models said of the followed face in the latest frame.
#[derive(Clone, Debug)]
pub struct FaceReading {
    /// Coefficients in the order of [`BLENDSHAPE_NAMES`], 0..1.
    pub blendshapes: [f32; 52],
    /// Head axes to camera axes, row-major (x right in the picture, y up, z towards the camera).
    pub rotation: [[f32; 3]; 3],
    /// What the smile regression saw: nothing where no smile could be read, one look in a video, two (as it is and
    /// mirrored) in a still.
    pub smile_looks: Vec<Vec<f32>>,
}
