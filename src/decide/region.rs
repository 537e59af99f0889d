//! Regions of directions, and how probable it is that a look lies in one: the mass of its Gaussian there.

use hymy_vision::{Gaze, HeadPose};
use serde::{Deserialize, Serialize};

/// Why a [`Region`] cannot be made.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
pub enum RegionError {
    /// A bound is not a number in -180..=180 (yaw) or -90..=90 (pitch).
    #[error("{axis} {value} is out of range: yaw lies in -180..=180, pitch in -90..=90 degrees")]
    OutOfRange {
        /// `"yaw"` or `"pitch"`.
        axis: &'static str,
        /// The offending bound, degrees.
        value: f32,
    },
    /// The lower bound is not below the upper one.
    #[error("{axis} range is empty: {min} is not below {max}")]
    Empty {
        /// `"yaw"` or `"pitch"`.
        axis: &'static str,
        /// Lower bound, degrees.
        min: f32,
        /// Upper bound, degrees.
        max: f32,
    },
}

/// A rectangle of directions relative to the ray from the face to the lens; yaw positive towards the right of the
/// picture, pitch positive up.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Bounds", into = "Bounds")]
pub struct Region {
    yaw_deg: (f32, f32),
    pitch_deg: (f32, f32),
}

/// Both ranges of a region, as they are sent.
type Bounds = [(f32, f32); 2];

impl TryFrom<Bounds> for Region {
    type Error = RegionError;

    fn try_from([yaw_deg, pitch_deg]: Bounds) -> Result<Self, RegionError> {
        Self::new(yaw_deg, pitch_deg)
    }
}

impl From<Region> for Bounds {
    fn from(region: Region) -> Self {
        region.bounds_deg()
    }
}

impl Region {
    /// A region from `(min, max)` pairs in degrees: yaw in -180..=180, pitch in -90..=90, each min below its max.
    pub fn new(yaw_deg: (f32, f32), pitch_deg: (f32, f32)) -> Result<Self, RegionError> {
        for (axis, (min, max), limit) in [("yaw", yaw_deg, 180.0), ("pitch", pitch_deg, 90.0)] {
            for value in [min, max] {
                if !(-limit..=limit).contains(&value) {
                    return Err(RegionError::OutOfRange { axis, value });
                }
            }
            if min >= max {
                return Err(RegionError::Empty { axis, min, max });
            }
        }
        Ok(Self { yaw_deg, pitch_deg })
    }

    /// Whether a look straight at its middle can be told to be in it, with the spreads of a face about 65 pixels wide:
    /// 5.5 degrees of yaw and 7.5 of pitch, the medians of the counter clips.
    #[must_use]
    pub fn is_wide_enough(&self) -> bool {
        let (yaw, pitch) = self.middle_deg();
        let look = Look { yaw: Angle::new(yaw, 5.5), pitch: Angle::new(pitch, 7.5) };
        Area::Region(*self).mass(&look) >= super::LOOK_ENTER
    }

    /// What both regions hold, if anything.
    fn and(&self, other: &Self) -> Option<Self> {
        let both = |a: (f32, f32), b: (f32, f32)| (a.0.max(b.0), a.1.min(b.1));
        Self::new(both(self.yaw_deg, other.yaw_deg), both(self.pitch_deg, other.pitch_deg)).ok()
    }

    /// Yaw and pitch of its middle, degrees.
    #[must_use]
    pub fn middle_deg(&self) -> (f32, f32) {
        ((self.yaw_deg.0 + self.yaw_deg.1) / 2.0, (self.pitch_deg.0 + self.pitch_deg.1) / 2.0)
    }

    /// Half of its width and height, degrees.
    #[must_use]
    pub fn half_deg(&self) -> (f32, f32) {
        ((self.yaw_deg.1 - self.yaw_deg.0) / 2.0, (self.pitch_deg.1 - self.pitch_deg.0) / 2.0)
    }

    /// `(min, max)` of yaw and of pitch, degrees.
    #[must_use]
    pub fn bounds_deg(&self) -> [(f32, f32); 2] {
        [self.yaw_deg, self.pitch_deg]
    }
}

