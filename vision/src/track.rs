//! The face that is followed, and the others around it: whose place is whose, by how they move.
//!
//! A face is followed by where it is expected, never by what it looks like: no embedding of a face is computed. Where
//! places alone cannot tell two faces apart, that is said, and nobody guesses.

use crate::geometry::RotatedSquare;
use crate::models::face_detector::{DetectedFace, Faces, intersection_over_union};
use crate::models::face_mesh::{CROP_SCALE, Mesh};
use crate::motion::{DETECTOR_NOISE_WIDTHS, Expected, MESH_NOISE_WIDTHS, Motion};

/// A box that overlaps the expected one at least this much is the same face: detector and mesh draw different boxes.
const SAME_FACE_IOU: f32 = 0.2;
/// So is one whose middle is within this many standard deviations of where the face is expected.
const GATE_SIGMAS: f32 = 3.0;
/// The crop reaches this far beyond the face on each side, in face widths ([`CROP_SCALE`]). While the expected place is
/// less sure than that, the detector looks before the mesh does.
const CROP_MARGIN_WIDTHS: f32 = (CROP_SCALE - 1.0) / 2.0;
/// A face that was not found for this long, in milliseconds, is no longer followed: by then it may be anywhere.
const FOUND_AGAIN_WITHIN_MS: u64 = 1_000;
/// Alone again once no look has found another face for this long, in milliseconds: a detector that misses one in a few
/// frames does not flicker. Two looks at the slowest rate of counting that is usual.
const ALONE_AGAIN_MS: u64 = 500;
/// Lowest detector score of another face.
const MIN_OTHER_FACE_SCORE: f32 = 0.6;

/// The followed face and the others.
#[derive(Default)]
pub(crate) struct Track {
    followed: Option<Followed>,
    others: Vec<Other>,
    /// When another face was last found or had to be assumed.
    together_ms: Option<u64>,
    /// Several were there before one of them was followed: the one who stays may be any of them.
    unclear: bool,
}

#[derive(Clone, Copy)]
struct Followed {
    /// Around the face where it was measured last.
    crop: RotatedSquare,
    /// Left, top, right, bottom, in frame pixels, where it was measured last.
    bounds: [f32; 4],
    motion: Motion,
}

/// Another face, as the detector found it last.
#[derive(Clone, Copy)]
struct Other {
    bounds: [f32; 4],
    motion: Motion,
    /// Not found by the last look.
    missed: bool,
}

/// Where to look for the followed face.
#[derive(Clone, Copy)]
pub(crate) struct NextCrop {
    pub crop: RotatedSquare,
    /// The face is within the crop unless something extraordinary happened.
    pub sure: bool,
}

/// What a look of the detector at the staff zone came to.
#[derive(Clone, Copy, Default)]
pub(crate) struct Look {
    /// Faces in the staff zone.
    pub faces: u8,
    /// More than one of them, now or a moment ago.
    pub not_alone: bool,
    /// The followed face, or the only one where none was followed.
    pub ours: Option<DetectedFace>,
    /// The followed face was lost, or can no longer be told from another.
    pub lost_near_another: bool,
}

impl Track {
    /// Whether a face is followed, or was found less than [`FOUND_AGAIN_WITHIN_MS`] ago.
    pub(crate) fn is_following(&self) -> bool {
        self.followed.is_some()
    }

    /// The crop to read at `t_ms`, when a face is followed.
    pub(crate) fn crop(&self, t_ms: u64) -> Option<NextCrop> {
        let followed = self.followed.as_ref().filter(|followed| !followed.is_lost(t_ms))?;
        let expected = followed.motion.at(t_ms);
        let moved = followed.moved(&expected);
        let centre = (followed.crop.centre.0 + moved.0, followed.crop.centre.1 + moved.1);
        let sure = expected.spread_px <= CROP_MARGIN_WIDTHS * followed.motion.width_px();
        Some(NextCrop { crop: RotatedSquare { centre, ..followed.crop }, sure })
    }

