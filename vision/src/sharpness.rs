//! How sharp a picture is: second differences against first differences of neighbouring pixels.
//!
//! An edge blurred by a Gaussian of s pixels has a ratio of about 0.3 / s. Nothing of the picture is kept but counts.

/// Values in quarters of a grey level: a dark picture has few levels, and its resampled crop more.
const QUARTERS: f32 = 4.0;
const BINS: usize = 1 << 10;
/// The share of the pixels, those on edges, that decides.
const EDGES: f32 = 0.01;
/// A first difference, in grey levels, below which there is nothing to be sharp.
const MIN_EDGE: f32 = 6.0;

/// Pixels that are looked at: columns and rows from the first to before the last, each `every` apart.
pub(crate) struct Grid {
    pub columns: std::ops::Range<usize>,
    pub rows: std::ops::Range<usize>,
    pub every: usize,
}

/// Counts of absolute differences.
pub(crate) struct Histogram([u32; BINS]);

impl Histogram {
    fn add(&mut self, difference: f32) {
        let bin = (difference.abs() * QUARTERS + 0.5) as usize;
        self.0[bin.min(BINS - 1)] += 1;
    }

    /// The value, in grey levels, that this share (0..1) of the differences lies above.
    pub(crate) fn exceeded_by(&self, share: f32) -> f32 {
        let mut left = (self.0.iter().sum::<u32>() as f32 * share) as u32;
        for (bin, here) in self.0.iter().enumerate().rev() {
            if *here > left {
                return bin as f32 / QUARTERS;
            }
            left -= here;
        }
        0.0
    }
}

/// First differences (over twice the reach) and second differences between pixels `reach` (columns, rows) apart.
/// `level` gives the grey level of a pixel, 0..255, or `None` where nothing was seen.
pub(crate) fn differences(
    level: impl Fn(usize, usize) -> Option<f32>,
    grid: &Grid,
    reach: (usize, usize),
) -> [Histogram; 2] {
    let [mut first, mut second] = [Histogram([0; BINS]), Histogram([0; BINS])];
    for y in grid.rows.clone().step_by(grid.every).filter(|y| *y >= reach.1) {
        for x in grid.columns.clone().step_by(grid.every).filter(|x| *x >= reach.0) {
            let levels = (level(x - reach.0, y - reach.1), level(x, y), level(x + reach.0, y + reach.1));
            if let (Some(before), Some(here), Some(after)) = levels {
                first.add(after - before);
                second.add(after - 2.0 * here + before);
            }
        }
    }
    [first, second]
}

/// The ratio, the larger of both directions, so that something that moves one way does not blur the picture; `None`
/// where there are no edges to judge by.
pub(crate) fn sharpness(level: impl Fn(usize, usize) -> Option<f32>, grid: &Grid, step: usize) -> Option<f32> {
    let along = |reach| {
        let [first, second] = differences(&level, grid, reach);
        let edge = first.exceeded_by(EDGES);
        (edge >= MIN_EDGE).then(|| second.exceeded_by(EDGES) / edge)
    };
    match (along((step, 0)), along((0, step))) {
        (Some(x), Some(y)) => Some(x.max(y)),
        (x, y) => x.or(y),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An upright edge between two grey levels, blurred by a Gaussian.
    fn edge(low: f32, high: f32, sigma_px: f32) -> Option<f32> {
        let level = |x: usize, _: usize| {
            let steps = (x as f32 + 0.5 - 32.0) / sigma_px;
            Some(low + (high - low) / (1.0 + (-1.702 * steps).exp()))
        };
        sharpness(level, &Grid { columns: 0..60, rows: 0..60, every: 1 }, 1)
    }

    #[test]
    fn the_ratio_falls_with_the_blur_and_not_with_the_contrast() {
        for sigma_px in [1.0f32, 1.5, 2.0, 3.0] {
            let ratio = edge(60.0, 200.0, sigma_px).expect("an edge");
            assert!((ratio - 0.3 / sigma_px).abs() < 0.06, "{sigma_px}: {ratio}");
            let faint = edge(60.0, 110.0, sigma_px).expect("an edge");
            assert!((ratio - faint).abs() < 0.04, "{sigma_px}: {ratio} {faint}");
        }
    }

    #[test]
    fn nothing_is_said_of_a_wall() {
        assert_eq!(edge(100.0, 103.0, 1.0), None);
    }
}
