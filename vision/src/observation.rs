//! What one frame showed, as numbers: the only thing that leaves this crate.
//!
//! An [`Observation`] is `Copy`, holds no pixel, no embedding and no list of points, and is at most
//! [`MAX_OBSERVATION_BYTES`] long. It never says anything about the inside of a person.

/// Upper bound of `size_of::<Observation>()`, checked when the crate is compiled.
pub const MAX_OBSERVATION_BYTES: usize = 256;

/// What one processed frame showed. `None` means "not observable", never "no".
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Observation {
    /// Index of the frame in its source, counting dropped frames, from 0.
    pub frame: u64,
    /// Milliseconds since the source's first frame: container time for files, monotonic time for live sources.
    pub t_ms: u64,
    /// The largest face of the staff zone; `None` while [`Self::not_alone`] or when none was found.
    pub face: Option<Face>,
    /// Number of faces seen in the staff zone when the detector last looked.
    pub faces: u8,
    /// More faces in the staff zone than signed-in people, now or half a second ago, or several people are signed in,
    /// who cannot be told apart: nothing is read of anyone.
    pub not_alone: bool,
    /// The signed-in person's face is followed by its place, read or not; it stays so for a second without being found.
    pub followed: bool,
    /// In this frame the followed face was lost while another was near, or could no longer be told from another by its
    /// place: whose face is seen from now on is in doubt.
    pub lost_near_another: bool,
    /// The phone-like thing seen by the latest run of the object model, carried over until the next.
    pub phone: Option<Phone>,
    /// Whether the place where a phone would be held could be searched.
    pub phone_observable: bool,
    /// Posture against the person's own; `None` when it could not be read.
    pub posture: Option<Posture>,
    /// Someone stands in the customer zone; `None` without such a zone.
    pub customer_present: Option<bool>,
    /// Someone stands in the queue zone; `None` without such a zone.
    pub queue_present: Option<bool>,
}

/// A face in the staff zone.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Face {
    /// Bounds of the 468 mesh points (of the detector's box where the mesh could not be read).
    pub bounds: Rect,
    /// Confidence that this is a face, 0..1.
    pub score: f32,
    /// Width of the face in the frame's pixels.
    pub width_px: f32,
    /// Head pose relative to the ray from the lens to the face.
    pub head: HeadPose,
    /// Gaze direction from head and irises; `None` with eyes closed or hidden.
    pub gaze: Option<Gaze>,
    /// The head is turned out of the readable range: a known state that counts as not looking.
    pub turned_away: bool,
    /// Calibrated probability of a smile, 0..1; `None` when the mouth is hidden, or the face too small or
    /// too blurred for its size.
    pub smile: Option<f32>,
    /// How far the eyes are open, 0 (closed) to 1 (open).
    pub eyes_open: Option<f32>,
    /// Whether nothing hides the mouth.
    pub mouth_visible: bool,
}

/// An axis-aligned box, in fractions of the frame's width and height, origin top left.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rect {
    /// Left edge, 0..1.
    pub x: f32,
    /// Top edge, 0..1.
    pub y: f32,
    /// Width, 0..1.
    pub w: f32,
    /// Height, 0..1.
    pub h: f32,
}

/// Head rotation in degrees, relative to the ray from the lens to the face: all 0 for a face that looks straight into
/// the lens, within 5 degrees at the corners of the picture (`docs/decisions/0004-head-pose-lens.md`).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct HeadPose {
    /// Positive towards the right of the picture.
    pub yaw_deg: f32,
    /// Positive up.
    pub pitch_deg: f32,
    /// Positive as `atan2(-R10, R11)` of the rotation matrix.
    pub roll_deg: f32,
}

/// Direction of gaze in the same frame of reference as [`HeadPose`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Gaze {
    /// Positive towards the right of the picture.
    pub yaw_deg: f32,
    /// Positive up.
    pub pitch_deg: f32,
    /// One standard deviation of the yaw, in degrees.
    pub yaw_spread_deg: f32,
    /// One standard deviation of the pitch, in degrees: the larger one, because lids cover the irises.
    pub pitch_spread_deg: f32,
}

impl Gaze {
    /// Both spreads in one, in degrees: the root of their mean square.
    #[must_use]
    pub fn spread_deg(&self) -> f32 {
        ((self.yaw_spread_deg.powi(2) + self.pitch_spread_deg.powi(2)) / 2.0).sqrt()
    }
}

/// A phone-like thing.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Phone {
    /// Where it is, in the frame.
    pub bounds: Rect,
    /// The object model's score, 0..1.
    pub score: f32,
    /// Evidence over time says that it is held by the staff member.
    pub in_hand: bool,
}

/// Posture against the person's own.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Posture {
    /// 1 as upright as the person's own upright, 0 far from it.
    pub upright: f32,
    /// Leaning on the counter or to a side.
    pub leaning: bool,
}

const _: () = assert!(size_of::<Observation>() <= MAX_OBSERVATION_BYTES);
