//! The face that is followed: where to look for it in the next frame.
//!
//! A face is followed by where it was, never by what it looks like: no embedding of a face is computed.

use crate::geometry::RotatedSquare;
use crate::models::face_detector::{DetectedFace, intersection_over_union};
use crate::models::face_mesh::{CROP_SCALE, Mesh};

/// A detector's face that overlaps the followed one less than this is another one.
const SAME_FACE_IOU: f32 = 0.2;

/// The followed face.
#[derive(Default)]
pub(crate) struct Track {
    place: Option<Place>,
}

#[derive(Clone, Copy)]
struct Place {
    crop: RotatedSquare,
    /// Left, top, right, bottom, in frame pixels.
    bounds: [f32; 4],
}

impl Track {
    /// The crop to read next, when a face is followed.
    pub(crate) fn crop(&self) -> Option<RotatedSquare> {
        self.place.map(|place| place.crop)
    }

    /// Follows the face that the mesh was fitted to; drops it when its numbers are unusable.
    pub(crate) fn follow(&mut self, mesh: &Mesh) {
        let crop = mesh.next_crop();
        self.place = crop.is_sound().then(|| Place { crop, bounds: mesh.bounds() });
    }

    pub(crate) fn lose(&mut self) {
        self.place = None;
    }

    /// Whether the detector's face is the followed one.
    pub(crate) fn is_at(&self, face: &DetectedFace) -> bool {
        self.place.is_some_and(|place| intersection_over_union(&place.bounds, &face.bounds) >= SAME_FACE_IOU)
    }
}

/// The crop for a face that the detector found: eyes level, 1.5 times its box.
pub(crate) fn crop_of(face: &DetectedFace) -> RotatedSquare {
    let [right, left, ..] = face.keypoints;
    RotatedSquare {
        centre: face.centre(),
        side: CROP_SCALE * face.width().max(face.height()),
        angle: (left.1 - right.1).atan2(left.0 - right.0),
    }
}
