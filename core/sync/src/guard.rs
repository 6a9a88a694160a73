//! Automerge on bytes from a server that may be broken or lying: a panic inside it becomes an error, and
//! what would become too much is not given to it at all.

mod bounds;

use std::panic::{AssertUnwindSafe, catch_unwind};

use automerge::{Automerge, Change, ChangeHash, ReadDoc};
use thiserror::Error;

use bounds::Budget;

/// Bytes that are no document or no change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("not a readable document")]
pub(crate) struct Unreadable;

/// Loads a saved document.
pub(crate) fn load(bytes: &[u8]) -> Result<Automerge, Unreadable> {
    Budget::of(bytes.len()).take(bytes).ok_or(Unreadable)?;
    contained(|| Automerge::load(bytes).ok())
}

/// Loads a document that was saved here, whatever it takes: it was bounded when it came.
pub(crate) fn load_own(bytes: &[u8]) -> Result<Automerge, Unreadable> {
    contained(|| Automerge::load(bytes).ok())
}

/// Saves a document that changes from outside were applied to, if it can be loaded again.
///
/// Automerge applies some crafted changes that it then cannot read in its own file.
pub(crate) fn save(document: &Automerge) -> Result<Vec<u8>, Unreadable> {
    let bytes = contained(|| Some(document.save()))?;
    load_own(&bytes).map(|_| bytes)
}

/// A change that was applied.
pub(crate) struct Applied {
    /// Its name.
    pub(crate) hash: ChangeHash,
    /// The changes it was made on.
    pub(crate) parents: Vec<ChangeHash>,
}

/// Applies changes in order and names them; on an error the document must be thrown away.
pub(crate) fn apply<'a>(
    document: &mut Automerge,
    changes: impl Iterator<Item = &'a [u8]> + Clone,
) -> Result<Vec<Applied>, Unreadable> {
    let mut budget = Budget::of(distinct(changes.clone()).map(<[u8]>::len).sum());
    distinct(changes.clone()).try_for_each(|bytes| budget.take(bytes)).ok_or(Unreadable)?;
    apply_own(document, changes)
}

/// The same for changes that were made here.
pub(crate) fn apply_own<'a>(
    document: &mut Automerge,
    changes: impl Iterator<Item = &'a [u8]>,
) -> Result<Vec<Applied>, Unreadable> {
    contained(|| {
        let mut applied: Vec<Applied> = Vec::new();
        let mut read: Vec<Change> = Vec::new();
        let mut before: Option<&[u8]> = None;
        for bytes in changes {
            // As in `distinct`, but every change is named.
            if before.replace(bytes) != Some(bytes) {
                read.push(Change::from_bytes(bytes.to_vec()).ok()?);
            }
            let change = read.last()?;
            applied.push(Applied { hash: change.hash(), parents: change.deps().to_vec() });
        }
        document.apply_changes(read).ok()?;
        // A change whose parents are not here would wait for them in silence.
        document.get_missing_deps(&[]).is_empty().then_some(applied)
    })
}

/// The changes without those that are the one before once more: the entries of a run carry the same change.
fn distinct<'a>(changes: impl Iterator<Item = &'a [u8]>) -> impl Iterator<Item = &'a [u8]> {
    let mut before: Option<&[u8]> = None;
    changes.filter(move |bytes| before.replace(bytes) != Some(bytes))
}

/// Runs a piece of Automerge whose state is dropped by the caller when this fails.
fn contained<T>(run: impl FnOnce() -> Option<T>) -> Result<T, Unreadable> {
    catch_unwind(AssertUnwindSafe(run)).ok().flatten().ok_or(Unreadable)
}