    /// Whether the mesh lies where the followed face is expected, or none is followed.
    pub(crate) fn admits(&self, mesh: &Mesh, t_ms: u64) -> bool {
        self.followed.as_ref().is_none_or(|followed| followed.is_at(&mesh.bounds(), t_ms))
    }

    /// Follows the face that the mesh was fitted to; drops it when its numbers are unusable.
    pub(crate) fn follow(&mut self, mesh: &Mesh, t_ms: u64) {
        let (crop, bounds) = (mesh.next_crop(), mesh.bounds());
        if crop.is_sound() {
            self.place(crop, bounds, t_ms, MESH_NOISE_WIDTHS);
        } else {
            self.followed = None;
        }
    }

    /// Follows a face that only the detector sees.
    pub(crate) fn follow_unread(&mut self, face: &DetectedFace, t_ms: u64) {
        self.place(crop_of(face), face.bounds, t_ms, DETECTOR_NOISE_WIDTHS);
    }

    fn place(&mut self, crop: RotatedSquare, bounds: [f32; 4], t_ms: u64, noise_widths: f32) {
        let (place, width_px) = (middle(&bounds), bounds[2] - bounds[0]);
        let motion = match self.followed {
            Some(Followed { mut motion, .. }) => {
                motion.measure(t_ms, place, width_px, noise_widths);
                motion
            }
            None => {
                // Whoever was another is followed now, or gone.
                self.others.clear();
                Motion::new(t_ms, place, width_px, noise_widths)
            }
        };
        self.followed = Some(Followed { crop, bounds, motion });
    }

    /// Takes the faces that the detector found in the staff zone, best first, and tells whose they are.
    pub(crate) fn look(&mut self, found: &[DetectedFace], t_ms: u64) -> Look {
        let mut look = Look { lost_near_another: self.forget_lost(t_ms), ..Look::default() };
        let ours = self.assign(found, t_ms);
        let others: Faces = match (self.followed, ours) {
            // Nobody is followed: the best one counts, however sure the detector is, and the others must be sure.
            (None, _) => found.iter().skip(1).filter(|face| is_sure(face)).copied().collect(),
            (Some(_), ours) => {
                let apart = found.iter().enumerate().filter(|(at, face)| Some(*at) != ours && is_sure(face));
                apart.map(|(_, face)| *face).collect()
            }
        };
        let one = ours.is_some() || (self.followed.is_none() && !found.is_empty());
        look.faces = u8::try_from(others.len() + usize::from(one)).unwrap_or(u8::MAX);
        // A followed face that is not found is hidden rather than gone: it is not the one that is found elsewhere.
        if !others.is_empty() {
            self.together_ms = Some(t_ms);
        }
        look.not_alone = self.together_ms.is_some_and(|together_ms| t_ms.saturating_sub(together_ms) < ALONE_AGAIN_MS);
        match ours.and_then(|at| found.get(at)) {
            Some(face) => {
                // One vanished where the followed face is seen now: it may be either of the two.
                look.lost_near_another |= self.others.iter().any(|other| other.vanished_at(face, t_ms));
                self.follow_unread(face, t_ms);
                look.ours = Some(*face);
            }
            None if self.followed.is_none() && look.not_alone => self.unclear |= !others.is_empty(),
            None if self.followed.is_none() => {
                look.lost_near_another |= std::mem::take(&mut self.unclear) && one;
                look.ours = found.iter().max_by(|a, b| a.width().total_cmp(&b.width())).copied();
            }
            None => {}
        }
        self.keep_others(&others, t_ms);
        look
    }

    /// Forgets the followed face when it was not found for too long: its place is known no longer, and anyone who is
    /// there, or was there just before, may be taken for it.
    fn forget_lost(&mut self, t_ms: u64) -> bool {
        let lost = self.followed.take_if(|followed| followed.is_lost(t_ms));
        let since_ms = lost.map(|lost| lost.motion.t_ms().saturating_sub(ALONE_AGAIN_MS));
        since_ms.is_some_and(|since_ms| self.together_ms.is_some_and(|together_ms| together_ms >= since_ms))
    }

