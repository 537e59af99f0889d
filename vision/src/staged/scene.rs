//! Composes the staged picture: wall, second person, staff member, customer, card, counter, sensor noise.
//!
//! The camera looks across the counter: the staff member stands right of the middle, the customer at the left edge.
//! Pictures go into the caller's buffer and nowhere else. The same frame number gives the same bytes, always.

use super::portrait::{CutOut, Span, Sprite};
use super::script::{self, Cover, FRAMES, Portrait, Stage, stage};
use super::warp::{Head, Patch};
use super::{FRAME_BYTES, HEIGHT_PX, StagedError, WIDTH_PX};
use crate::zone::{Polygon, Zones};

/// Where the counter's far edge lies, in pixels from the top.
const COUNTER_Y_PX: usize = 392;
/// Where staff and customer zone meet, as a share of the width.
const ZONE_EDGE: f32 = 0.4;
/// How far a person walks in from beyond the picture's edge, in pixels: more than anyone's width.
const WALK_PX: f32 = 440.0;
/// How far the card rises from below the counter, in pixels.
const CARD_RISE_PX: f32 = 300.0;
/// Largest sensor noise either way, in levels of 255.
const NOISE: i8 = 2;
/// How many different noise pictures there are.
const NOISE_STARTS: usize = 65_536;

/// A person where they stand: the sprite and the middle of the face, in pixels of the picture.
struct Standing {
    sprite: Sprite,
    face_px: (f32, f32),
}

impl Standing {
    /// The sprite's top left when the person is `share` of the way in, coming from the side of `direction`.
    fn corner(&self, share: f32, direction: f32) -> (i32, i32) {
        let away = (1.0 - share) * WALK_PX * direction;
        let (x, y) = (self.face_px.0 - self.sprite.face.0 + away, self.face_px.1 - self.sprite.face.1);
        (x.round() as i32, y.round() as i32)
    }
}

/// What one portrait is used for.
struct Cast {
    staff: Standing,
    head: Head,
    customer: Standing,
}

/// The staged scene, ready to draw: about 6 MB of decoded public-domain portraits.
pub struct Scene {
    collins: Cast,
    hopper: Cast,
    second: Standing,
    backdrop: Vec<u8>,
    noise: Vec<i8>,
    patch: Patch,
}

impl Scene {
    /// Decodes the built-in portraits and cuts them out.
    pub fn new() -> Result<Self, StagedError> {
        let cast = |portrait, staff: (f32, (f32, f32)), customer: (f32, (f32, f32))| {
            let cut_out = CutOut::load(portrait)?;
            let standing = |(scale, face_px), mirrored| Standing { sprite: cut_out.sprite(scale, mirrored), face_px };
            Ok::<_, StagedError>((
                Cast {
                    staff: standing(staff, false),
                    head: Head::new(&cut_out.shape, staff.0),
                    customer: standing(customer, true),
                },
                cut_out,
            ))
        };
        // Faces 90 and 102 px wide for the staff, 72 and 93 px for the customers; each bust reaches below the counter.
        let (collins, _) = cast(Portrait::Collins, (1.0, (452.0, 168.0)), (0.8, (118.0, 165.0)))?;
        let (hopper, cut_out) = cast(Portrait::Hopper, (0.55, (452.0, 193.0)), (0.5, (116.0, 212.0)))?;
        let second = Standing { sprite: cut_out.sprite(0.42, false), face_px: (584.0, 240.0) };
        Ok(Self { collins, hopper, second, backdrop: backdrop(), noise: noise_table(), patch: Patch::new() })
    }

    /// How many frames the scene has.
    #[must_use]
    pub fn frames(&self) -> u64 {
        FRAMES
    }

    /// The zones of this camera: staff in the right three fifths, customers in the left two.
    pub fn zones() -> Result<Zones, StagedError> {
        let upright = |x0, x1| Polygon::new(vec![(x0, 0.0), (x1, 0.0), (x1, 1.0), (x0, 1.0)]);
        Ok(Zones { staff: Some(upright(ZONE_EDGE, 1.0)?), customer: Some(upright(0.0, ZONE_EDGE)?), queue: None })
    }

    /// Draws a frame into `out`: [`FRAME_BYTES`] bytes, rows from the top, blue, green, red. Frames past the last show
    /// the empty counter.
    pub fn render(&mut self, frame: u64, out: &mut [u8]) -> Result<(), StagedError> {
        self.compose(stage(script::t_ms(frame)).as_ref(), out)?;
        add_noise(&self.noise, frame, out);
        Ok(())
    }

    /// A frame of the scene with the staff member's head turned by another yaw and pitch than the script's.
    #[cfg(test)]
    pub(crate) fn render_turned(
        &mut self,
        frame: u64,
        (yaw_deg, pitch_deg): (f32, f32),
        out: &mut [u8],
    ) -> Result<(), StagedError> {
        let stage = stage(script::t_ms(frame)).map(|stage| Stage { yaw_deg, pitch_deg, ..stage });
        self.compose(stage.as_ref(), out)?;
        add_noise(&self.noise, frame, out);
        Ok(())
    }

