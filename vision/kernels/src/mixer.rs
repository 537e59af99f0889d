//! Blocks of an MLP mixer, as MediaPipe's blendshapes are made of: tokens are mixed, then channels.

use crate::lanes::{Kernel, Lanes, Registers};
use crate::parameters::{KernelError, Parameter, Reader, check_length};

/// Parameters of each block: gains, then weights and bias of two layers over the tokens; the same over the channels.
const BLOCK_PARAMETERS: usize = 10;
/// Channels of a token: columns that lie together.
const WIDTH: usize = 64;

/// Blocks, with the memory that they work in.
pub struct Mixer {
    registers: Registers,
    tokens: usize,
    epsilon: f32,
    blocks: Vec<Block>,
    /// Tokens, one after the other.
    values: Vec<f32>,
    /// The same, normalised.
    normal: Vec<f32>,
    hidden: Vec<f32>,
}

struct Block {
    token_gains: Vec<f32>,
    /// Weights of a row for each token that goes in, and a bias a row.
    token_layers: [Layer; 2],
    channel_gains: Vec<f32>,
    /// Weights of a row for each channel that comes out, and a bias a column.
    channel_layers: [Layer; 2],
}

struct Layer {
    weights: Vec<f32>,
    bias: Vec<f32>,
}

impl Mixer {
    /// Blocks over `tokens` of 64 channels. Of each block: gains (64), weights (hidden, tokens), bias (hidden, 1), weights
    /// (tokens that are kept, hidden), bias (tokens that are kept, 1); gains (64), weights (64, hidden, in 64s), bias
    /// (hidden), weights (hidden, 64), bias (64). Both halves normalise each token to mean 0 and variance 1, with
    /// `epsilon` added to the variance, and add what comes of it to the first tokens; after the first layer of a half
    /// negative values are 0.
    ///
    /// # Errors
    /// [`KernelError::Count`] or [`KernelError::Shape`].
    pub fn new(tokens: usize, epsilon: f32, parameters: &[Parameter<'_>]) -> Result<Self, KernelError> {
        Self::on(Registers::available().next().unwrap_or(Registers::Four), tokens, epsilon, parameters)
    }

    /// The same on registers of [`Registers::available`].
    fn on(
        registers: Registers,
        tokens: usize,
        epsilon: f32,
        parameters: &[Parameter<'_>],
    ) -> Result<Self, KernelError> {
        let mut reader = Reader::new(parameters, 0, BLOCK_PARAMETERS)?;
        let (mut blocks, mut here, mut longest) = (Vec::new(), tokens, 0);
        while reader.peek().is_some() {
            let token_gains = reader.take(&[WIDTH])?.to_vec();
            let inner = reader.outputs();
            let first = Layer::new(reader.take(&[inner, here])?, reader.take(&[inner, 1])?);
            let (at, kept) = (reader.next(), reader.outputs());
            let second = Layer::new(reader.take(&[kept, inner])?, reader.take(&[kept, 1])?);
            longest = longest.max(inner * WIDTH);
            let token_layers = [first, second];
            let channel_gains = reader.take(&[WIDTH])?.to_vec();
            let wide_at = reader.next();
            let wide = reader.peek().and_then(|given| given.shape.get(1).copied()).unwrap_or(0);
            let first = Layer::new(&in_blocks(reader.take(&[WIDTH, wide])?, wide), reader.take(&[wide])?);
            let second = Layer::new(&in_blocks(reader.take(&[wide, WIDTH])?, WIDTH), reader.take(&[WIDTH])?);
            longest = longest.max(kept * wide);
            let channel_layers = [first, second];
            let refuse = |index, found: [usize; 2], wanted: [usize; 2]| {
                Err(KernelError::Shape { index, found: found.to_vec(), wanted: wanted.to_vec() })
            };
            if kept > here {
                return refuse(at, [kept, inner], [here, inner]);
            }
            if !wide.is_multiple_of(WIDTH) {
                return refuse(wide_at, [WIDTH, wide], [WIDTH, wide.next_multiple_of(WIDTH)]);
            }
            here = kept;
            blocks.push(Block { token_gains, token_layers, channel_gains, channel_layers });
        }
        let room = |length| vec![0.0; length];
        let (values, normal, hidden) = (room(tokens * WIDTH), room(tokens * WIDTH), room(longest));
        Ok(Self { registers, tokens, epsilon, blocks, values, normal, hidden })
    }

    /// Tokens that come out, and their channels.
    #[must_use]
    pub fn output_shape(&self) -> [usize; 2] {
        let kept = self.blocks.last().map_or(self.tokens, |block| block.token_layers[1].bias.len());
        [kept, WIDTH]
    }

    /// Tokens, one after the other, mixed.
    ///
    /// # Errors
    /// [`KernelError::Length`].
    pub fn run(&mut self, tokens: &[f32], mixed: &mut [f32]) -> Result<(), KernelError> {
        let [kept, width] = self.output_shape();
        check_length(tokens.len(), self.tokens * width)?;
        check_length(mixed.len(), kept * width)?;
        self.values.copy_from_slice(tokens);
        let registers = self.registers;
        // SAFETY: they are of `Registers::available`.
        unsafe { registers.run(Run(self)) };
        mixed.copy_from_slice(&self.values[..kept * width]);
        self.wipe();
        Ok(())
    }

    /// Overwrites what a run left: it worked on what a camera saw.
    fn wipe(&mut self) {
        [&mut self.values, &mut self.normal, &mut self.hidden].into_iter().for_each(|values| values.fill(0.0));
    }
}

impl Layer {
    fn new(weights: &[f32], bias: &[f32]) -> Self {
        Self { weights: weights.to_vec(), bias: bias.to_vec() }
    }
}

/// A matrix as [`WIDTH`] columns of all rows, then the next: what is read together lies together.
fn in_blocks(matrix: &[f32], columns: usize) -> Vec<f32> {
    let firsts = (0..columns).step_by(WIDTH);
    firsts
        .flat_map(|first| matrix.chunks_exact(columns).flat_map(move |row| row.iter().skip(first).take(WIDTH)))
        .copied()
        .collect()
}

/// One run.
struct Run<'m>(&'m mut Mixer);

impl Kernel for Run<'_> {
    #[inline(always)]
    fn run<L: Lanes>(self) {
        let Mixer { epsilon, blocks, values, normal, hidden, .. } = self.0;
        let mut tokens = values.len() / WIDTH;
        for Block { token_gains, token_layers: [widen, narrow], channel_gains, channel_layers: [more, less] } in blocks
        {
            normalise::<L>(values, &mut normal[..tokens * WIDTH], token_gains, *epsilon);
            let inner = &mut hidden[..widen.bias.len() * WIDTH];
            Product { left: &widen.weights, right: &normal[..tokens * WIDTH], bias: &widen.bias, columns: WIDTH }
                .rectified::<L, true>(inner);
            tokens = narrow.bias.len();
            Product { left: &narrow.weights, right: inner, bias: &narrow.bias, columns: WIDTH }
                .added::<L, true>(&mut values[..tokens * WIDTH]);
            normalise::<L>(values, &mut normal[..tokens * WIDTH], channel_gains, *epsilon);
            let inner = &mut hidden[..tokens * more.bias.len()];
            Product {
                left: &normal[..tokens * WIDTH],
                right: &more.weights,
                bias: &more.bias,
                columns: more.bias.len(),
            }
            .rectified::<L, false>(inner);
            Product { left: inner, right: &less.weights, bias: &less.bias, columns: WIDTH }
                .added::<L, false>(&mut values[..tokens * WIDTH]);
        }
    }
}

