//! Finds nods in the head's pitch as it comes: down and back up, about as fast, near to where it began.
//!
//! The curve is followed from turning point to turning point, so that nods in a row are counted one by one and a
//! slow drift, and a long look at the till just before hide none. Not counted: looking down and staying there,
//! shaking the head, a step in the pose because another face (or another take) is in its place. What a nod means is
//! never asked.

use std::collections::VecDeque;

use hymy_vision::{HeadPose, Rect};

/// Least depth, in degrees, from the pose before to the lowest point. Nods of 6 degrees must be found, and averaging
/// and sampling take up to a sixth of that; heads that only talk or sway move by 2 to 4 degrees.
pub const NOD_DEPTH_MIN_DEG: f32 = 5.0;

/// Greatest depth, in degrees: deeper is bending over something.
pub const NOD_DEPTH_MAX_DEG: f32 = 35.0;

/// How much of the depth it must come back, 0..1. Less than all of it, because people drift by a few degrees a second
/// while they nod, and a burst often ends lower than it began.
pub const NOD_RETURN_SHARE: f32 = 0.6;

/// Shortest time, in milliseconds, spent below the return level. A nod at 2.5 Hz takes 225, a glitch of one frame at
/// 10 frames a second about 120.
pub const NOD_WIDTH_MIN_MS: f32 = 150.0;

/// Longest time, in milliseconds, spent below the return level: a nod at 0.7 Hz takes 806, and a quarter more is
/// allowed for noise. A glance at the till stays down longer.
pub const NOD_WIDTH_MAX_MS: f32 = 1_000.0;

/// Least depth for each second below the return level, in degrees: 6 degrees at 0.7 Hz have 7.4. What is shallower and
/// slower is sway, or a mesh that a hand at the chin pulls down.
const NOD_SPEED_MIN: f32 = 7.0;

/// Going down and coming back differ in duration by at most this factor: below it lie 99 % of nods with noise and
/// drift at 10 to 30 frames a second. A head that drops and then rises slowly was looking at something.
const NOD_SKEW_MAX: f32 = 3.0;

/// Each of the two is measured between this share of the return level and that level: away from the flat bottom.
const LOW_SHARE: f32 = 0.4;

/// Poses below the return level at least: one alone is a glitch.
const NOD_POSES_MIN: usize = 2;

/// Turning points are this far apart at least, in degrees: half of the least depth and more than the noise, of which
/// the clips have 0.3 to 0.5 degrees (standard deviation) at 60 pixels of face width.
const TURN_MIN_DEG: f32 = 3.0;

/// The pose before a nod, and its end, are looked for within this time of the lowest point, in milliseconds: half of
/// a nod at 0.7 Hz takes 714.
const HALF_MAX_MS: u64 = 850;

/// A hole of more than this, in milliseconds, may hide a whole nod at 2.5 Hz: everything before it is forgotten.
const HOLE_MS: u64 = 400;

/// A head that turns faster than this, in degrees a second, was replaced: 20 degrees at 2.5 Hz reach 157.
const TURN_SPEED_MAX: f32 = 250.0;

/// A face that moves faster than this, in its own widths and heights a second, is carried somewhere or was replaced:
/// a nod moves it by up to 2.4.
const MOVE_SPEED_MAX: f32 = 3.0;

/// Pitch is averaged over this many milliseconds: three frames at 30 a second, which lowers a nod at 2.5 Hz by 4 %.
const SMOOTH_MS: u64 = 70;

/// A head that just came up from this share of the depth below the lowest point, and then goes on to this share above
/// where the dip began, halted on its way up and did not nod.
const HALT_SHARE: f32 = 0.5;

/// Room for all that is needed at 120 frames a second.
const POSES_MAX: usize = 240;

#[derive(Clone, Copy, Debug)]
struct Pose {
    t_ms: u64,
    pitch_deg: f32,
    yaw_deg: f32,
}

/// Where the head is on its way between two turning points.
#[derive(Clone, Copy, Debug)]
enum Way {
    /// The lowest pose so far.
    Down { lowest: Pose },
    /// Up from a lowest point, and whether that was judged; the highest pose since.
    Up { lowest: Pose, judged: bool, highest_deg: f32 },
}

/// What looks like a nod, of a head that just came up from below: so long, and so far up, is waited for.
#[derive(Clone, Copy, Debug)]
struct Doubtful {
    lowest_ms: u64,
    until_ms: u64,
    halted_above_deg: f32,
}

impl Doubtful {
    /// One that is no longer in doubt, and only has to be told with the next pose.
    const fn settled(lowest_ms: u64) -> Self {
        Self { lowest_ms, until_ms: 0, halted_above_deg: f32::INFINITY }
    }
}

/// Takes head poses in the order of their time.
#[derive(Clone, Debug, Default)]
pub struct NodDetector {
    /// Unsmoothed, of the last [`SMOOTH_MS`].
    raw: VecDeque<Pose>,
    /// Smoothed.
    poses: VecDeque<Pose>,
    bounds: Option<Rect>,
    way: Option<Way>,
    /// A nod, if the head does not go on upwards.
    doubtful: Option<Doubtful>,
    /// The last lowest point that was judged: no later dip begins before it.
    judged_ms: u64,
}

