//! From frame to tensor: letterbox, stretch, rotated crop.
//!
//! Conventions: pixel centres at half integers (see [`crate::geometry`]); bilinear sampling when enlarging or
//! rotating, area averaging when shrinking a whole frame; what lies outside the frame is the fill grey;
//! tensors are NHWC, RGB.

use opencv::core::{Mat, Rect, Size, Vec3b};
use opencv::imgproc::{self, INTER_LINEAR};

use hymy_kernels::{COLOURS, Line, Part, Picture, Value};

use crate::error::VisionError;
use crate::frame::{FILL, Frame};
use crate::geometry::{Affine, RotatedSquare};

/// Reused buffers; wiped when dropped.
pub(crate) struct Preprocessor {
    square: Frame,
    line: Line,
}

/// The range of a tensor's values.
#[derive(Clone, Copy)]
pub(crate) enum ValueRange {
    /// 0..255
    Bytes,
    /// 0..1
    Unit,
    /// -1..1
    Symmetric,
}

impl ValueRange {
    /// What a byte is multiplied by, and what is added then.
    fn scale_and_offset(self) -> [f32; 2] {
        match self {
            Self::Bytes => [1.0, 0.0],
            Self::Unit => [1.0 / 255.0, 0.0],
            Self::Symmetric => [2.0 / 255.0, -1.0],
        }
    }
}

/// Where a resized picture goes: rows of a tensor, `stride` values apart.
struct Target<'t, V> {
    pixels: &'t mut [V],
    size: Size,
    stride: usize,
    range: ValueRange,
}

impl Preprocessor {
    pub(crate) fn new() -> Self {
        Self { square: Frame::empty(), line: Line::default() }
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
        check_length("letterbox", side_px, tensor)?;
        let (width, height) = (part.width as f32, part.height as f32);
        let side = side_px as f32;
        let scale = (side / width).min(side / height) * share;
        let fitted = |length: f32| ((length * scale).round() as i32).clamp(1, side_px as i32);
        let (w, h) = (fitted(width), fitted(height));
        let (left, top) = ((side_px as i32 - w) / 2, (side_px as i32 - h) / 2);
        let [by, offset] = range.scale_and_offset();
        tensor.fill(f32::from(FILL) * by + offset);
        let stride = side_px * COLOURS;
        let first = top as usize * stride + left as usize * COLOURS;
        let into = Target { pixels: &mut tensor[first..], size: Size::new(w, h), stride, range };
        self.resize(frame, part, into, scale < 0.5)?;
        let (sx, sy) = (width / w as f32, height / h as f32);
        let (x, y) = (part.x as f32 - left as f32 * sx, part.y as f32 - top as f32 * sy);
        Ok(Affine { m: [[sx, 0.0, x], [0.0, sy, y]] })
    }

    /// The whole frame stretched to a square of `side_px`. Returns `frame_from_input`.
    pub(crate) fn stretch(&mut self, frame: &Frame, side_px: usize, tensor: &mut [u8]) -> Result<Affine, VisionError> {
        check_length("stretch", side_px, tensor)?;
        let all = Rect::new(0, 0, frame.width_px() as i32, frame.height_px() as i32);
        let (width, height) = (all.width as f32, all.height as f32);
        let side = side_px as f32;
        let size = Size::new(side_px as i32, side_px as i32);
        let into = Target { pixels: tensor, size, stride: side_px * COLOURS, range: ValueRange::Bytes };
        let averages = width.max(height) > 2.0 * side && width.min(height) >= side;
        self.resize(frame, all, into, averages)?;
        Ok(Affine { m: [[width / side, 0.0, 0.0], [0.0, height / side, 0.0]] })
    }

    /// A rotated square. Returns `frame_from_crop`.
    pub(crate) fn crop<V: Value>(
        &mut self,
        frame: &Frame,
        square: &RotatedSquare,
        side_px: usize,
        range: ValueRange,
        tensor: &mut [V],
    ) -> Result<Affine, VisionError> {
        let frame_from_crop = square.frame_from_crop(side_px as f32);
        if picture(frame)?.sample(frame_from_crop.m, side_px, range.scale_and_offset(), tensor) {
            return Ok(frame_from_crop);
        }
        Err(wrong_length("crop"))
    }

