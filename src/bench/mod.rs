//! How fast the product is on a box, for developers: what a run measures, the statistics over repeats, and the report.
//!
//! A run goes through exactly the path that `hymy analyze` takes, in a process of its own, so that its processor time,
//! its memory and its start are its own. Nothing of a picture gets here: durations, counts and names of models only.
//! What the system does not offer is `null` and is said so, never zero.

pub mod caveats;
pub mod compare;
pub mod energy;
pub mod figures;
pub mod job;
pub mod machine;
pub mod measure;
mod model;
pub mod page;
pub mod plots;
pub mod process;
pub mod report;
pub mod soak;
pub mod stats;
