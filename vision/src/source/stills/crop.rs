//! Small crops of faces, for developers' tools: a detector expects a face with something around it.

use opencv::core::{self, BORDER_REPLICATE, Scalar, Size};
use opencv::imgproc::{self, INTER_CUBIC};

use crate::error::VisionError;
use crate::frame::Frame;

/// Stills narrower and lower than this are tight crops of one face.
const MAX_CROP_PX: u32 = 100;
/// The size that a crop is brought to, and the border of repeated edge pixels around it: with these a detector finds
/// the face in all but a few of 6,600 tight crops of 64 px.
const SIDE_PX: i32 = 192;
const BORDER_PX: i32 = 64;

/// Whether a still is a tight crop.
pub(super) fn is_small(still: &Frame) -> bool {
    still.width_px() < MAX_CROP_PX && still.height_px() < MAX_CROP_PX
}

/// A crop, enlarged and with a border.
pub(super) fn prepare(still: &Frame) -> Result<Frame, VisionError> {
    let (mut enlarged, mut framed) = (Frame::empty(), Frame::empty());
    imgproc::resize(still.mat(), enlarged.mat_mut(), Size::new(SIDE_PX, SIDE_PX), 0.0, 0.0, INTER_CUBIC)
        .map_err(VisionError::image("enlarge"))?;
    let (border, mode) = (BORDER_PX, BORDER_REPLICATE);
    core::copy_make_border(enlarged.mat(), framed.mat_mut(), border, border, border, border, mode, Scalar::all(0.0))
        .map_err(VisionError::image("border"))?;
    Ok(framed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_crop_is_enlarged_and_gets_its_border() {
        let mut crop = Frame::black(64, 64).expect("small");
        crop.bytes_mut().expect("pixels").fill(9);
        assert!(is_small(&crop) && !is_small(&Frame::black(100, 64).expect("small")));
        let prepared = prepare(&crop).expect("prepared");
        assert_eq!((prepared.width_px(), prepared.height_px()), (320, 320));
        assert!(prepared.is_readable() && prepared.bytes().expect("pixels").iter().all(|value| *value == 9));
    }
}
