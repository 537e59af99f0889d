//! From looks to regions, with a margin that follows the spread of the looks.

use super::steady::Aim;
use crate::decide::{Region, RegionError};

/// A look straight at the target's edge must still lie in it with 90 %: 1.28 standard deviations of a Gaussian.
const EDGE_SPREADS: f32 = 1.28;
/// A look at the middle of a work place must lie in it with 90 % on each axis, so with 80 % on both.
const MIDDLE_SPREADS: f32 = 1.65;
/// A till at an arm's length is at least this far, in degrees, from its middle to its edge: 10 cm at 70 cm.
const LEAST_WORK_DEG: f32 = 8.0;

/// The rectangle round the edges.
pub(super) fn of_target(edges: &[Aim]) -> Result<Region, RegionError> {
    let bounds = |axis: fn(&Aim) -> (f32, f32), limit: f32| {
        let low = edges.iter().map(|aim| axis(aim).0 - EDGE_SPREADS * axis(aim).1).fold(f32::INFINITY, f32::min);
        let high = edges.iter().map(|aim| axis(aim).0 + EDGE_SPREADS * axis(aim).1).fold(f32::NEG_INFINITY, f32::max);
        (low.max(-limit), high.min(limit))
    };
    Region::new(
        bounds(|aim| (aim.yaw_deg, aim.yaw_spread_deg), 180.0),
        bounds(|aim| (aim.pitch_deg, aim.pitch_spread_deg), 90.0),
    )
}

/// The rectangle round one look.
pub(super) fn of_work(aim: &Aim) -> Result<Region, RegionError> {
    let bounds = |middle: f32, spread: f32, limit: f32| {
        let half = (MIDDLE_SPREADS * spread).max(LEAST_WORK_DEG);
        ((middle - half).max(-limit), (middle + half).min(limit))
    };
    Region::new(bounds(aim.yaw_deg, aim.yaw_spread_deg, 180.0), bounds(aim.pitch_deg, aim.pitch_spread_deg, 90.0))
}
