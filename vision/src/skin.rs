//! The colour of the followed person's own skin in this frame, to tell whether a hand is at a thing beside the head.
//!
//! Three numbers from the cheeks, used within the frame they came from and kept nowhere.

use crate::error::VisionError;
use crate::frame::Frame;
use crate::models::face_mesh::Mesh;

/// Cheek points of the mesh.
const CHEEKS: [usize; 4] = [50, 280, 205, 425];
/// Largest distance of chroma (shares of red and green in the colour's sum) that is still skin.
const MAX_CHROMA_DISTANCE: f32 = 0.035;
/// Brightness against the cheeks, between which a colour is still skin.
const BRIGHTNESS: std::ops::Range<f32> = 0.35..1.7;
/// How much of a thing's surroundings a hand covers at least.
const MIN_SHARE: f32 = 0.10;
/// The surroundings: the box, widened by this share of its size on every side.
const SURROUNDINGS: f32 = 0.35;
/// Samples a side.
const SAMPLES: usize = 24;

/// Colour of skin: shares of red and green in the sum, and the sum.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct SkinTone {
    red: f32,
    green: f32,
    sum: f32,
}

impl SkinTone {
    /// The mean colour of the cheeks; `None` when they lie outside the frame or are black.
    pub(crate) fn of(mesh: &Mesh, frame: &Frame) -> Result<Option<Self>, VisionError> {
        let bytes = frame.bytes()?;
        let mut total = [0.0f32; 3];
        let mut count = 0.0;
        for index in CHEEKS {
            let (x, y) = mesh.xy(index);
            if let Some(bgr) = pixel(bytes, frame, x, y) {
                for (sum, value) in total.iter_mut().zip(bgr) {
                    *sum += f32::from(value);
                }
                count += 1.0;
            }
        }
        let sum: f32 = total.iter().sum();
        Ok((sum > 30.0 && count > 0.0).then(|| Self { red: total[2] / sum, green: total[1] / sum, sum: sum / count }))
    }

    /// Whether a thing (left, top, right, bottom, in frame pixels) has this colour beside it.
    pub(crate) fn surrounds(&self, frame: &Frame, bounds: &[f32; 4]) -> Result<bool, VisionError> {
        let [left, top, right, bottom] = bounds;
        let (dx, dy) = ((right - left) * SURROUNDINGS, (bottom - top) * SURROUNDINGS);
        Ok(self.share_in(frame, &[left - dx, top - dy, right + dx, bottom + dy])? >= MIN_SHARE)
    }

    /// Share of a box (left, top, right, bottom, in frame pixels) that has this colour, 0..1.
    fn share_in(&self, frame: &Frame, bounds: &[f32; 4]) -> Result<f32, VisionError> {
        let bytes = frame.bytes()?;
        let (mut inside, mut skin) = (0u32, 0u32);
        for row in 0..SAMPLES {
            for column in 0..SAMPLES {
                let at = |low: f32, high: f32, step: usize| low + (high - low) * (step as f32 + 0.5) / SAMPLES as f32;
                let (x, y) = (at(bounds[0], bounds[2], column), at(bounds[1], bounds[3], row));
                if let Some(bgr) = pixel(bytes, frame, x, y) {
                    inside += 1;
                    skin += u32::from(self.is_like(bgr));
                }
            }
        }
        Ok(if inside == 0 { 0.0 } else { skin as f32 / inside as f32 })
    }

    fn is_like(&self, [b, g, r]: [u8; 3]) -> bool {
        let sum = f32::from(b) + f32::from(g) + f32::from(r);
        let distance = (f32::from(r) / sum - self.red).hypot(f32::from(g) / sum - self.green);
        BRIGHTNESS.contains(&(sum / self.sum)) && distance < MAX_CHROMA_DISTANCE
    }
}

fn pixel(bytes: &[u8], frame: &Frame, x: f32, y: f32) -> Option<[u8; 3]> {
    let (width, height) = (frame.width_px() as f32, frame.height_px() as f32);
    if !(0.0..width).contains(&x) || !(0.0..height).contains(&y) {
        return None;
    }
    let start = (y as usize * frame.width_px() as usize + x as usize) * 3;
    bytes.get(start..start + 3)?.try_into().ok()
}
