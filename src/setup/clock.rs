//! Whether the machine's clock is kept right by another one. It is asked for, never set.

use std::mem::MaybeUninit;

/// Whether the kernel says that the clock is synchronised; `None` where it does not tell, as in some containers.
#[must_use]
pub fn is_synchronised() -> Option<bool> {
    // SAFETY: all of the struct's fields are integers, for which zeroes are values.
    let mut asked: libc::timex = unsafe { MaybeUninit::zeroed().assume_init() };
    // SAFETY: the struct lives through the call, and modes of 0 only read.
    let state = unsafe { libc::adjtimex(&raw mut asked) };
    (state >= 0).then_some(state != libc::TIME_ERROR && asked.status & libc::STA_UNSYNC == 0)
}
