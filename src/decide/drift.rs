//! Whether the camera was moved: a running check from directions and places of heads alone.
//!
//! A camera that was moved sees every direction turned by the same angle: the usual looks are all still there, but
//! elsewhere. So the distribution of the head's directions in the latest minute and a half is held against the one of
//! the first minutes: it must fit clearly better when all of it is turned by the same 6 to 20 degrees, and must have
//! left the places it knew. Someone who turns to the till for long, or a customer who stands a little aside, looks in
//! directions that are known already, or moves one look and not all.
//!
//! A camera that is turned on the spot leaves directions as they are (they are relative to the ray between lens and
//! face), but the face jumps in the picture, faster than anyone walks, and stays there.
//!
//! Numbers only, in memory, about no one in particular: nothing of it is stored or logged, but that it happened. It
//! never looks at a picture, and what it cannot know it does not say.

use hymy_vision::{Face, HeadPose, Observation, Rect};

/// Side of a cell of the distributions, degrees.
const CELL_DEG: f32 = 2.5;
/// The directions that are counted: yaw and pitch up to these.
const YAW_DEG: f32 = 60.0;
const PITCH_DEG: f32 = 45.0;
const COLUMNS: usize = (2.0 * YAW_DEG / CELL_DEG) as usize;
const ROWS: usize = (2.0 * PITCH_DEG / CELL_DEG) as usize;
/// Each direction counts with this spread: about how far a head sways within one look.
const BLUR_CELLS: i32 = 2;
/// Observations are counted this often, milliseconds: the next frame shows the same look.
const SAMPLE_MS: u64 = 200;
/// Seconds of seen heads that make the reference: a few customers.
const REFERENCE_S: f32 = 120.0;
/// The latest looks fade with this time constant, in seconds of seen heads: several customers' worth.
const RECENT_S: f32 = 60.0;
/// How often the two are compared, in samples.
const COMPARE_EVERY: u32 = 10;
/// A turn smaller than this is a difference between days; a larger one than the other is another look.
const LEAST_TURN_CELLS: i32 = 3;
const MOST_TURN_CELLS: i32 = 8;
/// How much more likely, in nats a sample, the latest looks must be when turned.
const LEAST_GAIN: f32 = 0.8;
/// A direction is known when the reference was there for this share of the time.
const KNOWN_SHARE: f32 = 0.002;
/// Not more than this share of the latest looks may lie where the reference was, and at least the other share must when
/// they are turned back. Of looped clips 96 to 99 % lie there as they are, and 75 % at most when turned by 10 degrees.
const MOST_KNOWN: f32 = 0.85;
const LEAST_KNOWN_TURNED: f32 = 0.8;
/// For how long, in seconds of seen heads, all of it must hold.
const HOLD_S: f32 = 75.0;
/// A face that moves by more than its own width (16 cm) within this time was not walked there: 1.3 m/s.
const JUMP_MS: u64 = 120;
/// Its width and its turn stay as they were: the same head, seen elsewhere in the picture.
const JUMP_WIDTH_RATIO: f32 = 0.1;
const JUMP_TURN_DEG: f32 = 5.0;
/// For how long, in seconds of seen heads, nobody may have been at the old place again.
const JUMP_HOLD_S: f32 = 120.0;

/// What moved, as the check can tell it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moved {
    /// Every direction is turned by the same angle: the camera stands elsewhere, and the target is wrong.
    Directions,
    /// The face jumped in the picture: the camera was turned on the spot, and the zones are wrong.
    Place,
}

/// How often a head was seen in which direction, blurred; sums to the samples' weight.
#[derive(Clone, Debug)]
struct Distribution {
    cells: Vec<f32>,
    total: f32,
}

impl Distribution {
    fn new() -> Self {
        Self { cells: vec![0.0; COLUMNS * ROWS], total: 0.0 }
    }

    fn fade(&mut self, factor: f32) {
        self.cells.iter_mut().for_each(|cell| *cell *= factor);
        self.total *= factor;
    }