impl NodDetector {
    /// Takes the head's pose and the face's place. Returns the time of the lowest point when this pose completes a nod.
    pub fn push(&mut self, t_ms: u64, head: HeadPose, bounds: Rect) -> Option<u64> {
        let pose = Pose { t_ms, pitch_deg: head.pitch_deg, yaw_deg: head.yaw_deg };
        if !(pose.pitch_deg.is_finite() && pose.yaw_deg.is_finite()) {
            return None;
        }
        if self.is_another(&pose, &bounds) {
            self.reset();
        }
        self.bounds = Some(bounds);
        self.raw.push_back(pose);
        forget(&mut self.raw, t_ms, SMOOTH_MS);
        let now = mean(&self.raw)?;
        self.poses.push_back(now);
        forget(&mut self.poses, now.t_ms, 2 * HALF_MAX_MS);
        let settled = self.settle_doubt(&now);
        let sure = self.turn(now).and_then(|lowest| {
            let nod = self.judge(lowest, now)?;
            nod.then_some(lowest)
        });
        let Some(lowest) = sure else { return settled };
        match self.doubt(&lowest) {
            // Another dip before the head went on upwards: the earlier one was a nod.
            Some(doubtful) => settled.or(self.doubtful.replace(doubtful).map(|earlier| earlier.lowest_ms)),
            None => {
                self.doubtful = settled.map(Doubtful::settled).or(self.doubtful);
                Some(lowest.t_ms)
            }
        }
    }

    /// The doubtful nod, once the head stayed where it was.
    fn settle_doubt(&mut self, now: &Pose) -> Option<u64> {
        let doubtful = self.doubtful?;
        if now.pitch_deg > doubtful.halted_above_deg {
            self.doubtful = None;
        } else if now.t_ms >= doubtful.until_ms {
            self.doubtful = None;
            return Some(doubtful.lowest_ms);
        }
        None
    }

    /// Whether the head came up from below the lowest point just before it began to go down.
    fn doubt(&self, lowest: &Pose) -> Option<Doubtful> {
        let before = || self.poses.iter().filter(|pose| pose.t_ms < lowest.t_ms);
        let within = before().filter(|pose| lowest.t_ms - pose.t_ms <= HALF_MAX_MS);
        let top = within.max_by(|a, b| a.pitch_deg.total_cmp(&b.pitch_deg))?;
        let share_deg = HALT_SHARE * (top.pitch_deg - lowest.pitch_deg);
        let risen = before().any(|pose| {
            pose.t_ms < top.t_ms && top.t_ms - pose.t_ms <= HALF_MAX_MS && pose.pitch_deg < lowest.pitch_deg - share_deg
        });
        risen.then_some(Doubtful {
            lowest_ms: lowest.t_ms,
            until_ms: lowest.t_ms + HALF_MAX_MS,
            halted_above_deg: top.pitch_deg + share_deg,
        })
    }

    /// Forgets what came before: the head could not be read, or there may be somebody else.
    pub fn reset(&mut self) {
        *self = Self::default();
    }

    /// Whether this pose cannot belong to the same movement as the one before.
    fn is_another(&self, pose: &Pose, bounds: &Rect) -> bool {
        let Some(last) = self.raw.back() else { return false };
        if pose.t_ms <= last.t_ms || pose.t_ms - last.t_ms > HOLE_MS {
            return true;
        }
        let step_s = (pose.t_ms - last.t_ms) as f32 / 1_000.0;
        let turned_deg = (pose.pitch_deg - last.pitch_deg).hypot(pose.yaw_deg - last.yaw_deg);
        let moved = self.bounds.map_or(0.0, |before| {
            let aside = (bounds.x + bounds.w / 2.0 - before.x - before.w / 2.0) / before.w;
            let down = (bounds.y + bounds.h / 2.0 - before.y - before.h / 2.0) / before.h;
            aside.hypot(down)
        });
        turned_deg > TURN_SPEED_MAX * step_s || moved > MOVE_SPEED_MAX * step_s
    }

    /// Follows the curve. Gives the lowest point that the head comes up from, while that is not judged.
    fn turn(&mut self, now: Pose) -> Option<Pose> {
        let way = match self.way {
            None => Way::Down { lowest: now },
            Some(Way::Down { lowest }) if now.pitch_deg < lowest.pitch_deg => Way::Down { lowest: now },
            Some(Way::Down { lowest }) if now.pitch_deg >= lowest.pitch_deg + TURN_MIN_DEG => {
                Way::Up { lowest, judged: false, highest_deg: now.pitch_deg }
            }
            Some(Way::Up { highest_deg, .. }) if now.pitch_deg <= highest_deg - TURN_MIN_DEG => {
                Way::Down { lowest: now }
            }
            Some(Way::Up { lowest, judged, highest_deg }) => {
                Way::Up { lowest, judged, highest_deg: highest_deg.max(now.pitch_deg) }
            }
            Some(down) => down,
        };
        self.way = Some(way);
        match way {
            Way::Up { lowest, judged: false, .. } if now.t_ms - lowest.t_ms <= HALF_MAX_MS => Some(lowest),
            _ => None,
        }
    }

