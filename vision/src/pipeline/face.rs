//! The part of the pipeline that reads the one face of the staff zone.

use super::{FaceResult, MIN_UNCONFIRMED_SCORE, Pipeline, fractions};
use crate::error::VisionError;
use crate::frame::Frame;
use crate::gaze;
use crate::geometry::RotatedSquare;
use crate::head_pose::{self, HeadAxes};
use crate::models::blendshapes::{Coefficients, index_of};
use crate::models::face_detector::DetectedFace;
use crate::models::face_mesh::{self, MIN_PRESENCE, Mesh};
use crate::models::sigmoid;
use crate::observation::{Face, HeadPose};
use crate::preprocess::ValueRange;
use crate::skin::SkinTone;
use crate::timings::Stage;
use crate::track::{Look, crop_of};

/// Beyond this the face is turned out of the readable range.
const MAX_YAW_DEG: f32 = 50.0;
const MAX_PITCH_DEG: f32 = 45.0;
/// Narrower faces are found but not read.
const MIN_READABLE_WIDTH_PX: f32 = 15.0;
/// Sharpness from which a face is taken to be as sharp as its pixels: 0.38 to 0.6 in the labelled clips, 0.17 to 0.33
/// when they are blurred by 1.5 px. Below, what it shows is that of a face with fewer pixels, by the square.
const SHARP: f32 = 0.36;
/// Where less than this share of the pixels is left of a face, and fewer than so many across, lips and a cover look
/// alike: in sharp faces of 33 pixels hidden mouths were still told, in blurred ones of 66 half of them were not.
const BLURRED: f32 = 0.6;
const MIN_BLURRED_WIDTH_PX: f32 = 30.0;
/// A crop this far off, as a share of its side, is fitted again; between frames of a video at 30 a second, faces move by
/// a few hundredths of it.
const SETTLED_OFFSET: f32 = 0.1;
const EYE_BLINK: [usize; 2] = [index_of("eyeBlinkLeft"), index_of("eyeBlinkRight")];

impl Pipeline {
    /// Finds or follows the face and reads it; nothing is read while there are more faces than people, nor of several
    /// signed-in people, whom nothing here could tell apart.
    pub(super) fn read_face(&mut self, frame: &Frame, t_ms: u64) -> Result<FaceResult, VisionError> {
        #[cfg(feature = "lab")]
        {
            self.reading = None;
        }
        if self.still {
            return self.read_face_of_still(frame);
        }
        self.memory.look.lost_near_another = false;
        if self.people > 1 {
            self.memory.look = Look { not_alone: true, ..Look::default() };
            return Ok(FaceResult::default());
        }
        let expected = self.memory.track.crop(t_ms);
        let counting = self.face_clock.is_due(t_ms);
        let mut looked = counting || self.memory.look.not_alone || expected.is_none_or(|next| !next.sure);
        if looked && self.look_for_faces(frame, t_ms)? {
            return Ok(FaceResult::default());
        }
        let mut mesh = match expected {
            // Where the place is unsure and the detector has found it, its crop is the better one.
            Some(next) if next.sure || !looked || self.memory.look.ours.is_none() => {
                self.fit_settled(frame, &next.crop)?.filter(|mesh| self.memory.track.admits(mesh, t_ms))
            }
            _ => None,
        };
        if mesh.is_none() && !looked {
            looked = true;
            if self.look_for_faces(frame, t_ms)? {
                return Ok(FaceResult::default());
            }
        }
        let detected = self.memory.look.ours.filter(|_| looked);
        if mesh.is_none()
            && let Some(face) = &detected
        {
            mesh = self.fit_settled(frame, &crop_of(face))?;
        }
        match (mesh, detected) {
            (Some(mesh), _) => {
                self.memory.track.follow(&mesh, t_ms);
                self.memory.look.faces = self.memory.look.faces.max(1);
                self.read_mesh(frame, &mesh, t_ms)
            }
            (None, Some(face)) if is_sure(&face) => {
                self.memory.track.follow_unread(&face, t_ms);
                Ok(FaceResult {
                    face: Some(unreadable(&face, frame)),
                    bounds: Some(face.bounds),
                    ..FaceResult::default()
                })
            }
            (None, _) => Ok(FaceResult::default()),
        }
    }

