//! What JPEG loses, without JPEG: 8x8 blocks of luma and chroma, through the cosine transform, rounded to the steps of
//! the standard's example tables. No byte of a file is ever made. Chroma is not halved in size, so that what is
//! measured is the rounding alone.

const SIDE: usize = 8;
const AREA: usize = SIDE * SIDE;

/// ITU-T T.81 (1992), Annex K, tables K.1 (luma) and K.2 (chroma), row after row.
const LUMA_STEPS: [u16; AREA] = [
    16, 11, 10, 16, 24, 40, 51, 61, 12, 12, 14, 19, 26, 58, 60, 55, 14, 13, 16, 24, 40, 57, 69, 56, 14, 17, 22, 29, 51,
    87, 80, 62, 18, 22, 37, 56, 68, 109, 103, 77, 24, 35, 55, 64, 81, 104, 113, 92, 49, 64, 78, 87, 103, 121, 120, 101,
    72, 92, 95, 98, 112, 100, 103, 99,
];
const CHROMA_STEPS: [u16; AREA] = [
    17, 18, 24, 47, 99, 99, 99, 99, 18, 21, 26, 66, 99, 99, 99, 99, 24, 26, 56, 99, 99, 99, 99, 99, 47, 66, 99, 99, 99,
    99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99,
    99, 99, 99, 99, 99, 99,
];

/// A table for a quality of 1 to 100, scaled as the Independent JPEG Group's library does: 50 is the table itself.
fn steps(table: &[u16; AREA], quality: u32) -> [f32; AREA] {
    let quality = quality.clamp(1, 100);
    let percent = if quality < 50 { 5_000 / quality } else { 200 - 2 * quality };
    table.map(|step| ((u32::from(step) * percent + 50) / 100).clamp(1, 255) as f32)
}

/// Quantises BGR bytes, row after row without padding, in place.
pub(super) fn quantise(bgr: &mut [u8], width_px: usize, height_px: usize, quality: u32) {
    let transform = Transform::new();
    let tables = [steps(&LUMA_STEPS, quality), steps(&CHROMA_STEPS, quality), steps(&CHROMA_STEPS, quality)];
    for top in (0..height_px).step_by(SIDE) {
        for left in (0..width_px).step_by(SIDE) {
            // A block that reaches over the edge repeats the last row or column, as encoders do.
            let at = |index: usize| {
                let (x, y) = ((left + index % SIDE).min(width_px - 1), (top + index / SIDE).min(height_px - 1));
                (y * width_px + x) * 3
            };
            let mut planes = [[0f32; AREA]; 3];
            for index in 0..AREA {
                let Some(&[blue, green, red]) = bgr.get(at(index)..at(index) + 3) else { continue };
                for (plane, value) in planes.iter_mut().zip(ycbcr(red.into(), green.into(), blue.into())) {
                    plane[index] = value;
                }
            }
            for (plane, table) in planes.iter_mut().zip(&tables) {
                transform.round_trip(plane, table);
            }
            let [luma, blue_less, red_less] = &planes;
            for (index, ((luma, blue_less), red_less)) in luma.iter().zip(blue_less).zip(red_less).enumerate() {
                let inside = left + index % SIDE < width_px && top + index / SIDE < height_px;
                if let (true, Some(pixel)) = (inside, bgr.get_mut(at(index)..at(index) + 3)) {
                    let [red, green, blue] = rgb(*luma, *blue_less, *red_less);
                    pixel.copy_from_slice(&[blue, green, red].map(|value| value.round().clamp(0.0, 255.0) as u8));
                }
            }
        }
    }
}

/// JFIF's YCbCr (ITU-R BT.601, full range), each around 0.
fn ycbcr(red: f32, green: f32, blue: f32) -> [f32; 3] {
    let luma = 0.299 * red + 0.587 * green + 0.114 * blue;
    [luma - 128.0, (blue - luma) / 1.772, (red - luma) / 1.402]
}

fn rgb(luma: f32, blue_less: f32, red_less: f32) -> [f32; 3] {
    let (luma, blue_less, red_less) = (luma + 128.0, 1.772 * blue_less, 1.402 * red_less);
    [luma + red_less, luma - (0.114 * blue_less + 0.299 * red_less) / 0.587, luma + blue_less]
}

/// The orthonormal cosine transform of 8 values (type II), as a matrix: row k holds frequency k.
struct Transform([[f32; SIDE]; SIDE]);

