//! The entries of a batch, on their way to be stored.

use ed25519_dalek::{Signer, SigningKey};
use kring_domain::Role;
use kring_sync::{Admitted, ChainHash, EncodedEntry, Entry, EntryMeta, Position, Readmitted};

use super::generation_change::FormerRow;
use super::queries::EntryRow;

/// After about this many bytes of entries there is a signature, also within a batch: a device can prove what it has up
/// to the last signature only, and brings it in pieces.
const SIGNED_BYTES: usize = 64 * 1024;

/// An entry of the present batch.
pub(super) struct PendingEntry {
    pub(super) entry: Entry,
    pub(super) meta: EntryMeta,
    pub(super) chain_hash: ChainHash,
    pub(super) role: Role,
    /// The command as JSON.
    pub(super) command: String,
    /// True when it was made just now and is to be signed.
    pub(super) is_new: bool,
}

impl PendingEntry {
    /// An entry that was made just now.
    pub(super) fn new(admitted: Admitted, role: Role) -> Self {
        let Admitted { entry, meta, chain_hash, command } = admitted;
        // Commands are structs of strings, numbers and lists, which always have a JSON form.
        let command = serde_json::to_string(&command).unwrap_or_default();
        Self { entry, meta, chain_hash, role, command, is_new: true }
    }

    /// An entry that came back: its command is known by name only.
    pub(super) fn back(readmitted: Readmitted) -> Self {
        let Readmitted { entry, meta, chain_hash, role } = readmitted;
        let command = serde_json::json!({ "type": entry.command }).to_string();
        Self { entry, meta, chain_hash, role, command, is_new: false }
    }

    /// Returns what stays of it where it is never stored as an entry.
    pub(super) fn former(self, position: Position) -> FormerRow {
        let Self { entry, role, command, .. } = self;
        let Entry { command_id, suggestion: is_suggestion, at, person, .. } = entry;
        FormerRow { position, command_id, is_suggestion, at, person, role, command }
    }

    /// The entry as it is stored.
    pub(super) fn row(self) -> EntryRow {
        EntryRow {
            sequence: self.entry.sequence,
            command_id: self.entry.command_id,
            is_suggestion: self.entry.suggestion,
            role: self.role,
            meta: self.meta,
            entry: EncodedEntry::new(&self.entry),
            command: self.command,
            chain_hash: self.chain_hash,
        }
    }
}

/// Signs the last entry, and within a long batch one now and then.
pub(super) fn sign(entries: &mut [PendingEntry], key: &SigningKey) {
    let last = entries.len().saturating_sub(1);
    let mut unsigned = 0;
    for (index, pending_entry) in entries.iter_mut().enumerate() {
        unsigned += pending_entry.entry.change.len();
        if pending_entry.is_new && (index == last || unsigned >= SIGNED_BYTES) {
            pending_entry.entry.signature = key.sign(pending_entry.chain_hash.as_bytes()).to_bytes().to_vec();
        }
        if !pending_entry.entry.signature.is_empty() {
            unsigned = 0;
        }
    }
}
