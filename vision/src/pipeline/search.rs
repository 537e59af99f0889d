//! Where to look more closely for a face that is too small for the detector's view of the whole picture.
//!
//! The detector sees 192 pixels a side: in a picture 640 wide it finds faces down to 24 pixels. Overlapping squares
//! of the staff zone, one a frame, show it faces of 15.

use crate::geometry::RotatedSquare;

/// Side of a square, as a share of the longer side of what is searched.
const SIDE_SHARE: f32 = 0.5;
/// How far neighbouring squares are apart at most, as a share of their side: a face on the edge of one lies well
/// within the next.
const STEP_SHARE: f32 = 0.75;

/// The turn of the squares.
#[derive(Default)]
pub(super) struct Search {
    next: usize,
}

impl Search {
    /// The square to look at now, in a region (left, top, right, bottom, in pixels).
    pub(super) fn next(&mut self, region: &[f32; 4]) -> RotatedSquare {
        let [left, top, right, bottom] = *region;
        let (width, height) = (right - left, bottom - top);
        let side = SIDE_SHARE * width.max(height);
        let places = |length: f32| 1 + ((length - side) / (STEP_SHARE * side)).max(0.0).ceil() as usize;
        let (columns, rows) = (places(width), places(height));
        let at = self.next % (columns * rows);
        self.next = at + 1;
        let centre = |low: f32, length: f32, place: usize, places: usize| {
            if places == 1 {
                low + length / 2.0
            } else {
                low + side / 2.0 + (length - side) * place as f32 / (places - 1) as f32
            }
        };
        RotatedSquare::upright(
            (centre(left, width, at % columns, columns), centre(top, height, at / columns, rows)),
            side,
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_small_face_lies_wholly_in_one_of_the_squares() {
        for (width, height) in [(640.0, 480.0), (1920.0, 1080.0), (480.0, 640.0), (500.0, 500.0)] {
            let mut search = Search::default();
            let squares: Vec<RotatedSquare> = (0..12).map(|_| search.next(&[0.0, 0.0, width, height])).collect();
            let face = width.max(height) * 0.04;
            for step in 0..400 {
                let x = face / 2.0 + (step % 20) as f32 / 19.0 * (width - face);
                let y = face / 2.0 + (step / 20) as f32 / 19.0 * (height - face);
                let inside = |square: &RotatedSquare| {
                    let room = (square.side - face) / 2.0;
                    (x - square.centre.0).abs() <= room + 0.01 && (y - square.centre.1).abs() <= room + 0.01
                };
                assert!(squares.iter().any(inside), "{width}x{height}: ({x}, {y})");
            }
        }
    }
}
