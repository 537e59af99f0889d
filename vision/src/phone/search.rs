//! Where to look for a phone next: one region a look, so that the cost does not depend on what is seen.
//!
//! The object model sees 320 pixels a side. On the whole frame a phone at counter distance is a few pixels; on a crop
//! close around the hands it is large, but so is every fist and badge, which then look like phones. Squares as high
//! as the picture lie between, and are searched in turn; where something was seen is searched more often.

use smallvec::{SmallVec, smallvec};

use crate::geometry::RotatedSquare;

/// Of so many looks, one goes elsewhere than where something was seen last.
const LOOKS_ELSEWHERE: u32 = 3;
/// Large hands are looked for at one of so many looks: once a second.
const LOOKS_A_HAND: u32 = 3;
/// Regions that the first look at somebody covers.
const FIRST_REGIONS: usize = 2;
/// Neighbouring tiles are at most this share of their side apart, so that a phone is whole in one of them.
const TILE_STEP: f32 = 0.5;
/// Looks at the place of the last sighting that saw nothing, after which it is given up.
const MAX_MISSES: u32 = 4;
/// Where hands hold a phone that is not at the ear: this many face widths to either side, and between so many face
/// heights below the face's centre.
const REACH_WIDTHS: f32 = 2.0;
const REACH_HEIGHTS: std::ops::Range<f32> = 0.5..2.5;
/// Least part of it that has to be inside the staff zone's picture.
const MIN_VISIBLE_SHARE: f32 = 0.5;
/// Samples a side when the part is measured.
const SAMPLES: usize = 12;

/// A part of the picture to look at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Region {
    /// Three face widths around the head: a phone at the ear.
    Head,
    /// Five face widths around the chest and hands.
    Hands,
    /// A square as high as the picture, over the face.
    Body,
    /// The n-th of the squares that cover the staff zone.
    Tile(u8),
    /// All of the staff zone, squeezed into a square.
    Whole,
    /// A square as high as the picture, over the thing seen last.
    Around,
}

impl Region {
    /// A face decides how large the crop is: it may be so small that fists and badges look like phones.
    pub(crate) fn is_close(self) -> bool {
        matches!(self, Self::Head | Self::Hands)
    }
}

/// Parts of the picture: eight tiles and two more at the most.
pub(crate) type Regions = SmallVec<[Region; 12]>;

/// The picture's parts that can be asked for now.
pub(crate) struct Scene {
    /// Bounds of the staff zone: left, top, right, bottom, in frame pixels.
    pub bounds: [f32; 4],
    /// The followed face's box, in frame pixels.
    pub face: Option<[f32; 4]>,
}

impl Scene {
    /// Every region, the likeliest first.
    pub(crate) fn regions(&self) -> Regions {
        match self.face {
            Some(_) => smallvec![Region::Hands, Region::Whole, Region::Body, Region::Head],
            None => {
                // The middle first.
                let (tiles, middle) = (self.tiles(), self.tiles() / 2);
                (middle..tiles).chain(0..middle).map(Region::Tile).chain([Region::Whole]).collect()
            }
        }
    }

    /// The square of a region; `None` for [`Region::Whole`], which is none, and for what is not there.
    pub(crate) fn square(&self, region: Region, seen: Option<&[f32; 4]>) -> Option<RotatedSquare> {
        let [left, top, right, bottom] = self.bounds;
        let side = self.side();
        let inside = |centre: (f32, f32), side: f32| {
            let half = side / 2.0;
            let hold = |value: f32, low: f32, high: f32| value.max(low + half).min((high - half).max(low + half));
            RotatedSquare::upright((hold(centre.0, left, right), hold(centre.1, top, bottom)), side)
        };
        let face = |scale: f32, down: f32| {
            self.face.map(|[x0, y0, x1, y1]| {
                let centre = ((x0 + x1) / 2.0, (y0 + y1) / 2.0 + down * (y1 - y0));
                (centre, scale * (x1 - x0))
            })
        };
        match region {
            Region::Head => face(3.0, 0.0).map(|(centre, side)| RotatedSquare::upright(centre, side)),
            Region::Hands => face(5.0, 1.5).map(|(centre, side)| RotatedSquare::upright(centre, side)),
            Region::Body => face(1.0, 1.5).map(|(centre, _)| inside(centre, side)),
            Region::Tile(number) => {
                let share = f32::from(number) / f32::from(self.tiles().saturating_sub(1).max(1));
                let centre = (
                    left + side / 2.0 + share * (right - left - side),
                    top + side / 2.0 + share * (bottom - top - side),
                );
                Some(inside(centre, side))
            }
            Region::Whole => None,
            Region::Around => seen.map(|[x0, y0, x1, y1]| inside(((x0 + x1) / 2.0, (y0 + y1) / 2.0), side)),
        }
    }

