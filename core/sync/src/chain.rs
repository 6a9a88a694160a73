//! The hash chain over a document's log: each entry's chain hash covers every entry before it.

use std::fmt;

use kring_domain::DocumentId;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use sha2::{Digest, Sha256};

use crate::Entry;
use crate::frame::bytes;

/// The SHA-256 chain hash of an entry, or of the start of a generation.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct ChainHash([u8; 32]);

impl ChainHash {
    /// The chain hash before the first entry of a document that begins at genesis.
    pub fn start(document: DocumentId, generation: u64) -> Self {
        let mut hash = Sha256::new();
        hash.update(b"kring log 1");
        hash.update(document.uuid().as_bytes());
        hash.update(generation.to_be_bytes());
        Self(hash.finalize().into())
    }

    /// The chain hash before the first entry of a later generation, behind the last chain hash of the one before it.
    pub fn begin(self, document: DocumentId, generation: u64, snapshot: &[u8]) -> Self {
        let mut hash = Sha256::new();
        hash.update(b"kring generation 1");
        hash.update(self.0);
        hash.update(document.uuid().as_bytes());
        hash.update(generation.to_be_bytes());
        hash.update(Sha256::digest(snapshot));
        Self(hash.finalize().into())
    }

    /// The chain hash of `entry` behind this one; the signature is not part of it.
    pub fn next(self, entry: &Entry) -> Self {
        let mut hash = Sha256::new();
        hash.update(self.0);
        hash.update(entry.sequence.to_be_bytes());
        hash.update(entry.command_id.uuid().as_bytes());
        hash.update(entry.person.uuid().as_bytes());
        hash.update(entry.device.uuid().as_bytes());
        hash.update(entry.at.millis().to_be_bytes());
        for word in [&entry.role, &entry.command] {
            hash.update((word.len() as u64).to_be_bytes());
            hash.update(word);
        }
        hash.update(entry.base.to_be_bytes());
        hash.update([u8::from(entry.suggestion)]);
        hash.update(Sha256::digest(&entry.change));
        Self(hash.finalize().into())
    }

    /// The bytes that are stored and signed.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Takes bytes that a chain hash was stored as.
    pub fn from_stored(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }
}

impl Serialize for ChainHash {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        bytes::serialize(&self.0, serializer)
    }
}

impl<'de> Deserialize<'de> for ChainHash {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let bytes = bytes::deserialize(deserializer)?;
        let hash = bytes.try_into().map_err(|_| de::Error::custom("a link has 32 bytes"))?;
        Ok(Self(hash))
    }
}

impl fmt::Debug for ChainHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().take(4).try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}
