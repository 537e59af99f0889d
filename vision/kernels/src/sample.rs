//! A picture's pixels at places between them: a rotated square as a tensor, in one pass.

use crate::colours::{Colours, MOST_PIXELS, mixed};
use crate::lanes::{Kernel, Lanes, Registers};

/// Rows of pixels, blue, green and red.
#[derive(Clone, Copy)]
pub struct Picture<'p> {
    /// Three bytes a pixel, row by row.
    pub bytes: &'p [u8],
    /// Pixels of a row.
    pub width: usize,
    /// Rows.
    pub height: usize,
    /// What lies outside, in each colour.
    pub outside: u8,
}

/// Colours of a pixel.
pub const COLOURS: usize = 3;
/// Pixels whose places are computed at once.
const BLOCK: usize = 16;

impl Picture<'_> {
    /// Fills a square of `side` pixels (rows of red, green and blue) with `byte * scale + offset`, bilinear between the
    /// centres of pixels, which lie at halves. `picture_from_square` takes places in the square to places in the picture.
    ///
    /// Places are not rounded, nor are values: the mesh of the next frame is fitted where this one's was found, and what
    /// is rounded on the way makes it waver.
    ///
    /// Returns whether the lengths fit: `bytes` three by width by height, `square` three by `side` squared.
    #[must_use]
    pub fn sample<V: Value>(
        &self,
        picture_from_square: [[f32; 3]; 2],
        side: usize,
        [scale, offset]: [f32; 2],
        square: &mut [V],
    ) -> bool {
        // Places in it are counted by whole numbers of 32 bits.
        let squared = side.checked_mul(side).and_then(|pixels| pixels.checked_mul(COLOURS));
        if !self.is_whole() || i32::try_from(self.bytes.len()).is_err() || side == 0 || squared != Some(square.len()) {
            return false;
        }
        let sampling = Sampling { picture: self, picture_from_square, side, scale, offset, square };
        Registers::run_on_widest(sampling);
        true
    }

    /// Whether there are as many bytes as pixels have.
    pub(crate) fn is_whole(&self) -> bool {
        let length = self.width.checked_mul(self.height).and_then(|pixels| pixels.checked_mul(COLOURS));
        length == Some(self.bytes.len())
    }

    /// Whether all four corners of a place are pixels, and more rows follow. No number is not inside either.
    #[inline(always)]
    fn is_well_inside(&self, x: f32, y: f32) -> bool {
        x >= 0.0 && y >= 0.0 && x + 1.0 < self.width as f32 && y + 2.0 < self.height as f32
    }

    /// Red, green and blue of pixels between the corners of which the upper left ones are that many bytes from the first.
    ///
    /// # Safety
    /// The places are well inside, the lengths fit, and there are as many as pixels in a register.
    #[inline(always)]
    unsafe fn inner<L: Lanes>(&self, offsets: &[i32], right_shares: &[f32], low_shares: &[f32]) -> L {
        let below = self.width * COLOURS;
        debug_assert!(offsets[..L::PIXELS].iter().all(|at| *at as usize + below + 8 <= self.bytes.len()));
        // SAFETY: the caller's word. Eight bytes are read of six, of which the last lie in the row after the lower
        // corners' at the most.
        unsafe { L::between(self.bytes.as_ptr(), below, offsets, right_shares, low_shares) }
    }

    /// The same of any place, in pixels from the first pixel's centre.
    fn anywhere(&self, x: f32, y: f32) -> [f32; 4] {
        let (left, top) = (x.floor(), y.floor());
        let (right, low) = (left + 1.0, top + 1.0);
        let corners = [self.pixel(left, top), self.pixel(right, top), self.pixel(left, low), self.pixel(right, low)];
        mixed(corners, x - left, y - top)
    }

    /// A pixel, or what lies outside. A place that is no number is outside.
    fn pixel(&self, x: f32, y: f32) -> [f32; 3] {
        let inside = x >= 0.0 && y >= 0.0 && x < self.width as f32 && y < self.height as f32;
        let first = if inside { (y as usize * self.width + x as usize) * COLOURS } else { usize::MAX - COLOURS };
        let bytes = self.bytes.get(first..first + COLOURS);
        bytes.map_or([self.outside; 3], |bytes| [bytes[0], bytes[1], bytes[2]]).map(f32::from)
    }
}

