//! What keeps a kiosk to itself where the system can help: no core dump, no page of memory on an unencrypted swap, no
//! file outside the data folder, no connection but the configured ones.
//!
//! It is a second wall: the code behind it writes and connects no more than this without it. What the system cannot
//! do is said in the log, never passed over.

mod landlock;
mod memory;
mod swap;

pub use landlock::{Allowed, ConfineError, Confined, confine, probe};
pub use memory::{MemoryError, MemoryKept, keep_in_memory, no_core_dumps};
