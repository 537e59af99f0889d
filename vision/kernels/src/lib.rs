//! The loops that take most of a frame, written for the widest vector registers that a processor has.
//!
//! onnxruntime computes a residual block of the mesh node by node: each of its fourteen nodes reads and writes a whole
//! tensor, and PReLU, which it cannot fuse, is four of them. [`Tower`] computes a block row by row, so that what lies
//! between two convolutions never leaves the first-level cache. It is the same sum of products in another order.
//!
//! [`Mixer`] computes the blocks of the blendshapes, whose products of matrices onnxruntime adds biases to in passes of
//! their own.
//!
//! [`Picture`] brings pixels into tensors: a rotated square, or a part made smaller.
//!
//! This crate knows no file and no model format: arrays go in and come out. A kernel wipes what it worked on
//! at the end of each run.

mod colours;
mod depthwise;
mod lanes;
mod mixer;
mod parameters;
mod product;
mod residual;
mod room;
mod sample;
mod shrink;
mod tower;

pub use mixer::Mixer;
pub use parameters::{KernelError, Parameter};
pub use sample::{COLOURS, Picture, Value};
pub use shrink::{Line, Part};
pub use tower::Tower;
