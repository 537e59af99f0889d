//! What kernels are made of, and what can be wrong with it.

use thiserror::Error;

/// Weights, biases or slopes, as ONNX has them: output channel, input channel, row, column.
#[derive(Clone, Copy, Debug)]
pub struct Parameter<'p> {
    /// Sizes of the axes.
    pub shape: &'p [usize],
    /// As many values as the shape says, row-major.
    pub values: &'p [f32],
}

/// What is wrong with the parameters of a kernel, or with what it is run on.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum KernelError {
    /// There are more or fewer than blocks have.
    #[error("{found} parameters, where {first} and {each} for each block fit")]
    Count {
        /// How many there are.
        found: usize,
        /// How many come before the blocks'.
        first: usize,
        /// How many a block has.
        each: usize,
    },
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
    /// What goes in, or the room for what comes out, has another length.
    #[error("{found} values, where {wanted} fit")]
    Length {
        /// How many there are.
        found: usize,
        /// How many there should be.
        wanted: usize,
    },
}

/// Takes parameters in turn and checks their shapes.
pub(crate) struct Reader<'p> {
    parameters: &'p [Parameter<'p>],
    next: usize,
    count: KernelError,
}

impl<'p> Reader<'p> {
    /// Of so many parameters before the blocks, and of each block.
    pub(crate) fn new(parameters: &'p [Parameter<'p>], first: usize, each: usize) -> Result<Self, KernelError> {
        let found = parameters.len();
        let count = KernelError::Count { found, first, each };
        if found < first || !(found - first).is_multiple_of(each) {
            return Err(count);
        }
        Ok(Self { parameters, next: 0, count })
    }

    pub(crate) fn peek(&self) -> Option<&'p Parameter<'p>> {
        self.parameters.get(self.next)
    }

    /// The index of the next.
    pub(crate) fn next(&self) -> usize {
        self.next
    }

    /// The first side of the next.
    pub(crate) fn outputs(&self) -> usize {
        self.peek().and_then(|given| given.shape.first().copied()).unwrap_or(0)
    }

    pub(crate) fn take(&mut self, wanted: &[usize]) -> Result<&'p [f32], KernelError> {
        let index = self.next;
        let given = self.peek().ok_or_else(|| self.count.clone())?;
        self.next += 1;
        let whole = given.values.len() == given.shape.iter().product::<usize>();
        if given.shape != wanted || !whole {
            return Err(KernelError::Shape { index, found: given.shape.to_vec(), wanted: wanted.to_vec() });
        }
        Ok(given.values)
    }
}

/// Whether what goes in, or the room for what comes out, has the length that fits.
pub(crate) fn check_length(found: usize, wanted: usize) -> Result<(), KernelError> {
    if found == wanted { Ok(()) } else { Err(KernelError::Length { found, wanted }) }
}
