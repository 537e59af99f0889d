//! A phone-like thing in the hand: where to look for one, whether a hand is at it, and evidence over time.
//!
//! [`search`] says which part of the picture the object model looks at next; [`clarity`] whether anything could be
//! seen there; [`evidence`] is the test over time that decides. The object model calls many things a phone: a name
//! badge, a card terminal, a clenched fist. So one look decides nothing, a phone counts only where a hand is found at
//! it, and that hand has to be in the staff zone.

pub(crate) mod clarity;
pub(crate) mod evidence;
pub(crate) mod search;

use crate::geometry::RotatedSquare;
use crate::models::hand_detector::DetectedHand;
use crate::models::object_detector::DetectedObject;
use evidence::Evidence;
use search::{Region, Search};

/// Lowest score that counts as having seen something: the object model's scores over 0.15 are rare without a phone
/// (1 in 10 looks of the counter clips) and usual with one (9 in 10).
pub(crate) const MIN_SCORE: f32 = 0.15;
/// Lowest score from which it is worth asking whether a hand is there.
pub(crate) const MIN_SCORE_FOR_HAND: f32 = 0.2;
/// Lowest score of a hand at a phone-like thing. MediaPipe asks 0.5 of a hand anywhere in a picture; here the place
/// is known, and a grip hides most of the palm.
pub(crate) const MIN_HAND_SCORE: f32 = 0.2;
/// Palms larger than this share of the picture's height are too near: 0.14 to 0.29 at arm's length, where phones are
/// found; 0.42 to 0.52 in a close-up in which the object model finds none.
pub(crate) const MAX_HAND_SHARE: f32 = 0.35;
/// Side of the crop in which a hand is looked for, in longer sides of the thing.
const HAND_CROP_SCALE: f32 = 2.5;
/// A hand is at a thing when its palm touches the thing's box, widened by this share on every side.
const REACH: f32 = 0.1;

/// A phone-like thing seen in one look.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Sighting {
    pub object: DetectedObject,
    pub region: Region,
}

impl Sighting {
    /// What it says for a phone.
    pub(crate) fn worth(&self) -> f32 {
        evidence::worth(self.region, self.object.score)
    }

    /// The crop in which a hand that holds it would be.
    pub(crate) fn hand_crop(&self) -> RotatedSquare {
        let [left, top, right, bottom] = self.object.bounds;
        RotatedSquare::upright(self.object.centre(), HAND_CROP_SCALE * (right - left).max(bottom - top))
    }

    /// Whether the hand touches it.
    pub(crate) fn is_reached_by(&self, hand: &DetectedHand) -> bool {
        let [left, top, right, bottom] = within_reach(&self.object.bounds);
        let [hand_left, hand_top, hand_right, hand_bottom] = hand.bounds;
        hand_left < right && hand_right > left && hand_top < bottom && hand_bottom > top
    }
}

/// A thing's box with what the palm that holds it may be away from it.
pub(crate) fn within_reach(bounds: &[f32; 4]) -> [f32; 4] {
    let [left, top, right, bottom] = *bounds;
    let (dx, dy) = ((right - left) * REACH, (bottom - top) * REACH);
    [left - dx, top - dy, right + dx, bottom + dy]
}

/// What is remembered between looks; numbers only.
#[derive(Default)]
pub(crate) struct PhoneMemory {
    pub evidence: Evidence,
    pub search: Search,
    /// A hand fills so much of the picture that what it holds is not known.
    pub hand_too_near: bool,
    seen: Option<DetectedObject>,
}

impl PhoneMemory {
    /// Keeps the thing seen last for as long as anything speaks for it.
    pub(crate) fn remember(&mut self, object: Option<DetectedObject>) {
        if object.is_some() || self.evidence.is_gone() {
            self.seen = object;
        }
    }

    /// The phone-like thing last seen and whether it is in the hand.
    pub(crate) fn state(&self) -> Option<(DetectedObject, bool)> {
        self.seen.map(|object| (object, self.evidence.in_hand()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hand_beside_the_thing_reaches_it_and_one_further_away_does_not() {
        let object = DetectedObject { bounds: [100.0, 100.0, 140.0, 180.0], score: 0.5 };
        let sighting = Sighting { object, region: Region::Whole };
        let hand = |left: f32| DetectedHand { bounds: [left, 150.0, left + 50.0, 200.0], score: 0.8 };
        assert!(sighting.is_reached_by(&hand(120.0)));
        assert!(sighting.is_reached_by(&hand(143.0)), "fingers reach further than the palm");
        assert!(!sighting.is_reached_by(&hand(160.0)));
        assert!(!sighting.is_reached_by(&hand(40.0)));
    }
}
