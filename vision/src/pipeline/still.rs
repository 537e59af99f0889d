//! The part of the pipeline that reads a still: a frame that has nothing to do with any other, and is worth a closer
//! look.

use super::detect::{Part, View};
use super::face::{is_sure, unreadable};
use super::{FaceResult, Pipeline};
use crate::error::VisionError;
use crate::frame::Frame;
use crate::geometry::Affine;
use crate::head_pose::HeadAxes;
use crate::models::face_detector::{DetectedFace, Faces, Range, merge_overlapping};
#[cfg(test)]
use crate::models::face_mesh;
use crate::models::face_mesh::MIN_PRESENCE;
use crate::timings::Stage;
use crate::track::{Track, crop_of};

/// Lowest detector score on a still: less than in a video, because each face has to be confirmed by the mesh, twice.
const MIN_SCORE: f32 = 0.3;
/// All that look at a still, together: a two-level pyramid. A face that fills most of a still is larger than the
/// detectors know from their training, and at half its size it is not.
const VIEWS: [View; 4] = [
    View { range: Range::Full, part: Part::Zone { share: 1.0 }, min_score: MIN_SCORE },
    View { range: Range::Full, part: Part::Zone { share: 0.5 }, min_score: MIN_SCORE },
    View { range: Range::Short, part: Part::Zone { share: 1.0 }, min_score: MIN_SCORE },
    View { range: Range::Short, part: Part::Zone { share: 0.5 }, min_score: MIN_SCORE },
];
/// So many of the places in a still that might be faces are shown to the mesh, largest first.
const MAX_CANDIDATES: usize = 8;

impl Pipeline {
    /// The largest face of a still that the mesh confirms twice: on the detector's crop, and on the mesh's own, which
    /// fits better (in a video the next frame has it).
    pub(super) fn read_face_of_still(&mut self, frame: &Frame) -> Result<FaceResult, VisionError> {
        let mut candidates = Faces::new();
        for view in &VIEWS {
            candidates.extend(self.detect_in(frame, view)?);
        }
        let mut candidates = merge_overlapping(candidates);
        // In a face that fills the picture the detectors sometimes see a second, small one: no other person is there.
        let within =
            |face: &DetectedFace, other: &DetectedFace| other.width() > face.width() && other.holds(face.centre());
        let apart = |face: &&DetectedFace| !candidates.iter().any(|other| within(face, other));
        let faces: Faces = candidates.iter().filter(apart).copied().collect();
        self.count(&faces);
        if self.memory.look.not_alone {
            return Ok(FaceResult::default());
        }
        candidates.sort_by(|a, b| b.width().total_cmp(&a.width()));
        for face in candidates.iter().take(MAX_CANDIDATES) {
            if let Some(first) = self.fit_mesh(frame, &crop_of(face))?
                && let Some(mesh) = self.fit_mesh(frame, &first.next_crop())?
            {
                return self.read_mesh(frame, &mesh, 0);
            }
        }
        candidates.retain(|face| is_sure(face));
        self.count(&candidates);
        let result = |face: &DetectedFace| FaceResult {
            face: Some(unreadable(face, frame)),
            bounds: Some(face.bounds),
            ..FaceResult::default()
        };
        Ok(candidates.first().map(result).unwrap_or_default())
    }

    /// Keeps how many of these are faces; nobody was followed before.
    fn count(&mut self, faces: &[DetectedFace]) {
        self.memory.look = Track::default().look(faces, 0);
    }

    /// Log-odds of a smile in the mirror image of the crop that the mesh was last fitted to; `None` where no face is
    /// found in it. Its points stay in crop pixels: no measure depends on place, size or roll.
    pub(super) fn mirrored_smile_log_odds(&mut self) -> Result<Option<f32>, VisionError> {
        self.mesh.mirror_input();
        #[cfg(test)]
        if let Some(inspect) = &mut self.inspector {
            inspect(face_mesh::NAME, self.mesh.input());
        }
        let Self { mesh, blendshapes, timings, .. } = self;
        let mirrored = timings.measure(Stage::Mesh, || mesh.run(Affine::IDENTITY))?;
        let Some(mesh) = mirrored.filter(|mesh| mesh.presence >= MIN_PRESENCE) else { return Ok(None) };
        let coefficients = timings.measure(Stage::Blendshapes, || blendshapes.run(&mesh))?;
        let Some((coefficients, rotation)) = coefficients.zip(self.canonical.fit(&mesh)) else { return Ok(None) };
        Ok(Some(self.smile_log_odds(&coefficients, &mesh, &HeadAxes::new(&mesh, rotation))))
    }
}
