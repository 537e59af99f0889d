//! Posture against the person's own: how high, how near and how level the head is, compared with its usual place.
//!
//! A torso that leans forward by 30 degrees lowers the head by about half a face height, and brings it nearer to a
//! camera in front; one that leans aside tilts the head and shifts it the same way. The usual place is learnt
//! while the person is followed, kept in memory as numbers, and learnt anew when the head stays elsewhere: after
//! sitting down or standing up, at another place, for another person. Shoulders and hips are not looked for.
//! Where the head is not near a known place, nothing is said. All smoothing is in time, not in frames.

use crate::observation::{HeadPose, Posture};

/// Observed time at one place before anything is said.
const SETTLING_MS: u64 = 10_000;
/// How slowly the usual place follows.
const FOLLOW_MS: f32 = 60_000.0;
/// Place and tilt are averaged over about this long: longer than a nod or a glance aside matters.
const SMOOTH_MS: f32 = 700.0;
/// The longest step between two frames that counts as observed.
const MAX_STEP_MS: u64 = 500;
/// After this long without a head it may be somebody else's.
const FORGET_AFTER_MS: u64 = 60_000;

/// A head so many face heights below its usual place leans: a torso (3.5 face heights from the hip) at 30 degrees.
const LOW: f32 = 0.5;
/// The same where the face has also grown by [`GROWN`]: at 22 degrees.
const LOW_AND_NEAR: f32 = 0.3;
const GROWN: f32 = 0.1;
/// A head tilted more than this from its usual roll leans.
const TILTED_DEG: f32 = 15.0;
/// The same where the head is also shifted to that side by [`SHIFTED`] face heights: a torso at 10 degrees.
const TILTED_AND_SHIFTED_DEG: f32 = 10.0;
const SHIFTED: f32 = 0.5;
/// Leaning begins at half of upright and ends a little above.
const LEANING_BEGINS: f32 = 0.5;
const LEANING_ENDS: f32 = 0.6;

/// Beyond these the head is elsewhere, not leaning: lower (sitting down takes two face heights and more), higher
/// (standing up), nearer or farther (walking).
const ELSEWHERE_LOW: f32 = 1.5;
const ELSEWHERE_HIGH: f32 = 0.5;
const ELSEWHERE_SIZE: f32 = 1.35;
/// Elsewhere for this long: the person changed between sitting and standing, or works at another place now.
const ANEW_ELSEWHERE_MS: u64 = 5_000;
/// Leaning for this long: it is how the person sits or stands now.
const ANEW_LEANING_MS: u64 = 30_000;

/// Where a head is, in frame pixels and degrees.
#[derive(Clone, Copy, Debug)]
struct Place {
    x: f32,
    y: f32,
    height: f32,
    roll_deg: f32,
}

impl Place {
    /// Moves by `weight` (0 to 1) of the way to `other`.
    fn approach(&mut self, other: &Self, weight: f32) {
        for (own, other) in [
            (&mut self.x, other.x),
            (&mut self.y, other.y),
            (&mut self.height, other.height),
            (&mut self.roll_deg, other.roll_deg),
        ] {
            *own += weight * (other - *own);
        }
    }

    /// Face heights below `usual`.
    fn below(&self, usual: &Self) -> f32 {
        (self.y - usual.y) / usual.height
    }

    fn is_elsewhere(&self, usual: &Self, most_below: f32) -> bool {
        let size = self.height / usual.height;
        let below = self.below(usual);
        !(-ELSEWHERE_HIGH..=most_below).contains(&below) || !(1.0 / ELSEWHERE_SIZE..=ELSEWHERE_SIZE).contains(&size)
    }

    /// 1 at the usual place, 0.5 where it begins to lean, 0 twice as far.
    fn uprightness(&self, usual: &Self) -> f32 {
        let near = ((self.height / usual.height - 1.0) / GROWN).clamp(0.0, 1.0);
        let low = self.below(usual) / (LOW + near * (LOW_AND_NEAR - LOW));
        let tilt_deg = self.roll_deg - usual.roll_deg;
        // Roll is positive with the top of the head towards the right of the picture.
        let shift = (self.x - usual.x) / usual.height * tilt_deg.signum();
        let shifted = (shift / SHIFTED).clamp(0.0, 1.0);
        let tilted = tilt_deg.abs() / (TILTED_DEG + shifted * (TILTED_AND_SHIFTED_DEG - TILTED_DEG));
        (1.0 - low.max(tilted) / 2.0).clamp(0.0, 1.0)
    }
}

