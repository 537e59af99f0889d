//! A tower of residual blocks over a picture, as MediaPipe's face mesh begins.

use crate::depthwise::Depthwise;
use crate::lanes::{Kernel, Lanes, Registers};
use crate::parameters::{KernelError, Parameter, Reader, check_length};
use crate::product::{Product, Window};
use crate::residual::{Residual, Rows};

/// Channels of the picture, red, green and blue, and side of the stem's kernel.
const COLOURS: usize = 3;
const STEM_SIDE: usize = 3;
/// Parameters of the stem and of each block: weights and bias of each convolution, and slopes of each PReLU.
const STEM_PARAMETERS: usize = 3;
const BLOCK_PARAMETERS: usize = 8;

/// A stem and its blocks, with the memory that they work in.
pub struct Tower {
    registers: Registers,
    /// Side of the picture, in pixels.
    side: usize,
    stem: Product,
    blocks: Vec<Residual>,
    rows: Rows,
    /// Three rows of the picture, with a pixel of zeros at the end.
    padded: [Vec<f32>; STEM_SIDE],
    /// Input and output of a block.
    values: Vec<f32>,
}

impl Tower {
    /// A tower over pictures of `side` by `side` pixels, channels last. First the stem, a 3x3 convolution with stride 2:
    /// weights (outputs, 3, 3, 3), bias (outputs), slopes of its PReLU (outputs, 1, 1). Then of each block: 1x1, or 2x2 with
    /// stride 2, weights (inner, inputs, k, k), bias, slopes; depthwise 3x3 (inner, 1, 3, 3), bias; 1x1 (outputs, inner, 1,
    /// 1), bias, slopes. What a block adds is its input, with stride 2 the largest of each 2x2, and 0 in further channels.
    ///
    /// # Errors
    /// [`KernelError::Count`], [`KernelError::Shape`] or [`KernelError::Side`].
    pub fn new(side: usize, parameters: &[Parameter<'_>]) -> Result<Self, KernelError> {
        Self::on(Registers::available().next().unwrap_or(Registers::Four), side, parameters)
    }

    /// The same on registers of [`Registers::available`].
    fn on(registers: Registers, side: usize, parameters: &[Parameter<'_>]) -> Result<Self, KernelError> {
        let lanes = registers.lanes();
        let mut reader = Reader::new(parameters, STEM_PARAMETERS, BLOCK_PARAMETERS)?;
        let [weights, bias, slope] = convolution(&mut reader, COLOURS, STEM_SIDE)?;
        let window = Window { run: STEM_SIDE * COLOURS, step: 2 * COLOURS, rows: STEM_SIDE };
        let stem = Product::new(window, channels_last(weights, COLOURS, STEM_SIDE), [bias, slope], lanes);
        let halved =
            |side: usize| (side >= 2 && side.is_multiple_of(2)).then_some(side / 2).ok_or(KernelError::Side(side));
        let (mut here, mut inputs) = (halved(side)?, bias.len());
        let mut longest = stem.row_length(here) + (here - 1) * here * inputs;
        let mut blocks = Vec::new();
        while let Some(first) = reader.peek() {
            let stride = if first.shape.get(2) == Some(&2) { 2 } else { 1 };
            let [weights, bias, slope] = convolution(&mut reader, inputs, stride)?;
            let inner = bias.len();
            if stride == 2 {
                here = halved(here)?;
            }
            let window = Window { run: stride * inputs, step: stride * inputs, rows: stride };
            let reduce = Product::new(window, channels_last(weights, inputs, stride), [bias, slope], lanes);
            let depthwise = Depthwise::new(reader.take(&[inner, 1, 3, 3])?, reader.take(&[inner])?, lanes);
            let at = reader.next();
            let [weights, bias, slope] = convolution(&mut reader, inner, 1)?;
            let outputs = bias.len();
            // Registers are filled with whole pixels or whole channels, and a row shrinks where it is halved.
            let fits = (inner.is_multiple_of(lanes)
                || (lanes.is_multiple_of(inner) && here.is_multiple_of(lanes / inner)))
                && outputs.is_multiple_of(lanes)
                && (inputs..=inputs * stride).contains(&outputs);
            if !fits {
                let (found, wanted) = (vec![outputs, inner, 1, 1], vec![inputs, inner, 1, 1]);
                return Err(KernelError::Shape { index: at, found, wanted });
            }
            let window = Window { run: inner, step: inner, rows: 1 };
            let expand = Product::new(window, |output, place| weights[output * inner + place], [bias, slope], lanes);
            blocks.push(Residual { side: here, stride, inputs, reduce, depthwise, expand });
            inputs = outputs;
            longest = longest.max(here * here * outputs);
        }
        Ok(Self {
            registers,
            side,
            stem,
            blocks,
            rows: Rows::default(),
            padded: std::array::from_fn(|_| vec![0.0; (side + 1) * COLOURS]),
            values: vec![0.0; longest],
        })
    }

    /// Channels, rows and columns of the features.
    #[must_use]
    pub fn output_shape(&self) -> [usize; 3] {
        let (side, channels) =
            self.blocks.last().map_or((self.side / 2, self.stem.outputs), |block| (block.side, block.expand.outputs));
        [channels, side, side]
    }

    /// The features of a picture (rows, columns, colours), as channels, rows, columns.
    ///
    /// # Errors
    /// [`KernelError::Length`].
    pub fn run(&mut self, picture: &[f32], features: &mut [f32]) -> Result<(), KernelError> {
        let [channels, rows, columns] = self.output_shape();
        check_length(picture.len(), self.side * self.side * COLOURS)?;
        check_length(features.len(), channels * rows * columns)?;
        let registers = self.registers;
        // SAFETY: they are of `Registers::available`.
        unsafe { registers.run(Run { tower: self, picture }) };
        for (channel, plane) in features.chunks_exact_mut(rows * columns).enumerate() {
            for (value, pixel) in plane.iter_mut().zip(self.values.chunks_exact(channels)) {
                *value = pixel[channel];
            }
        }
        self.wipe();
        Ok(())
    }

    /// Overwrites what a run left: it worked on what a camera saw.
    fn wipe(&mut self) {
        self.rows.wipe();
        self.padded.iter_mut().chain([&mut self.values]).for_each(|values| values.fill(0.0));
    }

    #[inline(always)]
    fn stem<L: Lanes>(&mut self, picture: &[f32]) {
        let (row_in, half) = (self.side * COLOURS, self.side / 2);
        for y in 0..half {
            for (dy, padded) in self.padded.iter_mut().enumerate() {
                match picture.get((2 * y + dy) * row_in..(2 * y + dy + 1) * row_in) {
                    Some(row) => padded[..row_in].copy_from_slice(row),
                    None => padded.fill(0.0),
                }
            }
            let output = &mut self.values[y * half * self.stem.outputs..][..self.stem.row_length(half)];
            self.stem.row::<L, false>(&[&self.padded[0], &self.padded[1], &self.padded[2]], output);
        }
    }
}

/// Weights of a convolution with windows of `side`, bias and slopes: whose channels are those of the weights.
fn convolution<'p>(reader: &mut Reader<'p>, inputs: usize, side: usize) -> Result<[&'p [f32]; 3], KernelError> {
    let outputs = reader.outputs();
    Ok([reader.take(&[outputs, inputs, side, side])?, reader.take(&[outputs])?, reader.take(&[outputs, 1, 1])?])
}

/// One run.
struct Run<'t> {
    tower: &'t mut Tower,
    picture: &'t [f32],
}

impl Kernel for Run<'_> {
    #[inline(always)]
    fn run<L: Lanes>(self) {
        self.tower.stem::<L>(self.picture);
        let Tower { blocks, rows, values, .. } = self.tower;
        for block in blocks.iter() {
            block.run::<L>(rows, values);
        }
    }
}

/// Weights by output and place of a window whose values are rows, columns, channels.
fn channels_last(weights: &[f32], inputs: usize, side: usize) -> impl Fn(usize, usize) -> f32 {
    move |output, place| {
        let (pixel, input) = (place / inputs, place % inputs);
        weights[(output * inputs + input) * side * side + pixel]
    }
}

#[cfg(test)]
mod tests;
