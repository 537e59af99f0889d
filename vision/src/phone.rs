//! A phone-like thing in the hand: where to look for one, and evidence over time.
//!
//! The object model on the whole frame, stretched to its square, misses most phones at counter distance; on square
//! crops it does not ([`places`] says which). A low threshold is made safe by adding evidence up over time. A name
//! badge, a terminal or a phone on the counter looks much like a phone in the hand: only what has skin beside it
//! counts as held, of the person's own colour where the face is seen.

mod places;

use crate::error::VisionError;
use crate::frame::Frame;
use crate::models::object_detector::DetectedObject;
use crate::skin::{self, SkinTone};
pub(crate) use places::Place;

/// Lowest score that counts as having seen something.
pub(crate) const MIN_SCORE: f32 = 0.15;
/// The score at which a single look says nothing either way.
const NEUTRAL_SCORE: f32 = 0.2;
/// Log-likelihood ratio per unit of score, and its bounds for one look.
const EVIDENCE_PER_SCORE: f32 = 8.0;
const MOST_FOR: f32 = 1.6;
const MOST_AGAINST: f32 = -0.6;
/// Evidence at which a phone is taken to be in the hand, and below which no longer.
const ENTER: f32 = 1.0;
const LEAVE: f32 = 0.2;
/// Most evidence that is kept, so that a phone put away is noticed within two seconds.
const CEILING: f32 = 3.0;

/// Evidence older than this says nothing about now.
const FORGET_AFTER_MS: u64 = 2_500;

/// How much of a phone's surroundings a hand covers at least.
const MIN_SKIN_SHARE: f32 = 0.10;
/// The surroundings: the box, widened by this share of its size on every side.
const SURROUNDINGS: f32 = 0.35;

/// A phone-like thing seen in one look.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Sighting {
    object: DetectedObject,
    place: Option<Place>,
    /// A hand is at it, as far as can be told.
    held: bool,
}

impl Sighting {
    /// Judges whether a hand is at the thing, by the person's own skin or, without a face, by the colours of all skin.
    pub(crate) fn new(
        object: DetectedObject,
        place: Option<Place>,
        frame: &Frame,
        skin: Option<&SkinTone>,
    ) -> Result<Self, VisionError> {
        let [left, top, right, bottom] = object.bounds;
        let (dx, dy) = ((right - left) * SURROUNDINGS, (bottom - top) * SURROUNDINGS);
        let around = [left - dx, top - dy, right + dx, bottom + dy];
        let share = match skin {
            Some(skin) => skin.share_in(frame, &around)?,
            None => skin::any_share_in(frame, &around)?,
        };
        Ok(Self { object, place, held: share >= MIN_SKIN_SHARE })
    }

    /// What the sighting says for a phone in the hand.
    fn weight(&self) -> f32 {
        if self.held { self.object.score } else { 0.0 }
    }
}

/// What has been seen so far; numbers only.
#[derive(Default)]
pub(crate) struct PhoneEvidence {
    evidence: f32,
    in_hand: bool,
    seen: Option<DetectedObject>,
    /// The place of the last sighting, looks so far, and when the latest was.
    held_at: Option<Place>,
    looks: u32,
    last_ms: u64,
}

impl PhoneEvidence {
    /// The places to search now. What is older than [`FORGET_AFTER_MS`] counts for nothing.
    pub(crate) fn places(&mut self, t_ms: u64, face_seen: bool) -> &'static [Place] {
        if t_ms.abs_diff(self.last_ms) > FORGET_AFTER_MS {
            *self = Self::default();
        }
        self.last_ms = t_ms;
        self.looks = self.looks.wrapping_add(1);
        places::to_search(face_seen, self.looks, self.held_at)
    }

    /// Adds what one look saw.
    pub(crate) fn add(&mut self, sightings: Vec<Sighting>) {
        let best = sightings
            .into_iter()
            .max_by(|a, b| a.weight().total_cmp(&b.weight()).then(a.object.score.total_cmp(&b.object.score)));
        let weight = best.map_or(0.0, |sighting| sighting.weight());
        let ratio = ((weight - NEUTRAL_SCORE) * EVIDENCE_PER_SCORE).clamp(MOST_AGAINST, MOST_FOR);
        self.evidence = (self.evidence + ratio).clamp(0.0, CEILING);
        self.in_hand = self.evidence >= if self.in_hand { LEAVE } else { ENTER };
        if weight >= NEUTRAL_SCORE {
            self.held_at = best.and_then(|sighting| sighting.place);
        } else if !self.in_hand {
            self.held_at = None;
        }
        if weight > 0.0 || !self.in_hand {
            self.seen = best.map(|sighting| sighting.object);
        }
    }

    /// The phone-like thing last seen and whether it is in the hand.
    pub(crate) fn state(&self) -> Option<(DetectedObject, bool)> {
        self.seen.map(|object| (object, self.in_hand))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(score: f32, held: bool) -> Vec<Sighting> {
        let object = DetectedObject { bounds: [0.0, 0.0, 10.0, 20.0], score };
        if score < MIN_SCORE { Vec::new() } else { vec![Sighting { object, place: Some(Place::Hands), held }] }
    }

    fn check(scores: &[f32], expect: &[bool]) {
        let mut evidence = PhoneEvidence::default();
        let got: Vec<bool> = scores
            .iter()
            .map(|score| {
                evidence.add(seen(*score, true));
                evidence.state().is_some_and(|(_, in_hand)| in_hand)
            })
            .collect();
        assert_eq!(got, expect, "{scores:?}");
    }

    #[test]
    fn evidence_adds_up_and_fades() {
        check(&[0.4, 0.3, 0.3], &[true, true, true]);
        check(&[0.3, 0.0, 0.3], &[false, false, true]);
        check(&[0.15, 0.18, 0.15, 0.19], &[false; 4]);
        check(&[0.5, 0.5, 0.0, 0.0, 0.0, 0.0, 0.0], &[true, true, true, true, true, true, false]);
    }

    #[test]
    fn a_badge_that_hangs_is_seen_and_not_in_the_hand() {
        let mut evidence = PhoneEvidence::default();
        for _ in 0..10 {
            evidence.add(seen(0.6, false));
            assert!(evidence.state().is_some_and(|(_, in_hand)| !in_hand));
        }
    }

    #[test]
    fn evidence_from_before_a_hole_is_forgotten() {
        let mut evidence = PhoneEvidence::default();
        evidence.places(0, true);
        evidence.add(seen(0.5, true));
        evidence.places(2_000, true);
        assert!(evidence.state().is_some_and(|(_, in_hand)| in_hand));
        evidence.places(5_000, true);
        assert_eq!(evidence.state(), None);
    }
}
