//! The staged demo: a counter composed in code from two public-domain portraits, with a script that knows the truth.
//!
//! It stands in for a camera, so that the real models can be shown and checked where there is none. It opens no
//! device, no file and no connection; its pictures are compiled in. It never shows anyone but the two portraits
//! (`vision/assets/portraits/manifest.toml` says where they come from), and its truth comes from the script alone,
//! never from a measurement.

mod portrait;
mod scene;
pub mod script;
mod warp;

pub(crate) use scene::Scene;
pub use script::{Portrait, ScriptedFrame, ScriptedTillEvent, ScriptedTransaction, TillEventKind};

/// Width of the picture in pixels.
pub const WIDTH_PX: usize = 640;
/// Height of the picture in pixels.
pub const HEIGHT_PX: usize = 480;
/// Bytes of one picture: rows from the top, each pixel blue, green, red.
pub const FRAME_BYTES: usize = WIDTH_PX * HEIGHT_PX * 3;

/// The scene's staff and customer zones.
///
/// # Errors
/// [`StagedError::Zone`] when the built-in corners are no polygon.
pub fn zones() -> Result<crate::zone::Zones, StagedError> {
    Scene::zones()
}

/// Why the staged scene could not be set up or drawn.
#[derive(Debug, thiserror::Error)]
pub enum StagedError {
    /// A compiled-in portrait does not decode.
    #[error("the built-in portrait {file} cannot be decoded; rebuild from a clean checkout")]
    Picture {
        /// File name of the portrait.
        file: &'static str,
        /// What the decoder said.
        source: image::ImageError,
    },
    /// A compiled-in shape file does not parse.
    #[error("the built-in shape file {file} cannot be read; rebuild from a clean checkout")]
    Shape {
        /// File name of the shape.
        file: &'static str,
        /// What the parser said.
        source: toml::de::Error,
    },
    /// A compiled-in shape file parses but makes no sense.
    #[error("the built-in shape file {file} is inconsistent: {reason}")]
    Inconsistent {
        /// File name of the shape.
        file: &'static str,
        /// What does not fit.
        reason: &'static str,
    },
    /// The built-in zones are no polygons.
    #[error(transparent)]
    Zone(#[from] crate::zone::PolygonError),
    /// The caller's buffer has the wrong size.
    #[error("a staged picture needs a buffer of {FRAME_BYTES} bytes (640x480, BGR), this one has {len}")]
    Buffer {
        /// Length of the caller's buffer in bytes.
        len: usize,
    },
}

#[cfg(test)]
mod tests;
