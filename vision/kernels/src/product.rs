//! A convolution whose windows do not wander over rows: a 1x1, a 2x2 or a 3x3 with stride 2, as a product of matrices,
//! with bias and PReLU.

use crate::lanes::Lanes;

/// Where the values of a pixel's window lie.
#[derive(Clone, Copy)]
pub(crate) struct Window {
    /// Neighbouring values in one row of the input.
    pub run: usize,
    /// Distance between the windows of neighbouring pixels.
    pub step: usize,
    /// Rows of the input.
    pub rows: usize,
}

/// Sums of products over windows of a row.
pub(crate) struct Product {
    window: Window,
    /// Output channels; pixels of the output lie so far apart.
    pub outputs: usize,
    /// The same, filled to whole registers.
    pub filled: usize,
    /// Output channels that are computed at once.
    width: usize,
    /// For each `width` of output channels, for each value of the window, that many weights.
    weights: Vec<f32>,
    bias: Vec<f32>,
    slope: Vec<f32>,
}

impl Product {
    /// `weight(output, place)` of the values of a window, row by row.
    pub(crate) fn new(
        window: Window,
        weight: impl Fn(usize, usize) -> f32,
        [bias, slope]: [&[f32]; 2],
        lanes: usize,
    ) -> Self {
        let (outputs, places) = (bias.len(), window.run * window.rows);
        let filled = outputs.next_multiple_of(lanes);
        // As many channels at once as there are registers for: AVX2 has sixteen, AVX-512 and NEON thirty-two.
        let registers = if lanes == 8 { [2, 1, 1] } else { [4, 2, 1] };
        let width = registers.map(|n| n * lanes).into_iter().find(|width| filled % width == 0).unwrap_or(lanes);
        let mut weights = Vec::with_capacity(places * filled);
        for first in (0..filled).step_by(width) {
            for place in 0..places {
                weights.extend((first..first + width).map(|at| if at < outputs { weight(at, place) } else { 0.0 }));
            }
        }
        let fill = |values: &[f32]| values.iter().copied().chain(std::iter::repeat(0.0)).take(filled).collect();
        Self { window, outputs, filled, width, weights, bias: fill(bias), slope: fill(slope) }
    }

    /// Values of a row of so many output pixels: the last pixel's registers are written whole.
    pub(crate) fn row_length(&self, pixels: usize) -> usize {
        pixels * self.outputs + self.filled - self.outputs
    }

    /// One row of output pixels from the rows of their windows, added to what `output` holds if `ADD`.
    #[inline(always)]
    pub(crate) fn row<L: Lanes, const ADD: bool>(&self, inputs: &[&[f32]], output: &mut [f32]) {
        match (self.width / L::COUNT, L::COUNT) {
            (1, _) => self.row_of::<L, ADD, 8, 1>(inputs, output),
            (2, 16) => self.row_of::<L, ADD, 8, 2>(inputs, output),
            (2, _) => self.row_of::<L, ADD, 4, 2>(inputs, output),
            _ => self.row_of::<L, ADD, 4, 4>(inputs, output),
        }
    }

    #[inline(always)]
    fn row_of<L: Lanes, const ADD: bool, const P: usize, const V: usize>(&self, inputs: &[&[f32]], output: &mut [f32]) {
        let pixels = (output.len() + self.outputs - self.filled) / self.outputs;
        assert!(pixels > 0 && output.len() == self.row_length(pixels) && V * L::COUNT == self.width);
        assert!(!ADD || self.filled == self.outputs);
        let Window { run, step, rows } = self.window;
        assert!(inputs.len() == rows && inputs.iter().all(|row| row.len() >= (pixels - 1) * step + run));
        for first in (0..self.filled).step_by(V * L::COUNT) {
            let mut x = 0;
            while x + P <= pixels {
                // SAFETY: as asserted, the windows of all pixels lie in the rows and their outputs in `output`.
                unsafe { self.tile::<L, ADD, P, V>(inputs, x, first, output) };
                x += P;
            }
            while x < pixels {
                // SAFETY: as above.
                unsafe { self.tile::<L, ADD, 1, V>(inputs, x, first, output) };
                x += 1;
            }
        }
    }

    /// `P` pixels from `x` on, of each `V` registers of channels from `first` on.
    ///
    /// # Safety
    /// The windows of these pixels lie in `inputs`, and their whole registers in `output`.
    #[inline(always)]
    unsafe fn tile<L: Lanes, const ADD: bool, const P: usize, const V: usize>(
        &self,
        inputs: &[&[f32]],
        x: usize,
        first: usize,
        output: &mut [f32],
    ) {
        let Window { run, step, rows } = self.window;
        // SAFETY: the caller's word; weights, bias and slope are filled to whole registers.
        unsafe {
            let at = |values: &Vec<f32>, v: usize| L::load(values.as_ptr().add(first + v * L::COUNT));
            let pixel = output.as_mut_ptr().add(x * self.outputs + first);
            let mut sums = [[L::splat(0.0); V]; P];
            for (p, sums) in sums.iter_mut().enumerate() {
                for (v, sum) in sums.iter_mut().enumerate() {
                    *sum = at(&self.bias, v);
                    if ADD {
                        *sum = sum.plus(L::load(pixel.add(p * self.outputs + v * L::COUNT)));
                    }
                }
            }
            let mut weights = self.weights.as_ptr().add(first * run * rows);
            for row in inputs {
                let windows: [*const f32; P] = std::array::from_fn(|p| row.as_ptr().add((x + p) * step));
                for place in 0..run {
                    let weight: [L; V] = std::array::from_fn(|v| L::load(weights.add(v * L::COUNT)));
                    for (sums, window) in sums.iter_mut().zip(windows) {
                        let value = L::splat(*window.add(place));
                        for (sum, weight) in sums.iter_mut().zip(weight) {
                            *sum = sum.add_product(value, weight);
                        }
                    }
                    weights = weights.add(V * L::COUNT);
                }
            }
            // Pixel by pixel: where channels do not fill a register, the next pixel overwrites the rest of it.
            for (p, sums) in sums.iter().enumerate() {
                for (v, sum) in sums.iter().enumerate() {
                    let (above, below) = (sum.max(L::splat(0.0)), sum.min(L::splat(0.0)));
                    above.add_product(below, at(&self.slope, v)).store(pixel.add(p * self.outputs + v * L::COUNT));
                }
            }
        }
    }
}
