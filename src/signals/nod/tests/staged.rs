//! Staged movements of a head: nods, looks down, shaken heads, drift and talking, with noise and lost frames.
//!
//! The noise is that of the counter clips (0.3 to 0.5 degrees from frame to frame at 60 pixels of face width), and up
//! to twice as much. Everything follows from a seed.

use std::f32::consts::{PI, TAU};

/// A small generator of random numbers, so that a seed means the same for ever.
pub(super) struct Random(u64);

impl Random {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(2).wrapping_add(1))
    }

    /// 0 to just below 1.
    fn unit(&mut self) -> f32 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 40) as f32 / (1u64 << 24) as f32
    }

    pub(super) fn between(&mut self, low: f32, high: f32) -> f32 {
        low + (high - low) * self.unit()
    }

    pub(super) fn up_to(&mut self, highest: u32) -> u32 {
        (self.unit() * (highest + 1) as f32) as u32
    }

    /// The sum of twelve uniform numbers is close to normal, with a standard deviation of 1.
    pub(super) fn normal(&mut self) -> f32 {
        (0..12).map(|_| self.unit()).sum::<f32>() - 6.0
    }
}

/// One movement, from a time on.
#[derive(Clone, Copy, Debug)]
enum Movement {
    /// So many times down and back, without rest between them.
    Nods { hz: f32, count: u32, depth_deg: f32 },
    /// Down, a while there, and back.
    LookDown { ramp_s: f32, stay_s: f32, depth_deg: f32 },
    /// From side to side, with a fifth of it in the pitch.
    Shake { hz: f32, count: u32, width_deg: f32 },
}

impl Movement {
    fn length_s(self) -> f32 {
        match self {
            Self::Nods { hz, count, .. } | Self::Shake { hz, count, .. } => count as f32 / hz,
            Self::LookDown { ramp_s, stay_s, .. } => 2.0 * ramp_s + stay_s,
        }
    }

    /// Pitch and yaw, in degrees, so long after its beginning.
    fn at(self, since_s: f32) -> (f32, f32) {
        if !(0.0..self.length_s()).contains(&since_s) {
            return (0.0, 0.0);
        }
        match self {
            Self::Nods { hz, depth_deg, .. } => (-depth_deg * 0.5 * (1.0 - (TAU * hz * since_s).cos()), 0.0),
            Self::LookDown { ramp_s, depth_deg, .. } => {
                let nearest_end_s = since_s.min(self.length_s() - since_s);
                (-depth_deg * 0.5 * (1.0 - (PI * (nearest_end_s / ramp_s).min(1.0)).cos()), 0.0)
            }
            Self::Shake { hz, width_deg, .. } => {
                let swing_deg = width_deg * (TAU * hz * since_s).sin();
                (0.2 * swing_deg, swing_deg)
            }
        }
    }
}

/// A sequence of movements and everything that disturbs it.
pub(super) struct Sequence {
    pub nods: u32,
    length_s: f32,
    movements: Vec<(f32, Movement)>,
    rest_deg: (f32, f32),
    drift_deg_per_s: f32,
    drift_turns_s: f32,
    noise_deg: f32,
    /// Size, frequency and phase of three small movements, as of a head that talks.
    talking: [(f32, f32, f32); 3],
    first_s: f32,
    /// From, to: the face was not found.
    losses_s: Vec<(f32, f32)>,
}

impl Sequence {
    /// A sequence of 0 to 5 nods, single or in bursts, of 0.7 to 2.5 Hz and 6 to 20 degrees, with looks down of 1 to
    /// 3 s and shaken heads between them.
    pub(super) fn new(random: &mut Random) -> Self {
        let nods = random.up_to(5);
        let mut movements = Vec::new();
        let mut at_s = random.between(2.0, 3.0);
        let mut left = nods;
        let mut add = |movement: Movement, rest_s: f32| {
            movements.push((at_s, movement));
            at_s += movement.length_s() + rest_s;
        };
        while left > 0 || nods == 0 {
            if left > 0 {
                let count = 1 + random.up_to(left - 1);
                left -= count;
                let (hz, depth_deg) = (random.between(0.7, 2.5), random.between(6.0, 20.0));
                add(Movement::Nods { hz, count, depth_deg }, random.between(0.6, 2.5));
            }
            if nods == 0 || random.unit() < 0.4 {
                let (ramp_s, stay_s) = (random.between(0.2, 0.4), random.between(1.0, 3.0));
                let depth_deg = random.between(8.0, 25.0);
                add(Movement::LookDown { ramp_s, stay_s, depth_deg }, random.between(0.6, 1.5));
            }
            if nods == 0 || random.unit() < 0.4 {
                let (hz, count) = (random.between(1.0, 2.5), 2 + random.up_to(2));
                add(Movement::Shake { hz, count, width_deg: random.between(10.0, 30.0) }, random.between(0.6, 1.5));
            }
            if nods == 0 {
                break;
            }
        }
        let length_s = at_s + 2.0;
        let talking = [(); 3].map(|()| (random.between(0.0, 0.5), random.between(2.0, 5.0), random.between(0.0, TAU)));
        let losses_s = (0..(length_s / 6.0) as u32).map(|_| {
            let from_s = random.between(0.0, length_s);
            (from_s, from_s + random.between(0.0, 0.2))
        });
        Self {
            nods,
            length_s,
            movements,
            talking,
            losses_s: losses_s.collect(),
            rest_deg: (random.between(-25.0, 15.0), random.between(-10.0, 10.0)),
            drift_deg_per_s: random.between(-3.0, 3.0),
            drift_turns_s: random.between(3.0, 6.0),
            noise_deg: random.between(0.3, 0.8),
            first_s: random.between(0.0, 0.2),
        }
    }

    /// Times in milliseconds, pitch and yaw in degrees, at this frame rate; three frames in a hundred are dropped.
    pub(super) fn poses(&self, fps: f32, random: &mut Random) -> Vec<(u64, f32, f32)> {
        let frames = ((self.length_s - self.first_s) * fps) as u32;
        let mut poses = Vec::new();
        for frame in 0..frames {
            let t_s = self.first_s + frame as f32 / fps;
            let (mut pitch_deg, mut yaw_deg) = self.rest_deg;
            pitch_deg += self.drift_deg_per_s * ((t_s % (2.0 * self.drift_turns_s)) - self.drift_turns_s).abs();
            for (from_s, movement) in &self.movements {
                let (pitch, yaw) = movement.at(t_s - from_s);
                pitch_deg += pitch;
                yaw_deg += yaw;
            }
            for (size_deg, hz, phase) in self.talking {
                pitch_deg += size_deg * (TAU * hz * t_s + phase).sin();
            }
            pitch_deg += self.noise_deg * random.normal();
            yaw_deg += self.noise_deg * random.normal();
            let lost = self.losses_s.iter().any(|&(from_s, to_s)| (from_s..to_s).contains(&t_s));
            if !lost && random.unit() >= 0.03 {
                poses.push(((t_s * 1_000.0).round() as u64, pitch_deg, yaw_deg));
            }
        }
        poses
    }
}
