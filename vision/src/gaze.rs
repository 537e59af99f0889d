//! Gaze direction from head and irises together.
//!
//! The iris's offset from the middle between the eye corners, in head axes, gives the eye's turn in the head (an
//! eyeball of 12 mm radius); the head's angles are added. The spread says how well the irises were seen.

use crate::head_pose::HeadAxes;
use crate::models::face_mesh::Mesh;
use crate::observation::{Gaze, HeadPose};

/// Iris centre, outer corner, inner corner of the person's right and left eye.
const EYES: [[usize; 3]; 2] = [[468, 33, 133], [473, 263, 362]];
/// Turn of the eye per centimetre of iris offset: one radian per radius of 1.2 cm.
const DEG_PER_CM: f32 = 48.0;
/// How far above the middle of the corners a level eye's iris lies.
const LEVEL_IRIS_CM: f32 = 0.09;
/// Below this opening (0..1) the eyes are closed: a gaze is not observable.
const MIN_EYES_OPEN: f32 = 0.5;
/// Blink coefficient at which an eye counts as half open, and how sharply: narrow smiling eyes reach 0.6.
const HALF_OPEN_BLINK: f32 = 0.65;
const BLINK_WIDTH: f32 = 0.06;
/// Eye width, in pixels, below which the irises say nothing and the head stands alone.
const MIN_EYE_WIDTH_PX: f32 = 6.0;
/// Beyond this turn of the head the irises are not seen well enough to be added.
const MAX_IRIS_YAW_DEG: f32 = 40.0;
/// Spread of a gaze from well-seen irises, and what one pixel of eye width less adds.
const BEST_SPREAD_DEG: f32 = 3.0;
const PIXEL_SPREAD_DEG_PX: f32 = 24.0;
/// Spread when only the head is known.
const HEAD_ONLY_SPREAD_DEG: f32 = 12.0;

/// 1 open, 0 closed, from the mean blink coefficient.
pub(crate) fn eyes_open(blink: f32) -> f32 {
    1.0 / (1.0 + ((blink - HALF_OPEN_BLINK) / BLINK_WIDTH).exp())
}

/// The gaze of a face, or `None` with eyes closed.
pub(crate) fn gaze(mesh: &Mesh, axes: &HeadAxes, head: &HeadPose, eyes_open: f32) -> Option<Gaze> {
    if eyes_open.is_nan() || eyes_open < MIN_EYES_OPEN {
        return None;
    }
    let width_px = EYES.iter().map(|[_, outer, inner]| mesh.distance_px(*outer, *inner)).fold(0.0, f32::max);
    if width_px < MIN_EYE_WIDTH_PX || head.yaw_deg.abs() > MAX_IRIS_YAW_DEG {
        return Some(Gaze { yaw_deg: head.yaw_deg, pitch_deg: head.pitch_deg, spread_deg: HEAD_ONLY_SPREAD_DEG });
    }
    let offset_cm = |axis: usize| {
        let of = |index: usize| axes.point_cm(mesh, index)[axis];
        EYES.iter().map(|[iris, outer, inner]| of(*iris) - (of(*outer) + of(*inner)) / 2.0).sum::<f32>() / 2.0
    };
    Some(Gaze {
        yaw_deg: head.yaw_deg + DEG_PER_CM * offset_cm(0),
        pitch_deg: head.pitch_deg + DEG_PER_CM * (offset_cm(1) - LEVEL_IRIS_CM),
        spread_deg: BEST_SPREAD_DEG + PIXEL_SPREAD_DEG_PX / width_px,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn narrow_smiling_eyes_are_open_and_shut_ones_are_not() {
        assert!(eyes_open(0.45) > 0.9 && eyes_open(0.6) > 0.5 && eyes_open(0.8) < 0.1);
    }
}
