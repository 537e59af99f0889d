//! Setting up by a page: how far a look at the scene is, and what it found. Nothing of it is about a person on shift.

use hymy_vision::Outline;
use serde::{Deserialize, Serialize};

use crate::calibrate::{Place, Regions, Trouble};

/// How far the camera's opening for setting up is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SettingUp {
    /// Lines of the scene are sought.
    Outline {
        /// For how long nobody has been in the picture; `None` before the first frame.
        empty_ms: Option<u64>,
    },
    /// Somebody looks at one place after the other.
    Calibration(WalkNow),
}

/// Where the walk from place to place is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct WalkNow {
    /// What is to be looked at; `None` before the first frame.
    pub place: Option<Place>,
    /// Seconds until the look begins; 0 while it lasts.
    pub count: u64,
    /// Why the latest look could not be used.
    pub trouble: Option<Trouble>,
    /// Both heights are asked for again.
    pub heights_again: bool,
    /// Places that are done.
    pub done: usize,
    /// Places in all.
    pub of: usize,
}

/// What openings for setting up have found for the technician's pages, for as long as these are open.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct SetUpFound {
    /// Lines of the scene.
    pub outline: Option<SceneLines>,
    /// Where customers stand and where work is.
    pub regions: Option<Regions>,
}

/// Lines of the empty scene, in fractions of the picture.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SceneLines {
    /// Height of the picture, in widths.
    pub height: f32,
    /// x and y of both ends of each.
    pub lines: Vec<[f32; 4]>,
}

impl From<&Outline> for SceneLines {
    fn from(outline: &Outline) -> Self {
        let ends = |line: &hymy_vision::Line| {
            let [(x0, y0), (x1, y1)] = line.ends();
            [x0, y0, x1, y1]
        };
        Self { height: outline.height(), lines: outline.lines().iter().map(ends).collect() }
    }
}
