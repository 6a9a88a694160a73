//! A document back in memory from what the store kept.

use automerge::ChangeHash;
use kring_domain::{DocumentId, DocumentKind, genesis};
use thiserror::Error;

use super::{Admission, EntryMeta, Log};
use crate::{ChainHash, Position, Verdict, guard};

/// The stored form of one document, as it hands it back.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct StoredLog {
    /// The present generation, from 1; 0 stands for 1.
    pub generation: u64,
    /// The hashes of the heads of the generation's first state, 32 bytes each; empty for the first generation,
    /// which starts at genesis.
    pub start: Vec<[u8; 32]>,
    /// The last snapshot that was stored; none where the document is still rebuilt from genesis.
    pub snapshot: Option<Vec<u8>>,
    /// The changes after the snapshot, in order.
    pub tail: Vec<Vec<u8>>,
    /// The marks of all entries of the generation, in order.
    pub metas: Vec<EntryMeta>,
    /// Every verdict given in the document.
    pub verdicts: Vec<Verdict>,
    /// The chain hash of the last entry, or of the start of a later generation; none where there is neither.
    pub chain_hash: Option<[u8; 32]>,
}

/// What is stored is not a document: the store is damaged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("stored document is damaged")]
pub struct RestoreError;

impl Admission {
    /// Restores a document from what the store kept.
    ///
    /// # Errors
    ///
    /// [`RestoreError`] when the bytes do not load or do not lead to the heads that the marks promise.
    pub fn restore(id: DocumentId, kind: DocumentKind, stored: StoredLog) -> Result<Self, RestoreError> {
        let origin = genesis(kind);
        let generation = stored.generation.max(Position::GENESIS.generation);
        let start = match generation == Position::GENESIS.generation {
            true => origin.get_heads(),
            false => stored.start.into_iter().map(ChangeHash).collect(),
        };
        let mut document = match stored.snapshot {
            Some(bytes) => guard::load_own(&bytes).map_err(|_| RestoreError)?,
            None => origin,
        };
        guard::apply_own(&mut document, stored.tail.iter().map(Vec::as_slice)).map_err(|_| RestoreError)?;
        let mut log = Log::starting_at(start);
        stored.metas.into_iter().for_each(|meta| log.push(meta));
        stored.verdicts.into_iter().for_each(|verdict| log.record(verdict));
        let chain_hash = match stored.chain_hash {
            Some(chain_hash) => ChainHash::from_stored(chain_hash),
            None if generation == Position::GENESIS.generation => ChainHash::start(id, generation),
            None => return Err(RestoreError),
        };
        let restored = Self { id, kind, generation, document, log, chain_hash };
        restored.is_as_promised().then_some(restored).ok_or(RestoreError)
    }
}