    /// The picture without noise.
    pub(super) fn compose(&mut self, stage: Option<&Stage>, out: &mut [u8]) -> Result<(), StagedError> {
        if out.len() != FRAME_BYTES {
            return Err(StagedError::Buffer { len: out.len() });
        }
        out.copy_from_slice(&self.backdrop);
        let Some(stage) = stage else { return Ok(()) };
        let (staff, customer) = match stage.act.staff {
            Portrait::Collins => (&self.collins, &self.hopper),
            Portrait::Hopper => (&self.hopper, &self.collins),
        };
        if stage.staff > 0.0 {
            let corner = staff.staff.corner(stage.staff, 1.0);
            let turn = (stage.yaw_deg, stage.pitch_deg);
            staff.head.paste(&staff.staff.sprite, turn, &mut self.patch, out, corner);
        }
        if stage.second > 0.0 {
            let (left, top) = self.second.corner(stage.second, 1.0);
            self.second.sprite.paste(out, left, top, None);
        }
        if let Some((share, cover)) = stage.card {
            card(out, staff.staff.face_px, share, cover);
        }
        if stage.customer > 0.0 {
            let (left, top) = customer.customer.corner(stage.customer, -1.0);
            customer.customer.sprite.paste(out, left, top, None);
        }
        let counter = COUNTER_Y_PX * WIDTH_PX * 3;
        out[counter..].copy_from_slice(&self.backdrop[counter..]);
        Ok(())
    }
}

/// The empty counter: a wall with soft light from the upper left, and the counter's front.
fn backdrop() -> Vec<u8> {
    let mut picture = Vec::with_capacity(FRAME_BYTES);
    for y in 0..HEIGHT_PX {
        for x in 0..WIDTH_PX {
            let (across, down) = (x as f32 / WIDTH_PX as f32, y as f32 / HEIGHT_PX as f32);
            let bgr = if y < COUNTER_Y_PX {
                let light = 1.0 - 0.18 * across - 0.12 * down;
                [188.0, 200.0, 204.0].map(|v| v * light)
            } else {
                let edge = match y - COUNTER_Y_PX {
                    0..6 => 1.35,
                    6..9 => 0.6,
                    _ => 1.0 - 0.25 * (down - 0.8),
                };
                [58.0, 84.0, 112.0].map(|v| v * edge)
            };
            picture.extend(bgr.map(|v: f32| v.round() as u8));
        }
    }
    picture
}

/// A plain folder held up from below the counter, `share` of the way up to the face in the middle of which is `face_px`.
fn card(out: &mut [u8], face_px: (f32, f32), share: f32, cover: Cover) {
    let (above, below) = match cover {
        Cover::LowerFace => (2.0, 130.0),
        Cover::WholeFace => (85.0, 95.0),
    };
    let drop = (1.0 - share) * CARD_RISE_PX;
    let span = Span {
        x: ((face_px.0 - 78.0) as i32, (face_px.0 + 78.0) as i32),
        y: ((face_px.1 - above + drop) as i32, (face_px.1 + below + drop) as i32),
    };
    for y in span.y.0.max(0)..span.y.1.min(HEIGHT_PX as i32) {
        for x in span.x.0.max(0)..span.x.1.min(WIDTH_PX as i32) {
            let rim = (x - span.x.0).min(span.x.1 - 1 - x).min(y - span.y.0).min(span.y.1 - 1 - y) < 3;
            let bgr = if rim { [104, 92, 70] } else { [136, 122, 96] };
            let at = (y as usize * WIDTH_PX + x as usize) * 3;
            out[at..at + 3].copy_from_slice(&bgr);
        }
    }
}

/// A table of sensor noise, longer than a picture so that each frame can start elsewhere in it.
fn noise_table() -> Vec<i8> {
    // xorshift64*; the seed is arbitrary, but never 0, which it cannot leave.
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut table = Vec::with_capacity(FRAME_BYTES + NOISE_STARTS);
    while table.len() < FRAME_BYTES + NOISE_STARTS {
        state ^= state >> 12;
        state ^= state << 25;
        state ^= state >> 27;
        let random = (state.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 32) as u32;
        table.push((random % (2 * NOISE as u32 + 1)) as i8 - NOISE);
    }
    table
}

/// Adds the frame's own noise: the same every time the frame is drawn.
fn add_noise(table: &[i8], frame: u64, out: &mut [u8]) {
    let start = (frame.wrapping_mul(7_919) % NOISE_STARTS as u64) as usize;
    for (byte, &noise) in out.iter_mut().zip(&table[start..]) {
        *byte = byte.saturating_add_signed(noise);
    }
}
