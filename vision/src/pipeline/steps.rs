//! The steps of a frame, one by one, over a frame of the staged scene in which a face is followed.

use std::path::Path;

use super::detect::part_of;
use super::{Pipeline, PipelineSettings};
use crate::error::VisionError;
use crate::frame::Frame;
use crate::geometry::{Affine, RotatedSquare};
use crate::manifest::Manifest;
use crate::models::face_detector::Range;
use crate::models::face_mesh::Mesh;
use crate::models::{face_mesh, object_detector};
use crate::preprocess::{Preprocessor, ValueRange};
use crate::runtime::{Runtime, RuntimeSettings};
use crate::source::{FrameSource, SourceSpec, Timeouts, path_error};
use crate::staged::{self, HEIGHT_PX, Scene, WIDTH_PX, script};

/// When in the scene somebody is served and faces the camera.
const FACE_MS: u64 = 5_000;
/// Frames until a face is followed.
const FRAMES: u64 = 10;

/// A step of the way of a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// The next frame of a clip, decoded.
    Decode,
    /// Everything outside the staff zone filled.
    Fill,
    /// The staff zone, letterboxed to the face detector's input.
    Letterbox,
    /// The face, cropped to the mesh's input.
    CropFace,
    /// The whole frame, stretched to the object model's input.
    Stretch,
    /// A part of the frame, cropped to the object model's input.
    CropObjects,
    /// The full-range face detector.
    FullRange,
    /// The short-range face detector.
    ShortRange,
    /// The face mesh.
    Mesh,
    /// The blendshapes.
    Blendshapes,
    /// Blendshapes and all that is read of the mesh.
    Read,
    /// The object model.
    Objects,
    /// The hand detector.
    Hands,
    /// The image classifier.
    Classify,
}

impl Step {
    /// Every step but [`Step::Decode`], in the order in which a frame passes them.
    pub const OF_A_FRAME: [Self; 13] = [
        Self::Stretch,
        Self::Fill,
        Self::Letterbox,
        Self::FullRange,
        Self::ShortRange,
        Self::CropFace,
        Self::Mesh,
        Self::Blendshapes,
        Self::Read,
        Self::CropObjects,
        Self::Objects,
        Self::Hands,
        Self::Classify,
    ];

    /// What it is called in reports.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Decode => "decode",
            Self::Fill => "fill outside the staff zone",
            Self::Letterbox => "letterbox to 192",
            Self::CropFace => "crop of the face to 256",
            Self::Stretch => "stretch to 320",
            Self::CropObjects => "crop for the object model to 320",
            Self::FullRange => "face detector, full range",
            Self::ShortRange => "face detector, short range",
            Self::Mesh => "face mesh",
            Self::Blendshapes => "blendshapes",
            Self::Read => "blendshapes and readings",
            Self::Objects => "object model",
            Self::Hands => "hand detector",
            Self::Classify => "image classifier",
        }
    }
}

/// Loaded models, and a frame with a face.
pub struct Stages {
    pipeline: Pipeline,
    preprocessor: Preprocessor,
    frame: Frame,
    mesh: Mesh,
    t_ms: u64,
    /// With room for what is decoded of it: all other steps stay with the scene's frame.
    clip: Option<(Box<dyn FrameSource>, Frame)>,
}

