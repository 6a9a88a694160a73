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

/// Signs the last entry, and within a long batch one now and then. Within a run there is no signature: a device brings
/// back what is signed, and half a run would be executed once more by its author.
pub(super) fn sign(entries: &mut [PendingEntry], key: &SigningKey) {
    let mut unsigned = 0;
    let mut behind = entries.iter().skip(1).map(|pending_entry| Some(pending_entry.meta.hash)).collect::<Vec<_>>();
    behind.push(None);
    for (pending_entry, next) in entries.iter_mut().zip(behind) {
        unsigned += pending_entry.entry.change.len();
        let ends_run = next != Some(pending_entry.meta.hash);
        if pending_entry.is_new && ends_run && (next.is_none() || unsigned >= SIGNED_BYTES) {
            pending_entry.entry.signature = key.sign(pending_entry.chain_hash.as_bytes()).to_bytes().to_vec();
        }
        if !pending_entry.entry.signature.is_empty() {
            unsigned = 0;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::VecDeque;

    use kring_domain::{Author, CommandId, DocumentId, DocumentKind, Timestamp};
    use kring_sync::{Admission, RawCommand, Submission};
    use serde_json::json;
    use uuid::Uuid;

    use super::*;

    #[test]
    fn no_signature_stands_within_a_run() {
        let mut circle = Admission::new(DocumentId::new(Uuid::from_u128(1)), DocumentKind::Circle);
        let idea = |number: u128| {
            let text = format!("een idee over {number} ").repeat(4);
            let command = json!({"type": "propose_idea", "idea_id": Uuid::from_u128(number), "text": text});
            let id = CommandId::new(Uuid::from_u128(number));
            let command = RawCommand::from_value(command);
            Submission { id, base: None, made_at: None, command }
        };
        let mut queue: VecDeque<Submission> = (1..=200).map(idea).collect();
        let mut pending_entry = Vec::new();
        while !queue.is_empty() {
            let outcomes = circle.handle_next(&Author::example(Role::Member), &mut queue, Timestamp::from_millis(9));
            let admitted = outcomes.into_iter().filter_map(|outcome| outcome.admitted);
            pending_entry.extend(admitted.map(|admitted| PendingEntry::new(admitted, Role::Member)));
        }
        assert_eq!(pending_entry.len(), 200);
        sign(&mut pending_entry, &SigningKey::from_bytes(&[7; 32]));
        let signed = |pending_entry: &PendingEntry| !pending_entry.entry.signature.is_empty();
        let within = pending_entry.windows(2).filter(|pair| pair[0].meta.hash == pair[1].meta.hash && signed(&pair[0]));
        assert_eq!(within.count(), 0, "half a run would be brought back");
        assert!(pending_entry.last().is_some_and(signed));
        assert!(
            pending_entry.iter().filter(|pending_entry| signed(pending_entry)).count() > 1,
            "or the test shows nothing"
        );
    }
}
