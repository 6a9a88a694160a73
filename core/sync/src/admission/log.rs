//! Keeps the heads of each entry in the graph of changes, so that a number names any base.

use std::collections::BTreeMap;

use automerge::ChangeHash;
use kring_domain::{CommandId, DeviceId};

use crate::Verdict;

/// The data that the store keeps beside an entry, to execute commands at any base again after a restart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EntryMeta {
    /// The hash of the entry's change.
    pub hash: ChangeHash,
    /// The device whose command it was.
    pub device: DeviceId,
    /// The base at which the command was made.
    pub base: u64,
    /// The entries that are the heads of the document after this one; 0 stands for the start of the generation.
    pub heads: Vec<u64>,
}

impl EntryMeta {
    /// The mark as bytes for the store: hash, device, base and heads, numbers big-endian.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(56 + 8 * self.heads.len());
        bytes.extend_from_slice(&self.hash.0);
        bytes.extend_from_slice(self.device.uuid().as_bytes());
        bytes.extend_from_slice(&self.base.to_be_bytes());
        self.heads.iter().for_each(|head| bytes.extend_from_slice(&head.to_be_bytes()));
        bytes
    }

    /// Reads a mark back; `None` for bytes that are no mark.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (hash, bytes) = bytes.split_first_chunk::<32>()?;
        let (device, bytes) = bytes.split_first_chunk::<16>()?;
        let (base, bytes) = bytes.split_first_chunk::<8>()?;
        let (heads, rest) = bytes.as_chunks::<8>();
        rest.is_empty().then(|| Self {
            hash: ChangeHash(*hash),
            device: DeviceId::new(uuid::Uuid::from_bytes(*device)),
            base: u64::from_be_bytes(*base),
            heads: heads.iter().map(|head| u64::from_be_bytes(*head)).collect(),
        })
    }
}

/// The marks of all entries of a generation, and every verdict given in the document.
pub(super) struct Log {
    start: Vec<ChangeHash>,
    metas: Vec<EntryMeta>,
    last_of: BTreeMap<DeviceId, u64>,
    verdicts: BTreeMap<CommandId, Verdict>,
}

impl Log {
    pub(super) fn starting_at(start: Vec<ChangeHash>) -> Self {
        Self { start, metas: Vec::new(), last_of: BTreeMap::new(), verdicts: BTreeMap::new() }
    }

    /// Begins anew at these heads; the verdicts stay.
    pub(super) fn begin(&mut self, start: Vec<ChangeHash>) {
        self.start = start;
        self.metas.clear();
        self.last_of.clear();
    }

    /// Returns how many verdicts were given.
    pub(super) fn verdicts(&self) -> usize {
        self.verdicts.len()
    }

    pub(super) fn head(&self) -> u64 {
        self.metas.len() as u64
    }

    pub(super) fn verdict(&self, id: CommandId) -> Option<&Verdict> {
        self.verdicts.get(&id)
    }

    pub(super) fn record(&mut self, verdict: Verdict) {
        self.verdicts.insert(verdict.id, verdict);
    }

    /// Adds an entry with the given parents and says what to keep beside it. An entry that carries the change of the one
    /// before it has that one as its parent.
    pub(super) fn append(&mut self, hash: ChangeHash, device: DeviceId, base: u64, parents: &[u64]) -> EntryMeta {
        let mut heads: Vec<u64> =
            self.heads(self.head()).iter().copied().filter(|head| !parents.contains(head)).collect();
        heads.push(self.head() + 1);
        let meta = EntryMeta { hash, device, base, heads };
        self.push(meta.clone());
        meta
    }

    pub(super) fn push(&mut self, meta: EntryMeta) {
        self.last_of.insert(meta.device, self.head() + 1);
        self.metas.push(meta);
    }

    /// The entries that are heads after one more that carries this change, which has these parents.
    pub(super) fn heads_after(&self, change: ChangeHash, parents: &[ChangeHash]) -> Vec<u64> {
        let is_before = |hash: &ChangeHash| *hash == change || parents.contains(hash);
        let is_covered = |head: &u64| self.hashes(&[*head]).iter().all(is_before);
        let mut heads: Vec<u64> = self.present().into_iter().filter(|head| !is_covered(head)).collect();
        heads.push(self.head() + 1);
        heads
    }

    /// The entries a command builds on: the heads at its base, and the device's own last entry.
    ///
    /// Heads which that last entry covers already are left out: what the device had seen when it made it, and its
    /// own earlier entries.
    pub(super) fn parents(&self, base: u64, device: DeviceId) -> Vec<u64> {
        let at_base = self.heads(base);
        let Some(own) = self.last_of.get(&device).copied().filter(|own| *own > base) else {
            return at_base.to_vec();
        };
        let covered = self.meta(own).map_or(0, |meta| meta.base);
        let is_own = |head: u64| self.meta(head).is_some_and(|meta| meta.device == device);
        let mut parents: Vec<u64> = at_base.iter().copied().filter(|head| *head > covered && !is_own(*head)).collect();
        parents.push(own);
        parents
    }

    /// The heads at a base, where the device has an entry of its own behind it that it had not seen.
    pub(super) fn heads_behind_own(&self, base: u64, device: DeviceId) -> Option<Vec<u64>> {
        self.last_of.get(&device).is_some_and(|own| *own > base).then(|| self.heads(base).to_vec())
    }

    /// The heads at a base.
    pub(super) fn heads_at(&self, base: u64) -> Vec<u64> {
        self.heads(base).to_vec()
    }

    /// Returns whether a device that had seen `before` has seen entries of others at `base` that it had not seen then.
    pub(super) fn has_news(&self, before: u64, base: u64, device: DeviceId) -> bool {
        let is_own = |head: u64| self.meta(head).is_some_and(|meta| meta.device == device);
        self.heads(base.min(self.head())).iter().any(|head| *head > before && !is_own(*head))
    }

    /// The hashes of entries, for Automerge.
    /// The heads of the document after so many entries.
    pub(super) fn hashes_at(&self, sequence: u64) -> Vec<ChangeHash> {
        self.hashes(self.heads(sequence))
    }

    pub(super) fn hashes(&self, entries: &[u64]) -> Vec<ChangeHash> {
        let mut hashes = Vec::with_capacity(entries.len());
        for entry in entries {
            match self.meta(*entry) {
                Some(meta) => hashes.push(meta.hash),
                None => hashes.extend_from_slice(&self.start),
            }
        }
        hashes
    }

    /// The heads of the document as it stands.
    pub(super) fn present(&self) -> Vec<u64> {
        self.heads(self.head()).to_vec()
    }

    /// Returns whether these parents are all there is: the command was made on the present state.
    pub(super) fn is_present(&self, parents: &[u64]) -> bool {
        let present = self.heads(self.head());
        present.len() == parents.len() && present.iter().all(|head| parents.contains(head))
    }

    /// The heads behind an entry. Within a run they are those behind it: an entry of a run carries the whole of it.
    fn heads(&self, sequence: u64) -> &[u64] {
        let behind = usize::try_from(sequence).ok().and_then(|next| self.metas.get(next..)).unwrap_or_default();
        let meta = self.meta(sequence);
        let more = behind.iter().take_while(|next| meta.is_some_and(|meta| meta.hash == next.hash));
        more.last().or(meta).map_or(&[0], |meta| &meta.heads)
    }

    fn meta(&self, sequence: u64) -> Option<&EntryMeta> {
        self.metas.get(usize::try_from(sequence.checked_sub(1)?).ok()?)
    }
}
