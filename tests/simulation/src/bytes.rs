//! Looking for words in bytes.

use automerge::Automerge;
use kring_domain::DocumentKind;

/// The texts of a saved document, which is compressed.
pub(crate) fn legible(bytes: &[u8]) -> Result<Vec<u8>, String> {
    Automerge::load(bytes).map(|document| document.save_nocompress()).map_err(|error| format!("a snapshot: {error}"))
}

/// Returns whether a word is in there.
pub(crate) fn contains(bytes: &[u8], word: &str) -> bool {
    let first = word.as_bytes()[0];
    let word = word.as_bytes();
    (0..bytes.len()).any(|place| bytes[place] == first && bytes[place..].starts_with(word))
}

/// The word that every text of a command carries: which document it belongs to, and which step made it.
pub(crate) fn word(kind: DocumentKind, step: u64) -> String {
    format!("{}{step:04}z", mark(kind))
}

/// Returns what all words of a document have in common, and those of no other.
pub(crate) fn mark(kind: DocumentKind) -> String {
    format!("Geheim-{kind}-")
}
