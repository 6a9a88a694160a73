//! A phone: the real [`Replica`] over a store that keeps only what it was told to keep.

use std::collections::BTreeMap;

use kring_domain::{CommandId, DocumentId, Timestamp};
use kring_sync::{
    Base, DeviceFrame, DeviceIdentity, EditState, Event, Member, Pending, Replica, ServerFrame, StoreOp, StoredDocument,
};

/// A phone that can lose its memory, but not its store.
pub struct Device {
    identity: DeviceIdentity,
    replica: Replica,
    stored: BTreeMap<DocumentId, StoredDocument>,
    members: Vec<Member>,
    settled: BTreeMap<(DocumentId, CommandId), EditState>,
    /// Edits for which `submit` has returned.
    promised: Vec<(DocumentId, CommandId)>,
    /// Whether there is a connection.
    pub connected: bool,
}

impl Device {
    /// A phone that has just been signed in.
    pub fn new(identity: DeviceIdentity) -> Self {
        Self {
            identity,
            replica: Replica::new(identity),
            stored: BTreeMap::new(),
            members: Vec::new(),
            settled: BTreeMap::new(),
            promised: Vec::new(),
            connected: false,
        }
    }

    /// Whose phone it is.
    pub fn identity(&self) -> DeviceIdentity {
        self.identity
    }

    /// The state machine inside.
    pub fn replica(&mut self) -> &mut Replica {
        &mut self.replica
    }

    /// What the store holds.
    pub fn stored(&self) -> &BTreeMap<DocumentId, StoredDocument> {
        &self.stored
    }

    /// The edits that have come to an end.
    pub fn settled(&self) -> &BTreeMap<(DocumentId, CommandId), EditState> {
        &self.settled
    }

    /// The edits the person was told are saved.
    pub fn promised(&self) -> &[(DocumentId, CommandId)] {
        &self.promised
    }

    /// The person makes an edit; true where it was taken and stored.
    pub fn submit(&mut self, document: DocumentId, id: CommandId, json: serde_json::Value, now: Timestamp) -> bool {
        let command = kring_domain::Command::parse(json).expect("the story makes commands of this version");
        if self.replica.submit(document, id, command, now).is_err() {
            return false;
        }
        self.keep();
        self.promised.push((document, id));
        true
    }

    /// A frame arrives; false where the connection must be closed over it.
    ///
    /// With `crash`, the phone loses its memory before what the frame brought is stored.
    pub fn receive(&mut self, frame: ServerFrame, now: Timestamp, crash: bool) -> bool {
        let fine = self.replica.handle_frame(frame, now).is_ok();
        if crash {
            self.crash();
        } else {
            self.keep();
        }
        fine && !crash
    }

    /// The frames to send now, and what the person is told.
    pub fn send(&mut self, now: Timestamp) -> (Vec<DeviceFrame>, Vec<Event>) {
        self.replica.handle_timeout(now);
        let frames = std::iter::from_fn(|| self.replica.poll_frame()).collect();
        let events = std::iter::from_fn(|| self.replica.poll_event()).collect();
        (frames, events)
    }

    /// The phone is switched off in the middle of things, and on again.
    pub fn crash(&mut self) {
        let stored = self.stored.values().cloned().collect();
        self.replica =
            Replica::restore(self.identity, stored, self.members.clone()).expect("what was stored can be read");
        self.connected = false;
    }

    fn keep(&mut self) {
        while let Some(batch) = self.replica.poll_store() {
            batch.into_iter().for_each(|op| self.apply(op));
            self.replica.handle_stored();
        }
    }

    fn apply(&mut self, op: StoreOp) {
        match op {
            StoreOp::PutDocument { document, kind, space, role, access, known } => {
                let fresh = || StoredDocument {
                    document,
                    kind,
                    space,
                    role,
                    access,
                    known,
                    base: Base::GENESIS,
                    snapshot: None,
                    tail: Vec::new(),
                    pending: Vec::new(),
                };
                let stored = self.stored.entry(document).or_insert_with(fresh);
                (stored.role, stored.access, stored.known) = (role, access, known);
            }
            StoreOp::PutBase { document, base, snapshot } => {
                let stored = self.document(document);
                (stored.base, stored.snapshot, stored.tail) = (base, snapshot, Vec::new());
            }
            StoreOp::Append { document, generation, entries } => {
                let stored = self.document(document);
                assert_eq!(stored.base.generation, generation, "entries follow their own generation");
                for (sequence, change) in entries {
                    assert_eq!(sequence, stored.base.sequence + 1, "entries are stored without gaps");
                    stored.base.sequence = sequence;
                    stored.tail.push(change);
                }
            }
            StoreOp::PutPending { document, pending } => self.document(document).pending.push(pending),
            StoreOp::Settle { document, edit } => {
                let waits = |pending: &Pending| pending.submission.id != edit.id;
                self.document(document).pending.retain(waits);
                let before = self.settled.insert((document, edit.id), edit.state);
                assert_eq!(before, None, "an edit ends once");
            }
            StoreOp::DropDocument { document } => {
                self.stored.remove(&document);
            }
            StoreOp::PutMembers(members) => self.members = members,
            StoreOp::PutSpaceName { .. } => {}
        }
    }

    fn document(&mut self, document: DocumentId) -> &mut StoredDocument {
        self.stored.get_mut(&document).expect("a document is put before anything is stored in it")
    }
}