/// A colour of a tensor.
pub trait Value: Copy {
    /// Of a number, which lies in the range of bytes where bytes are made of it.
    fn of(value: f32) -> Self;
}

impl Value for f32 {
    #[inline(always)]
    fn of(value: f32) -> Self {
        value
    }
}

impl Value for u8 {
    /// The nearest whole number that a byte can hold.
    #[inline(always)]
    fn of(value: f32) -> Self {
        let above = if value > 0.0 { value } else { 0.0 };
        let within = if above < 255.0 { above } else { 255.0 };
        // SAFETY: between 0 and 255, and no number is 0 here. Written so, the compiler converts many at once.
        unsafe { (within + 0.5).to_int_unchecked::<i32>() as Self }
    }
}

/// One square of a picture whose lengths fit.
struct Sampling<'p, 's, V> {
    picture: &'p Picture<'p>,
    picture_from_square: [[f32; 3]; 2],
    side: usize,
    scale: f32,
    offset: f32,
    square: &'s mut [V],
}

impl<V: Value> Kernel for Sampling<'_, '_, V> {
    #[inline(always)]
    fn run<L: Lanes>(self) {
        let Self { picture, picture_from_square: [[xx, xy, x0], [yx, yy, y0]], side, scale, offset, square } = self;
        let row_bytes = (picture.width * COLOURS) as i32;
        for (row, pixels) in square.chunks_exact_mut(side * COLOURS).enumerate() {
            let v = row as f32 + 0.5;
            let (start_x, start_y) = (xy * v + x0 - 0.5, yy * v + y0 - 0.5);
            let place = |column: f32| {
                let u = column + 0.5;
                (xx * u + start_x, yx * u + start_y)
            };
            let is_inner = |column: usize| {
                let (x, y) = place(column as f32);
                picture.is_well_inside(x, y)
            };
            // Places lie on a line, and rounding keeps their order: those between two that are inside are inside.
            let first = (0..side).find(|column| is_inner(*column)).unwrap_or(side);
            let end = (first..side).rev().find(|column| is_inner(*column)).map_or(first, |last| last + 1);
            for column in (0..first).chain(end..side) {
                let (x, y) = place(column as f32);
                let rgb = picture.anywhere(x, y).scaled(scale, offset);
                write(&mut pixels[column * COLOURS..], &rgb[..COLOURS]);
            }
            for block in (first..end).step_by(BLOCK) {
                // One step for all of a block: the compiler computes it in registers.
                let (mut offsets, mut right_shares, mut low_shares) = ([0; BLOCK], [0.0; BLOCK], [0.0; BLOCK]);
                let (start, last) = (block as f32, (end - 1) as f32);
                for at in 0..BLOCK {
                    let column = start + at as f32;
                    let (x, y) = place(if column < last { column } else { last });
                    // SAFETY: inside, as was just said: at least 0, and below what a whole number can be.
                    let (left, top) = unsafe { (x.to_int_unchecked::<i32>(), y.to_int_unchecked::<i32>()) };
                    offsets[at] = top * row_bytes + left * COLOURS as i32;
                    (right_shares[at], low_shares[at]) = (x - left as f32, y - top as f32);
                }
                let mut rgb = [0.0; BLOCK * COLOURS + MOST_PIXELS];
                for at in (0..BLOCK).step_by(L::PIXELS) {
                    // SAFETY: as above; the lengths were looked at before. What a register holds beyond its colours is
                    // overwritten by the next one's, or lies after the last.
                    unsafe {
                        let colours = picture.inner::<L>(&offsets[at..], &right_shares[at..], &low_shares[at..]);
                        colours.scaled(scale, offset).store(rgb.as_mut_ptr().add(at * COLOURS));
                    }
                }
                let into = &mut pixels[block * COLOURS..end * COLOURS];
                match into.first_chunk_mut::<{ BLOCK * COLOURS }>() {
                    // Of a known length: the compiler needs no loop.
                    Some(into) => write(into, &rgb[..BLOCK * COLOURS]),
                    None => write(into, &rgb),
                }
            }
        }
    }
}

