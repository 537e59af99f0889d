//! A picture's pixels at places between them: a rotated square as a tensor, in one pass.

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
const COLOURS: usize = 3;

impl Picture<'_> {
    /// Fills a square of `side` pixels (rows of red, green and blue) with `byte * scale + offset`, bilinear between the
    /// centres of pixels, which lie at halves. `picture_from_square` takes places in the square to places in the picture.
    ///
    /// Places are not rounded, nor are values: the mesh of the next frame is fitted where this one's was found, and what
    /// is rounded on the way makes it waver.
    ///
    /// Returns whether the lengths fit: `bytes` three by width by height, `square` three by `side` squared.
    #[must_use]
    pub fn sample(
        &self,
        picture_from_square: [[f32; 3]; 2],
        side: usize,
        [scale, offset]: [f32; 2],
        square: &mut [f32],
    ) -> bool {
        if self.bytes.len() != self.width * self.height * COLOURS || square.len() != side * side * COLOURS {
            return false;
        }
        let [[xx, xy, x0], [yx, yy, y0]] = picture_from_square;
        for (row, pixels) in square.chunks_exact_mut(side * COLOURS).enumerate() {
            let v = row as f32 + 0.5;
            let (start_x, start_y) = (xy * v + x0 - 0.5, yy * v + y0 - 0.5);
            for (column, pixel) in pixels.chunks_exact_mut(COLOURS).enumerate() {
                let u = column as f32 + 0.5;
                let colours = self.at(xx * u + start_x, yx * u + start_y);
                for (value, colour) in pixel.iter_mut().zip(colours.iter().rev()) {
                    *value = colour * scale + offset;
                }
            }
        }
        true
    }

    /// Blue, green and red at a place, in pixels from the first pixel's centre.
    #[inline(always)]
    fn at(&self, x: f32, y: f32) -> [f32; COLOURS] {
        let (left, top) = (x.floor(), y.floor());
        let (right_share, low_share) = (x - left, y - top);
        let row = self.width * COLOURS;
        let inside = left >= 0.0 && top >= 0.0 && left + 1.0 < self.width as f32 && top + 1.0 < self.height as f32;
        let corners = if inside {
            let first = top as usize * row + left as usize * COLOURS;
            match (self.bytes.get(first..first + 2 * COLOURS), self.bytes.get(first + row..first + row + 2 * COLOURS)) {
                (Some(upper), Some(lower)) => {
                    [&upper[..COLOURS], &upper[COLOURS..], &lower[..COLOURS], &lower[COLOURS..]]
                        .map(|corner| [corner[0], corner[1], corner[2]])
                }
                _ => [[self.outside; COLOURS]; 4],
            }
        } else {
            [(0.0, 0.0), (1.0, 0.0), (0.0, 1.0), (1.0, 1.0)].map(|(dx, dy)| self.pixel(left + dx, top + dy))
        };
        let [a, b, c, d] = corners;
        std::array::from_fn(|colour| {
            let between = |left: [u8; COLOURS], right: [u8; COLOURS]| {
                let (left, right) = (f32::from(left[colour]), f32::from(right[colour]));
                left + right_share * (right - left)
            };
            let (upper, lower) = (between(a, b), between(c, d));
            upper + low_share * (lower - upper)
        })
    }

    /// A pixel, or what lies outside. A place that is no number is outside.
    fn pixel(&self, x: f32, y: f32) -> [u8; COLOURS] {
        let inside = x >= 0.0 && y >= 0.0 && x < self.width as f32 && y < self.height as f32;
        let first = if inside { (y as usize * self.width + x as usize) * COLOURS } else { usize::MAX - COLOURS };
        self.bytes.get(first..first + COLOURS).map_or([self.outside; COLOURS], |bytes| [bytes[0], bytes[1], bytes[2]])
    }
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
        let nothing = Picture { bytes: &[], width: 0, height: 0, outside: 7 };
        assert!(nothing.sample([[1.0; 3]; 2], 2, [1.0, 0.0], &mut square));
    }
}
