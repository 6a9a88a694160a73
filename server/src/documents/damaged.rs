//! The documents whose stored form cannot be read, for whoever watches the server.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use kring_domain::DocumentId;

/// A list of damaged documents; clones share it.
#[derive(Clone, Debug, Default)]
pub struct Damaged(Arc<Mutex<BTreeSet<DocumentId>>>);

impl Damaged {
    /// Returns how many there are, as far as anybody has tried to read them.
    pub fn count(&self) -> usize {
        self.lock().len()
    }

    pub(crate) fn note(&self, document: DocumentId) {
        self.lock().insert(document);
    }

    pub(crate) fn clear(&self, document: DocumentId) {
        self.lock().remove(&document);
    }

    fn lock(&self) -> MutexGuard<'_, BTreeSet<DocumentId>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
