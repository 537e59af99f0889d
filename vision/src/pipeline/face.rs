//! The part of the pipeline that reads the one face of the staff zone.

use super::{FaceResult, MIN_SECOND_FACE_SCORE, MIN_UNCONFIRMED_SCORE, Pipeline, fractions};
use crate::error::VisionError;
use crate::frame::Frame;
use crate::gaze;
use crate::geometry::{Affine, RotatedSquare};
use crate::head_pose::{self, HeadAxes};
use crate::models::blendshapes::{Coefficients, index_of};
use crate::models::face_detector::DetectedFace;
use crate::models::face_mesh::{self, MIN_PRESENCE, Mesh};
use crate::models::sigmoid;
use crate::observation::{Face, HeadPose};
use crate::preprocess::ValueRange;
use crate::skin::SkinTone;
use crate::timings::Stage;
use crate::track::{Track, crop_of};

/// Beyond this the face is turned out of the readable range.
const MAX_YAW_DEG: f32 = 50.0;
const MAX_PITCH_DEG: f32 = 45.0;
/// Narrower faces are found but not read.
const MIN_READABLE_WIDTH_PX: f32 = 15.0;
/// So many of the places in a still that might be faces are shown to the mesh, largest first.
const MAX_CANDIDATES_OF_A_STILL: usize = 8;
const EYE_BLINK: [usize; 2] = [index_of("eyeBlinkLeft"), index_of("eyeBlinkRight")];

impl Pipeline {
    /// Finds or follows the face and reads it; nothing is read while there are more faces than people.
    pub(super) fn read_face(&mut self, frame: &Frame, t_ms: u64) -> Result<FaceResult, VisionError> {
        #[cfg(feature = "lab")]
        {
            self.reading = None;
        }
        if self.still {
            return self.read_face_of_still(frame);
        }
        let mut detected = None;
        let counting = self.face_clock.is_due(t_ms);
        if counting || self.memory.not_alone || self.memory.track.crop().is_none() {
            detected = self.count_faces(frame)?;
            if self.memory.not_alone {
                self.memory.track = Track::default();
                return Ok(FaceResult::default());
            }
            if let Some(face) = &detected
                && !self.memory.track.is_at(face)
            {
                self.memory.track.lose();
            }
        }
        let mut mesh = match self.memory.track.crop() {
            Some(crop) => self.fit_mesh(frame, &crop)?,
            None => None,
        };
        if mesh.is_none() {
            // The track is lost or there was none: look again, once.
            if detected.is_none() {
                detected = self.count_faces(frame)?;
            }
            if self.memory.not_alone {
                self.memory.track = Track::default();
                return Ok(FaceResult::default());
            }
            if let Some(face) = &detected {
                mesh = self.fit_mesh(frame, &crop_of(face))?;
            }
        }
        match (mesh, detected) {
            (Some(mesh), _) => {
                self.memory.track.follow(&mesh);
                self.memory.faces = self.memory.faces.max(1);
                self.read_mesh(frame, &mesh, t_ms)
            }
            (None, Some(face)) if is_sure(&face) => {
                self.memory.track.lose();
                Ok(FaceResult {
                    face: Some(unreadable(&face, frame)),
                    bounds: Some(face.bounds),
                    ..FaceResult::default()
                })
            }
            (None, _) => {
                self.memory.track.lose();
                Ok(FaceResult::default())
            }
        }
    }

