//! The durable part of the server: it survives a crash, and a backup has it.

use std::collections::BTreeMap;

use super::revoked_edits::RevokedEdits;
use kring_domain::{DocumentId, DocumentKind, Grants, PersonId, Role, SpaceId};
use kring_sync::{ChainHash, Entry, EntryMeta, Generation, Position, Recovery, StoredLog};

/// Everything that is durable.
#[derive(Clone)]
pub(crate) struct Kept {
    pub(super) roster: BTreeMap<PersonId, Role>,
    /// The grants of the consents in force.
    pub(super) grants: Grants,
    pub(super) documents: BTreeMap<DocumentId, Durable>,
    /// The documents that wait, or have waited, for what devices have.
    pub(super) recoveries: BTreeMap<DocumentId, Recovery>,
    /// The former memberships.
    pub(super) revoked: RevokedEdits,
}

/// What is durable of one document.
#[derive(Clone)]
pub(super) struct Durable {
    pub(super) kind: DocumentKind,
    pub(super) log: StoredLog,
    /// The entries of the present generation.
    pub(super) entries: Vec<Entry>,
    /// The link before them, and that of each.
    chain_hashes: Vec<ChainHash>,
}

impl Kept {
    pub(super) fn new(space: SpaceId, roster: BTreeMap<PersonId, Role>) -> Self {
        let documents = DocumentKind::ALL.iter().map(|&kind| {
            let id = DocumentId::derive(space, kind);
            let chain_hashes = vec![ChainHash::start(id, Position::GENESIS.generation)];
            (id, Durable { kind, log: StoredLog::default(), entries: Vec::new(), chain_hashes })
        });
        Self {
            roster,
            grants: Grants::default(),
            documents: documents.collect(),
            recoveries: BTreeMap::new(),
            revoked: RevokedEdits::default(),
        }
    }

    pub(super) fn document(&mut self, document: DocumentId) -> &mut Durable {
        self.documents.get_mut(&document).expect("a document of the space")
    }
}

impl Durable {
    pub(super) fn head(&self) -> Position {
        Position { generation: self.log.generation.max(1), sequence: self.entries.len() as u64 }
    }

    /// Returns how many of the entries are in the snapshot.
    pub(super) fn folded(&self) -> u64 {
        (self.entries.len() - self.log.tail.len()) as u64
    }

    /// The link of an entry, or of the start.
    pub(super) fn chain_hash(&self, sequence: u64) -> ChainHash {
        self.chain_hashes[usize::try_from(sequence).expect("a place in a log that fits in memory")]
    }

    /// The entries after one.
    pub(super) fn after(&self, sequence: u64) -> Vec<Entry> {
        self.entries[usize::try_from(sequence).expect("a place in a log that fits in memory")..].to_vec()
    }

    /// Everything before goes but the answers.
    pub(super) fn begin(&mut self, Generation { before, at, snapshot, start, chain_hash }: Generation) {
        assert_eq!(self.head().generation, before.generation, "one generation follows the other");
        self.entries.clear();
        let verdicts = std::mem::take(&mut self.log.verdicts);
        let snapshot = Some(snapshot);
        let last = Some(*chain_hash.as_bytes());
        self.log = StoredLog {
            generation: at.generation,
            start,
            snapshot,
            chain_hash: last,
            verdicts,
            ..StoredLog::default()
        };
        self.chain_hashes = vec![chain_hash];
    }

    pub(super) fn append(&mut self, entry: Entry, meta: EntryMeta, chain_hash: ChainHash) {
        self.log.tail.push(entry.change.clone());
        self.log.metas.push(meta);
        self.log.chain_hash = Some(*chain_hash.as_bytes());
        self.entries.push(entry);
        self.chain_hashes.push(chain_hash);
    }

    /// Signs the last entry, and with it all before.
    pub(super) fn sign(&mut self) {
        if let (Some(last), Some(chain_hash)) = (self.entries.last_mut(), self.chain_hashes.last())
            && last.signature.is_empty()
        {
            last.signature = signature(chain_hash);
        }
    }
}

/// Stands for a signature: what only this server could make out of a link.
pub(super) fn signature(chain_hash: &ChainHash) -> Vec<u8> {
    chain_hash.as_bytes().iter().map(|byte| byte ^ 0xa5).collect()
}
