//! A part of a picture made smaller: each pixel is the mean of what it covers.

use crate::colours::Colours;
use crate::lanes::{Kernel, Lanes, Registers};
use crate::room::{reserve, wipe};
use crate::sample::{COLOURS, Picture, Value, write};

/// A part of a picture, in pixels.
#[derive(Clone, Copy, Debug)]
pub struct Part {
    /// Columns before it.
    pub left: usize,
    /// Rows above it.
    pub top: usize,
    /// Columns.
    pub width: usize,
    /// Rows.
    pub height: usize,
}

impl Part {
    fn lies_in(&self, picture: &Picture<'_>) -> bool {
        let within = |first: usize, length: usize, all: usize| first.checked_add(length).is_some_and(|end| end <= all);
        within(self.left, self.width, picture.width) && within(self.top, self.height, picture.height)
    }
}

/// Room between two passes. It is kept from call to call and holds what was seen last.
#[derive(Default)]
pub struct Line {
    /// Colours of a row of the part, and one value more.
    sums: Vec<f32>,
    /// The columns that each column that is made covers, with their weights, one after the other.
    columns: Vec<(usize, f32)>,
    /// How many of them each column that is made covers.
    counts: Vec<usize>,
}

impl Line {
    fn prepare(&mut self, of: usize, width: usize) {
        // A pixel's fourth lane, which means nothing, is read with its colours.
        reserve(&mut self.sums, of * COLOURS + 1);
        self.columns.clear();
        self.counts.clear();
        for column in 0..width {
            let before = self.columns.len();
            self.columns.extend(covered(column, width, of));
            self.counts.push(self.columns.len() - before);
        }
    }

    /// Overwrites what was seen last.
    pub fn wipe(&mut self) {
        wipe(&mut self.sums);
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        self.wipe();
    }
}

impl Picture<'_> {
    /// Fills `width` by `height` pixels, rows of red, green and blue that lie `stride` values apart in `into`, with the
    /// means of what they cover of a part of the picture, as `value * scale + offset`.
    ///
    /// Returns whether the lengths fit: `bytes` three by width by height, the part in the picture and no smaller than
    /// what is made of it, `into` long enough.
    #[must_use]
    pub fn shrink<V: Value>(
        &self,
        part: Part,
        (width, height): (usize, usize),
        [scale, offset]: [f32; 2],
        line: &mut Line,
        (into, stride): (&mut [V], usize),
    ) -> bool {
        let fits = self.is_whole()
            && part.lies_in(self)
            && (1..=part.width).contains(&width)
            && (1..=part.height).contains(&height)
            && stride >= width * COLOURS
            && into.len() >= (height - 1) * stride + width * COLOURS;
        if fits {
            line.prepare(part.width, width);
            Registers::run_on_widest(Shrinking { picture: self, part, height, scale, offset, line, into, stride });
        }
        fits
    }
}

/// What a pixel covers of a row or a column: from a first pixel on, each with its weight; the weights add up to 1.
fn covered(index: usize, pixels: usize, of: usize) -> impl Iterator<Item = (usize, f32)> {
    let each = of as f64 / pixels as f64;
    let (from, to) = (index as f64 * each, (index + 1) as f64 * each);
    let last = (to.ceil() as usize).min(of);
    (from as usize..last).map(move |at| {
        let (first, end) = ((at as f64).max(from), ((at + 1) as f64).min(to));
        (at, ((end - first).max(0.0) / each) as f32)
    })
}

/// A part that is made smaller, of lengths that fit; the line is prepared.
struct Shrinking<'a, V> {
    picture: &'a Picture<'a>,
    part: Part,
    height: usize,
    scale: f32,
    offset: f32,
    line: &'a mut Line,
    into: &'a mut [V],
    stride: usize,
}