    /// The largest face of a still that the mesh confirms twice: on the detector's crop, and on the mesh's own, which
    /// fits better (in a video the next frame has it).
    fn read_face_of_still(&mut self, frame: &Frame) -> Result<FaceResult, VisionError> {
        let mut candidates = self.detect_in_still(frame)?;
        // In a face that fills the picture the detectors sometimes see a second, small one: no other person is there.
        let within =
            |face: &DetectedFace, other: &DetectedFace| other.width() > face.width() && other.holds(face.centre());
        let apart = |face: &&DetectedFace| !candidates.iter().any(|other| within(face, other));
        let faces: Vec<DetectedFace> = candidates.iter().filter(apart).copied().collect();
        self.count(&faces);
        if self.memory.not_alone {
            return Ok(FaceResult::default());
        }
        candidates.sort_by(|a, b| b.width().total_cmp(&a.width()));
        for face in candidates.iter().take(MAX_CANDIDATES_OF_A_STILL) {
            if let Some(first) = self.fit_mesh(frame, &crop_of(face))?
                && let Some(mesh) = self.fit_mesh(frame, &first.next_crop())?
            {
                return self.read_mesh(frame, &mesh, 0);
            }
        }
        candidates.retain(is_sure);
        self.count(&candidates);
        let result = |face: &DetectedFace| FaceResult {
            face: Some(unreadable(face, frame)),
            bounds: Some(face.bounds),
            ..FaceResult::default()
        };
        Ok(candidates.first().map(result).unwrap_or_default())
    }

    /// Runs the detector, counts the faces of the staff zone, and gives the largest.
    fn count_faces(&mut self, frame: &Frame) -> Result<Option<DetectedFace>, VisionError> {
        let faces = self.detect(frame)?;
        self.count(&faces);
        Ok(faces.into_iter().max_by(|a, b| a.width().total_cmp(&b.width())))
    }

    /// Keeps how many of these are faces: the first, and each other that is likely to be one.
    fn count(&mut self, faces: &[DetectedFace]) {
        let sure = faces.iter().skip(1).filter(|face| face.score >= MIN_SECOND_FACE_SCORE).count();
        let count = if faces.is_empty() { 0 } else { 1 + sure };
        self.memory.faces = u8::try_from(count).unwrap_or(u8::MAX);
        self.memory.not_alone = count > usize::from(self.people);
    }

    fn fit_mesh(&mut self, frame: &Frame, crop: &RotatedSquare) -> Result<Option<Mesh>, VisionError> {
        if !crop.is_sound() {
            return Ok(None);
        }
        let Self { preprocessor, mesh, timings, .. } = self;
        let frame_from_crop = timings.measure(Stage::Preprocess, || {
            preprocessor.crop(frame, crop, face_mesh::INPUT_PX, ValueRange::Unit, mesh.input())
        })?;
        #[cfg(test)]
        if let Some(inspect) = &mut self.inspector {
            inspect(face_mesh::NAME, self.mesh.input());
        }
        let Self { mesh, timings, .. } = self;
        let fitted = timings.measure(Stage::Mesh, || mesh.run(frame_from_crop))?;
        Ok(fitted.filter(|mesh| mesh.presence >= MIN_PRESENCE))
    }

