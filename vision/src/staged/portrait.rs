//! The two portraits: decoded, cut out of their background, scaled to their place at the counter.

use image::imageops::{FilterType, flip_horizontal, resize};
use image::{RgbaImage, load_from_memory};
use serde::Deserialize;

use super::{HEIGHT_PX, StagedError, WIDTH_PX, script::Portrait};

/// A portrait as it is compiled in.
struct Asset {
    file: &'static str,
    bytes: &'static [u8],
    shape_file: &'static str,
    shape: &'static str,
}

static COLLINS: Asset = Asset {
    file: "collins.png",
    bytes: include_bytes!("../../assets/portraits/collins.png"),
    shape_file: "collins.toml",
    shape: include_str!("../../assets/portraits/collins.toml"),
};

static HOPPER: Asset = Asset {
    file: "hopper.jpg",
    bytes: include_bytes!("../../assets/portraits/hopper.jpg"),
    shape_file: "hopper.toml",
    shape: include_str!("../../assets/portraits/hopper.toml"),
};

/// Outline, pivot and depth of a portrait, in the pixels of its file (pixel centres at .5). `shape.py` beside the
/// portraits writes it and says how.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Shape {
    outline: Vec<[f32; 2]>,
    /// Mean of the face's points.
    pub face_centre_px: [f32; 2],
    pub face_width_px: f32,
    /// Where the head turns: between the ears.
    pub pivot_px: [f32; 2],
    /// The portrait's own rotation, from the fit that gave the depths.
    pub rest_yaw_deg: f32,
    pub rest_pitch_deg: f32,
    /// Top left node of the grid.
    pub origin_px: [f32; 2],
    pub step_px: f32,
    pub columns: usize,
    /// Towards the camera, from the pivot, one a node, rows from the top.
    pub depth_px: Vec<f32>,
    /// How much a node follows the head: 1 wholly, 0 not at all.
    pub weight: Vec<f32>,
}

#[cfg(test)]
impl Shape {
    /// A flat shape with this rotation at rest, for tests of the rotation.
    pub fn for_tests(rest_yaw_deg: f32, rest_pitch_deg: f32) -> Self {
        Self {
            outline: Vec::new(),
            face_centre_px: [0.0; 2],
            face_width_px: 90.0,
            pivot_px: [0.0; 2],
            rest_yaw_deg,
            rest_pitch_deg,
            origin_px: [0.0; 2],
            step_px: 5.0,
            columns: 2,
            depth_px: vec![0.0; 4],
            weight: vec![1.0; 4],
        }
    }
}

/// A cut-out picture: blue, green, red (multiplied by alpha) and alpha. Public-domain material only.
pub(super) struct Sprite {
    pub width: usize,
    pub height: usize,
    pub bgra: Vec<[u8; 4]>,
    /// Where the middle of the face lies, in the sprite's pixels.
    pub face: (f32, f32),
}

/// One portrait, cut out, in the size of its file.
pub(super) struct CutOut {
    picture: RgbaImage,
    pub shape: Shape,
}

impl CutOut {
    pub fn load(portrait: Portrait) -> Result<Self, StagedError> {
        let asset = match portrait {
            Portrait::Collins => &COLLINS,
            Portrait::Hopper => &HOPPER,
        };
        let shape: Shape =
            toml::from_str(asset.shape).map_err(|source| StagedError::Shape { file: asset.shape_file, source })?;
        let inconsistent = |reason| StagedError::Inconsistent { file: asset.shape_file, reason };
        if shape.columns < 2 || shape.depth_px.len() < 2 * shape.columns {
            return Err(inconsistent("the grid needs at least two rows and two columns"));
        }
        if shape.depth_px.len() != shape.weight.len() || !shape.depth_px.len().is_multiple_of(shape.columns) {
            return Err(inconsistent("depth_px and weight must fill the same whole rows"));
        }
        let decoded =
            load_from_memory(asset.bytes).map_err(|source| StagedError::Picture { file: asset.file, source })?;
        let mut picture = decoded.into_rgba8();
        let alpha = feathered(&shape.outline, &picture, shape.face_width_px);
        for (pixel, alpha) in picture.pixels_mut().zip(alpha) {
            let [r, g, b, _] = pixel.0;
            let times = |v: u8| (f32::from(v) * alpha).round() as u8;
            pixel.0 = [times(r), times(g), times(b), (alpha * 255.0).round() as u8];
        }
        Ok(Self { picture, shape })
    }