impl Stages {
    /// Loads the models of a folder and follows the staged scene's face; with `clip` its frames can be decoded.
    ///
    /// # Errors
    /// As of [`crate::Vision::load`]; [`VisionError::Source`] when the clip cannot be opened, or no face is found.
    pub fn load(models: &Path, clip: Option<&Path>) -> Result<Self, VisionError> {
        let runtime = Runtime::load(&RuntimeSettings::default(), models)?;
        let scene_failed = |why: String| VisionError::Source { locator: "the staged scene".to_owned(), why };
        let zones = staged::zones().map_err(|error| scene_failed(error.to_string()))?;
        let settings = PipelineSettings { zones, objects_hz: 3.0, faces_hz: 4.0 };
        let mut pipeline = Pipeline::new(&runtime, &Manifest::read(models)?, settings)?;
        let mut scene = Scene::new().map_err(|error| scene_failed(error.to_string()))?;
        let mut frame = Frame::black(WIDTH_PX as u32, HEIGHT_PX as u32)?;
        let (mut bounds, mut t_ms) = (None, FACE_MS);
        for index in 0..FRAMES {
            t_ms = FACE_MS + index * 1_000 / script::FPS;
            scene
                .render(t_ms * script::FPS / 1_000, frame.bytes_mut()?)
                .map_err(|error| scene_failed(error.to_string()))?;
            bounds = pipeline.process(&mut frame, index, t_ms)?.face.map(|face| face.bounds);
        }
        let bounds = bounds.ok_or_else(|| scene_failed("shows no face".to_owned()))?;
        let centre = ((bounds.x + bounds.w / 2.0) * WIDTH_PX as f32, (bounds.y + bounds.h / 2.0) * HEIGHT_PX as f32);
        let side = face_mesh::CROP_SCALE * (bounds.w * WIDTH_PX as f32).max(bounds.h * HEIGHT_PX as f32);
        let mesh = pipeline.fit_mesh(&frame, &RotatedSquare::upright(centre, side))?;
        let mesh = mesh.ok_or_else(|| scene_failed("shows no face".to_owned()))?;
        let clip = clip.map(|path| SourceSpec::File { path: path.to_owned(), times: u32::MAX });
        let clip =
            clip.map(|clip| clip.open(Timeouts::default(), false)).transpose()?.map(|clip| (clip, Frame::empty()));
        Ok(Self { pipeline, preprocessor: Preprocessor::new(), frame, mesh, t_ms, clip })
    }

    /// Takes one step; what comes of it is thrown away.
    ///
    /// # Errors
    /// What fails in it; [`VisionError::Source`] for [`Step::Decode`] without a clip.
    pub fn step(&mut self, step: Step) -> Result<(), VisionError> {
        let Self { pipeline, preprocessor, frame, mesh, t_ms, clip } = self;
        let around = mesh.next_crop();
        let (side_px, unit) = (object_detector::INPUT_PX, Affine { m: [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]] });
        match step {
            Step::Decode => match clip {
                Some((clip, decoded)) => clip.next(decoded).map(drop)?,
                None => return Err(path_error(Path::new("clip"), "none was given")),
            },
            Step::Fill => pipeline.fill.iter_mut().try_for_each(|fill| fill.apply(frame))?,
            Step::Letterbox => {
                let zone = part_of(frame, pipeline.zones.staff.as_ref());
                let (side_px, input) = (Range::Full.input_px(), pipeline.full_range.input());
                preprocessor.letterbox(frame, zone, side_px, 1.0, ValueRange::Symmetric, input).map(drop)?;
            }
            Step::CropFace => preprocessor
                .crop(frame, &around, face_mesh::INPUT_PX, ValueRange::Unit, pipeline.mesh.input())
                .map(drop)?,
            Step::Stretch => preprocessor.stretch(frame, side_px, pipeline.objects.input()).map(drop)?,
            Step::CropObjects => {
                preprocessor.crop(frame, &around, side_px, ValueRange::Bytes, pipeline.objects.input()).map(drop)?
            }
            Step::FullRange => pipeline.full_range.run(unit, 0.5).map(drop)?,
            Step::ShortRange => pipeline.short_range.run(unit, 0.5).map(drop)?,
            Step::Mesh => pipeline.mesh.run(unit).map(drop)?,
            Step::Blendshapes => pipeline.blendshapes.run(mesh).map(drop)?,
            Step::Read => {
                *t_ms += 1_000 / script::FPS;
                pipeline.read_mesh(frame, mesh, *t_ms).map(drop)?;
            }
            Step::Objects => pipeline.objects.run(unit, 0.35, 0.1).map(drop)?,
            Step::Hands => pipeline.hands.run(unit, 0.5).map(drop)?,
            Step::Classify => pipeline.classifier.run().map(drop)?,
        }
        Ok(())
    }
}
