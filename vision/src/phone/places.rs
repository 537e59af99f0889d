//! Where to look for a phone: around the face's person, or, without a face, in squares of the staff zone.
//!
//! Measured at three looks a second. With a phone at the ear or in the hand the object model's score on the crops
//! around the person is 0.3 to 0.5 in the middle. Of a person without a face in the picture (a hand behind a pole,
//! motion blur) it is 0.39 on a full-height square and 0.18 on the whole picture stretched to a square; on hands with
//! bottles at most 0.11 on either.

use crate::geometry::RotatedSquare;

/// A place to search.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// Three face widths around the head: a phone at the ear.
    Head,
    /// Five face widths around the chest and hands.
    Hands,
    /// The largest square of the staff zone's bounds, at their beginning (left or top).
    Beginning,
    /// The same, in the middle.
    Middle,
    /// The same, at the end.
    End,
}

/// Around a face.
const AROUND_A_FACE: [Place; 2] = [Place::Hands, Place::Head];
/// Without a face; the middle first and oftener, because it overlaps both others.
const WITHOUT_A_FACE: [Place; 4] = [Place::Middle, Place::Beginning, Place::Middle, Place::End];
/// Of so many looks, one goes elsewhere than where something was held last.
const ELSEWHERE_EVERY: u32 = 4;

impl Place {
    /// The crop for a face box, in a region; both left, top, right, bottom, in frame pixels.
    pub(crate) fn crop(self, face: Option<&[f32; 4]>, region: &[f32; 4]) -> RotatedSquare {
        let [left, top, right, bottom] = *face.unwrap_or(region);
        let (width, height) = (right - left, bottom - top);
        let middle = ((left + right) / 2.0, (top + bottom) / 2.0);
        let along = |share: f32| {
            let side = width.min(height);
            let at = |low: f32, length: f32| low + side / 2.0 + share * (length - side);
            RotatedSquare::upright((at(left, width), at(top, height)), side)
        };
        match self {
            Self::Head => RotatedSquare::upright(middle, 3.0 * width),
            Self::Hands => RotatedSquare::upright((middle.0, middle.1 + 1.5 * height), 5.0 * width),
            Self::Beginning => along(0.0),
            Self::Middle => along(0.5),
            Self::End => along(1.0),
        }
    }

    fn is_around_a_face(self) -> bool {
        AROUND_A_FACE.contains(&self)
    }
}

/// The places of the `look`-th look, from 1: both places around a face at first, then mostly where something was held
/// last, else in turn.
pub(super) fn to_search(face_seen: bool, look: u32, held_at: Option<Place>) -> &'static [Place] {
    let turns: &'static [Place] = if face_seen { &AROUND_A_FACE } else { &WITHOUT_A_FACE };
    if look == 1 {
        return if face_seen { turns } else { &WITHOUT_A_FACE[..1] };
    }
    let turn = |place: usize| &turns[place..=place];
    let held_at = held_at.filter(|place| place.is_around_a_face() == face_seen);
    match held_at.and_then(|held| turns.iter().position(|place| *place == held)) {
        None => turn(look as usize % turns.len()),
        Some(_) if look.is_multiple_of(ELSEWHERE_EVERY) && face_seen => {
            turn(turns.iter().position(|place| Some(*place) != held_at).unwrap_or(0))
        }
        Some(_) if look.is_multiple_of(ELSEWHERE_EVERY) => turn((look / ELSEWHERE_EVERY) as usize % turns.len()),
        Some(held) => turn(held),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_place_is_searched_within_sixteen_looks() {
        for (face_seen, all) in [(true, &AROUND_A_FACE[..]), (false, &WITHOUT_A_FACE[..])] {
            for held_at in std::iter::once(None).chain(all.iter().copied().map(Some)) {
                let searched: Vec<Place> =
                    (1..=16).flat_map(|look| to_search(face_seen, look, held_at)).copied().collect();
                assert!(all.iter().all(|place| searched.contains(place)), "{held_at:?}: {searched:?}");
            }
        }
    }

    #[test]
    fn a_place_around_a_face_is_not_searched_without_one() {
        for look in 1..10 {
            assert!(to_search(false, look, Some(Place::Head)).iter().all(|place| !place.is_around_a_face()));
            assert!(to_search(true, look, Some(Place::End)).iter().all(|place| place.is_around_a_face()));
        }
    }

    #[test]
    fn the_squares_cover_the_region_and_stay_in_it() {
        for region in [[0.0, 0.0, 640.0, 360.0], [100.0, 0.0, 300.0, 480.0]] {
            for place in WITHOUT_A_FACE {
                let crop = place.crop(None, &region);
                assert!(crop.centre.0 - crop.side / 2.0 >= region[0] && crop.centre.1 + crop.side / 2.0 <= region[3]);
            }
            let last = Place::End.crop(None, &region);
            assert_eq!((last.centre.0 + last.side / 2.0, last.centre.1 + last.side / 2.0), (region[2], region[3]));
        }
    }
}
