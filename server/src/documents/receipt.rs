//! The receipt of an erasure: the key of the log signs where the generation begins that is without what was erased.

use ed25519_dalek::{Signer, SigningKey};
use kring_domain::DocumentId;

/// What is signed: a word that says what it is, the document, the generation (big-endian) and the link before its
/// first entry.
pub(super) fn message(document: DocumentId, generation: u64, chain: &[u8; 32]) -> Vec<u8> {
    [&b"kring erasure 1"[..], document.uuid().as_bytes(), &generation.to_be_bytes(), chain].concat()
}

/// Signs a receipt.
pub(super) fn sign(key: &SigningKey, document: DocumentId, generation: u64, chain: &[u8; 32]) -> Vec<u8> {
    key.sign(&message(document, generation, chain)).to_bytes().to_vec()
}