/// The person's usual place of the head, and where it is now.
#[derive(Default)]
pub(crate) struct PostureReader {
    usual: Option<Place>,
    settled_ms: u64,
    now: Option<Place>,
    last_ms: Option<u64>,
    leaning: bool,
    leaning_ms: u64,
    elsewhere_ms: u64,
}

impl PostureReader {
    /// Reads one face box (left, top, right, bottom, in frame pixels).
    pub(crate) fn read(&mut self, t_ms: u64, face: &[f32; 4], head: &HeadPose) -> Option<Posture> {
        let [left, top, right, bottom] = *face;
        let seen =
            Place { x: (left + right) / 2.0, y: (top + bottom) / 2.0, height: bottom - top, roll_deg: head.roll_deg };
        let numbers = [seen.x, seen.y, seen.height, seen.roll_deg];
        if seen.height < 1.0 || numbers.iter().any(|number| !number.is_finite()) {
            return None;
        }
        let gone_ms = self.last_ms.map_or(0, |last_ms| t_ms.saturating_sub(last_ms));
        if gone_ms > FORGET_AFTER_MS {
            *self = Self::default();
        }
        let step_ms = gone_ms.min(MAX_STEP_MS);
        self.last_ms = Some(t_ms);
        let now = match &mut self.now {
            Some(now) if gone_ms <= MAX_STEP_MS => {
                now.approach(&seen, weight(step_ms, SMOOTH_MS));
                *now
            }
            now => *now.insert(seen),
        };
        let Some(usual) = self.usual else {
            self.usual = Some(now);
            return None;
        };
        if self.settled_ms < SETTLING_MS {
            self.settle(usual, &now, step_ms);
            return None;
        }
        self.compare(usual, &now, step_ms)
    }

    /// Learns the usual place: the mean of some time in which the head stays near it.
    fn settle(&mut self, usual: Place, now: &Place, step_ms: u64) {
        if now.is_elsewhere(&usual, LOW) {
            *self = Self { usual: Some(*now), now: Some(*now), last_ms: self.last_ms, ..Self::default() };
            return;
        }
        self.settled_ms += step_ms;
        let share = step_ms as f32 / self.settled_ms.max(1) as f32;
        self.usual = Some(usual).map(|mut usual| {
            usual.approach(now, share);
            usual
        });
    }

    fn compare(&mut self, mut usual: Place, now: &Place, step_ms: u64) -> Option<Posture> {
        if now.is_elsewhere(&usual, ELSEWHERE_LOW) {
            self.elsewhere_ms += step_ms;
            self.leaning = false;
            if self.elsewhere_ms >= ANEW_ELSEWHERE_MS {
                *self = Self { usual: Some(*now), now: Some(*now), last_ms: self.last_ms, ..Self::default() };
            }
            return None;
        }
        self.elsewhere_ms = 0;
        let upright = now.uprightness(&usual);
        self.leaning = upright < if self.leaning { LEANING_ENDS } else { LEANING_BEGINS };
        if self.leaning {
            self.leaning_ms += step_ms;
            if self.leaning_ms > ANEW_LEANING_MS {
                *self = Self { usual: Some(*now), now: Some(*now), last_ms: self.last_ms, ..Self::default() };
                return None;
            }
        } else {
            self.leaning_ms = 0;
            usual.approach(now, weight(step_ms, FOLLOW_MS));
            self.usual = Some(usual);
        }
        Some(Posture { upright, leaning: self.leaning })
    }
}

/// How far a first-order average goes towards a new value after `step_ms`.
fn weight(step_ms: u64, time_constant_ms: f32) -> f32 {
    1.0 - (-(step_ms as f32) / time_constant_ms).exp()
}

#[cfg(test)]
mod tests;