    /// The cut-out at `scale`, mirrored if asked. At scale 1 the pixels are the file's own.
    pub fn sprite(&self, scale: f32, mirrored: bool) -> Sprite {
        let (width, height) = self.picture.dimensions();
        let scaled = |side: u32| ((side as f32 * scale).round() as u32).max(1);
        // A triangle filter averages when it shrinks and cannot overshoot, so colours stay within their alpha.
        let mut picture = resize(&self.picture, scaled(width), scaled(height), FilterType::Triangle);
        let [mut face_x, face_y] = self.shape.face_centre_px.map(|v| v * scale);
        if mirrored {
            picture = flip_horizontal(&picture);
            face_x = picture.width() as f32 - face_x;
        }
        Sprite {
            width: picture.width() as usize,
            height: picture.height() as usize,
            bgra: picture.pixels().map(|p| [p[2], p[1], p[0], p[3]]).collect(),
            face: (face_x, face_y),
        }
    }
}

/// Alpha of every pixel: 1 within the outline, 0 outside, a soft edge about 1/40 of the face's width wide.
fn feathered(outline: &[[f32; 2]], picture: &RgbaImage, face_width_px: f32) -> Vec<f32> {
    let (width, height) = (picture.width() as usize, picture.height() as usize);
    let mut alpha = vec![0.0f32; width * height];
    let edges: Vec<_> = outline.iter().zip(outline.iter().cycle().skip(1)).collect();
    let mut crossings = Vec::new();
    for (y, row) in alpha.chunks_exact_mut(width).enumerate() {
        let middle = y as f32 + 0.5;
        crossings.clear();
        for &(a, b) in &edges {
            if (a[1] > middle) != (b[1] > middle) {
                crossings.push(a[0] + (middle - a[1]) / (b[1] - a[1]) * (b[0] - a[0]));
            }
        }
        crossings.sort_by(f32::total_cmp);
        for span in crossings.chunks_exact(2) {
            // The outermost pixel carries some background: leave it out.
            let from = (span[0] + 1.5).max(0.0) as usize;
            let until = ((span[1] - 0.5).max(0.0) as usize).min(width);
            row[from.min(until)..until].fill(1.0);
        }
    }
    let radius = (face_width_px / 80.0).round().max(1.0) as usize;
    blur(&mut alpha, 1, width, height, width, radius);
    blur(&mut alpha, width, height, width, 1, radius);
    alpha
}

/// Box blur along lines of `len` values `stride` apart; lines start `next` apart. Edges repeat.
fn blur(values: &mut [f32], stride: usize, len: usize, lines: usize, next: usize, radius: usize) {
    let mut line = vec![0.0f32; len];
    for start in (0..lines).map(|l| l * next) {
        for (i, value) in line.iter_mut().enumerate() {
            *value = values[start + i * stride];
        }
        for i in 0..len {
            let window = (0..=2 * radius).map(|d| line[(i + d).saturating_sub(radius).min(len - 1)]);
            values[start + i * stride] = window.sum::<f32>() / (2 * radius + 1) as f32;
        }
    }
}

/// A rectangle of sprite pixels, half open.
#[derive(Clone, Copy)]
pub(super) struct Span {
    pub x: (i32, i32),
    pub y: (i32, i32),
}

impl Sprite {
    /// Lays the sprite over a picture with its top left at `(left, top)`, leaving out the pixels in `without`.
    pub fn paste(&self, out: &mut [u8], left: i32, top: i32, without: Option<Span>) {
        let columns = (-left).max(0)..(WIDTH_PX as i32 - left).min(self.width as i32);
        for y in (-top).max(0)..(HEIGHT_PX as i32 - top).min(self.height as i32) {
            let hole = without.filter(|s| (s.y.0..s.y.1).contains(&y)).map_or((0, 0), |s| s.x);
            // Left and right of the hole; without one the first part is empty.
            for (from, until) in [(columns.start, hole.0.min(columns.end)), (hole.1.max(columns.start), columns.end)] {
                if from >= until {
                    continue;
                }
                let above = &self.bgra[y as usize * self.width..][from as usize..until as usize];
                let at = ((y + top) as usize * WIDTH_PX + (from + left) as usize) * 3;
                for (below, &pixel) in out[at..].chunks_exact_mut(3).zip(above) {
                    over(below, pixel);
                }
            }
        }
    }
}

/// One pixel over another.
fn over(below: &mut [u8], [b, g, r, a]: [u8; 4]) {
    match a {
        0 => return,
        255 => return below.copy_from_slice(&[b, g, r]),
        _ => {}
    }
    let rest = 255 - u32::from(a);
    for (below, above) in below.iter_mut().zip([b, g, r]) {
        *below = (u32::from(above) + (u32::from(*below) * rest + 127) / 255).min(255) as u8;
    }
}