#[inline(always)]
pub(crate) fn write<V: Value>(into: &mut [V], values: &[f32]) {
    into.iter_mut().zip(values).for_each(|(into, value)| *into = V::of(*value));
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Blue grows to the right, green downwards, red stays.
    fn slopes(width: usize, height: usize) -> Vec<u8> {
        let pixels = (0..width * height).map(|at| [(at % width * 4) as u8, (at / width * 3) as u8, 200]);
        pixels.flatten().collect()
    }

    #[test]
    fn a_square_that_lies_on_the_pixels_is_the_picture_and_outside_is_grey() {
        let bytes = slopes(8, 6);
        let picture = Picture { bytes: &bytes, width: 8, height: 6, outside: 114 };
        let mut square = vec![f32::NAN; 8 * 8 * 3];
        assert!(picture.sample([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]], 8, [1.0, 0.0], &mut square));
        for (at, rgb) in square.chunks_exact(3).enumerate() {
            let (x, y) = (at % 8, at / 8);
            let wanted = if y < 6 { [200.0, y as f32 * 3.0, x as f32 * 4.0] } else { [114.0; 3] };
            assert_eq!(rgb, wanted, "{x} {y}");
        }
    }

    #[test]
    fn between_pixels_a_slope_is_a_slope_in_every_direction() {
        let bytes = slopes(60, 60);
        let picture = Picture { bytes: &bytes, width: 60, height: 60, outside: 0 };
        let mut square = vec![f32::NAN; 20 * 20 * 3];
        // Turned, enlarged and moved by parts of a pixel, all of it inside.
        let map = [[0.61, -0.37, 20.13], [0.37, 0.61, 17.71]];
        assert!(picture.sample(map, 20, [0.5, -3.0], &mut square));
        for (at, rgb) in square.chunks_exact(3).enumerate() {
            let (u, v) = ((at % 20) as f32 + 0.5, (at / 20) as f32 + 0.5);
            let place = map.map(|[a, b, c]| a * u + b * v + c - 0.5);
            let wanted = [200.0, place[1] * 3.0, place[0] * 4.0].map(|value| value * 0.5 - 3.0);
            assert!(rgb.iter().zip(wanted).all(|(found, wanted)| (found - wanted).abs() < 1e-3), "{rgb:?} {wanted:?}");
        }
    }

    #[test]
    fn every_kind_of_register_says_the_same_as_the_way_for_any_place_to_the_last_bit() {
        let mut random = fastrand::Rng::with_seed(7);
        for (width, height) in [(90, 70), (3, 3), (2, 2), (1, 40), (40, 1)] {
            let bytes: Vec<u8> = (0..width * height * COLOURS).map(|_| random.u8(..)).collect();
            let picture = Picture { bytes: &bytes, width, height, outside: 114 };
            for _ in 0..40 {
                let mut between = |low: f32, high: f32| low + random.f32() * (high - low);
                let (angle, scale) = (between(-3.2, 3.2), between(0.01, 4.0));
                let (sin, cos) = (scale * angle.sin(), scale * angle.cos());
                let origin = [between(-30.0, width as f32), between(-30.0, height as f32)];
                let map = [[cos, -sin, origin[0]], [sin, cos, origin[1]]];
                // Whole blocks, and a part of one.
                let side = 37;
                for registers in Registers::available() {
                    let mut square = vec![f32::NAN; side * side * COLOURS];
                    let sampling = Sampling {
                        picture: &picture,
                        picture_from_square: map,
                        side,
                        scale: 0.25,
                        offset: -7.0,
                        square: &mut square,
                    };
                    // SAFETY: the processor has them.
                    unsafe { registers.run(sampling) };
                    for (at, rgb) in square.chunks_exact(COLOURS).enumerate() {
                        let (u, v) = ((at % side) as f32 + 0.5, (at / side) as f32 + 0.5);
                        let [x, y] = map.map(|[a, b, c]| a * u + (b * v + c - 0.5));
                        let wanted = picture.anywhere(x, y).scaled(0.25, -7.0);
                        assert_eq!(rgb, &wanted[..COLOURS], "{registers:?} {width} {height} {map:?} {u} {v}");
                    }
                }
            }
        }
    }

    #[test]
    fn bytes_are_the_nearest_to_what_lies_between() {
        let bytes = slopes(30, 30);
        let picture = Picture { bytes: &bytes, width: 30, height: 30, outside: 114 };
        let map = [[0.9, -0.2, 3.3], [0.2, 0.9, -1.7]];
        let (mut exact, mut rounded) = (vec![f32::NAN; 33 * 33 * 3], vec![0u8; 33 * 33 * 3]);
        assert!(picture.sample(map, 33, [1.0, 0.0], &mut exact) && picture.sample(map, 33, [1.0, 0.0], &mut rounded));
        assert!(exact.iter().zip(&rounded).all(|(exact, rounded)| (exact - f32::from(*rounded)).abs() <= 0.5));
        // What no byte can hold is the nearest that one can.
        assert!(
            picture.sample(map, 33, [9.0, -700.0], &mut exact) && picture.sample(map, 33, [9.0, -700.0], &mut rounded)
        );
        assert!(exact.iter().any(|value| *value < 0.0) && exact.iter().any(|value| *value > 255.0));
        let nearest = |value: f32| value.clamp(0.0, 255.0);
        assert!(
            exact.iter().zip(&rounded).all(|(exact, rounded)| (nearest(*exact) - f32::from(*rounded)).abs() <= 0.5)
        );
    }

    #[test]
    fn places_that_are_no_numbers_and_lengths_that_do_not_fit_are_harmless() {
        let bytes = slopes(4, 4);
        let picture = Picture { bytes: &bytes, width: 4, height: 4, outside: 7 };
        let mut square = vec![0.0; 2 * 2 * 3];
        for wild in [f32::NAN, f32::INFINITY, -1e30, 1e30] {
            assert!(picture.sample([[wild, 0.0, 0.0], [0.0, 1.0, wild]], 2, [1.0, 0.0], &mut square));
        }
        assert!(picture.sample([[1.0, 0.0, 100.0], [0.0, 1.0, 0.0]], 2, [1.0, 0.0], &mut square));
        assert_eq!(square, [7.0; 12]);
        assert!(!picture.sample([[1.0; 3]; 2], 3, [1.0, 0.0], &mut square));
        assert!(!Picture { width: 5, ..picture }.sample([[1.0; 3]; 2], 2, [1.0, 0.0], &mut square));
        assert!(!picture.sample([[1.0; 3]; 2], 0, [1.0, 0.0], &mut square[..0]));
        let wraps = Picture { bytes: &[], width: 1 << 62, height: 4, outside: 7 };
        assert!(!wraps.sample([[1.0; 3]; 2], 2, [1.0, 0.0], &mut square), "a length that wraps to nothing");
        let part = crate::Part { left: 0, top: 0, width: 2, height: 2 };
        assert!(!wraps.shrink(part, (2, 2), [1.0, 0.0], &mut crate::Line::default(), (&mut square, 6)));
        let nothing = Picture { bytes: &[], width: 0, height: 0, outside: 7 };
        assert!(nothing.sample([[1.0; 3]; 2], 2, [1.0, 0.0], &mut square));
    }
}
