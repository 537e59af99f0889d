//! Finds nods in the head's pitch as it comes: down and back up, quickly, near to where it began.
//!
//! A nod is measured from the person's own pose just before it, so it does not matter how somebody holds their head.
//! Not counted: looking down and staying there, slow drifts, shaking the head. What a nod means is never asked.

use std::collections::VecDeque;

/// Least depth, in degrees, from the pose before to the lowest point. Pitch is read with about 1 degree of noise, so
/// that 6 lies far outside it; deliberate nods are 8 to 20 degrees deep.
pub const NOD_DEPTH_MIN_DEG: f32 = 6.0;

/// Greatest depth, in degrees: deeper is bending over something.
pub const NOD_DEPTH_MAX_DEG: f32 = 35.0;

/// How much of the depth it must come back, 0..1.
pub const NOD_RETURN_SHARE: f32 = 0.7;

/// Shortest time, in milliseconds, spent below the return level: a nod at 4 Hz.
pub const NOD_WIDTH_MIN_MS: u64 = 100;

/// Longest time, in milliseconds, spent below the return level: a nod at about 0.7 Hz. A glance at the till stays
/// down longer.
pub const NOD_WIDTH_MAX_MS: u64 = 900;

/// How far back, in milliseconds, the pose before the nod is looked for.
const MEMORY_MS: u64 = 2_000;

/// A hole of more than this, in milliseconds, may hide half a nod: everything before it is forgotten.
const HOLE_MS: u64 = 300;

/// Pitch is averaged over this many milliseconds: three frames at 30 a second.
const SMOOTH_MS: u64 = 80;

/// Room for [`MEMORY_MS`] at 120 frames a second.
const POSES_MAX: usize = 240;

#[derive(Clone, Copy, Debug)]
struct Pose {
    t_ms: u64,
    pitch_deg: f32,
    yaw_deg: f32,
}

/// Takes head poses in the order of their time.
#[derive(Clone, Debug, Default)]
pub struct NodDetector {
    raw: VecDeque<Pose>,
    poses: VecDeque<Pose>,
}

impl NodDetector {
    /// Takes the head's pitch (positive up) and yaw in degrees. Returns the time of the lowest point when a nod was
    /// completed by this pose.
    pub fn push(&mut self, t_ms: u64, pitch_deg: f32, yaw_deg: f32) -> Option<u64> {
        if self.raw.back().is_some_and(|last| t_ms <= last.t_ms || t_ms - last.t_ms > HOLE_MS) {
            self.reset();
        }
        self.raw.push_back(Pose { t_ms, pitch_deg, yaw_deg });
        forget(&mut self.raw, t_ms, SMOOTH_MS);
        let count = self.raw.len() as f32;
        let mean = |of: fn(&Pose) -> f32| self.raw.iter().map(of).sum::<f32>() / count;
        let now = Pose { t_ms, pitch_deg: mean(|pose| pose.pitch_deg), yaw_deg: mean(|pose| pose.yaw_deg) };
        self.poses.push_back(now);
        forget(&mut self.poses, t_ms, MEMORY_MS);

        let (lowest_at, lowest) = lowest(&self.poses)?;
        let before_deg = self.poses.iter().take(lowest_at).map(|pose| pose.pitch_deg).reduce(f32::max)?;
        let depth_deg = before_deg - lowest.pitch_deg;
        let level_deg = lowest.pitch_deg + NOD_RETURN_SHARE * depth_deg;
        if depth_deg < NOD_DEPTH_MIN_DEG || now.pitch_deg < level_deg {
            return None;
        }
        // It came back: a nod or not, this is the pose that the next one is measured from.
        let left_at = self.poses.iter().take(lowest_at).rposition(|pose| pose.pitch_deg >= level_deg)?;
        let width_ms = t_ms - self.poses.get(left_at)?.t_ms;
        let yaws = self.poses.iter().skip(left_at).map(|pose| pose.yaw_deg);
        let (left_deg, right_deg) =
            yaws.fold((f32::INFINITY, f32::NEG_INFINITY), |(left, right), yaw| (left.min(yaw), right.max(yaw)));
        self.poses.clear();
        self.poses.push_back(now);
        let is_nod = depth_deg <= NOD_DEPTH_MAX_DEG
            && (NOD_WIDTH_MIN_MS..=NOD_WIDTH_MAX_MS).contains(&width_ms)
            && right_deg - left_deg < depth_deg;
        is_nod.then_some(lowest.t_ms)
    }

    /// Forgets what came before: the head could not be read.
    pub fn reset(&mut self) {
        self.raw.clear();
        self.poses.clear();
    }
}

fn forget(poses: &mut VecDeque<Pose>, now_ms: u64, memory_ms: u64) {
    while poses.len() > POSES_MAX || poses.front().is_some_and(|pose| now_ms - pose.t_ms > memory_ms) {
        poses.pop_front();
    }
}

fn lowest(poses: &VecDeque<Pose>) -> Option<(usize, Pose)> {
    let places = poses.iter().copied().enumerate();
    places.min_by(|(_, one), (_, other)| one.pitch_deg.total_cmp(&other.pitch_deg))
}

#[cfg(test)]
mod tests;
