//! A device: the real [`Replica`] over a store that keeps only what it was told to keep.

use std::collections::BTreeMap;

use kring_domain::{Command, CommandId, DocumentId, Role, SpaceId, Timestamp};
use kring_sync::{
    Base, DeviceFrame, DeviceIdentity, EditState, Member, Pending, RawCommand, Replica, ServerFrame, SettledEdit,
    StoreOp, StoredDocument, Submission,
};
use serde_json::Value;

use crate::Broken;
use crate::story::Crash;

/// A device that can lose its memory, but not its store.
pub(crate) struct Device {
    identity: DeviceIdentity,
    replica: Replica,
    pub(crate) stored: BTreeMap<DocumentId, StoredDocument>,
    pub(crate) settled: BTreeMap<(DocumentId, CommandId), SettledEdit>,
    /// Bytes of documents that were stored since somebody last looked.
    pub(crate) written: Vec<(DocumentId, Vec<u8>)>,
    members: Vec<Member>,
    pub(crate) is_connected: bool,
    /// How far its clock is ahead, in milliseconds.
    pub(crate) skew: i64,
    broken: Broken,
}

impl Device {
    /// A device that has just been signed in.
    pub(crate) fn new(identity: DeviceIdentity, skew: i64, broken: Broken) -> Self {
        Self {
            identity,
            replica: Replica::new(identity),
            stored: BTreeMap::new(),
            settled: BTreeMap::new(),
            written: Vec::new(),
            members: Vec::new(),
            is_connected: false,
            skew,
            broken,
        }
    }

    pub(crate) fn identity(&self) -> DeviceIdentity {
        self.identity
    }

    pub(crate) fn replica(&mut self) -> &mut Replica {
        &mut self.replica
    }

    /// The person makes a space on this device, without a server.
    pub(crate) fn create_space(&mut self, space: SpaceId, role: Role) {
        self.replica.create_space(space, role);
        self.keep(None);
    }

    /// The edits in the store that wait.
    pub(crate) fn waiting(&self) -> BTreeMap<(DocumentId, CommandId), &Value> {
        let documents = self.stored.iter();
        let waiting =
            documents.flat_map(|(id, stored)| stored.pending.iter().map(|pending| (*id, &pending.submission)));
        waiting.map(|(document, submission)| ((document, submission.id), submission.command.value())).collect()
    }

    /// The time by this device's clock.
    fn clock(&self, now: Timestamp) -> Timestamp {
        Timestamp::from_millis(now.millis() + self.skew)
    }

    /// The person makes an edit; true where `submit` came back and said it is saved.
    pub(crate) fn submit(
        &mut self,
        document: DocumentId,
        id: CommandId,
        command: &Value,
        now: Timestamp,
        crash: Option<Crash>,
    ) -> bool {
        let Ok(command) = Command::parse(command.clone()) else { return false };
        if self.replica.submit(document, id, command, self.clock(now)).is_err() {
            return false;
        }
        self.keep(crash);
        crash.is_none()
    }

    /// An edit that a newer version of the app saved on this device before it was put back to this one.
    pub(crate) fn submit_unknown(&mut self, document: DocumentId, id: CommandId, command: Value) -> bool {
        let Some(base) = self.replica.cursor(document) else { return false };
        let heads = self.replica.base(document).map(|base| base.get_heads()).unwrap_or_default();
        let base = Base { generation: base.generation, sequence: base.sequence };
        let submission = Submission { id, base: Some(base), made_at: None, command: RawCommand::from_value(command) };
        let pending = Pending { submission, heads: heads.into_iter().map(|hash| hash.0).collect() };
        self.apply(StoreOp::PutPending { document, pending });
        self.crash();
        true
    }

    /// A frame arrives; false where the connection must be closed over it.
    pub(crate) fn receive(&mut self, frame: ServerFrame, now: Timestamp, crash: Option<Crash>) -> bool {
        let fine = self.replica.handle_frame(frame, self.clock(now)).is_ok();
        self.keep(crash);
        fine && crash.is_none()
    }

    /// The frames to send now.
    pub(crate) fn send(&mut self, now: Timestamp) -> Vec<DeviceFrame> {
        self.replica.handle_timeout(self.clock(now));
        while self.replica.poll_event().is_some() {}
        std::iter::from_fn(|| self.replica.poll_frame()).collect()
    }

    /// The device is switched off in the middle of things, and on again.
    pub(crate) fn crash(&mut self) {
        if self.broken == Broken::LosesEntries {
            self.stored.values_mut().for_each(|stored| drop(stored.tail.pop()));
        }
        let stored = self.stored.values().cloned().collect();
        self.replica =
            Replica::restore(self.identity, stored, self.members.clone()).expect("what was stored can be read");
        self.is_connected = false;
    }

    /// Stores what the replica wants stored, up to a crash.
    fn keep(&mut self, crash: Option<Crash>) {
        if crash != Some(Crash::BeforeStoring) {
            while let Some(batch) = self.replica.poll_store() {
                batch.into_iter().for_each(|op| self.apply(op));
                if crash.is_some() {
                    break;
                }
                self.replica.handle_stored();
            }
        }
        if crash.is_some() {
            self.crash();
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
                    chain: None,
                    snapshot: None,
                    tail: Vec::new(),
                    pending: Vec::new(),
                };
                let stored = self.stored.entry(document).or_insert_with(fresh);
                (stored.role, stored.access, stored.known) = (role, access, known);
            }
            StoreOp::PutBase { document, base, snapshot, chain } => {
                self.written.extend(snapshot.iter().map(|bytes| (document, bytes.clone())));
                let stored = self.document(document);
                (stored.base, stored.snapshot, stored.tail) = (base, snapshot, Vec::new());
                stored.chain = chain;
            }
            StoreOp::Fold { document, base, snapshot } => {
                self.written.push((document, snapshot.clone()));
                let stored = self.document(document);
                assert_eq!(stored.base, base, "what is folded is what is stored");
                (stored.snapshot, stored.tail) = (Some(snapshot), Vec::new());
            }
            StoreOp::Append { document, generation, entries, chain } => {
                self.written.extend(entries.iter().map(|entry| (document, entry.change.clone())));
                let stored = self.document(document);
                assert_eq!(stored.base.generation, generation, "entries follow their own generation");
                for entry in entries {
                    assert_eq!(entry.sequence, stored.base.sequence + 1, "entries are stored without gaps");
                    stored.base.sequence = entry.sequence;
                    stored.tail.push(entry.change);
                }
                stored.chain = chain;
            }
            StoreOp::PutPending { document, pending } => self.document(document).pending.push(pending),
            StoreOp::Settle { document, edit } => {
                let waits = |pending: &Pending| pending.submission.id != edit.id;
                self.document(document).pending.retain(waits);
                if self.broken == Broken::DropsTexts && matches!(edit.state, EditState::NotAccepted { .. }) {
                    return;
                }
                let before = self.settled.insert((document, edit.id), edit);
                assert!(before.is_none(), "an edit ends once");
            }
            // The model compares settled edits with what was written, so they keep their texts here.
            StoreOp::Erase { .. } => {}
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
