//! Straight lines of a frame: edges (Canny), and the lines through many of them (probabilistic Hough transform).

use opencv::core::{Size, Vec4i, Vector};
use opencv::imgproc::{self, COLOR_BGR2GRAY, INTER_AREA};

use super::{LEAST_LENGTH, Outline};
use crate::error::VisionError;
use crate::frame::Frame;

/// Frames are made this wide: the edges of a counter, and little of the texture of what stands on it.
const WIDTH_PX: i32 = 480;
/// Strength at which an edge begins, and at which it goes on: Canny's ratio of one to three, low enough for a white
/// counter before a white wall.
const EDGE: (f64, f64) = (30.0, 90.0);
/// A line needs so many edge pixels; and may have gaps of so many.
const LEAST_VOTES: i32 = 40;
const LONGEST_GAP_PX: f64 = 6.0;
/// Lines are looked for that are longer than told ones need to be: rounding may shorten them.
const SOUGHT: f64 = 1.2;
/// A line whose two ends lie this close to a longer one, in widths of the picture, says nothing new.
const SAME: f32 = 0.012;

/// Reused pictures of one channel; wiped when dropped.
pub(crate) struct LineFinder {
    small: Frame,
    grey: Frame,
    smooth: Frame,
    edges: Frame,
}

impl LineFinder {
    pub(super) fn new() -> Self {
        Self { small: Frame::empty(), grey: Frame::empty(), smooth: Frame::empty(), edges: Frame::empty() }
    }

    pub(super) fn wipe(&mut self) {
        let Self { small, grey, smooth, edges } = self;
        for picture in [small, grey, smooth, edges] {
            picture.wipe();
        }
    }

    /// The longest lines of a frame; its pictures are wiped when this returns.
    pub(super) fn outline(&mut self, frame: &Frame) -> Result<Outline, VisionError> {
        let found = self.find(frame);
        self.wipe();
        let height = frame.height_px() as f32 / frame.width_px() as f32;
        Ok(Outline::new(distinct(found?, height), height))
    }

    /// Lines in fractions of the frame.
    fn find(&mut self, frame: &Frame) -> Result<Vec<[(f32, f32); 2]>, VisionError> {
        let image = VisionError::image("outline");
        let height_px = (WIDTH_PX as f32 * frame.height_px() as f32 / frame.width_px() as f32).round() as i32;
        let size = Size::new(WIDTH_PX, height_px.max(1));
        let mut lines: Vector<Vec4i> = Vector::new();
        let mut steps = || -> opencv::Result<()> {
            let Self { small, grey, smooth, edges } = self;
            imgproc::resize(frame.mat(), small.mat_mut(), size, 0.0, 0.0, INTER_AREA)?;
            imgproc::cvt_color_def(small.mat(), grey.mat_mut(), COLOR_BGR2GRAY)?;
            imgproc::gaussian_blur_def(grey.mat(), smooth.mat_mut(), Size::new(5, 5), 0.0)?;
            imgproc::canny_def(smooth.mat(), edges.mat_mut(), EDGE.0, EDGE.1)?;
            let least_px = f64::from(WIDTH_PX) * f64::from(LEAST_LENGTH) * SOUGHT;
            let degree = std::f64::consts::PI / 180.0;
            imgproc::hough_lines_p(edges.mat(), &mut lines, 1.0, degree, LEAST_VOTES, least_px, LONGEST_GAP_PX)
        };
        steps().map_err(image)?;
        let (width, height) = (size.width as f32, size.height as f32);
        let end = |x: i32, y: i32| ((x as f32 + 0.5) / width, (y as f32 + 0.5) / height);
        Ok(lines.iter().map(|line| [end(line[0], line[1]), end(line[2], line[3])]).collect())
    }
}

/// The longest first, without those that lie along a longer one.
fn distinct(mut lines: Vec<[(f32, f32); 2]>, height: f32) -> Vec<[(f32, f32); 2]> {
    let length = |line: &[(f32, f32); 2]| (line[1].0 - line[0].0).hypot((line[1].1 - line[0].1) * height);
    lines.sort_by(|a, b| length(b).total_cmp(&length(a)));
    let mut kept: Vec<[(f32, f32); 2]> = Vec::new();
    for line in lines {
        let along = |other: &[(f32, f32); 2]| line.iter().all(|end| distance(*end, other, height) < SAME);
        if !kept.iter().any(along) {
            kept.push(line);
        }
    }
    kept
}

/// From a point to a line, in widths of the picture.
fn distance((x, y): (f32, f32), line: &[(f32, f32); 2], height: f32) -> f32 {
    let [(x0, y0), (x1, y1)] = line.map(|(x, y)| (x, y * height));
    let (dx, dy) = (x1 - x0, y1 - y0);
    let along = ((x - x0) * dx + (y * height - y0) * dy) / (dx * dx + dy * dy).max(f32::EPSILON);
    let along = along.clamp(0.0, 1.0);
    (x - x0 - along * dx).hypot(y * height - y0 - along * dy)
}
