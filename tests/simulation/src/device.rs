//! A device: the real [`Replica`] over a store that keeps only what it was told to keep.

mod session;
mod store;

use std::collections::BTreeMap;

use kring_domain::{Command, CommandId, DocumentId, Role, SpaceId, Timestamp};
use kring_sync::{
    DeviceFrame, DeviceIdentity, Pending, Position, RawCommand, Replica, ServerFrame, StoreOp, StoreQuery, Submission,
};
use serde_json::Value;

use crate::Broken;
use crate::server::{Answer, Request};
use crate::story::Crash;
pub(crate) use session::Session;
pub(crate) use store::Store;

/// A device that can lose its memory, but not its store.
pub(crate) struct Device {
    identity: DeviceIdentity,
    replica: Replica,
    pub(crate) store: Store,
    pub(crate) is_connected: bool,
    /// How far its clock is ahead, in milliseconds.
    pub(crate) skew: i64,
    broken: Broken,
    /// True when it goes on from a copy of another device's store.
    is_copy: bool,
}

impl Device {
    /// A device with nothing on it.
    pub(crate) fn new(session: Session, skew: i64, broken: Broken) -> Self {
        let identity = session.identity;
        let replica = Replica::new(identity);
        let store = Store::new(session, broken);
        Self { identity, replica, store, is_connected: false, skew, broken, is_copy: false }
    }

    /// Another phone with a copy of a store.
    pub(crate) fn copied(&self, mut store: Store) -> Self {
        store.session.is_put_back();
        let identity = store.session.identity;
        let skew = self.skew;
        let broken = self.broken;
        let mut copy =
            Self { identity, replica: Replica::new(identity), store, is_connected: false, skew, broken, is_copy: true };
        copy.crash();
        copy
    }

    /// Returns what it has to ask for before it can speak with the server, and the time by its clock.
    pub(crate) fn request(&mut self, fresh: u64, now: Timestamp) -> Option<(Request, Timestamp)> {
        let request = self.store.session.request(fresh)?;
        Some((request, self.clock(now)))
    }

    /// The answer to that arrives.
    pub(crate) fn answered(&mut self, request: Request, answer: Answer, now: Timestamp) {
        let has_been_somebody = self.store.session.is_known();
        if self.store.session.answered(request, answer, now) {
            self.identity = self.store.session.identity;
            self.replica.adopt(self.identity);
            if has_been_somebody {
                self.is_copy = true;
                self.replica.catch_up_first();
            }
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
        self.store.waiting()
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
        let heads = self.replica.admitted(document).map(|base| base.get_heads()).unwrap_or_default();
        let base = Position { generation: base.generation, sequence: base.sequence };
        let submission = Submission { id, base: Some(base), made_at: None, command: RawCommand::from_value(command) };
        let pending = Pending { submission, heads: heads.into_iter().map(|hash| hash.0).collect() };
        self.store.apply(StoreOp::PutPending { document, pending });
        self.crash();
        true
    }

    /// A frame arrives; false where the connection must be closed over it.
    pub(crate) fn receive(&mut self, frame: ServerFrame, now: Timestamp, crash: Option<Crash>) -> bool {
        let is_fine = self.replica.handle_frame(frame, self.clock(now)).is_ok();
        let is_kept = self.keep(crash);
        is_fine && is_kept && crash.is_none()
    }

    /// The frames to send now.
    pub(crate) fn send(&mut self, now: Timestamp) -> Vec<DeviceFrame> {
        self.replica.handle_timeout(self.clock(now));
        while self.replica.poll_event().is_some() {}
        std::iter::from_fn(|| self.replica.poll_frame()).collect()
    }

    /// The device is switched off in the middle of things, and on again.
    pub(crate) fn crash(&mut self) {
        self.store.crash();
        self.replica = Replica::restore(self.identity, self.store.documents(), self.store.members())
            .expect("what was stored can be read");
        if self.is_copy {
            self.replica.catch_up_first();
        }
        self.is_connected = false;
    }

    /// Stores what the replica wants stored and answers what it asks of the store, up to a crash; false where the
    /// connection must be closed.
    fn keep(&mut self, crash: Option<Crash>) -> bool {
        let mut is_fine = true;
        loop {
            while let Some(batch) = self.replica.poll_store() {
                if crash != Some(Crash::BeforeStoring) {
                    batch.into_iter().for_each(|op| self.store.apply(op));
                }
                if crash.is_some() {
                    self.crash();
                    return false;
                }
                self.replica.handle_stored();
            }
            match self.replica.poll_store_query() {
                Some(query) => is_fine &= self.query(query),
                None => break,
            }
        }
        if crash.is_some() {
            self.crash();
        }
        is_fine
    }

    /// Hands the replica what it asks of the store.
    fn query(&mut self, query: StoreQuery) -> bool {
        match query {
            StoreQuery::Entries { document, after, .. } => {
                let entries = match self.broken {
                    Broken::KeepsNoEntries => Vec::new(),
                    _ => self.store.entries_after(document, after),
                };
                self.replica.handle_entries(document, entries);
                true
            }
            StoreQuery::Own { document } => {
                let own = match self.broken {
                    Broken::ForgetsOwnEdits => Vec::new(),
                    _ => self.store.own_edits(document),
                };
                self.replica.handle_own(document, own).is_ok()
            }
        }
    }
}
