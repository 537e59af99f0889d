//! The camera outside of a shift, for whoever has pages open: what is asked, and what is told of it while it lasts.
//!
//! What is told are the numbers of one frame, for the one who asked to see themself. They are never written anywhere.

use serde::{Deserialize, Serialize};

use super::set_up::SettingUp;
use crate::decide::Decided;
use crate::fit::FitNow;

/// What the camera is opened for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TrialFor {
    /// A person sees themself drawn from numbers.
    Practice,
    /// A person finds out what can be read of them here.
    Fit,
    /// Whoever sets the kiosk up draws zones over lines of the empty scene.
    Outline,
    /// Whoever sets the kiosk up looks at where customers stand and where work is.
    Calibration,
}

/// What everyone at the counter may know of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Trying {
    /// A person tries something out; what, is theirs.
    Out,
    /// The kiosk is being set up.
    SetUp,
}

impl TrialFor {
    /// As everyone at the counter may know it.
    #[must_use]
    pub const fn known_as(self) -> Trying {
        match self {
            Self::Practice | Self::Fit => Trying::Out,
            Self::Outline | Self::Calibration => Trying::SetUp,
        }
    }
}

/// What is asked of a trial.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TrialQuestion {
    /// The visitor's own tap: the camera opens. One that they have on ends, and begins anew.
    Begin(TrialFor),
    /// What the technician's trials have found.
    Found,
    /// How it is now. It ends when nobody asks.
    Now,
    /// It ends.
    End,
}

/// How a trial is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TrialNow {
    /// What for.
    pub what: TrialFor,
    /// The camera closes in so many milliseconds at the latest.
    pub left_ms: u64,
    /// Nods since it began.
    pub nods: u32,
    /// What the latest frame showed; `None` before the first, and while the camera gives none.
    pub seen: Option<Seen>,
    /// How far setting up is, where that is what it is for.
    #[serde(default)]
    pub setting_up: Option<Box<SettingUp>>,
    /// Where the fit check is; once it has ended, the camera is closed with this answer.
    pub fit: Option<FitNow>,
}

/// What one frame showed; `None` is "not observable".
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Seen {
    /// More than one face: nobody's is read.
    pub not_alone: bool,
    /// The one face.
    pub face: Option<SeenFace>,
    /// The face is, or was when it was last seen a moment ago, turned out of the readable range.
    pub turned_away: bool,
    /// Looking towards the customer.
    pub on_target: Option<bool>,
    /// A phone-like thing in the hand.
    pub phone_in_hand: Option<bool>,
}

/// Of the face; angles in degrees, as an observation's.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SeenFace {
    /// Yaw, pitch and roll of the head.
    pub head_deg: [f32; 3],
    /// Yaw and pitch of the gaze.
    pub gaze_deg: Option<[f32; 2]>,
    /// How probable a smile is, 0..1.
    pub smile: Option<f32>,
    /// Smiling, as in a shift.
    pub smiling: Option<bool>,
    /// How open the eyes are, 0..1.
    pub eyes_open: Option<f32>,
}

impl Seen {
    /// What is told of a decided observation.
    #[must_use]
    pub fn of(decided: &Decided) -> Self {
        let observation = &decided.observation;
        let face = observation.face.filter(|_| !observation.not_alone).map(|face| SeenFace {
            head_deg: [face.head.yaw_deg, face.head.pitch_deg, face.head.roll_deg],
            gaze_deg: face.gaze.map(|gaze| [gaze.yaw_deg, gaze.pitch_deg]),
            smile: face.smile,
            smiling: decided.smiling,
            eyes_open: face.eyes_open,
        });
        Self {
            not_alone: observation.not_alone,
            face,
            turned_away: decided.turned_away,
            on_target: decided.on_target,
            phone_in_hand: observation.phone_observable.then(|| observation.phone.is_some_and(|phone| phone.in_hand)),
        }
    }
}
