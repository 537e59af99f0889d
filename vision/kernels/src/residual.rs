//! One block of the tower, row by row: 1x1 (or 2x2 with stride 2) convolution and PReLU, depthwise 3x3, 1x1, the input
//! added, PReLU.
//!
//! Tensors are rows of pixels of channels; channels lie in the lanes of registers.

use crate::depthwise::Depthwise;
use crate::lanes::Lanes;
use crate::product::Product;
use crate::room::{reserve, wipe};

/// A block.
pub(crate) struct Residual {
    /// Side of the square output, in pixels.
    pub side: usize,
    /// 1, or 2: half as many rows and columns come out as go in.
    pub stride: usize,
    /// Channels of the input.
    pub inputs: usize,
    pub reduce: Product,
    pub depthwise: Depthwise,
    pub expand: Product,
}

/// The rows that blocks work in.
#[derive(Default)]
pub(crate) struct Rows {
    /// Inner channels of the row above, of this one and of the one below, each between two pixels of zeros.
    ring: [Vec<f32>; 3],
    filtered: Vec<f32>,
    output: Vec<f32>,
}

impl Rows {
    fn prepare(&mut self, block: &Residual) {
        let inner = block.depthwise.channels;
        for row in &mut self.ring {
            reserve(row, block.reduce.row_length(block.side + 2));
        }
        reserve(&mut self.filtered, block.side * inner);
        reserve(&mut self.output, block.side * block.expand.outputs);
    }

    /// Every one of them.
    #[cfg(test)]
    pub(crate) fn all(&self) -> impl Iterator<Item = &Vec<f32>> {
        self.ring.iter().chain([&self.filtered, &self.output])
    }

    /// Overwrites what the last run left.
    pub(crate) fn wipe(&mut self) {
        self.ring.iter_mut().chain([&mut self.filtered, &mut self.output]).for_each(wipe);
    }
}

impl Residual {
    /// Replaces the input at the start of `values` by the output. A row of the output lies before what is still needed of
    /// the input: the row below was read already, and with stride 2 output rows are half as long at least.
    #[inline(always)]
    pub(crate) fn run<L: Lanes>(&self, rows: &mut Rows, values: &mut [f32]) {
        rows.prepare(self);
        let Rows { ring, filtered, output } = rows;
        let row_in = self.side * self.stride * self.inputs;
        let row_out = self.side * self.expand.outputs;
        for below in 0..=self.side {
            if below < self.side {
                let from = &values[below * self.stride * row_in..][..self.stride * row_in];
                let both = [&from[..row_in], &from[(self.stride - 1) * row_in..]];
                let inner = self.depthwise.channels;
                let inside = inner..inner + self.reduce.row_length(self.side);
                self.reduce.row::<L, false>(&both[..self.stride], &mut ring[2][inside]);
            } else {
                ring[2].fill(0.0);
            }
            if let Some(y) = below.checked_sub(1) {
                self.depthwise.row::<L>([&ring[0], &ring[1], &ring[2]], filtered);
                if self.stride == 2 {
                    self.pool(&values[2 * y * row_in..][..2 * row_in], output);
                    values[y * row_out..][..row_out].copy_from_slice(output);
                }
                self.expand.row::<L, true>(&[filtered], &mut values[y * row_out..][..row_out]);
            }
            ring.rotate_left(1);
        }
    }

    /// The largest of each two by two pixels of two rows; channels that the input does not have are 0.
    #[inline(always)]
    fn pool(&self, two: &[f32], output: &mut [f32]) {
        let (upper, lower) = two.split_at(two.len() / 2);
        let pairs = upper.chunks_exact(2 * self.inputs).zip(lower.chunks_exact(2 * self.inputs));
        for (pixel, (upper, lower)) in output.chunks_exact_mut(self.expand.outputs).zip(pairs) {
            let (largest, more) = pixel.split_at_mut(self.inputs);
            more.fill(0.0);
            let ((a, b), (c, d)) = (upper.split_at(self.inputs), lower.split_at(self.inputs));
            for ((((largest, a), b), c), d) in largest.iter_mut().zip(a).zip(b).zip(c).zip(d) {
                *largest = a.max(*b).max(c.max(*d));
            }
        }
    }
}
