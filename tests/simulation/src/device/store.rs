//! A device's store in memory, as a phone's file keeps it.

use std::collections::BTreeMap;

use kring_domain::{CommandId, DocumentId, RefusalCode, mentions, outline};
use kring_sync::{
    EditState, Entry, Member, OwnEdit, Pending, Position, RawCommand, SettledEdit, StoreOp, StoredDocument,
};
use serde_json::Value;
use uuid::Uuid;

use super::Session;
use crate::Broken;

type Key = (DocumentId, CommandId);

/// A store that does what it is told.
#[derive(Clone)]
pub(crate) struct Store {
    /// How the device stands with the server.
    pub(crate) session: Session,
    documents: BTreeMap<DocumentId, StoredDocument>,
    /// The entries as they came, behind the snapshot that the document was joined at.
    entries: BTreeMap<DocumentId, Vec<Entry>>,
    /// What has ended, with what was written: the model compares it, so texts stay also where a phone erases them.
    pub(crate) settled: BTreeMap<Key, SettledEdit>,
    /// The edits that were shared, of documents that are still here; whether nothing but an outline of it is left.
    shared: BTreeMap<Key, bool>,
    /// The order in which edits were made.
    numbers: BTreeMap<Key, usize>,
    members: Vec<Member>,
    /// Bytes of documents that were stored since somebody last looked.
    pub(crate) written: Vec<(DocumentId, Vec<u8>)>,
    broken: Broken,
}

impl Store {
    pub(crate) fn new(session: Session, broken: Broken) -> Self {
        Self {
            session,
            documents: BTreeMap::new(),
            entries: BTreeMap::new(),
            settled: BTreeMap::new(),
            shared: BTreeMap::new(),
            numbers: BTreeMap::new(),
            members: Vec::new(),
            written: Vec::new(),
            broken,
        }
    }

    pub(crate) fn documents(&self) -> Vec<StoredDocument> {
        self.documents.values().cloned().collect()
    }

    pub(crate) fn members(&self) -> Vec<Member> {
        self.members.clone()
    }

    /// The edits that wait.
    pub(crate) fn waiting(&self) -> BTreeMap<Key, &Value> {
        let documents = self.documents.iter();
        let waiting =
            documents.flat_map(|(id, stored)| stored.pending.iter().map(|pending| (*id, &pending.submission)));
        waiting.map(|(document, submission)| ((document, submission.id), submission.command.value())).collect()
    }

    /// The edits that were shared, of documents that are still here.
    pub(crate) fn shared(&self) -> BTreeMap<Key, &EditState> {
        self.shared.keys().filter_map(|key| Some((*key, &self.settled.get(key)?.state))).collect()
    }

    /// The first of the entries that are kept, of a document that is at `position`.
    pub(crate) fn first_kept(&self, document: DocumentId, position: Position) -> u64 {
        let first = self.entries.get(&document).and_then(|entries| entries.first());
        first.map_or(position.sequence + 1, |first| first.sequence)
    }

    /// The kept entries that follow a place without a gap.
    pub(super) fn entries_after(&self, document: DocumentId, after: Position) -> Vec<Entry> {
        let behind = self.entries.get(&document).into_iter().flatten().filter(|entry| entry.sequence > after.sequence);
        let unbroken = behind.zip(after.sequence + 1..).take_while(|(entry, expected)| entry.sequence == *expected);
        unbroken.map(|(entry, _)| entry.clone()).collect()
    }

    /// The edits of a document that were shared, in the order in which they were made.
    pub(super) fn own_edits(&self, document: DocumentId) -> Vec<OwnEdit> {
        let mut own: Vec<_> = self.shared.iter().filter(|(key, _)| key.0 == document).collect();
        own.sort_by_key(|(key, _)| self.numbers.get(key));
        let edit = |(key, is_outline): (&Key, &bool)| {
            let SettledEdit { id, command, made_at, .. } = self.settled[key].clone();
            let command = if *is_outline { RawCommand::from_value(outline(command.value())) } else { command };
            OwnEdit { id, command, made_at }
        };
        own.into_iter().map(edit).collect()
    }

    /// The device dies.
    pub(super) fn crash(&mut self) {
        if self.broken == Broken::LosesEntries {
            self.documents.values_mut().for_each(|stored| drop(stored.tail.pop()));
        }
    }

