//! Frames made worse in memory, to measure how a reading falls: for developers' tools only, compiled out of the
//! packaged kiosk. Nothing is encoded or written; a degraded frame lives and is wiped like any other.

mod quantise;

use opencv::core::{BORDER_DEFAULT, Size};
use opencv::imgproc::{self, INTER_AREA};

use crate::error::VisionError;
use crate::frame::Frame;

/// Standard deviation of the noise, in steps of 255: a small sensor at dusk.
const NOISE_SIGMA: f64 = 10.0;
/// Standard deviation of the blur: a lens slightly out of focus.
const BLUR_SIGMA_PX: f64 = 1.5;
/// Quality of the quantisation, as the Independent JPEG Group's library counts it: a cheap camera's stream.
const QUALITY: u32 = 30;

/// One way in which a picture is worse than it was, applied right after capture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Degradation {
    /// Every value halved.
    HalfLight,
    /// Independent Gaussian noise on every value, standard deviation 10 of 255; the same in every run.
    Noise,
    /// A Gaussian blur, standard deviation 1.5 px.
    Blur,
    /// Half the width and half the height, by averaging.
    HalfSize,
    /// 8x8 blocks of YCbCr quantised in the frequency domain as JPEG of quality 30 does.
    Quantised,
}

impl Degradation {
    /// All of them, in the order in which they are shown.
    pub const ALL: [Self; 5] = [Self::HalfLight, Self::Noise, Self::Blur, Self::HalfSize, Self::Quantised];

    /// Its name in reports.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::HalfLight => "half_light",
            Self::Noise => "noise",
            Self::Blur => "blur",
            Self::HalfSize => "half_size",
            Self::Quantised => "quantised",
        }
    }

    /// Degrades a frame. `index` is its number, so that the noise differs from frame to frame.
    pub(crate) fn apply(self, frame: &mut Frame, index: u64) -> Result<(), VisionError> {
        match self {
            Self::HalfLight => {
                frame.bytes_mut()?.iter_mut().for_each(|value| *value /= 2);
                Ok(())
            }
            Self::Noise => {
                add_noise(frame.bytes_mut()?, index);
                Ok(())
            }
            Self::Blur => {
                let mut blurred = Frame::empty();
                let (size, sigma) = (Size::new(0, 0), BLUR_SIGMA_PX);
                imgproc::gaussian_blur(frame.mat(), blurred.mat_mut(), size, sigma, sigma, BORDER_DEFAULT)
                    .map_err(VisionError::image("blur"))?;
                *frame = blurred;
                Ok(())
            }
            Self::HalfSize => {
                let half = |pixels: u32| (pixels / 2).max(1) as i32;
                let size = Size::new(half(frame.width_px()), half(frame.height_px()));
                let mut smaller = Frame::empty();
                imgproc::resize(frame.mat(), smaller.mat_mut(), size, 0.0, 0.0, INTER_AREA)
                    .map_err(VisionError::image("halve"))?;
                *frame = smaller;
                Ok(())
            }
            Self::Quantised => {
                let (width, height) = (frame.width_px() as usize, frame.height_px() as usize);
                quantise::quantise(frame.bytes_mut()?, width, height, QUALITY);
                Ok(())
            }
        }
    }
}

/// Samples of the normal distribution to draw from, so that a frame costs one random number a value.
const NORMAL_SAMPLES: usize = 1 << 14;

fn add_noise(bytes: &mut [u8], index: u64) {
    let mut random = Random(index.wrapping_add(1).wrapping_mul(0x9E37_79B9_7F4A_7C15));
    let samples: Vec<i16> = (0..NORMAL_SAMPLES).map(|_| (random.normal() * NOISE_SIGMA).round() as i16).collect();
    for value in bytes {
        let sample = samples.get(random.next() as usize % NORMAL_SAMPLES).copied().unwrap_or_default();
        *value = (i16::from(*value) + sample).clamp(0, 255) as u8;
    }
}

/// SplitMix64: small, and the same on every machine.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// A sample of the standard normal distribution (Box and Muller).
    fn normal(&mut self) -> f64 {
        let mut uniform = || ((self.next() >> 11) as f64 + 0.5) / (1u64 << 53) as f64;
        let (radius, turn) = (uniform(), uniform());
        (-2.0 * radius.ln()).sqrt() * (std::f64::consts::TAU * turn).cos()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grey(side_px: u32, value: u8) -> Frame {
        let mut frame = Frame::black(side_px, side_px).expect("a small frame");
        frame.bytes_mut().expect("pixels").fill(value);
        frame
    }

    #[test]
    fn light_size_and_blur_do_what_they_say() {
        let mut frame = grey(40, 201);
        Degradation::HalfLight.apply(&mut frame, 0).expect("halved");
        assert!(frame.bytes().expect("pixels").iter().all(|value| *value == 100));
        Degradation::HalfSize.apply(&mut frame, 0).expect("halved");
        assert_eq!((frame.width_px(), frame.height_px()), (20, 20));
        Degradation::Blur.apply(&mut frame, 0).expect("blurred");
        assert!(frame.is_readable() && frame.bytes().expect("pixels").iter().all(|value| *value == 100));
    }

    #[test]
    fn noise_has_its_spread_and_is_the_same_again() {
        let noisy = |index: u64| {
            let mut frame = grey(64, 128);
            Degradation::Noise.apply(&mut frame, index).expect("noise");
            frame.bytes().expect("pixels").to_vec()
        };
        let values = noisy(7);
        assert_eq!(values, noisy(7));
        assert_ne!(values, noisy(8));
        let offsets: Vec<f64> = values.iter().map(|value| f64::from(*value) - 128.0).collect();
        let mean = offsets.iter().sum::<f64>() / offsets.len() as f64;
        let sigma = (offsets.iter().map(|offset| (offset - mean).powi(2)).sum::<f64>() / offsets.len() as f64).sqrt();
        assert!(mean.abs() < 0.5 && (sigma - NOISE_SIGMA).abs() < 0.5, "{mean} {sigma}");
    }
}
