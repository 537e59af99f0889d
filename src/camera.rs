//! The camera, seen from outside of the vision crate: what the configuration says of it, and whose it is.

mod lock;

use std::time::Duration;

use hymy_vision::runtime::RuntimeSettings;
use hymy_vision::{SourceSpec, Timeouts, VisionSettings, find_models};

use crate::config::Config;

pub use lock::{CameraLock, CameraLockError};

/// Models, runtime, zones, orientation, rates and time-outs of a configuration.
#[must_use]
pub fn vision_settings(config: &Config) -> VisionSettings {
    VisionSettings {
        runtime: RuntimeSettings {
            library: config.runtime.library.clone(),
            provider: config.runtime.provider,
            precision: config.runtime.precision,
            threads: usize::from(config.runtime.threads),
        },
        zones: config.zones.clone(),
        orientation: config.camera.orientation,
        objects_hz: config.vision.objects_hz,
        faces_hz: config.vision.faces_hz,
        timeouts: Timeouts {
            open: Duration::from_millis(u64::from(config.camera.open_timeout_ms)),
            read: Duration::from_millis(u64::from(config.camera.read_timeout_ms)),
        },
        ..VisionSettings::new(find_models(config.models_dir.as_deref()))
    }
}

/// The configured source, if there is one.
#[must_use]
pub fn source(config: &Config) -> Option<SourceSpec> {
    config.camera.source.as_deref().map(SourceSpec::parse)
}