    pub(super) fn apply(&mut self, op: StoreOp) {
        match op {
            StoreOp::PutDocument { document, kind, space, role, access, known } => {
                let fresh = || StoredDocument {
                    document,
                    kind,
                    space,
                    role,
                    access,
                    known,
                    position: Position::GENESIS,
                    chain_hash: None,
                    snapshot: None,
                    tail: Vec::new(),
                    pending: Vec::new(),
                };
                let stored = self.documents.entry(document).or_insert_with(fresh);
                (stored.role, stored.access, stored.known) = (role, access, known);
            }
            StoreOp::PutSnapshot { document, position, snapshot, chain_hash } => {
                self.written.extend(snapshot.iter().map(|bytes| (document, bytes.clone())));
                self.entries.remove(&document);
                let stored = self.document(document);
                (stored.position, stored.snapshot, stored.tail) = (position, snapshot, Vec::new());
                stored.chain_hash = chain_hash;
            }
            StoreOp::Fold { document, position, snapshot } => {
                self.written.push((document, snapshot.clone()));
                let stored = self.document(document);
                assert_eq!(stored.position, position, "what is folded is what is stored");
                (stored.snapshot, stored.tail) = (Some(snapshot), Vec::new());
            }
            StoreOp::Append { document, generation, entries, chain_hash } => {
                self.written.extend(entries.iter().map(|entry| (document, entry.change.clone())));
                self.entries.entry(document).or_default().extend(entries.iter().cloned());
                let stored = self.document(document);
                assert_eq!(stored.position.generation, generation, "entries follow their own generation");
                for entry in entries {
                    assert_eq!(entry.sequence, stored.position.sequence + 1, "entries are stored without gaps");
                    stored.position.sequence = entry.sequence;
                    stored.tail.push(entry.change);
                }
                stored.chain_hash = chain_hash;
            }
            StoreOp::PutPending { document, pending } => self.wait(document, pending),
            StoreOp::Settle { document, edit } => self.settle(document, edit),
            StoreOp::Erase { document, things } => self.erase(document, &things),
            StoreOp::DropDocument { document } => {
                self.documents.remove(&document);
                self.entries.remove(&document);
                self.shared.retain(|key, _| key.0 != document);
            }
            StoreOp::PutMembers(members) => self.members = members,
            StoreOp::PutSpaceName { .. } => {}
        }
    }

    /// An edit waits, in its old place where it was settled before.
    fn wait(&mut self, document: DocumentId, pending: Pending) {
        let key = |pending: &Pending| (document, pending.submission.id);
        let id = key(&pending);
        let next = self.numbers.len();
        self.numbers.entry(id).or_insert(next);
        self.settled.remove(&id);
        self.shared.remove(&id);
        let stored = self.documents.get_mut(&document).expect("a document is put before anything is stored in it");
        stored.pending.retain(|other| key(other) != id);
        stored.pending.push(pending);
        stored.pending.sort_by_key(|pending| self.numbers.get(&key(pending)));
    }

    fn settle(&mut self, document: DocumentId, edit: SettledEdit) {
        let key = (document, edit.id);
        let waits = |pending: &Pending| pending.submission.id != edit.id;
        // What was offered once more after the document was dropped waits in no document.
        self.documents.get_mut(&document).into_iter().for_each(|stored| stored.pending.retain(waits));
        if self.broken == Broken::DropsTexts && matches!(edit.state, EditState::NotAccepted { .. }) {
            return;
        }
        if matches!(edit.state, EditState::Shared { .. }) && self.documents.contains_key(&document) {
            self.shared.insert(key, false);
        }
        let before = self.settled.insert(key, edit).map(|edit| edit.state);
        let is_revoked = matches!(before, Some(EditState::NotAccepted { code: RefusalCode::Revoked, .. }));
        assert!(before.is_none() || is_revoked, "an edit ends once");
    }

    /// What names one of these is kept as an outline where it was shared; what was held has nobody to judge it.
    fn erase(&mut self, document: DocumentId, things: &[Uuid]) {
        let about = |edit: &SettledEdit| things.iter().any(|thing| mentions(edit.command.value(), *thing));
        for (key, edit) in self.settled.iter_mut().filter(|(key, edit)| key.0 == document && about(edit)) {
            self.shared.entry(*key).and_modify(|is_outline| *is_outline = true);
            if matches!(edit.state, EditState::Held { .. }) {
                edit.state = EditState::not_accepted(RefusalCode::NotFound);
            }
        }
    }

    fn document(&mut self, document: DocumentId) -> &mut StoredDocument {
        self.documents.get_mut(&document).expect("a document is put before anything is stored in it")
    }
}
