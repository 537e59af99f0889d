//! What the product said of one frame, in the terms of the labels: yes, no, or not observable and why.

use hymy_vision::Observation;

use super::labels::Class;
use crate::decide::Decided;
use crate::signals::{GazeState, Reason, Seen, State};

/// Score of a face that vanished while turned away: no angle is known, and none that is known is larger.
const TURNED_OUT_OF_SIGHT_DEG: f64 = 180.0;

/// What was said of one class in one frame.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Reading {
    /// Yes or no, or why neither.
    pub answer: Result<bool, Reason>,
    /// What a threshold could be laid at, larger for yes: a smile's probability, minus the angle from the lens in
    /// degrees, a phone's score. `None` where the class has none.
    pub score: Option<f64>,
}

impl Reading {
    /// Not observable.
    #[must_use]
    pub const fn unknown(reason: Reason) -> Self {
        Self { answer: Err(reason), score: None }
    }
}

/// What was said of one frame.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FrameReading {
    /// The frame's number.
    pub frame: u64,
    /// Whether a face was found.
    pub face: bool,
    readings: [Reading; Class::ALL.len()],
}

impl FrameReading {
    /// From readings in the order of [`Class::ALL`].
    #[must_use]
    pub const fn new(frame: u64, face: bool, readings: [Reading; Class::ALL.len()]) -> Self {
        Self { frame, face, readings }
    }

    /// What the product decided about a frame. With nobody's face to be seen in the whole clip (`nobody`), the
    /// observation itself says whether a phone is held; the signal would say that it is nobody's.
    #[must_use]
    pub fn of(decided: &Decided, nobody: bool) -> Self {
        let state = State::of(decided);
        let observation = &decided.observation;
        Self {
            frame: observation.frame,
            face: observation.face.is_some(),
            readings: Class::ALL.map(|class| match class {
                Class::Smile => smile(&state, observation),
                Class::Camera => camera(&state, observation),
                Class::Phone => phone(&state, observation, nobody),
                Class::MouthHidden => mouth_hidden(&state, observation),
            }),
        }
    }

    /// What was said of a class.
    #[must_use]
    pub fn reading(&self, class: Class) -> Reading {
        self.readings.get(class as usize).copied().unwrap_or(Reading::unknown(Reason::SignalOff))
    }
}

fn answer(seen: Seen) -> Result<bool, Reason> {
    match seen {
        Seen::Yes => Ok(true),
        Seen::No => Ok(false),
        Seen::Excluded => Err(Reason::SignalOff),
        Seen::Unknown(reason) => Err(reason),
    }
}

fn smile(state: &State, observation: &Observation) -> Reading {
    let score = observation.face.and_then(|face| face.smile).map(f64::from);
    Reading { answer: answer(state.smile), score }
}

fn camera(state: &State, observation: &Observation) -> Reading {
    let answer = match state.gaze {
        GazeState::Looking => Ok(true),
        GazeState::Away | GazeState::Work | GazeState::TurnedAway => Ok(false),
        GazeState::NotObservable(reason) => Err(reason),
    };
    // The irises' direction where they were read, else the head's: of a face turned away only that is known.
    let angle_deg = match observation.face {
        Some(face) => match face.gaze {
            Some(gaze) => from_lens_deg(gaze.yaw_deg, gaze.pitch_deg),
            None => from_lens_deg(face.head.yaw_deg, face.head.pitch_deg),
        },
        None => TURNED_OUT_OF_SIGHT_DEG,
    };
    Reading { answer, score: answer.is_ok().then_some(-angle_deg) }
}

/// Angle between a direction and the ray to the lens, in degrees.
pub(super) fn from_lens_deg(yaw_deg: f32, pitch_deg: f32) -> f64 {
    let towards_lens = f64::from(yaw_deg).to_radians().cos() * f64::from(pitch_deg).to_radians().cos();
    towards_lens.clamp(-1.0, 1.0).acos().to_degrees()
}

fn phone(state: &State, observation: &Observation, nobody: bool) -> Reading {
    let in_hand = observation.phone.is_some_and(|phone| phone.in_hand);
    let answer = match state.phone {
        // Whatever was taken for a face there, the question is about the hand alone.
        Seen::Unknown(_) if nobody && observation.phone_observable => Ok(in_hand),
        seen => answer(seen),
    };
    let score = observation.phone.map_or(0.0, |phone| f64::from(phone.score));
    Reading { answer, score: answer.is_ok().then_some(score) }
}

fn mouth_hidden(state: &State, observation: &Observation) -> Reading {
    let answer = match (state.head, observation.face) {
        // A face that is too blurred for a smile is too blurred to see that nothing hides the mouth.
        (Seen::Yes, Some(face)) if face.mouth_visible && face.smile.is_none() => Err(Reason::TooSmall),
        (Seen::Yes, Some(face)) => Ok(!face.mouth_visible),
        (seen, _) => answer(seen).and(Err(Reason::NoFace)),
    };
    Reading { answer, score: None }
}
