//! What was told, and from which place on it must be so.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::disk::Disk;

/// Everything that was told while a disk was watched; clones share it.
#[derive(Clone)]
pub(crate) struct Told<P> {
    disk: Arc<Disk>,
    list: Arc<Mutex<Vec<Answer<P>>>>,
}

/// Something that was told.
#[derive(Clone, Debug)]
pub(crate) struct Answer<P> {
    pub(crate) promise: P,
    /// It must be so after a cut at this place or later.
    pub(crate) from: usize,
    /// But not after a cut beyond this place, from which on somebody asked for something else.
    pub(crate) until: usize,
}

impl<P: Clone> Told<P> {
    pub(crate) fn new(disk: Arc<Disk>) -> Self {
        Self { disk, list: Arc::default() }
    }

    /// Somebody has just been told this.
    pub(crate) fn note(&self, promise: P) {
        let from = self.disk.position();
        self.list().push(Answer { promise, from, until: usize::MAX });
    }

    /// Somebody is about to ask for something after which these may be otherwise.
    pub(crate) fn revoke(&self, is_concerned: impl Fn(&P) -> bool) {
        let now = self.disk.position();
        let mut list = self.list();
        let concerned = list.iter_mut().filter(|answer| is_concerned(&answer.promise));
        concerned.for_each(|answer| answer.until = answer.until.min(now));
    }

    pub(crate) fn all(&self) -> Vec<Answer<P>> {
        self.list().clone()
    }

    fn list(&self) -> MutexGuard<'_, Vec<Answer<P>>> {
        self.list.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Returns what must be so after a cut.
pub(crate) fn after<P>(answers: &[Answer<P>], cut: usize) -> impl Iterator<Item = &P> {
    answers.iter().filter(move |answer| answer.from <= cut && cut <= answer.until).map(|answer| &answer.promise)
}