    fn add(&mut self, column: i32, row: i32) {
        // A pyramid of 5 by 5 cells, whose weights add up to 1.
        let weight = |offset: i32| (BLUR_CELLS + 1 - offset.abs()) as f32 / (BLUR_CELLS + 1).pow(2) as f32;
        for up in -BLUR_CELLS..=BLUR_CELLS {
            for across in -BLUR_CELLS..=BLUR_CELLS {
                if let Some(cell) = index(column + across, row + up) {
                    self.cells[cell] += weight(across) * weight(up);
                }
            }
        }
        self.total += 1.0;
    }

    /// Share of the time in this cell.
    fn share(&self, column: i32, row: i32) -> f32 {
        index(column, row).map_or(0.0, |cell| self.cells[cell] / self.total.max(f32::MIN_POSITIVE))
    }
}

fn index(column: i32, row: i32) -> Option<usize> {
    ((0..COLUMNS as i32).contains(&column) && (0..ROWS as i32).contains(&row))
        .then(|| row as usize * COLUMNS + column as usize)
}

fn cell_of(head: &HeadPose) -> Option<(i32, i32)> {
    let cell = |angle: f32, limit: f32| (angle.abs() < limit).then(|| ((angle + limit) / CELL_DEG) as i32);
    Some((cell(head.yaw_deg, YAW_DEG)?, cell(head.pitch_deg, PITCH_DEG)?))
}

/// How well the recent looks fit the reference, turned by whole cells.
struct Fit {
    /// Mean log-likelihood, nats a sample.
    likelihood: f32,
    /// Share of the recent looks in directions that the reference knows.
    known: f32,
}

/// A face before a jump, and what was seen since.
#[derive(Clone, Copy, Debug)]
struct Jump {
    left: Rect,
    since_s: f32,
}

/// Watches for a camera that was moved; says it once, and then takes the new place for the usual one.
#[derive(Clone, Debug)]
pub struct Drift {
    reference: Distribution,
    recent: Distribution,
    sampled_ms: Option<u64>,
    since_compared: u32,
    held_s: f32,
    last: Option<(u64, Rect, HeadPose)>,
    jump: Option<Jump>,
}

impl Moved {
    /// The name in logs and summaries.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Directions => "directions",
            Self::Place => "place",
        }
    }
}

impl Default for Drift {
    fn default() -> Self {
        Self {
            reference: Distribution::new(),
            recent: Distribution::new(),
            sampled_ms: None,
            since_compared: 0,
            held_s: 0.0,
            last: None,
            jump: None,
        }
    }
}

impl Drift {
    /// A check that knows nothing yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes the next observation; says once when the camera was moved. Where customers are seen at all, only while one
    /// is there: what else someone does at a counter is free to change for longer.
    pub fn observe(&mut self, observation: &Observation) -> Option<Moved> {
        if observation.customer_present == Some(false) {
            self.last = None;
            return None;
        }
        let Some(face) = observation.face.filter(|face| !observation.not_alone && face.eyes_open.is_some()) else {
            if observation.not_alone {
                // Another face may be the next one that is followed.
                self.last = None;
            }
            return None;
        };
        self.look_for_jump(observation.t_ms, &face);
        let due = self.sampled_ms.is_none_or(|sampled_ms| observation.t_ms.abs_diff(sampled_ms) >= SAMPLE_MS);
        if !due {
            return None;
        }
        self.sampled_ms = Some(observation.t_ms);
        let moved = self.stayed(&face).or_else(|| self.sample(&face.head));
        if moved.is_some() {
            *self = Self { sampled_ms: self.sampled_ms, ..Self::default() };
        }
        moved
    }

