//! What a process of the bench is told to do, and what it says when it is done: one JSON object each.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};

use hymy_vision::VisionSettings;
use serde::{Deserialize, Serialize};

/// The size of a picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Size {
    /// Width in pixels.
    pub width_px: u32,
    /// Height in pixels.
    pub height_px: u32,
}

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}x{}", self.width_px, self.height_px)
    }
}

/// How the pipeline is set in one case.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Setting {
    /// Threads of onnxruntime's pool.
    pub threads: usize,
    /// How often the object model looks, a second.
    pub objects_hz: f32,
    /// How often faces are counted while one is followed, a second.
    #[serde(default = "Setting::faces_hz_before")]
    pub faces_hz: f32,
    /// What computes the models.
    pub provider: String,
    /// With how many digits it does.
    #[serde(default = "Setting::precision_before")]
    pub precision: String,
    /// Cameras that are seen at once: threads of one process, which share the sessions of one environment of
    /// onnxruntime.
    pub cameras: usize,
    /// The size that pictures are brought to; `None` leaves them as they are.
    #[serde(default)]
    pub size: Option<Size>,
}

impl Setting {
    /// That of a pipeline with these settings: one camera, its pictures as they are.
    #[must_use]
    pub fn of(settings: &VisionSettings) -> Self {
        Self {
            threads: settings.runtime.threads,
            objects_hz: settings.objects_hz,
            faces_hz: settings.faces_hz,
            provider: settings.runtime.provider.name().to_owned(),
            precision: settings.runtime.precision.name().to_owned(),
            cameras: 1,
            size: None,
        }
    }

    /// What reports that do not say it were measured with.
    fn faces_hz_before() -> f32 {
        4.0
    }

    fn precision_before() -> String {
        "full".to_owned()
    }
}

/// What is measured.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Subject {
    /// The whole path, over the staged scene.
    Staged,
    /// The whole path, over a clip.
    Clip(PathBuf),
    /// One ONNX model with made-up inputs.
    Model {
        /// The file.
        file: PathBuf,
        /// Shapes of the inputs that the model leaves open, by name.
        shapes: BTreeMap<String, Vec<usize>>,
    },
}

impl Subject {
    /// The file that it reads.
    #[must_use]
    pub fn file(&self) -> Option<&Path> {
        match self {
            Self::Staged => None,
            Self::Clip(file) | Self::Model { file, .. } => Some(file),
        }
    }
}

/// One repeat of one case.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Job {
    /// What is measured.
    pub subject: Subject,
    /// Zones, library and models of a configuration.
    pub config: Option<PathBuf>,
    /// How the pipeline is set.
    pub setting: Setting,
    /// Frames that are left out at the beginning.
    pub warm_up: u64,
    /// Most frames of each camera, or runs of a model, that are measured as fast as they go.
    pub frames: u64,
    /// Most seconds that this takes.
    pub seconds: f64,
    /// The rate of the camera that is played afterwards, in frames a second.
    pub rate_hz: f64,
    /// For how long it is played; not at all with zero.
    pub paced_s: f64,
    /// The monotonic clock when the process was started, in nanoseconds.
    pub started_ns: u64,
}

/// What a process measured.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Measured {
    /// What really computed the models.
    pub provider: String,
    /// The library that did.
    pub library: PathBuf,
    /// The version that it says it has.
    pub library_version: Option<String>,
    /// Name and SHA-256 of each model.
    pub models: BTreeMap<String, String>,
    /// The pictures that were read; a model reads none.
    pub picture: Option<Picture>,
    /// The inputs of a model, as they were made up.
    pub inputs: Vec<String>,
    /// From the start of the process to the loaded models, in milliseconds.
    pub loaded_ms: f64,
    /// From the start of the process to the first observation, in milliseconds.
    pub first_observation_ms: f64,
    /// As fast as it goes.
    pub free: Phase,
    /// At a camera's pace; `None` where that was not asked for.
    pub paced: Option<Phase>,
    /// Resident memory after the frames, in KiB.
    pub steady_kib: Option<u64>,
    /// The most resident memory, in KiB.
    pub peak_kib: Option<u64>,
}

/// The pictures that were read.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Picture {
    /// Rendered, as the staged scene is, and not decoded.
    pub rendered: bool,
    /// Four letters of the codec; `None` where nothing is decoded, or the container does not say.
    pub codec: Option<String>,
    /// Width in pixels.
    pub width_px: u32,
    /// Height in pixels.
    pub height_px: u32,
    /// Frames a second, as the container states them.
    pub fps: Option<f64>,
}

/// One way of reading, over all cameras.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Phase {
    /// Frames that were processed.
    pub frames: u64,
    /// Frames that were overtaken by newer ones.
    pub dropped: u64,
    /// Wall time, in seconds.
    pub wall_s: f64,
    /// Processor time of the whole process, in seconds.
    pub cpu_s: f64,
    /// Processor time of the threads that the frames passed, in seconds; decoders and pools have threads of their own.
    pub path_cpu_s: f64,
    /// Energy that the processor's counters say the box used, in microjoules; `None` where they say
    /// nothing.
    pub energy_uj: Option<u64>,
    /// From the decoded frame in memory to its observation, in microseconds, for each frame.
    pub latency_us: Vec<u64>,
    /// Wall time of each stage, in microseconds, for each frame in which it ran.
    pub stages_us: BTreeMap<String, Vec<u64>>,
}
