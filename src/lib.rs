//! Everything after the observation: transactions, signals, summaries, the store and the commands.
//!
//! This crate holds no frame and names no pixel; what it knows of a picture is
//! [`hymy_vision::Observation`].

pub mod config;
pub mod store;
pub mod till;
