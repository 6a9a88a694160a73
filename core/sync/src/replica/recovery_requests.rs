//! Answers a server that has lost its log: with whole entries, and with the person's own edits.

use std::collections::{BTreeMap, BTreeSet};

use kring_domain::{CommandId, DocumentId, DocumentKind, Timestamp, genesis};

use super::{Event, Pending, Replica, ReplicaError, StoreOp};
use crate::{ChainHash, DeviceFrame, Entry, Position, RawCommand, Submission};

/// About how many bytes of entries are sent at once, well below what a server takes.
const PAGE_BYTES: usize = 256 * 1024;

/// Something that a device's store is asked for; answer with [`Replica::handle_entries`] or [`Replica::handle_own`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StoreQuery {
    /// The kept entries of a document that follow a place, as many as fit into `bytes`.
    Entries {
        /// The document.
        document: DocumentId,
        /// The last entry that is not wanted.
        after: Position,
        /// About how many bytes of entries are wanted.
        bytes: usize,
    },
    /// The edits of this device that were shared and are remembered, in the order in which they were made.
    Own {
        /// The document.
        document: DocumentId,
    },
}

/// An edit of this device that was shared.
#[derive(Clone, Debug, PartialEq)]
pub struct OwnEdit {
    /// The edit.
    pub id: CommandId,
    /// The command.
    pub command: RawCommand,
    /// When it was made.
    pub made_at: Option<Timestamp>,
}

/// A snapshot that comes in the place of what a device holds.
pub(super) struct Replacement {
    pub(super) position: Position,
    pub(super) bytes: Vec<u8>,
    pub(super) chain_hash: Option<ChainHash>,
    /// The entries that have come behind it.
    pub(super) tail: Vec<Entry>,
    /// True where what the device held is gone already, so that it comes whatever becomes of the connection.
    pub(super) begins_anew: bool,
}

impl Replacement {
    /// The empty document, in the place of one that has to be joined anew.
    fn with_genesis(document: DocumentId, kind: DocumentKind) -> Self {
        let position = Position::GENESIS;
        let chain_hash = Some(ChainHash::start(document, position.generation));
        Self { position, bytes: genesis(kind).save(), chain_hash, tail: Vec::new(), begins_anew: true }
    }

    pub(super) fn put(&self, document: DocumentId) -> StoreOp {
        StoreOp::PutSnapshot {
            document,
            position: self.position,
            snapshot: Some(self.bytes.clone()),
            chain_hash: self.chain_hash,
        }
    }
}

/// What is wanted from the store, and what came from it; at most one of each for a document.
#[derive(Default)]
pub(super) struct RecoveryRequests {
    wanted: BTreeMap<DocumentId, StoreQuery>,
    recovered: BTreeMap<DocumentId, Vec<Entry>>,
}

impl RecoveryRequests {
    /// The next entries to bring to the server.
    pub(super) fn poll_recovered(&mut self) -> Option<DeviceFrame> {
        self.recovered.pop_first().map(|(document, entries)| DeviceFrame::Entries { document, entries })
    }
}

impl Replica {
    /// Returns what is wanted from the store, once everything so far is durable.
    pub fn poll_store_query(&mut self) -> Option<StoreQuery> {
        if !self.is_settled() {
            return None;
        }
        self.recovery_requests.wanted.pop_first().map(|(_, query)| query)
    }

    /// The store had these entries, in order; none where it has not kept them.
    ///
    /// They go to the server up to the last one that it has signed: behind that, nothing could be believed.
    pub fn handle_entries(&mut self, document: DocumentId, mut entries: Vec<Entry>) {
        let signed = entries.iter().rposition(|entry| !entry.signature.is_empty()).map_or(0, |last| last + 1);
        entries.truncate(signed);
        self.recovery_requests.recovered.insert(document, entries);
    }

    /// The store remembers these edits of this device: they wait again, in front of those that wait already, on the
    /// history that the server has now. It knows by their ids which of them it has.
    ///
    /// # Errors
    ///
    /// [`ReplicaError::Unreadable`] where the server's document cannot be read; nothing was changed then.
    pub fn handle_own(&mut self, document: DocumentId, own: Vec<OwnEdit>) -> Result<(), ReplicaError> {
        let Some(local) = self.documents.get_mut(&document) else { return Ok(()) };
        let Some(replacement) = local.replacement.take() else { return Ok(()) };
        local.replace(&self.identity, &replacement)?;
        let own_edit = |pending: &Pending| {
            let Submission { id, command, made_at, .. } = pending.submission.clone();
            OwnEdit { id, command, made_at }
        };
        let waiting: Vec<OwnEdit> = local.pending().map(own_edit).collect();
        let known: BTreeSet<CommandId> = waiting.iter().map(|edit| edit.id).collect();
        let shared = own.into_iter().filter(|edit| !known.contains(&edit.id));
        local.wait_again(shared.chain(waiting));
        let pending = local.pending().cloned().map(|pending| StoreOp::PutPending { document, pending });
        // One transaction: between the two the person's work would be nowhere.
        self.store.push(replacement.put(document));
        self.store.extend(pending);
        self.events.push_back(Event::DocumentChanged(document));
        self.recovery_requests.recovered.remove(&document);
        self.entries(document, replacement.position.generation, &replacement.tail)
    }

    /// The server has lost entries.
    pub(super) fn missing(&mut self, document: DocumentId, after: Position) {
        let Some(local) = self.documents.get(&document) else { return };
        if local.position().generation == after.generation && local.position() > after {
            self.recovery_requests.wanted.insert(document, StoreQuery::Entries { document, after, bytes: PAGE_BYTES });
        } else {
            self.recovery_requests.recovered.insert(document, Vec::new());
        }
    }

    /// The server's history is another one than this device's.
    pub(super) fn ask_own(&mut self, document: DocumentId, replacement: Replacement) -> Result<(), ReplicaError> {
        if let Some(local) = self.documents.get_mut(&document).filter(|local| !local.begins_anew()) {
            local.replacement = Some(replacement);
            self.recovery_requests.wanted.insert(document, StoreQuery::Own { document });
        }
        Ok(())
    }

    /// Joins a document anew whose next entry does not fit what was here: the log may be another history than that, which does
    /// not have what this device shared before.
    ///
    /// The store keeps what it has until the person's own edits are at hand.
    pub(super) fn begin_anew(&mut self, document: DocumentId) {
        let Some(local) = self.documents.get_mut(&document) else { return };
        local.replacement = Some(Replacement::with_genesis(document, local.kind));
        self.recovery_requests.wanted.insert(document, StoreQuery::Own { document });
    }

    /// Returns whether there are entries to bring to the server.
    pub fn has_entries_to_upload(&self) -> bool {
        !self.recovery_requests.recovered.is_empty()
    }

    /// The connection on which it was asked is gone; the server asks again. What begins anew was asked by nobody.
    pub(super) fn forget_store_queries(&mut self) {
        self.recovery_requests.wanted.clear();
        for (&document, local) in &mut self.documents {
            if local.begins_anew() {
                self.recovery_requests.wanted.insert(document, StoreQuery::Own { document });
            } else {
                local.replacement = None;
            }
        }
    }
}
