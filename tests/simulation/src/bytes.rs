//! Looking for words in bytes.

use automerge::Automerge;

/// The texts of a saved document, which is compressed.
pub(crate) fn legible(bytes: &[u8]) -> Result<Vec<u8>, String> {
    Automerge::load(bytes).map(|document| document.save_nocompress()).map_err(|error| format!("a snapshot: {error}"))
}

/// Whether a word is in there.
pub(crate) fn contains(bytes: &[u8], word: &str) -> bool {
    let (first, word) = (word.as_bytes()[0], word.as_bytes());
    (0..bytes.len()).any(|place| bytes[place] == first && bytes[place..].starts_with(word))
}
