//! A new generation of a document: its state written anew, in the place of its history.

use kring_domain::{Refusal, rewrite};

use super::Admission;
use crate::{ChainHash, Position};

/// A generation that has begun and is not durable yet: everything before it goes but the verdicts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Generation {
    /// The position where the log was that ends here.
    pub before: Position,
    /// The position where it begins: the number of the generation, with sequence 0.
    pub at: Position,
    /// The document as it begins, saved.
    pub snapshot: Vec<u8>,
    /// The hashes of that document's heads, 32 bytes each.
    pub start: Vec<[u8; 32]>,
    /// The chain hash before its first entry; it covers the last chain hash before it and the snapshot.
    pub chain_hash: ChainHash,
}

impl Admission {
    /// Begins a new generation with the present state, to compact the document.
    ///
    /// Commands that were made in an older generation count as made at its start from now on.
    ///
    /// # Errors
    ///
    /// Where the document cannot be written anew; it goes on as it was then.
    pub fn begin_generation(&mut self) -> Result<Generation, Refusal> {
        let document = rewrite(self.kind, &self.document)?;
        let before = self.head();
        let at = Position { generation: before.generation + 1, sequence: 0 };
        let snapshot = document.save();
        let heads = document.get_heads();
        let chain_hash = self.chain_hash.begin(self.id, at.generation, &snapshot);
        self.log.begin(heads.clone());
        (self.generation, self.document, self.chain_hash) = (at.generation, document, chain_hash);
        Ok(Generation { before, at, snapshot, start: heads.iter().map(|head| head.0).collect(), chain_hash })
    }
}
