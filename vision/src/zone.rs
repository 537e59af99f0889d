//! Zones: polygons in the picture, in fractions of its width and height.
//!
//! The staff zone is where a face may be read; in the customer and queue zones only presence is.

use crate::observation::Rect;

/// More corners than a counter has; without a limit every test of a point could take seconds.
const MAX_CORNERS: usize = 64;

/// A simple polygon with three to 64 corners, in fractions of the frame, origin top left.
#[derive(Clone, Debug, PartialEq)]
pub struct Polygon(Vec<(f32, f32)>);

/// Why a list of corners is no polygon.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum PolygonError {
    /// Fewer than three corners.
    #[error("a zone needs at least 3 corners, this one has {0}")]
    TooFewCorners(usize),
    /// More than 64 corners.
    #[error("a zone has at most {MAX_CORNERS} corners, this one has {0}; leave out those that change little")]
    TooManyCorners(usize),
    /// A coordinate outside 0..1 or not a number.
    #[error("corner {index} is ({x}, {y}); both must lie between 0 and 1 (fractions of the picture)")]
    OutOfRange {
        /// Which corner, from 0.
        index: usize,
        /// Its x.
        x: f32,
        /// Its y.
        y: f32,
    },
    /// Two sides cross, so that inside and outside are not where they seem.
    #[error(
        "the side after corner {first} crosses the one after corner {second}; put the corners in order around the zone"
    )]
    Crossing {
        /// The corner, from 0, after which the one side goes.
        first: usize,
        /// The corner after which the other does.
        second: usize,
    },
    /// The corners enclose nothing.
    #[error("the corners enclose no area")]
    NoArea,
}

impl Polygon {
    /// Checks the corners: three to 64, all within 0..1, no two sides that cross, and some area between them.
    ///
    /// # Errors
    /// [`PolygonError`].
    pub fn new(corners: Vec<(f32, f32)>) -> Result<Self, PolygonError> {
        if corners.len() < 3 {
            return Err(PolygonError::TooFewCorners(corners.len()));
        }
        if corners.len() > MAX_CORNERS {
            return Err(PolygonError::TooManyCorners(corners.len()));
        }
        for (index, &(x, y)) in corners.iter().enumerate() {
            if !(0.0..=1.0).contains(&x) || !(0.0..=1.0).contains(&y) {
                return Err(PolygonError::OutOfRange { index, x, y });
            }
        }
        let polygon = Self(corners);
        if let Some((first, second)) = polygon.crossing() {
            return Err(PolygonError::Crossing { first, second });
        }
        if polygon.area() < 1e-4 {
            return Err(PolygonError::NoArea);
        }
        Ok(polygon)
    }

    /// The corners, in order.
    #[must_use]
    pub fn corners(&self) -> &[(f32, f32)] {
        &self.0
    }

    /// Whether a point lies inside (even-odd rule).
    #[must_use]
    pub fn contains(&self, x: f32, y: f32) -> bool {
        self.edges()
            .filter(|&((x0, y0), (x1, y1))| (y0 > y) != (y1 > y) && x < x0 + (y - y0) / (y1 - y0) * (x1 - x0))
            .count()
            % 2
            == 1
    }

    /// The smallest box around the polygon.
    #[must_use]
    pub fn bounds(&self) -> Rect {
        let (mut x0, mut y0, mut x1, mut y1) = (1.0f32, 1.0f32, 0.0f32, 0.0f32);
        for &(x, y) in &self.0 {
            (x0, y0, x1, y1) = (x0.min(x), y0.min(y), x1.max(x), y1.max(y));
        }
        Rect { x: x0, y: y0, w: x1 - x0, h: y1 - y0 }
    }

    /// Enclosed area as a share of the picture.
    fn area(&self) -> f32 {
        (self.edges().map(|((x0, y0), (x1, y1))| x0 * y1 - x1 * y0).sum::<f32>() / 2.0).abs()
    }

    /// The first two sides that cross; those that only touch do not.
    fn crossing(&self) -> Option<(usize, usize)> {
        let sides: Vec<_> = self.edges().collect();
        let cross = |(index, a): (usize, &Side)| {
            sides.iter().enumerate().skip(index + 1).find(|(_, b)| do_cross(a, b)).map(|(other, _)| (index, other))
        };
        sides.iter().enumerate().find_map(cross)
    }

    fn edges(&self) -> impl Iterator<Item = ((f32, f32), (f32, f32))> + '_ {
        self.0.iter().copied().zip(self.0.iter().copied().cycle().skip(1))
    }
}

/// A side of a polygon.
type Side = ((f32, f32), (f32, f32));

/// Whether each of two sides has its ends on either side of the other.
fn do_cross(a: &Side, b: &Side) -> bool {
    let of = |(x, y): (f32, f32)| (f64::from(x), f64::from(y));
    let turn = |side: &Side, point: (f32, f32)| {
        let ((x0, y0), (x1, y1), (x, y)) = (of(side.0), of(side.1), of(point));
        (x1 - x0) * (y - y0) - (y1 - y0) * (x - x0)
    };
    turn(a, b.0) * turn(a, b.1) < 0.0 && turn(b, a.0) * turn(b, a.1) < 0.0
}

/// The zones of one camera. Without a staff zone the whole frame is the staff zone.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Zones {
    /// Where the staff member works; everything outside is filled before any face is looked for.
    pub staff: Option<Polygon>,
    /// Where customers stand: presence only.
    pub customer: Option<Polygon>,
    /// Where people wait: presence only.
    pub queue: Option<Polygon>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_zone_whose_sides_cross_is_refused_and_a_concave_one_is_not() {
        let bow = vec![(0.1, 0.1), (0.9, 0.9), (0.9, 0.1), (0.1, 0.8)];
        assert_eq!(Polygon::new(bow), Err(PolygonError::Crossing { first: 0, second: 2 }));
        let arrow = vec![(0.1, 0.1), (0.9, 0.1), (0.5, 0.3), (0.5, 0.9)];
        assert!(Polygon::new(arrow).is_ok());
    }

    #[test]
    fn a_zone_has_a_limit_of_corners() {
        let round = |count: usize| {
            let angle = |index: usize| std::f32::consts::TAU * index as f32 / count as f32;
            let corner = |index| (0.5 + 0.4 * f32::cos(angle(index)), 0.5 + 0.4 * f32::sin(angle(index)));
            Polygon::new((0..count).map(corner).collect())
        };
        assert_eq!(round(MAX_CORNERS).map(|polygon| polygon.corners().len()), Ok(MAX_CORNERS));
        let fault = round(MAX_CORNERS + 1).expect_err("refused");
        assert_eq!(fault, PolygonError::TooManyCorners(MAX_CORNERS + 1));
        assert!(fault.to_string().contains("at most 64 corners, this one has 65"), "{fault}");
    }
}
