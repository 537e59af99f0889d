//! The rotation of a face in the view of a lens: what an observation's angles are read from.
//!
//! The mesh knows a face as it looks along the ray to it, but MediaPipe's Face Landmarker, with which angles are
//! compared, takes the picture for the view of a lens that covers 63 degrees from top to bottom and moves the points
//! along that lens's rays before the fit. That shears a face away from the middle of the picture by its own depth:
//! up to ten degrees, whatever the real lens is. Without any lens the fit is truest to the ray (2.6 degrees at most,
//! photographed by a turned virtual camera) and differs from MediaPipe's pitch by 3 to 5 degrees on faces high in the
//! picture. The lens assumed here lies between: within 5 degrees of the ray anywhere in the picture, and within 4 of
//! MediaPipe for nine frames in ten. `docs/decisions/0004-head-pose-lens.md` has the figures.

use super::{CanonicalFace, Rotation, camera_from_head, subtract, weighted_centre};
use crate::models::face_mesh::{FACE_POINTS, Mesh};

/// The assumed field of view, from the top of the picture to the bottom.
const VERTICAL_FOV_DEG: f32 = 24.0;

impl CanonicalFace {
    /// The rotation of the mesh in a picture of this size.
    pub(crate) fn fit_in_view(&self, mesh: &Mesh, (width_px, height_px): (f32, f32)) -> Option<Rotation> {
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
