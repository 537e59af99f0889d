//! The loops of the face mesh, written for the widest vector registers that a processor has.
//!
//! onnxruntime computes a residual block of the mesh node by node: each of its fourteen nodes reads and writes a whole
//! tensor, and PReLU, which it cannot fuse, is four of them. [`Tower`] computes a block row by row, so that what lies
//! between two convolutions never leaves the first-level cache. It is the same sum of products in another order.
//!
//! This crate knows no picture, no file and no model format: arrays of `f32` go in and come out. What it holds between
//! two runs is wiped when it is dropped.

mod depthwise;
mod four;
mod lanes;
mod product;
mod residual;
mod sample;
mod tower;

pub use sample::Picture;
pub use tower::{Parameter, Tower, TowerError};
