//! From frame to tensor: letterbox, stretch, rotated crop.
//!
//! Conventions: pixel centres at half integers (see [`crate::geometry`]); bilinear sampling when enlarging or
//! rotating, area averaging when shrinking a whole frame; what lies outside the frame is the fill grey;
//! tensors are NHWC, RGB.

use opencv::core::{BORDER_CONSTANT, CV_8UC3, Mat, MatTrait, MatTraitConst, Rect, Scalar, Size};
use opencv::imgproc::{self, INTER_AREA, INTER_LINEAR, WARP_INVERSE_MAP};

use hymy_kernels::Picture;

use crate::error::VisionError;
use crate::frame::{FILL, Frame};
use crate::geometry::{Affine, RotatedSquare};

/// Reused square buffers; wiped when dropped.
pub(crate) struct Preprocessor {
    square: Frame,
}

/// The range of a float tensor's values.
#[derive(Clone, Copy)]
pub(crate) enum ValueRange {
    /// 0..1
    Unit,
    /// -1..1
    Symmetric,
}

impl ValueRange {
    /// What a byte is multiplied by, and what is added then.
    fn scale_and_offset(self) -> [f32; 2] {
        match self {
            Self::Unit => [1.0 / 255.0, 0.0],
            Self::Symmetric => [2.0 / 255.0, -1.0],
        }
    }
}

impl Preprocessor {
    pub(crate) fn new() -> Self {
        Self { square: Frame::empty() }
    }

    /// A part of the frame, scaled to fit `share` (0..1) of a square of `side_px` and centred in it, the rest filled.
    /// `part` is in frame pixels and lies within the frame. Returns `frame_from_input`.
    pub(crate) fn letterbox(
        &mut self,
        frame: &Frame,
        part: Rect,
        side_px: usize,
        share: f32,
        range: ValueRange,
        tensor: &mut [f32],
    ) -> Result<Affine, VisionError> {
        let (width, height) = (part.width as f32, part.height as f32);
        let side = side_px as f32;
        let scale = (side / width).min(side / height) * share;
        let fitted = |length: f32| ((length * scale).round() as i32).clamp(1, side_px as i32);
        let (w, h) = (fitted(width), fitted(height));
        let (left, top) = ((side_px as i32 - w) / 2, (side_px as i32 - h) / 2);
        self.blank(side_px)?;
        {
            let mut inner = Mat::roi_mut(self.square.mat_mut(), Rect::new(left, top, w, h))
                .map_err(VisionError::image("letterbox"))?;
            let part = Mat::roi(frame.mat(), part).map_err(VisionError::image("letterbox"))?;
            resize(&part, &mut inner, Size::new(w, h), scale < 0.5)?;
        }
        fill_float(self.square.bytes()?, range, tensor);
        let (sx, sy) = (width / w as f32, height / h as f32);
        let (x, y) = (part.x as f32 - left as f32 * sx, part.y as f32 - top as f32 * sy);
        Ok(Affine { m: [[sx, 0.0, x], [0.0, sy, y]] })
    }

    /// The whole frame stretched to a square of `side_px`. Returns `frame_from_input`.
    pub(crate) fn stretch(&mut self, frame: &Frame, side_px: usize, tensor: &mut [u8]) -> Result<Affine, VisionError> {
        let (width, height) = (frame.width_px() as f32, frame.height_px() as f32);
        let side = side_px as f32;
        let size = Size::new(side_px as i32, side_px as i32);
        resize(frame.mat(), self.square.mat_mut(), size, width > 2.0 * side || height > 2.0 * side)?;
        fill_bytes(self.square.bytes()?, tensor);
        Ok(Affine { m: [[width / side, 0.0, 0.0], [0.0, height / side, 0.0]] })
    }

    /// A rotated square as float RGB. Returns `frame_from_crop`.
    pub(crate) fn crop(
        &mut self,
        frame: &Frame,
        square: &RotatedSquare,
        side_px: usize,
        range: ValueRange,
        tensor: &mut [f32],
    ) -> Result<Affine, VisionError> {
        let frame_from_crop = square.frame_from_crop(side_px as f32);
        let picture = Picture {
            bytes: frame.bytes()?,
            width: frame.width_px() as usize,
            height: frame.height_px() as usize,
            outside: FILL,
        };
        if picture.sample(frame_from_crop.m, side_px, range.scale_and_offset(), tensor) {
            return Ok(frame_from_crop);
        }
        Err(VisionError::Image { step: "crop", why: format!("a tensor of {} values", tensor.len()) })
    }