    /// Runs the detector over the staff zone and tells whose faces it found; whether nobody may be read.
    fn look_for_faces(&mut self, frame: &Frame, t_ms: u64) -> Result<bool, VisionError> {
        let faces = self.detect(frame)?;
        self.memory.look = self.memory.track.look(&faces, t_ms);
        Ok(self.memory.look.not_alone)
    }

    /// Fits the mesh, and once more where the face turns out to lie elsewhere in the crop than the mesh is used to: after
    /// a quick movement, at few frames a second, or in the detector's crop.
    fn fit_settled(&mut self, frame: &Frame, crop: &RotatedSquare) -> Result<Option<Mesh>, VisionError> {
        let Some(mesh) = self.fit_mesh(frame, crop)? else { return Ok(None) };
        let better = mesh.next_crop();
        if better.offset_from(crop) <= SETTLED_OFFSET {
            return Ok(Some(mesh));
        }
        Ok(self.fit_mesh(frame, &better)?.or(Some(mesh)))
    }

    pub(super) fn fit_mesh(&mut self, frame: &Frame, crop: &RotatedSquare) -> Result<Option<Mesh>, VisionError> {
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

    pub(super) fn read_mesh(&mut self, frame: &Frame, mesh: &Mesh, t_ms: u64) -> Result<FaceResult, VisionError> {
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
        let resolved = (mesh.sharpness(self.mesh.input()) / SHARP).powi(2).min(1.0);
        let blurred = resolved < BLURRED && resolved * width_px < MIN_BLURRED_WIDTH_PX;
        let eyes_open = readable.as_ref().map(|coefficients| gaze::eyes_open(blink(coefficients)));
        let mut face = Face {
            bounds: fractions(&bounds, frame),
            score: mesh.presence,
            width_px,
            head,
            gaze: eyes_open.and_then(|open| gaze::gaze(mesh, &axes, &head, open, resolved)),
            turned_away,
            smile: None,
            eyes_open,
            mouth_visible,
        };
        // Far turned or very small, the box says little about where the head is.
        let posture = (!turned_away && width_px >= MIN_READABLE_WIDTH_PX)
            .then(|| self.memory.posture.read(t_ms, &bounds, &head))
            .flatten();
        #[cfg(feature = "lab")]
        {
            self.reading = coefficients.filter(|_| self.keeps_readings).map(|Coefficients(blendshapes)| {
                crate::lab::FaceReading { blendshapes, rotation, smile_looks: Vec::new() }
            });
        }
        self.timings.add(Stage::Postprocess, start.elapsed());
        if let Some(coefficients) = readable.filter(|_| mouth_visible && !blurred) {
            let log_odds = self.smile_log_odds(&coefficients, mesh, &axes);
            // A still has no frames before and after that would even out the mesh's noise; its mirror image has other
            // noise, and the same smile.
            let mirrored = if self.still { self.mirrored_smile_log_odds()? } else { None };
            face.smile = Some(sigmoid(mirrored.map_or(log_odds, |mirrored| (log_odds + mirrored) / 2.0)));
        }
        Ok(FaceResult { face: Some(face), bounds: Some(bounds), posture, skin: SkinTone::of(mesh, frame)? })
    }

    pub(super) fn smile_log_odds(&mut self, coefficients: &Coefficients, mesh: &Mesh, axes: &HeadAxes) -> f32 {
        #[cfg(feature = "lab")]
        if let Some(reading) = &mut self.reading {
            reading.smile_looks.push(self.smile.measures(coefficients, mesh, axes));
        }
        self.smile.log_odds(coefficients, mesh, axes)
    }
}

/// A face that counts without the mesh: covered, or turned away.
pub(super) fn is_sure(face: &DetectedFace) -> bool {
    face.score >= MIN_UNCONFIRMED_SCORE && !face.unsure
}

/// Mean of both blink coefficients.
fn blink(Coefficients(values): &Coefficients) -> f32 {
    EYE_BLINK.iter().map(|index| values[*index]).sum::<f32>() / 2.0
}

/// A face that the detector sees and the mesh cannot read: covered, or turned far away.
pub(super) fn unreadable(face: &DetectedFace, frame: &Frame) -> Face {
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