    /// Whether the dip around `lowest` is a nod; `None` as long as it did not come back.
    fn judge(&mut self, lowest: Pose, now: Pose) -> Option<bool> {
        let begins_ms = lowest.t_ms.saturating_sub(HALF_MAX_MS).max(self.judged_ms);
        let before = self.poses.iter().filter(|pose| (begins_ms..lowest.t_ms).contains(&pose.t_ms));
        let before_deg = before.map(|pose| pose.pitch_deg).reduce(f32::max)?;
        let depth_deg = before_deg - lowest.pitch_deg;
        let level_deg = lowest.pitch_deg + NOD_RETURN_SHARE * depth_deg;
        if depth_deg < NOD_DEPTH_MIN_DEG || now.pitch_deg < level_deg {
            return None;
        }
        self.judged_ms = lowest.t_ms;
        if let Some(Way::Up { judged, .. }) = &mut self.way {
            *judged = true;
        }
        let down = slope(self.poses.iter().rev().skip_while(|pose| pose.t_ms >= lowest.t_ms), lowest, level_deg)?;
        let up = slope(self.poses.iter().skip_while(|pose| pose.t_ms <= lowest.t_ms), lowest, level_deg)?;
        let within = || self.poses.iter().skip_while(|pose| pose.t_ms < down.outer_ms);
        let (left_deg, right_deg) = within().fold((f32::INFINITY, f32::NEG_INFINITY), |(left, right), pose| {
            (pose.yaw_deg.min(left), pose.yaw_deg.max(right))
        });
        let below = within().filter(|pose| pose.pitch_deg < level_deg).count();
        Some(
            depth_deg <= NOD_DEPTH_MAX_DEG
                && (NOD_WIDTH_MIN_MS..=NOD_WIDTH_MAX_MS).contains(&(down.level_ms + up.level_ms))
                && depth_deg * 1_000.0 >= NOD_SPEED_MIN * (down.level_ms + up.level_ms)
                && below >= NOD_POSES_MIN
                && right_deg - left_deg < depth_deg
                && down.lasted_ms() <= NOD_SKEW_MAX * up.lasted_ms()
                && up.lasted_ms() <= NOD_SKEW_MAX * down.lasted_ms(),
        )
    }
}

/// One side of a dip, in milliseconds from its lowest point outwards.
#[derive(Clone, Copy, Debug)]
struct Slope {
    /// To where [`LOW_SHARE`] is passed for the last time.
    low_ms: f32,
    /// To where the return level is reached.
    level_ms: f32,
    /// The time of the pose there.
    outer_ms: u64,
}

impl Slope {
    fn lasted_ms(&self) -> f32 {
        self.level_ms - self.low_ms
    }
}

/// Follows `outwards` from the lowest point to the first pose at `level_deg`.
fn slope<'a>(outwards: impl Iterator<Item = &'a Pose>, lowest: Pose, level_deg: f32) -> Option<Slope> {
    let low_deg = lowest.pitch_deg + (level_deg - lowest.pitch_deg) * LOW_SHARE;
    let mut inner = lowest;
    let mut low_ms = 0.0;
    for outer in outwards {
        // Times are taken from the lowest point, so that they stay exact after hours.
        let crossed_ms = |at_deg: f32| {
            let [from_ms, to_ms] = [inner, *outer].map(|pose| pose.t_ms.abs_diff(lowest.t_ms) as f32);
            from_ms + (to_ms - from_ms) * (at_deg - inner.pitch_deg) / (outer.pitch_deg - inner.pitch_deg)
        };
        if inner.pitch_deg < low_deg && outer.pitch_deg >= low_deg {
            low_ms = crossed_ms(low_deg);
        }
        if outer.pitch_deg >= level_deg {
            return Some(Slope { low_ms, level_ms: crossed_ms(level_deg), outer_ms: outer.t_ms });
        }
        inner = *outer;
    }
    None
}

fn forget(poses: &mut VecDeque<Pose>, now_ms: u64, memory_ms: u64) {
    while poses.len() > POSES_MAX || poses.front().is_some_and(|pose| now_ms.saturating_sub(pose.t_ms) > memory_ms) {
        poses.pop_front();
    }
}

fn mean(poses: &VecDeque<Pose>) -> Option<Pose> {
    let count = poses.len() as f32;
    let first_ms = poses.front()?.t_ms;
    let later_ms: u64 = poses.iter().map(|pose| pose.t_ms - first_ms).sum();
    Some(Pose {
        t_ms: first_ms + later_ms / poses.len() as u64,
        pitch_deg: poses.iter().map(|pose| pose.pitch_deg).sum::<f32>() / count,
        yaw_deg: poses.iter().map(|pose| pose.yaw_deg).sum::<f32>() / count,
    })
}

#[cfg(test)]
mod tests;