    /// A rotated square as 8-bit RGB. Returns `frame_from_crop`.
    pub(crate) fn crop_bytes(
        &mut self,
        frame: &Frame,
        square: &RotatedSquare,
        side_px: usize,
        tensor: &mut [u8],
    ) -> Result<Affine, VisionError> {
        let frame_from_crop = self.warp(frame, square, side_px)?;
        fill_bytes(self.square.bytes()?, tensor);
        Ok(frame_from_crop)
    }

    /// The square that was made last, smoothed against noise by the binomial kernel of three, as 8-bit RGB.
    pub(crate) fn smoothed_bytes(&mut self, tensor: &mut [u8]) -> Result<(), VisionError> {
        self.smooth()?;
        fill_bytes(self.square.bytes()?, tensor);
        Ok(())
    }

    /// A rotated square as float RGB, smoothed likewise. Returns `frame_from_crop`.
    pub(crate) fn smoothed_crop(
        &mut self,
        frame: &Frame,
        square: &RotatedSquare,
        side_px: usize,
        range: ValueRange,
        tensor: &mut [f32],
    ) -> Result<Affine, VisionError> {
        let frame_from_crop = self.warp(frame, square, side_px)?;
        self.smooth()?;
        fill_float(self.square.bytes()?, range, tensor);
        Ok(frame_from_crop)
    }

    fn smooth(&mut self) -> Result<(), VisionError> {
        let mut smoothed = Frame::empty();
        let kernel = Size::new(3, 3);
        // A sigma of 0 stands for OpenCV's own for this size: weights 1, 2, 1.
        imgproc::gaussian_blur_def(self.square.mat(), smoothed.mat_mut(), kernel, 0.0)
            .map_err(VisionError::image("smooth"))?;
        self.square = smoothed;
        Ok(())
    }

    /// Overwrites the pixels that are left from the last call.
    pub(crate) fn wipe(&mut self) {
        self.square.wipe();
    }

    fn warp(&mut self, frame: &Frame, square: &RotatedSquare, side_px: usize) -> Result<Affine, VisionError> {
        let frame_from_crop = square.frame_from_crop(side_px as f32);
        // OpenCV counts from pixel centres: move both origins by half a pixel.
        let mut matrix = [0.0f64; 6];
        for (row, values) in matrix.chunks_exact_mut(3).zip(frame_from_crop.m) {
            let [a, b, c] = values.map(f64::from);
            row.copy_from_slice(&[a, b, c + (a + b) / 2.0 - 0.5]);
        }
        let matrix = Mat::new_rows_cols_with_data(2, 3, &matrix).map_err(VisionError::image("crop"))?;
        let size = Size::new(side_px as i32, side_px as i32);
        imgproc::warp_affine(
            frame.mat(),
            self.square.mat_mut(),
            &matrix,
            size,
            INTER_LINEAR | WARP_INVERSE_MAP,
            BORDER_CONSTANT,
            Scalar::all(f64::from(FILL)),
        )
        .map_err(VisionError::image("crop"))?;
        Ok(frame_from_crop)
    }

    fn blank(&mut self, side_px: usize) -> Result<(), VisionError> {
        let side = side_px as i32;
        let mat = self.square.mat_mut();
        if mat.rows() != side || mat.cols() != side {
            *self.square.mat_mut() = Mat::new_rows_cols_with_default(side, side, CV_8UC3, Scalar::all(f64::from(FILL)))
                .map_err(VisionError::image("letterbox"))?;
        } else {
            mat.set_scalar(Scalar::all(f64::from(FILL))).map_err(VisionError::image("letterbox"))?;
        }
        Ok(())
    }
}

fn resize(
    from: &impl opencv::core::ToInputArray,
    into: &mut impl opencv::core::ToOutputArray,
    size: Size,
    shrinks_much: bool,
) -> Result<(), VisionError> {
    let interpolation = if shrinks_much { INTER_AREA } else { INTER_LINEAR };
    imgproc::resize(from, into, size, 0.0, 0.0, interpolation).map_err(VisionError::image("resize"))
}

fn fill_float(bgr: &[u8], range: ValueRange, rgb: &mut [f32]) {
    let [scale, offset] = range.scale_and_offset();
    for (rgb, bgr) in rgb.chunks_exact_mut(3).zip(bgr.chunks_exact(3)) {
        rgb[0] = f32::from(bgr[2]) * scale + offset;
        rgb[1] = f32::from(bgr[1]) * scale + offset;
        rgb[2] = f32::from(bgr[0]) * scale + offset;
    }
}

fn fill_bytes(bgr: &[u8], rgb: &mut [u8]) {
    for (rgb, bgr) in rgb.chunks_exact_mut(3).zip(bgr.chunks_exact(3)) {
        rgb.copy_from_slice(&[bgr[2], bgr[1], bgr[0]]);
    }
}