    /// The shorter side of the staff zone's bounds, in pixels.
    pub(crate) fn side(&self) -> f32 {
        let [left, top, right, bottom] = self.bounds;
        (right - left).min(bottom - top)
    }

    /// A square over all of the staff zone.
    pub(crate) fn all(&self) -> RotatedSquare {
        let [left, top, right, bottom] = self.bounds;
        RotatedSquare::upright(((left + right) / 2.0, (top + bottom) / 2.0), (right - left).max(bottom - top))
    }

    /// Squares that cover the staff zone's bounds along their longer side.
    fn tiles(&self) -> u8 {
        let [left, top, right, bottom] = self.bounds;
        let (width, height) = (right - left, bottom - top);
        let ratio = width.max(height) / width.min(height).max(1.0);
        (((ratio - 1.0) / TILE_STEP).ceil() as u8).saturating_add(1).min(8)
    }

    /// Whether the place where hands would be is in the picture: without a face nobody's hands are asked for, and
    /// the staff zone is searched as it is.
    pub(crate) fn hands_are_in_view(&self, is_visible: impl Fn(f32, f32) -> bool) -> bool {
        let Some([x0, y0, x1, y1]) = self.face else { return true };
        let (width, height, centre) = (x1 - x0, y1 - y0, ((x0 + x1) / 2.0, (y0 + y1) / 2.0));
        let along = |low: f32, high: f32, step: usize| low + (high - low) * (step as f32 + 0.5) / SAMPLES as f32;
        let across = |step| along(centre.0 - REACH_WIDTHS * width, centre.0 + REACH_WIDTHS * width, step);
        let down = |step| along(centre.1 + REACH_HEIGHTS.start * height, centre.1 + REACH_HEIGHTS.end * height, step);
        let seen =
            (0..SAMPLES * SAMPLES).filter(|index| is_visible(across(index % SAMPLES), down(index / SAMPLES))).count();
        seen as f32 >= MIN_VISIBLE_SHARE * (SAMPLES * SAMPLES) as f32
    }
}

/// What is remembered of where things were; numbers only.
#[derive(Default)]
pub(crate) struct Search {
    looks: u32,
    turn: u32,
    last: Option<Last>,
}

#[derive(Clone, Copy, Debug)]
struct Last {
    region: Region,
    bounds: [f32; 4],
    misses: u32,
    /// The look since which something is seen.
    since: u32,
}

/// Where one look goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Look {
    pub regions: Regions,
    /// Seeing nothing there speaks against a phone: nothing was seen elsewhere, or this is where it was.
    pub miss_counts: bool,
}

impl Search {
    /// The regions to search now, out of those that there are: one, or two for the first look at somebody.
    pub(crate) fn next(&mut self, regions: &[Region]) -> Look {
        self.looks = self.looks.wrapping_add(1);
        let Some(last) = self.last else {
            let count = if self.turn == 0 { FIRST_REGIONS } else { 1 };
            let regions = (0..count).map(|_| self.in_turn(regions)).collect();
            return Look { regions, miss_counts: true };
        };
        let there = self.looks.wrapping_sub(last.since) % LOOKS_ELSEWHERE;
        // What a close crop saw is confirmed on a wider one, where fists and badges do not look like phones.
        let known = match regions.contains(&last.region) && !(last.region.is_close() && there == 1) {
            true => last.region,
            false => Region::Around,
        };
        if there != 0 {
            return Look { regions: smallvec![known], miss_counts: true };
        }
        let others: Regions =
            regions.iter().copied().chain([Region::Around]).filter(|region| *region != known).collect();
        Look { regions: smallvec![self.in_turn(&others)], miss_counts: false }
    }

    fn in_turn(&mut self, regions: &[Region]) -> Region {
        self.turn = self.turn.wrapping_add(1);
        let index = self.turn.wrapping_sub(1) as usize % regions.len().max(1);
        regions.get(index).copied().unwrap_or(Region::Whole)
    }

    /// Whether the look is of an even number, to take turns by.
    pub(crate) fn is_even(&self) -> bool {
        self.looks.is_multiple_of(2)
    }

    /// Whether this is one of the looks at which large hands are looked for.
    pub(crate) fn is_time_for_hands(&self) -> bool {
        self.looks % LOOKS_A_HAND == 1
    }

