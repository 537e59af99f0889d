//! Hymy after the observation: numbers in, a private summary out. Nothing in this crate can hold a frame.

pub mod decide;
pub mod signals;
pub mod summary;
pub mod transaction;