/// One angle of a look: mean and standard deviation, degrees.
#[derive(Clone, Copy, Debug)]
struct Angle {
    mean_deg: f32,
    spread_deg: f32,
}

impl Angle {
    /// The least spread, so that a spread of 0 is a sharp step and no division by it.
    const LEAST_DEG: f32 = 0.05;

    fn new(mean_deg: f32, spread_deg: f32) -> Self {
        Self { mean_deg, spread_deg: spread_deg.max(Self::LEAST_DEG) }
    }

    /// Probability that it lies below `bound_deg`.
    fn below(self, bound_deg: f32) -> f32 {
        normal_cdf((bound_deg - self.mean_deg) / self.spread_deg)
    }

    fn between(self, low_deg: f32, high_deg: f32) -> f32 {
        if low_deg >= high_deg { 0.0 } else { self.below(high_deg) - self.below(low_deg) }
    }
}

/// Where a look goes, as far as it is known: yaw and pitch, independent of each other.
#[derive(Clone, Copy, Debug)]
pub(super) struct Look {
    yaw: Angle,
    pitch: Angle,
}

impl Look {
    pub fn of_gaze(gaze: &Gaze) -> Self {
        Self {
            yaw: Angle::new(gaze.yaw_deg, gaze.yaw_spread_deg),
            pitch: Angle::new(gaze.pitch_deg, gaze.pitch_spread_deg),
        }
    }

    pub fn of_head(head: &HeadPose, spread_deg: f32) -> Self {
        Self { yaw: Angle::new(head.yaw_deg, spread_deg), pitch: Angle::new(head.pitch_deg, spread_deg) }
    }

    /// The same spread, but at this direction.
    fn moved_to(self, (yaw_deg, pitch_deg): (f32, f32)) -> Self {
        Self { yaw: Angle { mean_deg: yaw_deg, ..self.yaw }, pitch: Angle { mean_deg: pitch_deg, ..self.pitch } }
    }
}

/// How probable each meaning of a look is.
#[derive(Clone, Copy, Debug)]
pub(super) struct Likely {
    /// In the target and in no work direction.
    pub target: f32,
    /// In the target, also where a work direction reaches into it.
    pub target_or_both: f32,
    /// In a work direction and not in the target.
    pub work: f32,
    /// What `target_or_both` would be for a look at the middle of the target.
    pub most: f32,
}

/// A set of directions.
#[derive(Clone, Copy, Debug)]
pub(super) enum Area {
    /// A rectangle.
    Region(Region),
    /// Round the ray to the lens, with this half angle in degrees.
    Cone(f32),
}

/// Strips that a cone is cut into: over 15 degrees they are 1.25 degrees wide, well under any real spread.
const STRIPS: u16 = 24;

impl Area {
    /// Probability that the look lies in it, 0..1.
    pub fn mass(&self, look: &Look) -> f32 {
        self.mass_within(look, None)
    }

    /// The mass of a look with the same spread at the middle of the area: the most there can be.
    pub fn most(&self, look: &Look) -> f32 {
        let middle = match self {
            Self::Region(region) => region.middle_deg(),
            Self::Cone(_) => (0.0, 0.0),
        };
        self.mass(&look.moved_to(middle))
    }