    fn look_for_jump(&mut self, t_ms: u64, face: &Face) {
        if let Some((before_ms, bounds, head)) = self.last {
            let soon = (1..=JUMP_MS).contains(&t_ms.saturating_sub(before_ms));
            let ratio = face.bounds.w / bounds.w - 1.0;
            let turned = (face.head.yaw_deg - head.yaw_deg).abs().max((face.head.pitch_deg - head.pitch_deg).abs());
            if soon && apart(&face.bounds, &bounds) && ratio.abs() < JUMP_WIDTH_RATIO && turned < JUMP_TURN_DEG {
                self.jump = Some(Jump { left: bounds, since_s: 0.0 });
            }
        }
        self.last = Some((t_ms, face.bounds, face.head));
    }

    /// Whether a face that jumped has stayed where it went.
    fn stayed(&mut self, face: &Face) -> Option<Moved> {
        let jump = self.jump.as_mut()?;
        if !apart(&face.bounds, &jump.left) {
            self.jump = None;
            return None;
        }
        jump.since_s += SAMPLE_MS as f32 / 1000.0;
        (jump.since_s >= JUMP_HOLD_S).then_some(Moved::Place)
    }

    fn sample(&mut self, head: &HeadPose) -> Option<Moved> {
        let (column, row) = cell_of(head)?;
        let sample_s = SAMPLE_MS as f32 / 1000.0;
        if self.reference.total * sample_s < REFERENCE_S {
            self.reference.add(column, row);
            return None;
        }
        self.recent.fade((-sample_s / RECENT_S).exp());
        self.recent.add(column, row);
        self.since_compared += 1;
        if self.since_compared < COMPARE_EVERY {
            return None;
        }
        self.since_compared = 0;
        // The recent looks must be as many as they will ever be, or the first one after the reference decides alone.
        let full = self.recent.total * sample_s >= RECENT_S / 2.0;
        if full && self.turned() {
            self.held_s += COMPARE_EVERY as f32 * sample_s;
        } else {
            self.held_s = 0.0;
        }
        (self.held_s >= HOLD_S).then_some(Moved::Directions)
    }

    /// Whether the recent looks are the reference's, turned.
    fn turned(&self) -> bool {
        let here = self.fit(0, 0);
        if here.known > MOST_KNOWN {
            return false;
        }
        let turns = -MOST_TURN_CELLS..=MOST_TURN_CELLS;
        let turns = turns.clone().flat_map(|across| turns.clone().map(move |up| (across, up)));
        let turns = turns.filter(|(across, up)| {
            (LEAST_TURN_CELLS.pow(2)..=MOST_TURN_CELLS.pow(2)).contains(&(across.pow(2) + up.pow(2)))
        });
        turns
            .map(|(across, up)| self.fit(across, up))
            .any(|there| there.known >= LEAST_KNOWN_TURNED && there.likelihood - here.likelihood >= LEAST_GAIN)
    }

    fn fit(&self, across: i32, up: i32) -> Fit {
        // Everywhere a little: a look that was never there before is unlikely, not impossible.
        const NEVER: f32 = 1e-4;
        let mut fit = Fit { likelihood: 0.0, known: 0.0 };
        for row in 0..ROWS as i32 {
            for column in 0..COLUMNS as i32 {
                let recent = self.recent.share(column, row);
                if recent > 0.0 {
                    let share = self.reference.share(column - across, row - up);
                    fit.likelihood += recent * share.max(NEVER).ln();
                    fit.known += if share >= KNOWN_SHARE { recent } else { 0.0 };
                }
            }
        }
        fit
    }
}

/// Whether the middles of two boxes are farther apart than a face is wide. Fractions of width and height are held for
/// equal: pictures are a little wider than high, so that up and down counts a little less.
fn apart(a: &Rect, b: &Rect) -> bool {
    let middle = |r: &Rect| (r.x + r.w / 2.0, r.y + r.h / 2.0);
    let ((ax, ay), (bx, by)) = (middle(a), middle(b));
    (ax - bx).hypot(ay - by) > a.w.max(b.w)
}

#[cfg(test)]
mod tests;