    /// Which of the faces is the followed one: the nearest to where it is expected, unless it is nearer to where
    /// another one is.
    fn assign(&self, found: &[DetectedFace], t_ms: u64) -> Option<usize> {
        let followed = self.followed.as_ref()?;
        let distance = |motion: &Motion, face: &DetectedFace| {
            let (there, place) = (face.centre(), motion.at(t_ms).place);
            (there.0 - place.0).hypot(there.1 - place.1)
        };
        let anothers = |face: &DetectedFace| {
            let own = distance(&followed.motion, face);
            self.others.iter().any(|other| other.is_at(face, t_ms) && distance(&other.motion, face) < own)
        };
        let reached =
            found.iter().enumerate().filter(|(_, face)| followed.is_at(&face.bounds, t_ms) && !anothers(face));
        reached
            .min_by(|(_, a), (_, b)| distance(&followed.motion, a).total_cmp(&distance(&followed.motion, b)))
            .map(|(at, _)| at)
    }

    /// Follows the others as well, so that one of them is not taken for the followed face later.
    fn keep_others(&mut self, found: &[DetectedFace], t_ms: u64) {
        let mut before = std::mem::take(&mut self.others);
        for face in found {
            let known = before.iter().position(|other| other.is_at(face, t_ms)).map(|at| before.swap_remove(at).motion);
            let (place, width_px) = (face.centre(), face.width());
            let mut motion = known.unwrap_or_else(|| Motion::new(t_ms, place, width_px, DETECTOR_NOISE_WIDTHS));
            motion.measure(t_ms, place, width_px, DETECTOR_NOISE_WIDTHS);
            self.others.push(Other { bounds: face.bounds, motion, missed: false });
        }
        before.retain(|other| t_ms.saturating_sub(other.motion.t_ms()) <= FOUND_AGAIN_WITHIN_MS);
        self.others.extend(before.into_iter().map(|other| Other { missed: true, ..other }));
    }
}

impl Followed {
    fn is_lost(&self, t_ms: u64) -> bool {
        t_ms.saturating_sub(self.motion.t_ms()) > FOUND_AGAIN_WITHIN_MS
    }

    /// From where it was measured last to where it is expected.
    fn moved(&self, expected: &Expected) -> (f32, f32) {
        let place = self.motion.place();
        (expected.place.0 - place.0, expected.place.1 - place.1)
    }

    fn is_at(&self, bounds: &[f32; 4], t_ms: u64) -> bool {
        within_reach(&self.motion, &self.bounds, bounds, t_ms)
    }
}

impl Other {
    fn is_at(&self, face: &DetectedFace, t_ms: u64) -> bool {
        within_reach(&self.motion, &self.bounds, &face.bounds, t_ms)
    }

    /// Found by the look before and no longer, and it may be what is seen at `face`.
    fn vanished_at(&self, face: &DetectedFace, t_ms: u64) -> bool {
        !self.missed && self.motion.t_ms() < t_ms && self.is_at(face, t_ms)
    }
}

/// Whether a face that moves so can be at `bounds` at `t_ms`.
fn within_reach(motion: &Motion, last: &[f32; 4], bounds: &[f32; 4], t_ms: u64) -> bool {
    let expected = motion.at(t_ms);
    let (place, there) = (motion.place(), middle(bounds));
    let moved = (expected.place.0 - place.0, expected.place.1 - place.1);
    let shifted = [last[0] + moved.0, last[1] + moved.1, last[2] + moved.0, last[3] + moved.1];
    let off_px = (there.0 - expected.place.0).hypot(there.1 - expected.place.1);
    off_px <= GATE_SIGMAS * expected.spread_px || intersection_over_union(&shifted, bounds) >= SAME_FACE_IOU
}

fn is_sure(face: &DetectedFace) -> bool {
    face.score >= MIN_OTHER_FACE_SCORE && !face.unsure
}

fn middle(bounds: &[f32; 4]) -> (f32, f32) {
    ((bounds[0] + bounds[2]) / 2.0, (bounds[1] + bounds[3]) / 2.0)
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

#[cfg(test)]
mod tests;
