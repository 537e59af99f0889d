//! A depthwise 3x3 convolution, one row at a time.

use crate::lanes::Lanes;

/// Registers that are added to at once: enough to hide the latency of a multiplication, few enough for sixteen registers.
const AT_ONCE: usize = 8;

/// Each channel filtered by its own 3x3 kernel.
pub(crate) struct Depthwise {
    /// Channels of a pixel.
    pub channels: usize,
    /// Values of one step: the channels of one pixel, or of as many as fill a register.
    width: usize,
    /// For each of the nine places, row by row, `width` weights.
    weights: [Vec<f32>; 9],
    bias: Vec<f32>,
}

impl Depthwise {
    /// `weights[channel * 9 + place]`, places row by row. Fewer channels than lanes are repeated.
    pub(crate) fn new(weights: &[f32], bias: &[f32], lanes: usize) -> Self {
        let channels = bias.len();
        let width = channels.max(lanes);
        let channel = |at: usize| at % channels;
        Self {
            channels,
            width,
            weights: std::array::from_fn(|place| (0..width).map(|at| weights[channel(at) * 9 + place]).collect()),
            bias: (0..width).map(|at| bias[channel(at)]).collect(),
        }
    }

    /// One row from three, which begin a pixel earlier and end a pixel later.
    #[inline(always)]
    pub(crate) fn row<L: Lanes>(&self, inputs: [&[f32]; 3], output: &mut [f32]) {
        assert!(inputs.iter().all(|row| row.len() >= output.len() + 2 * self.channels));
        assert!(self.width.is_multiple_of(L::COUNT) && output.len().is_multiple_of(self.width));
        let steps = output.len() / self.width;
        for first in (0..self.width).step_by(L::COUNT) {
            let mut step = 0;
            while step + AT_ONCE <= steps {
                // SAFETY: as asserted, the rows hold a pixel more at either end than the output, which holds `steps` widths.
                unsafe { self.tile::<L, AT_ONCE>(inputs, step, first, output) };
                step += AT_ONCE;
            }
            while step < steps {
                // SAFETY: as above.
                unsafe { self.tile::<L, 1>(inputs, step, first, output) };
                step += 1;
            }
        }
    }

    /// `N` steps from `step` on, of each the register that begins at the value `first`.
    ///
    /// # Safety
    /// `(step + N) * width` values can be written to `output`, and two pixels more be read from each row.
    #[inline(always)]
    unsafe fn tile<L: Lanes, const N: usize>(
        &self,
        inputs: [&[f32]; 3],
        step: usize,
        first: usize,
        output: &mut [f32],
    ) {
        let start = step * self.width + first;
        // SAFETY: the caller's word; weights and bias have `width` values, whole registers.
        unsafe {
            let mut sums = [L::load(self.bias.as_ptr().add(first)); N];
            for (row, weights) in inputs.iter().zip(self.weights.chunks_exact(3)) {
                for (dx, weights) in weights.iter().enumerate() {
                    let weight = L::load(weights.as_ptr().add(first));
                    let from = row.as_ptr().add(start + dx * self.channels);
                    for (n, sum) in sums.iter_mut().enumerate() {
                        *sum = sum.add_product(L::load(from.add(n * self.width)), weight);
                    }
                }
            }
            for (n, sum) in sums.into_iter().enumerate() {
                sum.store(output.as_mut_ptr().add(start + n * self.width));
            }
        }
    }
}
