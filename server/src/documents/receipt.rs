//! The receipt of an erasure: the key of the log signs where the generation begins that is without what was erased.

use ed25519_dalek::{Signer, SigningKey};
use kring_domain::DocumentId;

/// Returns what is signed: a word that says what it is, the document, the generation (big-endian) and the chain hash before its
/// first entry.
pub(super) fn message(document: DocumentId, generation: u64, chain_hash: &[u8; 32]) -> Vec<u8> {
    [&b"kring erasure 1"[..], document.uuid().as_bytes(), &generation.to_be_bytes(), chain_hash].concat()
}

/// Signs a receipt.
pub(super) fn sign(key: &SigningKey, document: DocumentId, generation: u64, chain_hash: &[u8; 32]) -> Vec<u8> {
    key.sign(&message(document, generation, chain_hash)).to_bytes().to_vec()
}

#[cfg(test)]
mod tests {
    use ed25519_dalek::Signature;

    use super::*;

    #[test]
    fn a_receipt_is_by_the_key_of_the_log() {
        let key = SigningKey::from_bytes(&[7; 32]);
        let document = DocumentId::new(uuid::Uuid::from_u128(1));
        let receipt = Signature::from_slice(&sign(&key, document, 2, &[9; 32])).unwrap();
        let is_good = |generation: u64, chain_hash: &[u8; 32]| {
            let id = document.uuid();
            let number = generation.to_be_bytes();
            let signed = [&b"kring erasure 1"[..], id.as_bytes(), &number, chain_hash].concat();
            key.verify(&signed, &receipt).is_ok()
        };
        assert!(is_good(2, &[9; 32]));
        assert!(!is_good(3, &[9; 32]) && !is_good(2, &[8; 32]));
    }
}