impl<V: Value> Kernel for Shrinking<'_, V> {
    /// First the rows that a pixel covers, over the whole width, then the columns.
    #[inline(always)]
    fn run<L: Lanes>(self) {
        let Self { picture, part, height, scale, offset, line: Line { sums, columns, counts }, into, stride } = self;
        let row_length = part.width * COLOURS;
        for (index, pixels) in into.chunks_mut(stride).take(height).enumerate() {
            sums.fill(0.0);
            for (row, weight) in covered(index, height, part.height) {
                let first = ((part.top + row) * picture.width + part.left) * COLOURS;
                let bytes = &picture.bytes[first..first + row_length];
                sums.iter_mut().zip(bytes).for_each(|(sum, byte)| *sum += weight * f32::from(*byte));
            }
            let mut columns = columns.iter();
            for (pixel, count) in pixels.chunks_exact_mut(COLOURS).zip(&*counts) {
                let mut sum = [0.0f32; 4];
                for (at, weight) in columns.by_ref().take(*count) {
                    if let Some(colours) = sums[at * COLOURS..].first_chunk::<4>() {
                        sum = std::array::from_fn(|lane| sum[lane] + weight * colours[lane]);
                    }
                }
                let [blue, green, red, _] = sum.scaled(scale, offset);
                write(pixel, &[red, green, blue]);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shrunk(picture: &Picture<'_>, part: Part, size: (usize, usize)) -> Vec<f32> {
        let mut into = vec![f32::NAN; size.0 * size.1 * COLOURS];
        let stride = size.0 * COLOURS;
        assert!(picture.shrink(part, size, [1.0, 0.0], &mut Line::default(), (&mut into, stride)));
        into
    }

    #[test]
    fn weights_are_what_is_covered_and_add_up() {
        assert_eq!(covered(0, 2, 3).collect::<Vec<_>>(), [(0, 2.0 / 3.0), (1, 1.0 / 3.0)]);
        assert_eq!(covered(1, 2, 3).collect::<Vec<_>>(), [(1, 1.0 / 3.0), (2, 2.0 / 3.0)]);
        for (pixels, of) in [(192, 640), (144, 480), (7, 7), (1, 1000), (191, 1919)] {
            let all: Vec<_> = (0..pixels).flat_map(|index| covered(index, pixels, of)).collect();
            assert!(all.iter().all(|(at, weight)| *at < of && (0.0..=1.0).contains(weight)), "{pixels} {of}");
            let sum: f64 = all.iter().map(|(_, weight)| f64::from(*weight)).sum();
            assert!((sum - pixels as f64).abs() < 1e-4, "{pixels} {of} {sum}");
        }
    }

    #[test]
    fn each_pixel_is_the_mean_of_what_it_covers() {
        let mut random = fastrand::Rng::with_seed(3);
        let (width, height) = (31, 23);
        let bytes: Vec<u8> = (0..width * height * COLOURS).map(|_| random.u8(..)).collect();
        let picture = Picture { bytes: &bytes, width, height, outside: 0 };
        let part = Part { left: 4, top: 3, width: 20, height: 15 };
        let (w, h) = (8, 6);
        for (at, rgb) in shrunk(&picture, part, (w, h)).chunks_exact(COLOURS).enumerate() {
            // The mean over a fine grid of points, each in the middle of a hundredth of what is covered.
            let (x0, y0) = (4.0 + (at % w) as f64 * 2.5, 3.0 + (at / w) as f64 * 2.5);
            for (colour, found) in rgb.iter().enumerate() {
                let mut sum = 0.0;
                for point in 0..100 * 100 {
                    let x = x0 + 2.5 * ((point % 100) as f64 + 0.5) / 100.0;
                    let y = y0 + 2.5 * ((point / 100) as f64 + 0.5) / 100.0;
                    sum += f64::from(bytes[(y as usize * width + x as usize) * COLOURS + 2 - colour]);
                }
                assert!((f64::from(*found) - sum / 10_000.0).abs() < 1e-2, "{at} {colour}");
            }
        }
    }

    #[test]
    fn a_part_of_its_own_size_is_itself_and_the_rows_of_the_rest_stay() {
        let bytes: Vec<u8> = (0..4 * 4 * COLOURS as u8).collect();
        let picture = Picture { bytes: &bytes, width: 4, height: 4, outside: 0 };
        let part = Part { left: 1, top: 2, width: 2, height: 2 };
        let mut into = [7u8; 20];
        assert!(picture.shrink(part, (2, 2), [1.0, 0.0], &mut Line::default(), (&mut into, 8)));
        assert_eq!(into, [29, 28, 27, 32, 31, 30, 7, 7, 41, 40, 39, 44, 43, 42, 7, 7, 7, 7, 7, 7]);
    }

    #[test]
    fn every_kind_of_register_says_much_the_same() {
        let mut random = fastrand::Rng::with_seed(5);
        let bytes: Vec<u8> = (0..64 * 48 * COLOURS).map(|_| random.u8(..)).collect();
        let picture = Picture { bytes: &bytes, width: 64, height: 48, outside: 0 };
        let part = Part { left: 0, top: 0, width: 64, height: 48 };
        let wanted = shrunk(&picture, part, (19, 14));
        for registers in Registers::available() {
            let (mut line, mut found) = (Line::default(), vec![f32::NAN; wanted.len()]);
            line.prepare(64, 19);
            let (line, into) = (&mut line, &mut found[..]);
            let (scale, offset, stride) = (1.0, 0.0, 19 * COLOURS);
            let shrinking = Shrinking { picture: &picture, part, height: 14, scale, offset, line, into, stride };
            // SAFETY: the processor has them.
            unsafe { registers.run(shrinking) };
            assert!(found.iter().zip(&wanted).all(|(found, wanted)| (found - wanted).abs() < 1e-3), "{registers:?}");
        }
    }

    #[test]
    fn a_wiped_line_holds_nothing_of_the_picture() {
        let bytes = [9; 4 * 4 * COLOURS];
        let picture = Picture { bytes: &bytes, width: 4, height: 4, outside: 0 };
        let part = Part { left: 0, top: 0, width: 4, height: 4 };
        let mut line = Line::default();
        assert!(picture.shrink(part, (2, 2), [1.0, 0.0], &mut line, (&mut [0u8; 12], 6)));
        assert!(line.sums.contains(&9.0));
        line.wipe();
        assert!(line.sums.iter().all(|sum| *sum == 0.0));
    }

    #[test]
    fn lengths_that_do_not_fit_are_harmless() {
        let bytes = [9; 4 * 4 * COLOURS];
        let picture = Picture { bytes: &bytes, width: 4, height: 4, outside: 0 };
        let all = Part { left: 0, top: 0, width: 4, height: 4 };
        let mut into = [0u8; 12];
        let mut fits = |picture: &Picture<'_>, part: Part, size: (usize, usize), stride: usize| {
            picture.shrink(part, size, [1.0, 0.0], &mut Line::default(), (&mut into, stride))
        };
        assert!(fits(&picture, all, (2, 2), 6));
        assert!(!fits(&picture, all, (2, 2), 5));
        assert!(!fits(&picture, all, (2, 3), 6));
        assert!(!fits(&picture, all, (0, 2), 6) && !fits(&picture, all, (2, 0), 6));
        assert!(!fits(&picture, Part { width: 1, ..all }, (2, 2), 6), "larger than the part");
        assert!(!fits(&picture, Part { left: 1, ..all }, (2, 2), 6));
        assert!(!fits(&picture, Part { top: usize::MAX, ..all }, (2, 2), 6));
        assert!(!fits(&Picture { width: 5, ..picture }, all, (2, 2), 6));
    }
}