/// Each token less its mean, by its deviation, times the gains. As many tokens as there is room for.
#[inline(always)]
fn normalise<L: Lanes>(values: &[f32], normal: &mut [f32], gains: &[f32], epsilon: f32) {
    let count = gains.len() as f32;
    let places = || (0..gains.len()).step_by(L::COUNT);
    for (token, normal) in values.chunks_exact(gains.len()).zip(normal.chunks_exact_mut(gains.len())) {
        // SAFETY: all three are as long as the gains, of whole registers.
        unsafe {
            let sum = places().fold(L::splat(0.0), |sum, at| sum.plus(L::load(token.as_ptr().add(at))));
            let about = L::splat(-total(sum) / count);
            let squares = places().fold(L::splat(0.0), |sum, at| {
                let off = L::load(token.as_ptr().add(at)).plus(about);
                sum.add_product(off, off)
            });
            let by = L::splat(1.0 / (total(squares) / count + epsilon).sqrt());
            for at in places() {
                let off = L::load(token.as_ptr().add(at)).plus(about);
                let gain = L::splat(0.0).add_product(by, L::load(gains.as_ptr().add(at)));
                L::splat(0.0).add_product(off, gain).store(normal.as_mut_ptr().add(at));
            }
        }
    }
}

/// The sum of all lanes.
#[inline(always)]
fn total<L: Lanes>(sum: L) -> f32 {
    let mut lanes = [0.0f32; 16];
    // SAFETY: no register has more lanes.
    unsafe { sum.store(lanes.as_mut_ptr()) };
    lanes.iter().sum()
}