    /// Target (this area) against the work directions. Where several overlap, the likeliest one counts: people look at
    /// one thing at a time.
    pub fn likely<'r>(&self, look: &Look, work: impl Iterator<Item = &'r Region>) -> Likely {
        let in_target = self.mass(look);
        let (mut overlap, mut only_work) = (0.0f32, 0.0f32);
        for region in work {
            let both = self.mass_within(look, Some(region));
            overlap = overlap.max(both);
            only_work = only_work.max(Self::Region(*region).mass(look) - both);
        }
        Likely { target: in_target - overlap, target_or_both: in_target, work: only_work, most: self.most(look) }
    }

    fn mass_within(&self, look: &Look, clip: Option<&Region>) -> f32 {
        match (self, clip) {
            (Self::Region(region), None) => {
                let [(left, right), (low, high)] = region.bounds_deg();
                look.yaw.between(left, right) * look.pitch.between(low, high)
            }
            (Self::Region(region), Some(clip)) => {
                region.and(clip).map_or(0.0, |both| Self::Region(both).mass_within(look, None))
            }
            (Self::Cone(half_deg), clip) => {
                let width = 2.0 * half_deg / f32::from(STRIPS);
                let strips = (0..STRIPS).map(|strip| {
                    let left = width.mul_add(f32::from(strip), -half_deg);
                    let height = (half_deg.powi(2) - (left + width / 2.0).powi(2)).max(0.0).sqrt();
                    let [yaw, pitch] = clip.map_or([(-180.0, 180.0), (-90.0, 90.0)], Region::bounds_deg);
                    look.yaw.between(left.max(yaw.0), (left + width).min(yaw.1))
                        * look.pitch.between((-height).max(pitch.0), height.min(pitch.1))
                });
                strips.sum()
            }
        }
    }
}

/// Probability that a standard normal variable lies below `z`: Abramowitz and Stegun 7.1.26, error under 1e-6.
fn normal_cdf(z: f32) -> f32 {
    let x = z.abs() / std::f32::consts::SQRT_2;
    let t = 1.0 / 0.327_591_1f32.mul_add(x, 1.0);
    let series = [1.061_405_4, -1.453_152, 1.421_413_7, -0.284_496_74, 0.254_829_6];
    let tail = series.into_iter().fold(0.0, |sum: f32, term| sum.mul_add(t, term)) * t * (-x * x).exp() / 2.0;
    if z < 0.0 { tail } else { 1.0 - tail }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn look(yaw: (f32, f32), pitch: (f32, f32)) -> Look {
        Look { yaw: Angle::new(yaw.0, yaw.1), pitch: Angle::new(pitch.0, pitch.1) }
    }

    #[test]
    fn the_normal_distribution_is_the_one_of_the_tables() {
        for (z, below) in [(0.0, 0.5), (1.0, 0.841_345), (-1.0, 0.158_655), (1.96, 0.975_002), (-3.0, 0.001_35)] {
            assert!((normal_cdf(z) - below).abs() < 2e-6, "{z}: {}", normal_cdf(z));
        }
        assert_eq!((normal_cdf(f32::INFINITY), normal_cdf(f32::NEG_INFINITY)), (1.0, 0.0));
    }

    #[test]
    fn a_region_is_wide_enough_for_the_spread_of_a_small_face_or_it_is_not() {
        let wide = |yaw: f32, pitch: f32| Region::new((-yaw, yaw), (-pitch, pitch)).unwrap().is_wide_enough();
        assert!(wide(10.0, 13.0) && !wide(5.0, 30.0) && !wide(30.0, 8.0));
    }

    #[test]
    fn the_mass_of_a_round_cone_is_the_formula_of_rayleigh() {
        for spread in [3.0, 8.0, 14.0f32] {
            let mass = Area::Cone(15.0).mass(&look((0.0, spread), (0.0, spread)));
            let exact = 1.0 - (-15.0f32.powi(2) / (2.0 * spread.powi(2))).exp();
            assert!((mass - exact).abs() < 4e-3, "{spread}: {mass} {exact}");
        }
    }

    #[test]
    fn target_work_and_both_never_add_up_to_more_than_everything() {
        let region = |yaw, pitch| Region::new(yaw, pitch).unwrap();
        let till = region((10.0, 60.0), (-60.0, 0.0));
        for area in [Area::Cone(15.0), Area::Region(region((-20.0, 20.0), (-15.0, 10.0)))] {
            for (yaw, pitch) in [(0.0, 0.0), (12.0, -4.0), (20.0, -10.0), (40.0, -30.0)] {
                let likely = area.likely(&look((yaw, 6.0), (pitch, 6.0)), [&till].into_iter());
                let overlap = likely.target_or_both - likely.target;
                assert!(likely.target >= -1e-5 && likely.work >= -1e-5 && overlap >= -1e-5, "{likely:?}");
                assert!(likely.target_or_both + likely.work <= 1.0 + 1e-5, "{likely:?}");
            }
        }
    }
}
