//! The only part of Hymy that touches pixels: frames in, [`Observation`]s out, and for whoever sets the kiosk up the
//! [`Outline`] of an empty scene.
//!
//! ```text
//! source ─► frame ─► objects (whole frame) ─► fill all but the staff zone ─► detect ─► mesh ─► readings ─► Observation
//! ```
//!
//! What is deliberately absent: any way to get a pixel out of this crate, any image encoder or video writer,
//! any embedding of a face, any inference about the inside of a person, and audio.

// The bans of clippy.toml are for what is shipped: tests make the clips and folders that they read.
#![cfg_attr(test, allow(clippy::disallowed_methods))]

#[cfg(feature = "lab")]
pub mod bench;
mod cadence;
#[cfg(feature = "lab")]
pub mod degrade;
mod error;
mod frame;
mod gaze;
mod geometry;
mod head_pose;
#[cfg(feature = "lab")]
pub mod lab;
pub mod manifest;
mod models;
mod motion;
mod mouth;
pub mod observation;
mod operators;
pub mod orientation;
pub mod outline;
mod phone;
mod pipeline;
mod posture;
mod preprocess;
pub mod runtime;
mod sharpness;
mod skin;
mod smile;
pub mod source;
pub mod staged;
pub mod timings;
mod track;
mod vision;
pub mod zone;

pub use cadence::Attention;
pub use error::VisionError;
pub use observation::{Face, Gaze, HeadPose, Observation, Phone, Posture, Rect};
pub use orientation::{Orientation, Rotate};
pub use outline::{Line, Outline};
pub use source::{SourceSpec, Timeouts};
pub use vision::{Event, RunReport, RuntimeReport, Vision, VisionSettings, find_models};
pub use zone::{Polygon, PolygonError, Zones};