/// A product of matrices, and what is added to it. `right` is in blocks of [`WIDTH`] columns.
struct Product<'a> {
    left: &'a [f32],
    right: &'a [f32],
    /// Of each row, or of each column.
    bias: &'a [f32],
    columns: usize,
}

impl Product<'_> {
    /// In place of what `output` holds, negative values 0.
    #[inline(always)]
    fn rectified<L: Lanes, const BY_ROW: bool>(&self, output: &mut [f32]) {
        self.run::<L, false, BY_ROW>(output);
    }

    /// Added to what `output` holds.
    #[inline(always)]
    fn added<L: Lanes, const BY_ROW: bool>(&self, output: &mut [f32]) {
        self.run::<L, true, BY_ROW>(output);
    }

    #[inline(always)]
    fn run<L: Lanes, const ADD: bool, const BY_ROW: bool>(&self, output: &mut [f32]) {
        // As many sums at once as there are registers for: AVX2 has sixteen, AVX-512 and NEON thirty-two.
        match L::COUNT {
            16 => self.run_tiles::<L, ADD, BY_ROW, 6, 4>(output),
            8 => self.run_tiles::<L, ADD, BY_ROW, 6, 2>(output),
            _ => self.run_tiles::<L, ADD, BY_ROW, 4, 4>(output),
        }
    }

    #[inline(always)]
    fn run_tiles<L: Lanes, const ADD: bool, const BY_ROW: bool, const P: usize, const V: usize>(
        &self,
        output: &mut [f32],
    ) {
        let (rows, inner) = (output.len() / self.columns, self.right.len() / self.columns);
        assert!(output.len() == rows * self.columns && self.left.len() == rows * inner);
        assert!(self.bias.len() == if BY_ROW { rows } else { self.columns });
        assert!(self.right.len() == inner * self.columns && self.columns.is_multiple_of(WIDTH));
        assert!(WIDTH.is_multiple_of(V * L::COUNT));
        for first in (0..self.columns).step_by(V * L::COUNT) {
            let mut row = 0;
            while row + P <= rows {
                // SAFETY: as asserted, these rows and columns lie in all three.
                unsafe { self.tile::<L, ADD, BY_ROW, P, V>(inner, row, first, output) };
                row += P;
            }
            while row < rows {
                // SAFETY: as above.
                unsafe { self.tile::<L, ADD, BY_ROW, 1, V>(inner, row, first, output) };
                row += 1;
            }
        }
    }

    /// `P` rows from `row` on, of each `V` registers of columns from `first` on.
    ///
    /// # Safety
    /// These rows and columns lie in the output, and the lengths fit.
    #[inline(always)]
    unsafe fn tile<L: Lanes, const ADD: bool, const BY_ROW: bool, const P: usize, const V: usize>(
        &self,
        inner: usize,
        row: usize,
        first: usize,
        output: &mut [f32],
    ) {
        // SAFETY: the caller's word.
        unsafe {
            let left = self.left.as_ptr().add(row * inner);
            let before = first / WIDTH * WIDTH * inner;
            let right = self.right.as_ptr().add(before + first % WIDTH);
            let mut sums = [[L::splat(0.0); V]; P];
            for at in 0..inner {
                let values: [L; V] = std::array::from_fn(|v| L::load(right.add(at * WIDTH + v * L::COUNT)));
                for (p, sums) in sums.iter_mut().enumerate() {
                    let weight = L::splat(*left.add(p * inner + at));
                    for (sum, value) in sums.iter_mut().zip(values) {
                        *sum = sum.add_product(weight, value);
                    }
                }
            }
            for (p, sums) in sums.iter().enumerate() {
                for (v, sum) in sums.iter().enumerate() {
                    let column = first + v * L::COUNT;
                    let into = output.as_mut_ptr().add((row + p) * self.columns + column);
                    let bias = if BY_ROW {
                        L::splat(*self.bias.as_ptr().add(row + p))
                    } else {
                        L::load(self.bias.as_ptr().add(column))
                    };
                    let sum = sum.plus(bias);
                    if ADD { sum.plus(L::load(into)) } else { sum.max(L::splat(0.0)) }.store(into);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests;