impl Transform {
    fn new() -> Self {
        let scale = |k: usize| if k == 0 { (1.0 / SIDE as f32).sqrt() } else { (2.0 / SIDE as f32).sqrt() };
        let angle = |k: usize, n: usize| std::f32::consts::PI * (2 * n + 1) as f32 * k as f32 / (2 * SIDE) as f32;
        Self(std::array::from_fn(|k| std::array::from_fn(|n| scale(k) * angle(k, n).cos())))
    }

    /// To frequencies, rounded to whole steps, and back.
    fn round_trip(&self, block: &mut [f32; AREA], steps: &[f32; AREA]) {
        self.rows(block, false);
        transpose(block);
        self.rows(block, false);
        // The block is transposed here, and so are the steps that belong to it.
        for (index, value) in block.iter_mut().enumerate() {
            let step = steps[index % SIDE * SIDE + index / SIDE];
            *value = (*value / step).round() * step;
        }
        self.rows(block, true);
        transpose(block);
        self.rows(block, true);
    }

    fn rows(&self, block: &mut [f32; AREA], back: bool) {
        for row in block.chunks_exact_mut(SIDE) {
            let mut turned = [0f32; SIDE];
            for (k, frequency) in self.0.iter().enumerate() {
                for (n, factor) in frequency.iter().enumerate() {
                    if back { turned[n] += factor * row[k] } else { turned[k] += factor * row[n] }
                }
            }
            row.copy_from_slice(&turned);
        }
    }
}

fn transpose(block: &mut [f32; AREA]) {
    for y in 0..SIDE {
        for x in 0..y {
            block.swap(y * SIDE + x, x * SIDE + y);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A picture with edges, slopes and colour; its size is no multiple of eight.
    fn picture() -> (Vec<u8>, usize, usize) {
        let (width, height) = (37, 21);
        let pixel = |x: usize, y: usize| [x * 6, y * 11, if (x / 3 + y / 5).is_multiple_of(2) { 30 } else { 220 }];
        let bytes = (0..width * height).flat_map(|at| pixel(at % width, at / width)).map(|value| value as u8);
        (bytes.collect(), width, height)
    }

    fn error_at(quality: u32) -> f64 {
        let (original, width, height) = picture();
        let mut bytes = original.clone();
        quantise(&mut bytes, width, height, quality);
        let squares = bytes.iter().zip(&original).map(|(a, b)| (f64::from(*a) - f64::from(*b)).powi(2));
        (squares.sum::<f64>() / original.len() as f64).sqrt()
    }

    #[test]
    fn a_flat_picture_settles_at_once_and_stays_near() {
        for value in [0u8, 1, 77, 128, 200, 255] {
            let mut once = vec![value; 16 * 16 * 3];
            quantise(&mut once, 16, 16, 30);
            let mut twice = once.clone();
            quantise(&mut twice, 16, 16, 30);
            assert_eq!(once, twice);
            // The step of a flat luma block at quality 30 is 27 of 8 times its value.
            assert!(once.iter().all(|after| after.abs_diff(value) <= 2), "{value}: {}", once[0]);
        }
    }

    #[test]
    fn coarser_steps_lose_more() {
        let errors = [100, 90, 50, 30, 10].map(error_at);
        assert!(errors[0] < 1.0, "{errors:?}");
        assert!(errors.windows(2).all(|pair| pair[0] < pair[1]), "{errors:?}");
    }

    #[test]
    fn the_tables_are_scaled_as_the_library_does() {
        assert_eq!(steps(&LUMA_STEPS, 50)[0], 16.0);
        // 5000 / 30 = 166 %: 16 becomes (16 * 166 + 50) / 100 = 27, and 121 becomes 201.
        assert_eq!((steps(&LUMA_STEPS, 30)[0], steps(&LUMA_STEPS, 30)[53]), (27.0, 201.0));
        assert_eq!(steps(&CHROMA_STEPS, 100), [1.0; AREA]);
    }

    #[test]
    fn colours_come_back() {
        for colour in [[255.0, 0.0, 0.0], [10.0, 200.0, 90.0], [0.0, 0.0, 255.0]] {
            let [luma, blue_less, red_less] = ycbcr(colour[0], colour[1], colour[2]);
            let back = rgb(luma, blue_less, red_less);
            assert!(back.iter().zip(colour).all(|(a, b)| (a - b).abs() < 1e-3), "{colour:?} {back:?}");
        }
    }
}
