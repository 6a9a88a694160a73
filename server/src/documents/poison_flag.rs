//! Ties a document in memory to the writes that were built on it.

use std::sync::atomic::{AtomicBool, Ordering};

/// The bond between a document in memory and its jobs under way: when one of them fails, what is in memory is not
/// what is stored, and all that was built on it must fail too.
#[derive(Debug, Default)]
pub(super) struct PoisonFlag(AtomicBool);

impl PoisonFlag {
    pub(super) fn is_poisoned(&self) -> bool {
        self.0.load(Ordering::Acquire)
    }

    pub(super) fn poison(&self) {
        self.0.store(true, Ordering::Release);
    }
}
