//! Coordinates: where a crop lies in a frame.
//!
//! Pixel `(i, j)` covers the square from `(i, j)` to `(i + 1, j + 1)`; its centre is at `(i + 0.5, j + 0.5)`.
//! Crops are rotated squares. A transform is named by what it gives from what: `frame_from_crop`.

/// A square in frame pixels, turned clockwise in the picture (y points down) by an angle.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct RotatedSquare {
    /// Centre, in pixels.
    pub centre: (f32, f32),
    /// Side, in pixels.
    pub side: f32,
    /// Angle from the frame's x axis to the square's, in radians, positive clockwise as seen.
    pub angle: f32,
}

impl RotatedSquare {
    /// An upright square.
    pub(crate) fn upright(centre: (f32, f32), side: f32) -> Self {
        Self { centre, side, angle: 0.0 }
    }

    /// The transform from a crop of `crop_px` pixels a side into the frame.
    pub(crate) fn frame_from_crop(&self, crop_px: f32) -> Affine {
        let scale = self.side / crop_px;
        let (sin, cos) = self.angle.sin_cos();
        let (a, b) = (scale * cos, scale * sin);
        let half = crop_px / 2.0;
        Affine { m: [[a, -b, self.centre.0 - a * half + b * half], [b, a, self.centre.1 - b * half - a * half]] }
    }

    /// How far another square is from this one, in centre or side, as a share of this one's side.
    pub(crate) fn offset_from(&self, other: &Self) -> f32 {
        let moved = (self.centre.0 - other.centre.0).hypot(self.centre.1 - other.centre.1);
        moved.max((self.side - other.side).abs()) / self.side
    }

    /// Whether every part is a number and the side is positive.
    pub(crate) fn is_sound(&self) -> bool {
        self.centre.0.is_finite()
            && self.centre.1.is_finite()
            && self.angle.is_finite()
            && self.side.is_finite()
            && self.side > 1.0
    }
}

/// A 2x3 affine transform.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Affine {
    /// Rows of the matrix; the last column is the translation.
    pub m: [[f32; 3]; 2],
}

impl Affine {
    /// Leaves every point where it is.
    pub(crate) const IDENTITY: Self = Self { m: [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]] };

    pub(crate) fn apply(&self, (x, y): (f32, f32)) -> (f32, f32) {
        let [r0, r1] = self.m;
        (r0[0] * x + r0[1] * y + r0[2], r1[0] * x + r1[1] * y + r1[2])
    }
}
