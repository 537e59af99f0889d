//! A frame: pixels in memory for one processing step.
//!
//! [`Frame`] has no `Clone`, no `Debug` and no serialisation, cannot be made outside this crate, and
//! overwrites its pixels when it is dropped. Nothing here writes to a disk or a socket.

use opencv::core::{CV_8UC3, Mat, MatTrait, MatTraitConst, MatTraitConstManual, MatTraitManual, Scalar};

use crate::error::VisionError;
use crate::zone::Polygon;

/// 8-bit BGR pixels, row-major, origin top left, no padding between rows.
pub(crate) struct Frame(Mat);

impl Frame {
    /// An empty frame, to be read into.
    pub(crate) fn empty() -> Self {
        Self(Mat::default())
    }

    /// A black frame of the given size in pixels.
    pub(crate) fn black(width_px: u32, height_px: u32) -> Result<Self, VisionError> {
        let (rows, cols) = (dimension(height_px)?, dimension(width_px)?);
        Mat::new_rows_cols_with_default(rows, cols, CV_8UC3, Scalar::all(0.0))
            .map(Self)
            .map_err(VisionError::image("allocate"))
    }

    pub(crate) fn width_px(&self) -> u32 {
        self.0.cols().unsigned_abs()
    }

    pub(crate) fn height_px(&self) -> u32 {
        self.0.rows().unsigned_abs()
    }

    /// Whether this is a non-empty 8-bit frame of three channels in one block.
    pub(crate) fn is_readable(&self) -> bool {
        self.0.rows() > 0 && self.0.cols() > 0 && self.0.typ() == CV_8UC3 && self.0.is_continuous()
    }

    pub(crate) fn mat(&self) -> &Mat {
        &self.0
    }

    pub(crate) fn mat_mut(&mut self) -> &mut Mat {
        &mut self.0
    }

    /// BGR bytes, row after row.
    pub(crate) fn bytes(&self) -> Result<&[u8], VisionError> {
        self.0.data_bytes().map_err(VisionError::image("read pixels"))
    }

    /// BGR bytes, row after row, to be written.
    pub(crate) fn bytes_mut(&mut self) -> Result<&mut [u8], VisionError> {
        self.0.data_bytes_mut().map_err(VisionError::image("write pixels"))
    }

    /// Overwrites every pixel; called when dropped, and before a buffer waits for long.
    pub(crate) fn wipe(&mut self) {
        if self.0.rows() > 0 && self.0.set_to_def(&Scalar::all(0.0)).is_err() {
            tracing::warn!("frame_wipe_failed");
        }
    }
}

impl Drop for Frame {
    fn drop(&mut self) {
        self.wipe();
    }
}

fn dimension(pixels: u32) -> Result<i32, VisionError> {
    i32::try_from(pixels)
        .map_err(|_| VisionError::Image { step: "allocate", why: format!("a frame {pixels} pixels wide or high") })
}

/// The grey that replaces everything outside the staff zone.
pub(crate) const FILL: u8 = 114;

/// Fills everything outside a zone; the spans are computed once per frame size.
pub(crate) struct ZoneFill {
    zone: Polygon,
    size_px: (u32, u32),
    /// Byte ranges outside the zone, in order.
    outside: Vec<std::ops::Range<usize>>,
}

impl ZoneFill {
    pub(crate) fn new(zone: Polygon) -> Self {
        Self { zone, size_px: (0, 0), outside: Vec::new() }
    }

    /// Overwrites every pixel whose centre lies outside the zone.
    pub(crate) fn apply(&mut self, frame: &mut Frame) -> Result<(), VisionError> {
        let size_px = (frame.width_px(), frame.height_px());
        if self.size_px != size_px {
            self.prepare(size_px);
        }
        let bytes = frame.bytes_mut()?;
        for range in &self.outside {
            if let Some(outside) = bytes.get_mut(range.clone()) {
                outside.fill(FILL);
            }
        }
        Ok(())
    }

    fn prepare(&mut self, (width, height): (u32, u32)) {
        self.size_px = (width, height);
        self.outside.clear();
        for y in 0..height {
            let v = (y as f32 + 0.5) / height as f32;
            for x in 0..width {
                if self.zone.contains((x as f32 + 0.5) / width as f32, v) {
                    continue;
                }
                let start = (y as usize * width as usize + x as usize) * 3;
                match self.outside.last_mut() {
                    Some(last) if last.end == start => last.end = start + 3,
                    _ => self.outside.push(start..start + 3),
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fmt::{Debug, Display};

    use static_assertions::assert_not_impl_any;

    use super::Frame;
    use crate::models::Model;
    use crate::preprocess::Preprocessor;

    /// Checked when the tests are built: whoever adds one of these traits sees this test refuse to compile.
    #[test]
    fn what_holds_pixels_cannot_be_copied_printed_or_serialised() {
        assert_not_impl_any!(Frame: Clone, Copy, Debug, Display, serde::Serialize, AsRef<[u8]>);
        assert_not_impl_any!(Preprocessor: Clone, Copy, Debug, Display, serde::Serialize);
        assert_not_impl_any!(Model<f32>: Clone, Copy, Debug, Display, serde::Serialize);
        assert_not_impl_any!(Model<u8>: Clone, Copy, Debug, Display, serde::Serialize);
    }

    #[test]
    fn a_wiped_frame_holds_nothing_of_what_it_held() {
        let mut frame = Frame::black(7, 5).unwrap();
        frame.bytes_mut().unwrap().fill(0xA5);
        frame.wipe();
        assert!(frame.bytes().unwrap().iter().all(|byte| *byte == 0));
    }
}
