//! One look of three seconds: whether it could be seen, whether it was steady, and where it went.

use std::fmt;

use hymy_vision::{Face, Observation};
use serde::{Deserialize, Serialize};

use super::{COUNTDOWN_MS, LOOK_MS};

/// A steady look's angles vary by no more than this, as a standard deviation in degrees. Fixed looks of the labelled
/// footage vary by 1 to 4, heads that turn or nod by more.
const STEADY_DEG: f32 = 5.0;
/// This share of the frames must show where the eyes look.
pub(crate) const LEAST_SEEN: f32 = 0.6;
/// And there must be so many of them: at 3 frames a second there would be 9.
pub(crate) const LEAST_FRAMES: usize = 8;
/// The standard deviation of Gaussian values over the median of their distances from the middle value.
const DEVIATION_PER_MEDIAN: f32 = 1.4826;
/// Spread, in degrees, of a head that is turned out of the range in which eyes are read.
const TURNED_SPREAD_DEG: f32 = 5.0;

/// Where a look went: middle values and standard deviations, degrees.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Aim {
    /// Yaw.
    pub yaw_deg: f32,
    /// Pitch.
    pub pitch_deg: f32,
    /// Spread of the yaw.
    pub yaw_spread_deg: f32,
    /// Spread of the pitch.
    pub pitch_spread_deg: f32,
}

/// Why a look could not be used; shown with what to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Trouble {
    /// No face in most frames.
    NoFace,
    /// More faces than one.
    NotAlone,
    /// The eyes were closed or could not be seen.
    EyesHidden,
    /// The head was turned too far away.
    TurnedAway,
    /// The look wandered.
    NotSteady,
    /// Too few frames came.
    TooFewFrames,
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NoFace => "no face was seen in the staff zone; stand where you work, with light on your face",
            Self::NotAlone => "more than one face was seen in the staff zone; stay there alone until this is done",
            Self::EyesHidden => "your eyes were not seen; keep them open, take off dark glasses, or come nearer",
            Self::TurnedAway => "your head was turned too far from the camera; turn the eyes more and the head less",
            Self::NotSteady => "the look was not steady; fix one point, and keep head and eyes still for three seconds",
            Self::TooFewFrames => "too few frames came; check the camera and what else the machine is busy with",
        })
    }
}

/// What an observation led to.
pub(super) enum Heard {
    Nothing,
    Count(u64),
    Hold,
    Steady(Aim),
    Trouble(Trouble),
}

/// The countdown and the look at one place.
#[derive(Debug)]
pub(super) struct Measuring {
    begun_ms: u64,
    by_head: bool,
    counted: u64,
    holding: bool,
    frames: usize,
    looks: Vec<Aim>,
    unseen: [usize; 4],
}

impl Measuring {
    pub fn new(t_ms: u64, by_head: bool) -> Self {
        let counted = COUNTDOWN_MS / 1000;
        Self { begun_ms: t_ms, by_head, counted, holding: false, frames: 0, looks: Vec::new(), unseen: [0; 4] }
    }

    pub fn observe(&mut self, observation: &Observation) -> Heard {
        // A camera that came back counts from the start again.
        let Some(since_ms) = observation.t_ms.checked_sub(self.begun_ms) else {
            return Heard::Trouble(Trouble::TooFewFrames);
        };
        if since_ms < COUNTDOWN_MS {
            let left = (COUNTDOWN_MS - since_ms).div_ceil(1000);
            let fewer = left < self.counted;
            self.counted = self.counted.min(left);
            return if fewer { Heard::Count(left) } else { Heard::Nothing };
        }
        if since_ms >= COUNTDOWN_MS + LOOK_MS {
            return self.result();
        }
        self.frames += 1;
        match aim(observation, self.by_head) {
            Ok(aim) => self.looks.push(aim),
            Err(trouble) => self.unseen[trouble as usize] += 1,
        }
        if self.holding { Heard::Nothing } else { self.hold() }
    }

    fn hold(&mut self) -> Heard {
        self.holding = true;
        Heard::Hold
    }

    fn result(&self) -> Heard {
        if self.frames < LEAST_FRAMES {
            return Heard::Trouble(Trouble::TooFewFrames);
        }
        if (self.looks.len() as f32) < LEAST_SEEN * self.frames as f32 {
            let troubles = [Trouble::NoFace, Trouble::NotAlone, Trouble::EyesHidden, Trouble::TurnedAway];
            let most = troubles.into_iter().max_by_key(|trouble| self.unseen[*trouble as usize]);
            return Heard::Trouble(most.unwrap_or(Trouble::NoFace));
        }
        let middle = |of: fn(&Aim) -> f32| median(self.looks.iter().map(of).collect());
        let varied = |of: fn(&Aim) -> f32| deviation(&self.looks.iter().map(of).collect::<Vec<_>>(), middle(of));
        let (yaw_varied, pitch_varied) = (varied(|look| look.yaw_deg), varied(|look| look.pitch_deg));
        if yaw_varied > STEADY_DEG || pitch_varied > STEADY_DEG {
            return Heard::Trouble(Trouble::NotSteady);
        }
        // A look may vary by more than its frames' own spread says, and be no more certain than that says.
        Heard::Steady(Aim {
            yaw_deg: middle(|look| look.yaw_deg),
            pitch_deg: middle(|look| look.pitch_deg),
            yaw_spread_deg: middle(|look| look.yaw_spread_deg).max(yaw_varied),
            pitch_spread_deg: middle(|look| look.pitch_spread_deg).max(pitch_varied),
        })
    }
}

/// Where the eyes look in one frame, or why that is not known.
fn aim(observation: &Observation, by_head: bool) -> Result<Aim, Trouble> {
    if observation.not_alone {
        return Err(Trouble::NotAlone);
    }
    match observation.face {
        None => Err(Trouble::NoFace),
        Some(Face { gaze: Some(gaze), .. }) => Ok(Aim {
            yaw_deg: gaze.yaw_deg,
            pitch_deg: gaze.pitch_deg,
            yaw_spread_deg: gaze.yaw_spread_deg,
            pitch_spread_deg: gaze.pitch_spread_deg,
        }),
        Some(Face { turned_away: true, head, .. }) if by_head => Ok(Aim {
            yaw_deg: head.yaw_deg,
            pitch_deg: head.pitch_deg,
            yaw_spread_deg: TURNED_SPREAD_DEG,
            pitch_spread_deg: TURNED_SPREAD_DEG,
        }),
        Some(Face { turned_away: true, .. }) => Err(Trouble::TurnedAway),
        Some(_) => Err(Trouble::EyesHidden),
    }
}

/// How far values lie from their middle, as a standard deviation that a few far-off ones do not move.
pub(crate) fn deviation(values: &[f32], middle: f32) -> f32 {
    DEVIATION_PER_MEDIAN * median(values.iter().map(|value| (value - middle).abs()).collect())
}

/// The middle value; not a number without values.
pub(crate) fn median(mut values: Vec<f32>) -> f32 {
    values.sort_by(f32::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f32::NAN)
}
