//! Bounds how far a shard may run ahead of the store.

use std::sync::{Arc, Condvar, Mutex, PoisonError};

/// Counts the batches of a shard that are not durable yet, and makes it wait when there are too many.
#[derive(Debug, Default)]
pub(super) struct InFlightLimit {
    in_flight: Mutex<usize>,
    changed: Condvar,
}

/// One batch that is not durable yet.
pub(super) struct InFlightPermit(Arc<InFlightLimit>);

impl InFlightLimit {
    /// The most batches that are in flight. Two keep shard and store busy at once; more would only make the batches
    /// smaller, and each costs a signature per document.
    const MAX_BATCHES: usize = 2;

    /// Waits until one more batch may be in flight.
    pub(super) fn begin(self: &Arc<Self>) -> InFlightPermit {
        let in_flight = self.in_flight.lock().unwrap_or_else(PoisonError::into_inner);
        let waited = self.changed.wait_while(in_flight, |in_flight| *in_flight >= Self::MAX_BATCHES);
        *waited.unwrap_or_else(PoisonError::into_inner) += 1;
        InFlightPermit(self.clone())
    }
}

impl Drop for InFlightPermit {
    fn drop(&mut self) {
        *self.0.in_flight.lock().unwrap_or_else(PoisonError::into_inner) -= 1;
        self.0.changed.notify_one();
    }
}
