//! Which setting of the product meets a wanted rate on a box at the least processor time, for developers: the
//! candidates, what each loses in accuracy, which one is taken and why, and the configuration that says so.
//!
//! It measures nothing itself: processes of the bench do, and the code of the evaluation reads labelled recordings.

pub mod accuracy;
pub mod candidates;
pub mod choose;
pub mod report;
pub mod write;
