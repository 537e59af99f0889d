//! The only part of Hymy that touches pixels: frames in, [`Observation`]s out.

pub mod observation;
pub mod staged;
pub mod zone;

pub use observation::{Face, Gaze, HeadPose, Observation, Phone, Posture, Rect};
pub use zone::{Polygon, PolygonError, Zones};
