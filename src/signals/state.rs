//! What is kept of a decided frame: small enough, and coarse enough, that hours of it stay small.

use hymy_vision::Face;

use super::Reason;
use crate::decide::Decided;

/// Narrowest face, in pixels, that is read: the two portraits of the staged scene keep their smile and, within 4
/// degrees, their head pose down to it (`vision/src/pipeline/tests/robustness.rs`).
pub const FACE_MIN_PX: f32 = 15.0;

/// Uprightness from which a posture counts as upright: half-way between the person's own upright and far from it.
pub const UPRIGHT_MIN: f32 = 0.5;

/// One yes-or-no fact of one frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seen {
    /// It was so.
    Yes,
    /// It was not so.
    No,
    /// It does not count at this time: in a work direction, or nobody waits.
    Excluded,
    /// It could not be known.
    Unknown(Reason),
}

/// Where the gaze was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GazeState {
    /// Towards the customer.
    Looking,
    /// Elsewhere.
    Away,
    /// In a work direction.
    Work,
    /// The face is turned away: not looking.
    TurnedAway,
    /// Not known.
    NotObservable(Reason),
}

/// What one frame said, for as long as nothing changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct State {
    /// The face could be read, or is known to be turned away.
    pub face: Seen,
    /// The head's pose could be read, so that a nod would have been seen.
    pub head: Seen,
    /// Where the gaze was.
    pub gaze: GazeState,
    /// Smiling.
    pub smile: Seen,
    /// A phone-like thing in the hand.
    pub phone: Seen,
    /// At least [`UPRIGHT_MIN`] of the person's own upright.
    pub upright: Seen,
    /// Leaning.
    pub leaning: Seen,
    /// Someone waits in the queue zone and is looked at; [`Seen::Excluded`] while nobody waits.
    pub queue: Seen,
}

impl State {
    /// Nothing was observed.
    pub const GAP: Self = Self::nothing(Reason::NoFace);

    const fn nothing(reason: Reason) -> Self {
        let unknown = Seen::Unknown(reason);
        Self {
            face: unknown,
            head: unknown,
            gaze: GazeState::NotObservable(reason),
            smile: unknown,
            phone: unknown,
            upright: unknown,
            leaning: unknown,
            queue: unknown,
        }
    }

    /// The state of a decided frame. The order of the reasons is that of [`Reason`].
    pub fn of(decided: &Decided) -> Self {
        let observation = &decided.observation;
        if observation.not_alone {
            return Self::nothing(Reason::NotAlone);
        }
        let unreadable = match observation.face {
            None if decided.turned_away => Some(Reason::TurnedAway),
            None => Some(Reason::NoFace),
            Some(face) if face.width_px < FACE_MIN_PX => Some(Reason::TooSmall),
            Some(_) if decided.turned_away => Some(Reason::TurnedAway),
            Some(_) => None,
        };
        // With a readable face it is only a matter of time: the person's own posture is not known yet, or nobody has
        // looked for a phone yet.
        let of_body = |yes: Option<bool>| seen(yes, unreadable.unwrap_or(Reason::TooShort));
        let in_hand = observation.phone.is_some_and(|phone| phone.in_hand);
        // Without a person in the picture, "no phone" is not an observation of anyone.
        let phone = (observation.phone_observable && (in_hand || observation.face.is_some())).then_some(in_hand);
        let (head, face) = match unreadable {
            None => (Seen::Yes, Seen::Yes),
            Some(Reason::TurnedAway) => (Seen::Unknown(Reason::TurnedAway), Seen::Yes),
            Some(reason) => (Seen::Unknown(reason), Seen::Unknown(reason)),
        };
        let gaze = gaze(decided, unreadable);
        Self {
            face,
            head,
            gaze,
            smile: match (unreadable, observation.face) {
                (Some(reason), _) => Seen::Unknown(reason),
                (None, face) => seen(decided.smiling, smile_hidden_by(face)),
            },
            phone: of_body(phone),
            upright: of_body(observation.posture.map(|posture| posture.upright >= UPRIGHT_MIN)),
            leaning: of_body(observation.posture.map(|posture| posture.leaning)),
            queue: match (observation.queue_present, decided.on_queue, gaze) {
                // Without a queue zone nobody can be seen to wait.
                (None, ..) => Seen::Unknown(Reason::SignalOff),
                (Some(false), ..) => Seen::Excluded,
                (Some(true), Some(yes), _) => seen(Some(yes), Reason::SignalOff),
                (Some(true), None, GazeState::NotObservable(reason)) => Seen::Unknown(reason),
                (Some(true), None, _) => Seen::Unknown(Reason::SignalOff),
            },
        }
    }
}

fn seen(yes: Option<bool>, reason: Reason) -> Seen {
    match yes {
        Some(true) => Seen::Yes,
        Some(false) => Seen::No,
        None => Seen::Unknown(reason),
    }
}

fn smile_hidden_by(face: Option<Face>) -> Reason {
    // The contract of the observation: without a smile value, the mouth is hidden or the face too small.
    if face.is_some_and(|face| face.mouth_visible) { Reason::TooSmall } else { Reason::MouthHidden }
}

fn gaze(decided: &Decided, unreadable: Option<Reason>) -> GazeState {
    match (unreadable, decided.on_target) {
        (Some(Reason::TurnedAway) | None, _) if decided.work => GazeState::Work,
        (Some(Reason::TurnedAway), _) => GazeState::TurnedAway,
        (Some(reason), _) => GazeState::NotObservable(reason),
        (None, Some(true)) => GazeState::Looking,
        (None, Some(false)) => GazeState::Away,
        (None, None) => GazeState::NotObservable(Reason::EyesHidden),
    }
}
