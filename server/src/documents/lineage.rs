//! What ties a document in memory to what was built on it.

use std::sync::atomic::{AtomicBool, Ordering};

/// The bond between a document in memory and its jobs under way: when one of them fails, what is in memory is not
/// what is stored, and all that was built on it must fail too.
#[derive(Debug, Default)]
pub(super) struct Lineage(AtomicBool);

impl Lineage {
    pub(super) fn is_broken(&self) -> bool {
        self.0.load(Ordering::Acquire)
    }

    pub(super) fn break_off(&self) {
        self.0.store(true, Ordering::Release);
    }
}
