//! A tower of residual blocks over a picture, as MediaPipe's face mesh begins.

use thiserror::Error;

use crate::depthwise::Depthwise;
use crate::lanes::{Kernel, Lanes, Registers};
use crate::product::{Product, Window};
use crate::residual::{Residual, Rows};

/// Channels of the picture, red, green and blue, and side of the stem's kernel.
const COLOURS: usize = 3;
const STEM_SIDE: usize = 3;
/// Parameters of the stem and of each block: weights and bias of each convolution, and slopes of each PReLU.
const STEM_PARAMETERS: usize = 3;
const BLOCK_PARAMETERS: usize = 8;

/// Weights, biases or slopes, as ONNX has them: output channel, input channel, row, column.
#[derive(Clone, Copy, Debug)]
pub struct Parameter<'p> {
    /// Sizes of the axes.
    pub shape: &'p [usize],
    /// As many values as the shape says, row-major.
    pub values: &'p [f32],
}

/// What is wrong with the parameters of a tower, or with what it is run on.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum TowerError {
    /// There are not three of a stem and eight of each block.
    #[error("a tower has {STEM_PARAMETERS} parameters and {BLOCK_PARAMETERS} for each block, not {0}")]
    Count(usize),
    /// A parameter has another shape than those before it ask for.
    #[error("parameter {index} is {found:?}, where {wanted:?} fits")]
    Shape {
        /// Which, from 0.
        index: usize,
        /// Its shape.
        found: Vec<usize>,
        /// What the parameters before it ask for.
        wanted: Vec<usize>,
    },
    /// A picture whose sides the blocks cannot halve so often.
    #[error("a picture of {0} pixels a side cannot be halved as often as the blocks do")]
    Side(usize),
    /// The picture or the room for the features has another length.
    #[error("{found} values, where {wanted} fit")]
    Length {
        /// How many there are.
        found: usize,
        /// How many there should be.
        wanted: usize,
    },
}

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

/// Takes parameters in turn and checks their shapes.
struct Reader<'p> {
    parameters: &'p [Parameter<'p>],
    next: usize,
}

impl<'p> Reader<'p> {
    fn peek(&self) -> Option<&'p Parameter<'p>> {
        self.parameters.get(self.next)
    }

    fn take(&mut self, wanted: &[usize]) -> Result<&'p [f32], TowerError> {
        let index = self.next;
        let given = self.peek().ok_or(TowerError::Count(self.parameters.len()))?;
        self.next += 1;
        let whole = given.values.len() == given.shape.iter().product::<usize>();
        if given.shape != wanted || !whole {
            return Err(TowerError::Shape { index, found: given.shape.to_vec(), wanted: wanted.to_vec() });
        }
        Ok(given.values)
    }

    /// Weights of a convolution with windows of `side`, bias and slopes: whose channels are those of the weights.
    fn convolution(&mut self, inputs: usize, side: usize) -> Result<[&'p [f32]; 3], TowerError> {
        let outputs = self.peek().and_then(|given| given.shape.first().copied()).unwrap_or(0);
        Ok([self.take(&[outputs, inputs, side, side])?, self.take(&[outputs])?, self.take(&[outputs, 1, 1])?])
    }
}

impl Tower {
    /// A tower over pictures of `side` by `side` pixels, channels last. First the stem, a 3x3 convolution with stride 2:
    /// weights (outputs, 3, 3, 3), bias (outputs), slopes of its PReLU (outputs, 1, 1). Then of each block: 1x1, or 2x2 with
    /// stride 2, weights (inner, inputs, k, k), bias, slopes; depthwise 3x3 (inner, 1, 3, 3), bias; 1x1 (outputs, inner, 1,
    /// 1), bias, slopes. What a block adds is its input, with stride 2 the largest of each 2x2, and 0 in further channels.
    ///
    /// # Errors
    /// [`TowerError::Count`], [`TowerError::Shape`] or [`TowerError::Side`].
    pub fn new(side: usize, parameters: &[Parameter<'_>]) -> Result<Self, TowerError> {
        Self::on(Registers::available().next().unwrap_or(Registers::Four), side, parameters)
    }

    /// The same on registers of [`Registers::available`].
    fn on(registers: Registers, side: usize, parameters: &[Parameter<'_>]) -> Result<Self, TowerError> {
        let lanes = registers.lanes();
        let mut reader = Reader { parameters, next: 0 };
        if parameters.len() < STEM_PARAMETERS || !(parameters.len() - STEM_PARAMETERS).is_multiple_of(BLOCK_PARAMETERS)
        {
            return Err(TowerError::Count(parameters.len()));
        }
        let [weights, bias, slope] = reader.convolution(COLOURS, STEM_SIDE)?;
        let window = Window { run: STEM_SIDE * COLOURS, step: 2 * COLOURS, rows: STEM_SIDE };
        let stem = Product::new(window, channels_last(weights, COLOURS, STEM_SIDE), [bias, slope], lanes);
        let halved =
            |side: usize| (side >= 2 && side.is_multiple_of(2)).then_some(side / 2).ok_or(TowerError::Side(side));
        let (mut here, mut inputs) = (halved(side)?, bias.len());
        let mut longest = stem.row_length(here) + (here - 1) * here * inputs;
        let mut blocks = Vec::new();
        while let Some(first) = reader.peek() {
            let stride = if first.shape.get(2) == Some(&2) { 2 } else { 1 };
            let [weights, bias, slope] = reader.convolution(inputs, stride)?;
            let inner = bias.len();
            if stride == 2 {
                here = halved(here)?;
            }
            let window = Window { run: stride * inputs, step: stride * inputs, rows: stride };
            let reduce = Product::new(window, channels_last(weights, inputs, stride), [bias, slope], lanes);
            let depthwise = Depthwise::new(reader.take(&[inner, 1, 3, 3])?, reader.take(&[inner])?, lanes);
            let at = reader.next;
            let [weights, bias, slope] = reader.convolution(inner, 1)?;
            let outputs = bias.len();
            // Registers are filled with whole pixels or whole channels, and a row shrinks where it is halved.
            let fits = (inner.is_multiple_of(lanes)
                || (lanes.is_multiple_of(inner) && here.is_multiple_of(lanes / inner)))
                && outputs.is_multiple_of(lanes)
                && (inputs..=inputs * stride).contains(&outputs);
            if !fits {
                let (found, wanted) = (vec![outputs, inner, 1, 1], vec![inputs, inner, 1, 1]);
                return Err(TowerError::Shape { index: at, found, wanted });
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
    /// [`TowerError::Length`].
    pub fn run(&mut self, picture: &[f32], features: &mut [f32]) -> Result<(), TowerError> {
        let [channels, rows, columns] = self.output_shape();
        let (whole, wanted) = (self.side * self.side * COLOURS, channels * rows * columns);
        for (found, wanted) in [(picture.len(), whole), (features.len(), wanted)] {
            if found != wanted {
                return Err(TowerError::Length { found, wanted });
            }
        }
        let registers = self.registers;
        // SAFETY: they are of `Registers::available`.
        unsafe { registers.run(Run { tower: self, picture }) };
        for (channel, plane) in features.chunks_exact_mut(rows * columns).enumerate() {
            for (value, pixel) in plane.iter_mut().zip(self.values.chunks_exact(channels)) {
                *value = pixel[channel];
            }
        }
        Ok(())
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

impl Drop for Tower {
    /// It worked on what a camera saw.
    fn drop(&mut self) {
        self.rows.wipe();
        self.padded.iter_mut().chain([&mut self.values]).for_each(|values| values.fill(0.0));
    }
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
