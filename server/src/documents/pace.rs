//! How far a shard may run ahead of the store.

use std::sync::{Arc, Condvar, Mutex, PoisonError};

/// Counts the rounds of a shard that are not durable yet, and makes it wait when there are too many.
#[derive(Debug, Default)]
pub(super) struct Pace {
    underway: Mutex<usize>,
    changed: Condvar,
}

/// One round that is not durable yet.
pub(super) struct Underway(Arc<Pace>);

impl Pace {
    /// The most rounds that are underway. Two keep shard and store busy at once; more would only make the rounds
    /// smaller, and each costs a signature per document.
    const MOST: usize = 2;

    /// Waits until one more round may be underway.
    pub(super) fn begin(self: &Arc<Self>) -> Underway {
        let underway = self.underway.lock().unwrap_or_else(PoisonError::into_inner);
        let waited = self.changed.wait_while(underway, |underway| *underway >= Self::MOST);
        *waited.unwrap_or_else(PoisonError::into_inner) += 1;
        Underway(self.clone())
    }
}

impl Drop for Underway {
    fn drop(&mut self) {
        *self.0.underway.lock().unwrap_or_else(PoisonError::into_inner) -= 1;
        self.0.changed.notify_one();
    }
}
