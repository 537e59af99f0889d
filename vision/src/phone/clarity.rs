//! Whether anything could be seen in what the object model is given, and evening out of poor light before it looks.
//!
//! Works on the model's input in place: nothing of it is kept but three numbers.

use crate::frame::FILL;
use crate::sharpness::{Grid, differences, sharpness};

/// Pictures darker than this on average are brightened to it. Half the light cost the object model a quarter to a
/// half of the phones it had found; multiplied back, the same picture cost it none.
const USUAL_MEAN: f32 = 90.0;
/// Below this mean there are fewer than 18 grey levels left to multiply.
const MIN_MEAN: f32 = 18.0;
/// Second differences against first differences (99th percentiles): 0.4 to 0.7 sharp, 0.2 blurred by 1.5 px, where
/// phones are still found, 0.1 by 3 px, where half of them are lost.
const MIN_SHARPNESS: f32 = 0.15;
/// Noise, as a standard deviation in grey levels of the input: 0 to 1 in compressed pictures. Smoothing helps against
/// it. With 7, one phone clip of three lost more than a tenth of its looks all the same, with 14 all three did.
const NOISY: f32 = 3.0;
const MAX_NOISE: f32 = 5.0;
/// Median of the second difference of white noise of standard deviation 1: sqrt(6) times 0.6745.
const MEDIAN_OF_NOISE: f32 = 1.65;
/// Distance of the sampled pixels.
const STEP_PX: usize = 3;

/// What can be told from the input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Clarity {
    Clear,
    TooDark,
    Blurred,
    TooNoisy,
}

/// Brightens a dark input (8-bit RGB, `side_px` square) and says whether anything could be seen in it.
pub(crate) fn even_out(rgb: &mut [u8], side_px: usize) -> Clarity {
    let Some(mean) = mean(rgb, side_px) else { return Clarity::Clear };
    if mean < MIN_MEAN {
        return Clarity::TooDark;
    }
    if mean < USUAL_MEAN {
        let gain = USUAL_MEAN / mean;
        let table: [u8; 256] = std::array::from_fn(|value| (value as f32 * gain + 0.5).min(255.0) as u8);
        for pixel in rgb.as_chunks_mut::<3>().0 {
            if *pixel != [FILL; 3] {
                *pixel = pixel.map(|value| table[usize::from(value)]);
            }
        }
    }
    match sharpness(green(rgb, side_px), &grid(side_px), 1) {
        Some(sharpness) if sharpness < MIN_SHARPNESS => Clarity::Blurred,
        _ => Clarity::Clear,
    }
}

/// How noisy an input is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Noise {
    Little,
    /// Smoothing helps.
    Some,
    /// More than smoothing helps against.
    TooMuch,
}

/// Judges the noise by the median second difference, to which edges add little.
pub(crate) fn noise(rgb: &[u8], side_px: usize) -> Noise {
    let [_, second] = differences(green(rgb, side_px), &grid(side_px), (1, 0));
    let deviation = second.exceeded_by(0.5) / MEDIAN_OF_NOISE;
    if deviation > MAX_NOISE {
        Noise::TooMuch
    } else if deviation > NOISY {
        Noise::Some
    } else {
        Noise::Little
    }
}

/// Mean of green over what is not filled; `None` where nothing is.
fn mean(rgb: &[u8], side_px: usize) -> Option<f32> {
    let (mut sum, mut count) = (0u32, 0u32);
    for row in (0..side_px).step_by(STEP_PX) {
        for pixel in rgb[row * side_px * 3..(row + 1) * side_px * 3].as_chunks::<3>().0.iter().step_by(STEP_PX) {
            if *pixel != [FILL; 3] {
                sum += u32::from(pixel[1]);
                count += 1;
            }
        }
    }
    (count > 0).then(|| sum as f32 / count as f32)
}

/// Green of a pixel, where nothing is filled.
fn green(rgb: &[u8], side_px: usize) -> impl Fn(usize, usize) -> Option<f32> {
    let pixels = rgb.as_chunks::<3>().0;
    move |x, y| pixels.get(y * side_px + x).filter(|pixel| **pixel != [FILL; 3]).map(|pixel| f32::from(pixel[1]))
}

fn grid(side_px: usize) -> Grid {
    Grid { columns: 1..side_px - 1, rows: 1..side_px - 1, every: STEP_PX }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIDE: usize = 96;

    /// Vertical and horizontal bars whose edges are `ramp` pixels wide, between two grey levels.
    fn bars(low: f32, high: f32, ramp: f32) -> Vec<u8> {
        let wave = |at: usize| {
            let within = (at % 32) as f32;
            let smooth = |from: f32| {
                let along = ((within - from) / ramp).clamp(0.0, 1.0);
                (1.0 - (along * std::f32::consts::PI).cos()) / 2.0
            };
            smooth(0.0) - smooth(16.0)
        };
        (0..SIDE * SIDE)
            .flat_map(|index| [(low + (high - low) * (wave(index % SIDE) + wave(index / SIDE)) / 2.0) as u8; 3])
            .collect()
    }

    #[test]
    fn a_dark_picture_is_brightened_and_a_black_one_is_not_observable() {
        let mut bright = bars(90.0, 180.0, 1.0);
        let before = bright.clone();
        assert_eq!(even_out(&mut bright, SIDE), Clarity::Clear);
        assert_eq!(bright, before, "usual light is left as it is");
        let mut dark = bars(20.0, 40.0, 1.0);
        assert_eq!(even_out(&mut dark, SIDE), Clarity::Clear);
        assert!((mean(&dark, SIDE).unwrap() - USUAL_MEAN).abs() < 3.0);
        assert_eq!(even_out(&mut bars(4.0, 12.0, 1.0), SIDE), Clarity::TooDark);
    }

    #[test]
    fn a_blurred_picture_is_not_observable_and_a_flat_one_is_clear() {
        assert_eq!(even_out(&mut bars(60.0, 200.0, 16.0), SIDE), Clarity::Blurred);
        assert_eq!(even_out(&mut bars(60.0, 200.0, 2.0), SIDE), Clarity::Clear);
        assert_eq!(even_out(&mut vec![150; SIDE * SIDE * 3], SIDE), Clarity::Clear);
    }

    #[test]
    fn noise_is_told_from_edges() {
        let mut state = 1u32;
        let mut random = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 16) as f32 / 65_536.0 - 0.5
        };
        let mut noisy = |deviation: f32| -> Vec<u8> {
            let picture = bars(60.0, 200.0, 2.0);
            // Of an even distribution: its width is sqrt(12) standard deviations.
            let add = |value: &u8| (f32::from(*value) + random() * 3.46 * deviation).clamp(0.0, 255.0) as u8;
            picture.iter().map(add).collect()
        };
        assert_eq!(noise(&noisy(0.0), SIDE), Noise::Little);
        assert_eq!(noise(&noisy(3.5), SIDE), Noise::Some);
        assert_eq!(noise(&noisy(20.0), SIDE), Noise::TooMuch);
    }

    #[test]
    fn what_is_filled_is_neither_brightened_nor_counted() {
        let mut half = bars(20.0, 40.0, 1.0);
        half[..SIDE * SIDE * 3 / 2].fill(FILL);
        even_out(&mut half, SIDE);
        assert!(half[..SIDE * SIDE * 3 / 2].iter().all(|value| *value == FILL));
        assert!((mean(&half, SIDE).unwrap() - USUAL_MEAN).abs() < 5.0);
        assert_eq!(even_out(&mut vec![FILL; SIDE * SIDE * 3], SIDE), Clarity::Clear);
    }
}