    /// A square that was made before, smoothed against noise by the binomial kernel of three.
    pub(crate) fn smooth(&mut self, side_px: usize, tensor: &mut [u8]) -> Result<(), VisionError> {
        let side = side_px as i32;
        self.reshape(Size::new(side, side));
        // A sigma of 0 stands for OpenCV's own for this size: weights 1, 2, 1.
        Mat::new_rows_cols_with_bytes::<Vec3b>(side, side, tensor)
            .and_then(|square| imgproc::gaussian_blur_def(&square, self.square.mat_mut(), Size::new(3, 3), 0.0))
            .map_err(VisionError::image("smooth"))?;
        tensor.copy_from_slice(self.square.bytes()?);
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
        check_length("smooth", side_px, tensor)?;
        let mut crop = Frame::black(side_px as u32, side_px as u32)?;
        let frame_from_crop = self.crop(frame, square, side_px, ValueRange::Bytes, crop.bytes_mut()?)?;
        self.smooth(side_px, crop.bytes_mut()?)?;
        let [scale, offset] = range.scale_and_offset();
        tensor.iter_mut().zip(crop.bytes()?).for_each(|(value, byte)| *value = f32::from(*byte) * scale + offset);
        Ok(frame_from_crop)
    }

    /// Overwrites the pixels that are left from the last call.
    pub(crate) fn wipe(&mut self) {
        self.square.wipe();
        self.line.wipe();
    }

    /// Before the square gets another size, for which OpenCV gives its memory back as it is.
    fn reshape(&mut self, size: Size) {
        if (self.square.width_px(), self.square.height_px()) != (size.width as u32, size.height as u32) {
            self.square.wipe();
        }
    }

    /// A part of the frame in another size: means of what is covered, or between pixels.
    fn resize<V: Value>(
        &mut self,
        frame: &Frame,
        part: Rect,
        target: Target<'_, V>,
        averages: bool,
    ) -> Result<(), VisionError> {
        let Target { pixels, size, stride, range } = target;
        let [scale, offset] = range.scale_and_offset();
        if averages {
            let part = Part {
                left: part.x as usize,
                top: part.y as usize,
                width: part.width as usize,
                height: part.height as usize,
            };
            let size = (size.width as usize, size.height as usize);
            let fits = picture(frame)?.shrink(part, size, [scale, offset], &mut self.line, (pixels, stride));
            return if fits { Ok(()) } else { Err(wrong_length("resize")) };
        }
        self.reshape(size);
        let part = Mat::roi(frame.mat(), part).map_err(VisionError::image("resize"))?;
        imgproc::resize(&part, self.square.mat_mut(), size, 0.0, 0.0, INTER_LINEAR)
            .map_err(VisionError::image("resize"))?;
        let values: [V; 256] = std::array::from_fn(|byte| V::of(byte as f32 * scale + offset));
        let rows = self.square.bytes()?.chunks_exact(size.width as usize * COLOURS);
        for (row, into) in rows.zip(pixels.chunks_mut(stride)) {
            for (rgb, bgr) in into.chunks_exact_mut(COLOURS).zip(row.chunks_exact(COLOURS)) {
                let value = |byte: u8| values[usize::from(byte)];
                (rgb[0], rgb[1], rgb[2]) = (value(bgr[2]), value(bgr[1]), value(bgr[0]));
            }
        }
        Ok(())
    }
}

fn picture(frame: &Frame) -> Result<Picture<'_>, VisionError> {
    Ok(Picture {
        bytes: frame.bytes()?,
        width: frame.width_px() as usize,
        height: frame.height_px() as usize,
        outside: FILL,
    })
}

/// Whether a tensor has the length of a square.
fn check_length<V>(step: &'static str, side_px: usize, tensor: &[V]) -> Result<(), VisionError> {
    if tensor.len() == side_px * side_px * COLOURS { Ok(()) } else { Err(wrong_length(step)) }
}

fn wrong_length(step: &'static str) -> VisionError {
    VisionError::Image { step, why: "the tensor has another length".to_owned() }
}

#[cfg(test)]
mod tests;
