//! What is at one place of a log.

use automerge::{Automerge, ChangeHash};
use kring_sync::ChainHash;

/// What is at one place of a log: two histories that have the same document there can still be two.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Point {
    /// The document's heads, sorted.
    heads: Vec<ChangeHash>,
    /// The link of the chain, which covers everything that led here and when it was admitted.
    link: Option<ChainHash>,
}

impl Point {
    /// Returns what is in a document, with the link that belongs to it.
    pub(crate) fn of(document: &Automerge, link: Option<ChainHash>) -> Self {
        let mut heads = document.get_heads();
        heads.sort_unstable();
        Self { heads, link }
    }

    /// The same document at another place of the log: every entry of a run carries the whole of it.
    pub(crate) fn at(&self, link: ChainHash) -> Self {
        Self { heads: self.heads.clone(), link: Some(link) }
    }
}