    fn read_mesh(&mut self, frame: &Frame, mesh: &Mesh, t_ms: u64) -> Result<FaceResult, VisionError> {
        let Self { blendshapes, timings, .. } = self;
        let coefficients = timings.measure(Stage::Blendshapes, || blendshapes.run(mesh))?;
        let start = std::time::Instant::now();
        let bounds = mesh.bounds();
        let size_px = (frame.width_px() as f32, frame.height_px() as f32);
        let rotations = self.canonical.fit(mesh).zip(self.canonical.fit_in_view(mesh, size_px));
        let Some((own_rotation, rotation)) = rotations else {
            return Ok(FaceResult::default());
        };
        let head = head_pose::angles(&rotation);
        let axes = HeadAxes::new(mesh, own_rotation);
        let mouth_visible = self.memory.mouth.is_visible(mesh, self.mesh.input(), head.yaw_deg, t_ms);
        let turned_away = head.yaw_deg.abs() > MAX_YAW_DEG || head.pitch_deg.abs() > MAX_PITCH_DEG;
        let width_px = bounds[2] - bounds[0];
        let readable = coefficients.filter(|_| width_px >= MIN_READABLE_WIDTH_PX && !turned_away);
        let eyes_open = readable.as_ref().map(|coefficients| gaze::eyes_open(blink(coefficients)));
        let mut face = Face {
            bounds: fractions(&bounds, frame),
            score: mesh.presence,
            width_px,
            head,
            gaze: eyes_open.and_then(|open| gaze::gaze(mesh, &axes, &head, open)),
            turned_away,
            smile: None,
            eyes_open,
            mouth_visible,
        };
        let posture = self.memory.posture.read(t_ms, &bounds, &head);
        #[cfg(feature = "lab")]
        {
            self.reading = coefficients.map(|Coefficients(blendshapes)| crate::lab::FaceReading {
                blendshapes,
                rotation,
                smile_looks: Vec::new(),
            });
        }
        self.timings.add(Stage::Postprocess, start.elapsed());
        if let Some(coefficients) = readable.filter(|_| mouth_visible) {
            let log_odds = self.smile_log_odds(&coefficients, mesh, &axes);
            // A still has no frames before and after that would even out the mesh's noise; its mirror image has other
            // noise, and the same smile.
            let mirrored = if self.still { self.mirrored_smile_log_odds()? } else { None };
            face.smile = Some(sigmoid(mirrored.map_or(log_odds, |mirrored| (log_odds + mirrored) / 2.0)));
        }
        Ok(FaceResult { face: Some(face), bounds: Some(bounds), posture, skin: SkinTone::of(mesh, frame)? })
    }

    fn smile_log_odds(&mut self, coefficients: &Coefficients, mesh: &Mesh, axes: &HeadAxes) -> f32 {
        #[cfg(feature = "lab")]
        if let Some(reading) = &mut self.reading {
            reading.smile_looks.push(self.smile.measures(coefficients, mesh, axes));
        }
        self.smile.log_odds(coefficients, mesh, axes)
    }

    /// Log-odds of a smile in the mirror image of the crop that the mesh was last fitted to; `None` where no face is
    /// found in it. Its points stay in crop pixels: no measure depends on place, size or roll.
    fn mirrored_smile_log_odds(&mut self) -> Result<Option<f32>, VisionError> {
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

/// A face that counts without the mesh: covered, or turned away.
fn is_sure(face: &DetectedFace) -> bool {
    face.score >= MIN_UNCONFIRMED_SCORE && !face.unsure
}

/// Mean of both blink coefficients.
fn blink(Coefficients(values): &Coefficients) -> f32 {
    EYE_BLINK.iter().map(|index| values[*index]).sum::<f32>() / 2.0
}

/// A face that the detector sees and the mesh cannot read: covered, or turned far away.
fn unreadable(face: &DetectedFace, frame: &Frame) -> Face {
    let head = rough_head(face);
    Face {
        bounds: fractions(&face.bounds, frame),
        score: face.score,
        width_px: face.width(),
        head,
        gaze: None,
        turned_away: head.yaw_deg.abs() > MAX_YAW_DEG,
        smile: None,
        eyes_open: None,
        mouth_visible: false,
    }
}

/// Head pose from the detector's key points: rough, only to tell turned away from covered.
fn rough_head(face: &DetectedFace) -> HeadPose {
    let [right_eye, left_eye, nose, mouth, ..] = face.keypoints;
    let between = ((right_eye.0 + left_eye.0) / 2.0, (right_eye.1 + left_eye.1) / 2.0);
    let roll = (left_eye.1 - right_eye.1).atan2(left_eye.0 - right_eye.0);
    let (sin, cos) = roll.sin_cos();
    let height = (mouth.0 - between.0).hypot(mouth.1 - between.1).max(1.0);
    let aside = ((nose.0 - between.0) * cos + (nose.1 - between.1) * sin) / height;
    HeadPose { yaw_deg: aside.clamp(-1.0, 1.0).asin().to_degrees() * 1.5, pitch_deg: 0.0, roll_deg: -roll.to_degrees() }
}
