//! The camera outside of a shift, by page: it begins by one's own tap, numbers come, the clock ends it, and nothing of it
//! is in the store.
