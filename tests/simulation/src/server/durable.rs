//! What survives a crash, and what a backup has.

use std::collections::BTreeMap;

use super::late::Late;
use kring_domain::{DocumentId, DocumentKind, Grants, PersonId, Role, SpaceId};
use kring_sync::{Base, ChainHash, Entry, Generation, Mark, Recovery, StoredLog};

/// Everything that is durable.
#[derive(Clone)]
pub(crate) struct Kept {
    pub(super) roster: BTreeMap<PersonId, Role>,
    /// What the consents in force open.
    pub(super) grants: Grants,
    pub(super) documents: BTreeMap<DocumentId, Durable>,
    /// The documents that wait, or have waited, for what devices have.
    pub(super) recoveries: BTreeMap<DocumentId, Recovery>,
    /// What is kept of people who have left.
    pub(super) late: Late,
}

/// What is durable of one document.
#[derive(Clone)]
pub(super) struct Durable {
    pub(super) kind: DocumentKind,
    pub(super) log: StoredLog,
    /// The entries of the present generation.
    pub(super) entries: Vec<Entry>,
    /// The link before them, and that of each.
    links: Vec<ChainHash>,
}

impl Kept {
    pub(super) fn new(space: SpaceId, roster: BTreeMap<PersonId, Role>) -> Self {
        let documents = DocumentKind::ALL.iter().map(|&kind| {
            let id = DocumentId::derive(space, kind);
            let links = vec![ChainHash::start(id, Base::GENESIS.generation)];
            (id, Durable { kind, log: StoredLog::default(), entries: Vec::new(), links })
        });
        Self {
            roster,
            grants: Grants::default(),
            documents: documents.collect(),
            recoveries: BTreeMap::new(),
            late: Late::default(),
        }
    }

    pub(super) fn document(&mut self, document: DocumentId) -> &mut Durable {
        self.documents.get_mut(&document).expect("a document of the space")
    }
}

impl Durable {
    pub(super) fn head(&self) -> Base {
        Base { generation: self.log.generation.max(1), sequence: self.entries.len() as u64 }
    }

    /// Returns how many of the entries are in the snapshot.
    pub(super) fn folded(&self) -> u64 {
        (self.entries.len() - self.log.tail.len()) as u64
    }

    /// The link of an entry, or of the start.
    pub(super) fn link(&self, sequence: u64) -> ChainHash {
        self.links[usize::try_from(sequence).expect("a place in a log that fits in memory")]
    }

    /// The entries after one.
    pub(super) fn after(&self, sequence: u64) -> Vec<Entry> {
        self.entries[usize::try_from(sequence).expect("a place in a log that fits in memory")..].to_vec()
    }

    /// Everything before goes but the answers.
    pub(super) fn begin(&mut self, Generation { before, at, snapshot, start, link }: Generation) {
        assert_eq!(self.head().generation, before.generation, "one generation follows the other");
        self.entries.clear();
        let verdicts = std::mem::take(&mut self.log.verdicts);
        let snapshot = Some(snapshot);
        let chain = Some(*link.as_bytes());
        self.log = StoredLog { generation: at.generation, start, snapshot, chain, verdicts, ..StoredLog::default() };
        self.links = vec![link];
    }

    pub(super) fn append(&mut self, entry: Entry, mark: Mark, link: ChainHash) {
        self.log.tail.push(entry.change.clone());
        self.log.marks.push(mark);
        self.log.chain = Some(*link.as_bytes());
        self.entries.push(entry);
        self.links.push(link);
    }

    /// Signs the last entry, and with it all before.
    pub(super) fn sign(&mut self) {
        if let (Some(last), Some(link)) = (self.entries.last_mut(), self.links.last())
            && last.signature.is_empty()
        {
            last.signature = signature(link);
        }
    }
}

/// Stands for a signature: what only this server could make out of a link.
pub(super) fn signature(link: &ChainHash) -> Vec<u8> {
    link.as_bytes().iter().map(|byte| byte ^ 0xa5).collect()
}
