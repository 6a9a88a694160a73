//! Automerge on bytes from a server that may be broken or lying: a panic inside it becomes an error.

use std::panic::{AssertUnwindSafe, catch_unwind};

use automerge::{Automerge, Change, ChangeHash};
use thiserror::Error;

/// Bytes that are no document or no change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("not a readable document")]
pub(crate) struct Unreadable;

/// Loads a saved document.
pub(crate) fn load(bytes: &[u8]) -> Result<Automerge, Unreadable> {
    contained(|| Automerge::load(bytes).ok())
}

/// Applies changes in order and names them; on an error the document must be thrown away.
pub(crate) fn apply<'a>(
    document: &mut Automerge,
    changes: impl Iterator<Item = &'a [u8]>,
) -> Result<Vec<ChangeHash>, Unreadable> {
    contained(|| {
        let changes: Result<Vec<Change>, _> = changes.map(|bytes| Change::from_bytes(bytes.to_vec())).collect();
        let changes = changes.ok()?;
        let hashes = changes.iter().map(Change::hash).collect();
        document.apply_changes(changes).ok()?;
        Some(hashes)
    })
}

/// Runs a piece of Automerge whose state is dropped by the caller when this fails.
fn contained<T>(run: impl FnOnce() -> Option<T>) -> Result<T, Unreadable> {
    catch_unwind(AssertUnwindSafe(run)).ok().flatten().ok_or(Unreadable)
}
