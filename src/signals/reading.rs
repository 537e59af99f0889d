//! The value of one signal, or why there is none. What could not be known is never zero.

use serde::{Deserialize, Serialize};

/// Why something could not be known.
///
/// Where several hold at once, the first of this order is given: `not_alone`, `no_face`, `too_small`, `turned_away`,
/// `mouth_hidden`, `eyes_hidden`, `signal_off`. Over a stretch of time it is the one that lasted longest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// More faces in the staff zone than signed-in people, or several signed-in people at one register.
    NotAlone,
    /// No face was found, or nothing was observed at all.
    NoFace,
    /// The face is too small to be read.
    TooSmall,
    /// The face is turned out of the readable range.
    TurnedAway,
    /// The mouth is hidden.
    MouthHidden,
    /// The eyes are closed or hidden, or the direction of gaze lies too near a border, or where the customer's and a
    /// work direction overlap, to say whom it meets.
    EyesHidden,
    /// The event that the moment belongs to was not reported.
    NoEvent,
    /// Too little time to measure over, or to know the person's own posture.
    TooShort,
    /// The signal was not measured: not chosen, the place lacks what it needs, the person left it out, or for
    /// `phone_in_hand`, they said that the phone was for work.
    SignalOff,
}

impl Reason {
    /// Every reason, in the order of precedence.
    pub const ALL: [Self; 9] = [
        Self::NotAlone,
        Self::NoFace,
        Self::TooSmall,
        Self::TurnedAway,
        Self::MouthHidden,
        Self::EyesHidden,
        Self::NoEvent,
        Self::TooShort,
        Self::SignalOff,
    ];

    /// Its name in JSON and tables.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::NotAlone => "not_alone",
            Self::NoFace => "no_face",
            Self::TooSmall => "too_small",
            Self::TurnedAway => "turned_away",
            Self::MouthHidden => "mouth_hidden",
            Self::EyesHidden => "eyes_hidden",
            Self::NoEvent => "no_event",
            Self::TooShort => "too_short",
            Self::SignalOff => "signal_off",
        }
    }
}

/// A value, or the reason why there is none. As JSON the value itself, or `{"not_observable":"no_face"}`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Measured<T> {
    /// There is none.
    NotObservable {
        /// Why.
        not_observable: Reason,
    },
    /// There is one.
    Known(T),
}

impl<T> Measured<T> {
    /// No value, because of `reason`.
    pub const fn unknown(reason: Reason) -> Self {
        Self::NotObservable { not_observable: reason }
    }

    /// The value, if there is one.
    pub fn known(&self) -> Option<&T> {
        match self {
            Self::Known(value) => Some(value),
            Self::NotObservable { .. } => None,
        }
    }

    /// Why there is no value.
    pub fn reason(&self) -> Option<Reason> {
        match self {
            Self::Known(_) => None,
            Self::NotObservable { not_observable } => Some(*not_observable),
        }
    }
}

/// Seconds from milliseconds.
pub(super) fn seconds(ms: u64) -> f64 {
    ms as f64 / 1_000.0
}

/// `part / whole`, rounded to four places: finer would be noise, and a short number survives JSON unchanged.
pub(super) fn share(part_ms: u64, whole_ms: u64) -> f64 {
    if whole_ms == 0 { 0.0 } else { (part_ms as f64 / whole_ms as f64 * 10_000.0).round() / 10_000.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_of_a_reason_is_the_one_in_json() {
        for reason in Reason::ALL {
            assert_eq!(serde_json::to_value(reason).expect("JSON"), reason.name());
        }
    }
}
