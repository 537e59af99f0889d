//! The pipeline as a whole, on pictures made in memory: what it gives the models, and what it says.

mod gaze;
mod orientation;
mod outline;
mod phone;
mod privacy;
mod ray;
mod robustness;
mod wiping;

use std::path::Path;

use super::{Pipeline, PipelineSettings};
use crate::manifest::Manifest;
use crate::runtime::{Runtime, RuntimeSettings};
use crate::zone::Zones;

/// A pipeline of the workspace's models.
fn pipeline(zones: Zones, objects_hz: f32, faces_hz: f32) -> Pipeline {
    let models = Path::new(env!("CARGO_MANIFEST_DIR")).join("../models");
    let runtime = Runtime::load(&RuntimeSettings::default(), &models).expect("the runtime library is set up");
    let manifest = Manifest::read(&models).expect("the manifest is sound");
    let settings = PipelineSettings { zones, objects_hz, faces_hz };
    Pipeline::new(&runtime, &manifest, settings).expect("the models load")
}
