//! Head pose as MediaPipe's Face Landmarker states it, to compare the port with it; no observation uses it.
//!
//! MediaPipe (`face_geometry`'s pipeline) takes the picture for the view of a camera whose lens covers 63 degrees
//! from top to bottom, and moves the mesh's points along that camera's rays before it fits them. Away from the
//! middle of the picture this shears the face by its own depth: the rotation is then neither relative to the ray to
//! the face nor to the camera's axis, but up to ten degrees from the first, whatever the real lens is.

use super::{CanonicalFace, Rotation, camera_from_head, subtract, weighted_centre};
use crate::models::face_mesh::{FACE_POINTS, Mesh};

/// The field of view that MediaPipe assumes, from the top of the picture to the bottom.
const VERTICAL_FOV_DEG: f32 = 63.0;

impl CanonicalFace {
    /// MediaPipe's rotation of the mesh in a picture of this size.
    pub(crate) fn fit_in_view(&self, mesh: &Mesh, width_px: f32, height_px: f32) -> Option<Rotation> {
        // On the plane one unit before the lens, which is also the unit of depth.
        let unit = 2.0 * (VERTICAL_FOV_DEG / 2.0).to_radians().tan() / height_px;
        let flat = |index: usize| {
            let [x, y, z] = mesh.points[index];
            [(x - width_px / 2.0) * unit, (height_px / 2.0 - y) * unit, z * unit]
        };
        let mean_depth = (0..FACE_POINTS).map(|index| flat(index)[2]).sum::<f32>() / FACE_POINTS as f32;
        let in_space = |scale: f32| {
            move |index: usize| {
                let [x, y, z] = flat(index);
                let depth = (z - mean_depth + 1.0) / scale;
                [x * depth, y * depth, -depth]
            }
        };
        let first = self.scale(|index| {
            let [x, y, z] = flat(index);
            [x, y, -z]
        })?;
        let second = self.scale(in_space(first))?;
        self.fit_points(in_space(first * second))
    }

    /// How much larger the points are than the canonical face.
    fn scale(&self, point: impl Fn(usize) -> [f32; 3]) -> Option<f32> {
        let rotation = self.fit_points(&point)?;
        let centre = weighted_centre(self.points.iter().map(|(id, _, weight)| (point(*id), *weight)));
        let (mut along, mut of_canonical) = (0.0, 0.0);
        for (id, canonical, weight) in &self.points {
            let seen = subtract(point(*id), centre);
            let turned = camera_from_head(&rotation, *canonical);
            along += weight * (seen[0] * turned[0] + seen[1] * turned[1] + seen[2] * turned[2]);
            of_canonical += weight * canonical.iter().map(|value| value * value).sum::<f32>();
        }
        let scale = along / of_canonical;
        (scale.is_finite() && scale > 0.0).then_some(scale)
    }
}