    /// Where the thing seen last was.
    pub(crate) fn seen(&self) -> Option<&[f32; 4]> {
        self.last.as_ref().map(|last| &last.bounds)
    }

    /// Remembers what a look saw.
    pub(crate) fn remember(&mut self, look: &Look, found: Option<(Region, [f32; 4])>) {
        match (found, &mut self.last) {
            (Some((region, bounds)), last) => {
                let since = last.map_or(self.looks, |last| last.since);
                *last = Some(Last { region, bounds, misses: 0, since });
            }
            (None, Some(last)) if look.miss_counts => {
                last.misses += 1;
                if last.misses >= MAX_MISSES {
                    self.last = None;
                }
            }
            (None, _) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WIDE: Scene = Scene { bounds: [0.0, 0.0, 640.0, 360.0], face: None };

    #[test]
    fn tiles_cover_the_staff_zone_with_overlap() {
        assert_eq!(WIDE.regions().as_slice(), [Region::Tile(1), Region::Tile(2), Region::Tile(0), Region::Whole]);
        let centres: Vec<_> =
            (0..3).filter_map(|n| WIDE.square(Region::Tile(n), None)).map(|square| square.centre).collect();
        assert_eq!(centres, [(180.0, 180.0), (320.0, 180.0), (460.0, 180.0)]);
        let square = Scene { bounds: [100.0, 0.0, 400.0, 300.0], face: None };
        assert_eq!(square.regions().as_slice(), [Region::Tile(0), Region::Whole]);
    }

    #[test]
    fn every_region_is_searched_in_turn_when_nothing_was_seen_and_two_at_first() {
        let (mut search, regions) = (Search::default(), WIDE.regions());
        let searched: Vec<Region> = (0..3).flat_map(|_| search.next(&regions).regions).collect();
        assert_eq!(searched, regions.as_slice());
    }

    #[test]
    fn where_something_was_seen_gets_two_looks_of_three_until_it_is_gone() {
        let (mut search, regions) = (Search::default(), WIDE.regions());
        let look = search.next(&regions);
        search.remember(&look, Some((Region::Tile(1), [300.0, 100.0, 340.0, 180.0])));
        let looks: Vec<Look> = (0..30).map(|_| search.next(&regions)).collect();
        assert_eq!(looks.iter().filter(|look| look.regions[..] == [Region::Tile(1)]).count(), 20);
        assert!(looks.iter().all(|look| look.miss_counts == (look.regions[..] == [Region::Tile(1)])));
        for region in [Region::Tile(0), Region::Tile(2), Region::Whole, Region::Around] {
            assert!(looks.iter().any(|look| look.regions[..] == [region]), "{region:?} is never searched");
        }
        for _ in 0..MAX_MISSES {
            search.remember(&Look { regions: smallvec![Region::Tile(1)], miss_counts: true }, None);
        }
        assert!(search.seen().is_none());
    }

    #[test]
    fn what_a_close_crop_saw_is_confirmed_on_a_wider_one_over_it() {
        let face = Scene { face: Some([290.0, 60.0, 350.0, 130.0]), ..WIDE };
        let (mut search, regions) = (Search::default(), face.regions());
        let look = search.next(&regions);
        search.remember(&look, Some((Region::Hands, [500.0, 100.0, 540.0, 180.0])));
        assert_eq!(search.next(&regions).regions[..], [Region::Around]);
        assert_eq!(search.next(&regions).regions[..], [Region::Hands]);
        let around = face.square(Region::Around, search.seen()).expect("it was seen");
        assert_eq!((around.centre, around.side), ((460.0, 180.0), 360.0));
    }

    #[test]
    fn the_place_is_kept_when_the_face_goes() {
        let mut search = Search::default();
        let look = search.next(&[Region::Hands]);
        search.remember(&look, Some((Region::Hands, [300.0, 100.0, 340.0, 180.0])));
        assert_eq!(search.next(&WIDE.regions()).regions[..], [Region::Around]);
        assert_eq!(search.next(&WIDE.regions()).regions[..], [Region::Around]);
    }

    #[test]
    fn hands_below_the_picture_are_not_in_view() {
        let frame = |x: f32, y: f32| (0.0..640.0).contains(&x) && (0.0..360.0).contains(&y);
        let with_face = |face| Scene { bounds: WIDE.bounds, face: Some(face) };
        assert!(with_face([290.0, 60.0, 350.0, 130.0]).hands_are_in_view(frame));
        assert!(!with_face([220.0, 120.0, 420.0, 350.0]).hands_are_in_view(frame));
        assert!(WIDE.hands_are_in_view(frame));
    }
}
