//! How the camera hangs: turning and unmirroring its picture right after capture, so that zones, boxes and angles are
//! those of the upright picture as someone standing beside the camera sees it.

use opencv::core::{self, ROTATE_90_CLOCKWISE, ROTATE_90_COUNTERCLOCKWISE, ROTATE_180};

use crate::error::VisionError;
use crate::frame::Frame;

/// How far the picture must be turned, clockwise as seen, to be upright.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Rotate {
    /// It is upright already.
    #[default]
    None,
    /// A quarter turn clockwise.
    Clockwise90,
    /// Half a turn.
    Half,
    /// A quarter turn counter-clockwise.
    Clockwise270,
}

impl Rotate {
    /// In clockwise degrees.
    #[must_use]
    pub const fn degrees(self) -> u16 {
        match self {
            Self::None => 0,
            Self::Clockwise90 => 90,
            Self::Half => 180,
            Self::Clockwise270 => 270,
        }
    }
}

/// How the camera's picture lies. The turn comes first: `mirrored` is about the picture that is upright by then.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Orientation {
    /// What brings it upright.
    pub rotate: Rotate,
    /// Left and right are exchanged in the upright picture, as in a mirror: writing cannot be read.
    pub mirrored: bool,
}

/// Brings frames upright into a buffer of its own, which is wiped when dropped.
pub(crate) struct Upright {
    orientation: Orientation,
    turned: Frame,
}

impl Upright {
    pub(crate) fn new(orientation: Orientation) -> Self {
        Self { orientation, turned: Frame::empty() }
    }

    /// The upright picture: the captured frame itself where nothing is to be done, else a copy of it in the buffer;
    /// the captured frame is then wiped, so that one picture is in memory and not two.
    pub(crate) fn of<'frame>(&'frame mut self, captured: &'frame mut Frame) -> Result<&'frame mut Frame, VisionError> {
        let Orientation { rotate, mirrored } = self.orientation;
        let code = match rotate {
            Rotate::None if mirrored => {
                core::flip(captured.mat(), self.turned.mat_mut(), 1).map_err(VisionError::image("mirror"))?;
                captured.wipe();
                return Ok(&mut self.turned);
            }
            Rotate::None => return Ok(captured),
            Rotate::Clockwise90 => ROTATE_90_CLOCKWISE,
            Rotate::Half => ROTATE_180,
            Rotate::Clockwise270 => ROTATE_90_COUNTERCLOCKWISE,
        };
        core::rotate(captured.mat(), self.turned.mat_mut(), code).map_err(VisionError::image("rotate"))?;
        captured.wipe();
        if mirrored {
            // Row by row in place: OpenCV would need a third picture in memory.
            let row_bytes = self.turned.width_px() as usize * 3;
            for row in self.turned.bytes_mut()?.chunks_exact_mut(row_bytes) {
                row.reverse();
                row.chunks_exact_mut(3).for_each(<[u8]>::reverse);
            }
        }
        Ok(&mut self.turned)
    }

    /// Overwrites what is left of the last frame.
    pub(crate) fn wipe(&mut self) {
        self.turned.wipe();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A picture of 3 by 2 pixels, each of which tells where it was.
    fn picture() -> Frame {
        let mut frame = Frame::black(3, 2).expect("memory");
        for (at, pixel) in frame.bytes_mut().expect("memory").chunks_exact_mut(3).enumerate() {
            pixel.copy_from_slice(&[at as u8, at as u8 + 10, at as u8 + 20]);
        }
        frame
    }

    fn upright(rotate: Rotate, mirrored: bool) -> (Vec<u8>, (u32, u32)) {
        let mut upright = Upright::new(Orientation { rotate, mirrored });
        let mut captured = picture();
        let turned = upright.of(&mut captured).expect("turned");
        let bytes = turned.bytes().expect("pixels");
        assert!(bytes.chunks_exact(3).all(|bgr| bgr[1] == bgr[0] + 10 && bgr[2] == bgr[0] + 20), "channels mixed");
        let firsts = bytes.chunks_exact(3).map(|bgr| bgr[0]).collect();
        let size = (turned.width_px(), turned.height_px());
        if rotate != Rotate::None || mirrored {
            assert!(captured.bytes().expect("pixels").iter().all(|byte| *byte == 0), "the captured frame is left");
        }
        (firsts, size)
    }

    #[test]
    fn every_turn_and_mirror_moves_each_pixel_where_it_belongs() {
        // 0 1 2
        // 3 4 5
        assert_eq!(upright(Rotate::None, false), (vec![0, 1, 2, 3, 4, 5], (3, 2)));
        assert_eq!(upright(Rotate::None, true), (vec![2, 1, 0, 5, 4, 3], (3, 2)));
        assert_eq!(upright(Rotate::Clockwise90, false), (vec![3, 0, 4, 1, 5, 2], (2, 3)));
        assert_eq!(upright(Rotate::Clockwise90, true), (vec![0, 3, 1, 4, 2, 5], (2, 3)));
        assert_eq!(upright(Rotate::Half, false), (vec![5, 4, 3, 2, 1, 0], (3, 2)));
        assert_eq!(upright(Rotate::Half, true), (vec![3, 4, 5, 0, 1, 2], (3, 2)));
        assert_eq!(upright(Rotate::Clockwise270, false), (vec![2, 5, 1, 4, 0, 3], (2, 3)));
        assert_eq!(upright(Rotate::Clockwise270, true), (vec![5, 2, 4, 1, 3, 0], (2, 3)));
    }
}
