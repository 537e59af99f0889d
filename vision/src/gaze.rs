//! Gaze direction from head and irises together.
//!
//! The iris's offset from the middle between the eye corners, in head axes and in eye widths, gives the
//! eye's turn in the head (an eyeball of 12 mm radius behind a 30 mm eye opening); the head's rotation is
//! added. The spread says how well the irises were seen.

use crate::head_pose::{Rotation, camera_from_head, head_from_camera};
use crate::models::face_mesh::Mesh;
use crate::observation::Gaze;

/// Iris centre, outer corner, inner corner of the person's right and left eye.
const EYES: [[usize; 3]; 2] = [[468, 33, 133], [473, 263, 362]];
/// Eyeball radius in eye widths.
const EYEBALL_RADIUS_EYE_WIDTHS: f32 = 0.40;
/// Below this opening (0..1) the eyes are closed: a gaze is not observable.
const MIN_EYES_OPEN: f32 = 0.25;
/// Eye width, in pixels, below which the irises say nothing and the head stands alone.
const MIN_EYE_WIDTH_PX: f32 = 6.0;
/// Spread of a gaze from well-seen irises.
const BEST_SPREAD_DEG: f32 = 4.0;
/// What one pixel of iris error is worth, in degrees times pixels of eye width.
const PIXEL_SPREAD_DEG_PX: f32 = 60.0;
/// Spread when only the head is known.
const HEAD_ONLY_SPREAD_DEG: f32 = 15.0;
/// Beyond this turn of the head the irises are not seen well enough to be added.
const MAX_IRIS_YAW_DEG: f32 = 40.0;

/// The gaze of a face, or `None` with eyes closed.
pub(crate) fn gaze(mesh: &Mesh, rotation: &Rotation, eyes_open: f32) -> Option<Gaze> {
    if eyes_open.is_nan() || eyes_open < MIN_EYES_OPEN {
        return None;
    }
    let width_px = eye_width_px(mesh);
    let head_yaw_deg = rotation[0][2].atan2(rotation[2][2]).to_degrees();
    if width_px < MIN_EYE_WIDTH_PX || head_yaw_deg.abs() > MAX_IRIS_YAW_DEG {
        return Some(direction(rotation, [0.0, 0.0, 1.0], HEAD_ONLY_SPREAD_DEG));
    }
    let mut turn = [0.0f32; 2];
    for [iris, outer, inner] in EYES {
        let offset = iris_offset(mesh, rotation, iris, outer, inner);
        turn[0] += offset[0] / 2.0;
        turn[1] += offset[1] / 2.0;
    }
    let limit = |value: f32| (value / EYEBALL_RADIUS_EYE_WIDTHS).clamp(-0.7, 0.7);
    let (x, y) = (limit(turn[0]), limit(turn[1]));
    let eye = [x, y, (1.0 - x * x - y * y).max(0.0).sqrt()];
    Some(direction(rotation, eye, BEST_SPREAD_DEG + PIXEL_SPREAD_DEG_PX / width_px))
}

/// Iris against the middle of the eye corners, in head axes, in eye widths.
fn iris_offset(mesh: &Mesh, rotation: &Rotation, iris: usize, outer: usize, inner: usize) -> [f32; 2] {
    let [iris, outer, inner] = [iris, outer, inner].map(|index| {
        let [x, y, z] = mesh.points[index];
        head_from_camera(rotation, [x, -y, -z])
    });
    let width = (outer[0] - inner[0]).hypot(outer[1] - inner[1]).max(1e-3);
    [0, 1].map(|axis| (iris[axis] - (outer[axis] + inner[axis]) / 2.0) / width)
}

fn eye_width_px(mesh: &Mesh) -> f32 {
    EYES.iter()
        .map(|[_, outer, inner]| {
            let (a, b) = (mesh.xy(*outer), mesh.xy(*inner));
            (a.0 - b.0).hypot(a.1 - b.1)
        })
        .fold(0.0, f32::max)
}

fn direction(rotation: &Rotation, in_head: [f32; 3], spread_deg: f32) -> Gaze {
    let [x, y, z] = camera_from_head(rotation, in_head);
    Gaze { yaw_deg: x.atan2(z).to_degrees(), pitch_deg: y.clamp(-1.0, 1.0).asin().to_degrees(), spread_deg }
}
