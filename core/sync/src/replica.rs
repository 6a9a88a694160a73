//! The device's half: what was admitted, what waits, and what the person sees.
//!
//! A [`Replica`] holds every document of one person on one device. The shell around it (a phone's store and socket,
//! or a simulation) drains it in this order after every call: [`Replica::poll_store`] into durable storage, then
//! [`Replica::handle_stored`], then answer [`Replica::poll_store_query`] from the store, then [`Replica::poll_frame`] and
//! [`Replica::poll_event`]. Nothing is sent or told before what came earlier is durable.

mod clocks;
mod document;
mod event;
mod execute;
mod inbox;
mod limits;
mod paged_welcome;
mod permission;
mod reading;
mod recovery_requests;
mod revoked_edits;
mod store_op;

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use automerge::Automerge;
use kring_domain::{
    Access, Command, CommandId, DeviceId, DocumentId, DocumentKind, PersonId, Refusal, RefusalCode, Role, SpaceId,
    Timestamp,
};
use thiserror::Error;

use crate::{Cursor, DeviceFrame, Member, Position};

pub use clocks::Clock;
use document::LocalDocument;
pub use event::Event;
use paged_welcome::PagedWelcome;
pub use permission::Permission;
pub use recovery_requests::{OwnEdit, StoreQuery};
use recovery_requests::{RecoveryRequests, Replacement};
use revoked_edits::RevokedEdits;
pub use store_op::{EditState, Pending, SettledEdit, StoreOp, StoredDocument};

/// The time that a device waits before it sends again what came too fast, in milliseconds.
const RETRY_AFTER_MS: i64 = 1000;

/// How far the instants of edits that were made at once may run ahead of the clock, in milliseconds.
const SAME_BURST_MS: i64 = 1000;

/// The owner of the device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DeviceIdentity {
    /// The device.
    pub device: DeviceId,
    /// The person it belongs to.
    pub person: PersonId,
}

/// The server sent something that cannot be: close the connection and join again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum ReplicaError {
    /// Bytes that are no document or no change.
    #[error("the server sent a document that cannot be read")]
    Unreadable,
    /// More, or further on, than any honest server comes to.
    #[error("the server sent what cannot be")]
    Impossible,
    /// Entries that do not follow what the device has.
    #[error("the server left out entries")]
    Gap,
    /// What the device itself had stored cannot be read.
    #[error("a stored document cannot be read")]
    Damaged,
}

/// Everything one device of one person holds.
pub struct Replica {
    identity: DeviceIdentity,
    documents: BTreeMap<DocumentId, LocalDocument>,
    members: Vec<Member>,
    revoked_edits: RevokedEdits,
    greeting: Option<DeviceFrame>,
    /// The number of the last ping that waits for an answer.
    ping: Option<u64>,
    /// The app, as greetings name it.
    app: String,
    /// The content that the pages of a welcome have told so far, where more is to come.
    paged_welcome: Option<PagedWelcome>,
    connected: bool,
    /// True when another device may have shared what waits here.
    catches_up_first: bool,
    /// True when the server has said how far each document is, since there is a connection.
    welcomed: bool,
    /// True when the server has said that it reads packed frames, since there is a connection.
    packs: bool,
    retry_at: Option<Timestamp>,
    /// What is known about the time.
    clock: Clock,
    store: Vec<StoreOp>,
    storing: bool,
    recovery_requests: RecoveryRequests,
    events: VecDeque<Event>,
}

impl Replica {
    /// A device that holds nothing yet.
    pub fn new(identity: DeviceIdentity) -> Self {
        Self {
            identity,
            documents: BTreeMap::new(),
            members: Vec::new(),
            revoked_edits: RevokedEdits::default(),
            greeting: None,
            ping: None,
            app: String::new(),
            paged_welcome: None,
            connected: false,
            catches_up_first: false,
            welcomed: false,
            packs: false,
            retry_at: None,
            clock: Clock::default(),
            store: Vec::new(),
            storing: false,
            recovery_requests: RecoveryRequests::default(),
            events: VecDeque::new(),
        }
    }

    /// A device as its store kept it.
    ///
    /// # Errors
    ///
    /// [`ReplicaError::Damaged`] when a stored document cannot be read.
    pub fn restore(
        identity: DeviceIdentity,
        stored: Vec<StoredDocument>,
        members: Vec<Member>,
    ) -> Result<Self, ReplicaError> {
        let mut replica = Self::new(identity);
        for document in stored {
            replica.documents.insert(document.document, LocalDocument::restore(&identity, document)?);
        }
        replica.members = members;
        replica.find_clients();
        Ok(replica)
    }

    /// Notes which documents are in a space that has a client.
    fn find_clients(&mut self) {
        let clients = self.members.iter().filter(|member| member.role == Role::Client);
        let spaces: BTreeSet<SpaceId> = clients.map(|member| member.space).collect();
        self.documents.values_mut().for_each(|local| local.note_client(spaces.contains(&local.space)));
    }

    /// Returns whose device this is.
    pub fn identity(&self) -> DeviceIdentity {
        self.identity
    }

    /// Takes over the identity the server knows this device by; what waits is made anew under it.
    pub fn adopt(&mut self, identity: DeviceIdentity) {
        self.identity = identity;
        self.documents.values_mut().for_each(LocalDocument::forget_view);
    }

    /// Says that this device goes on from what another one was, which may live on: of what waits here, that one may have shared
    /// a part. It sends nothing of a document before it has all that the server has of it.
    pub fn catch_up_first(&mut self) {
        self.catches_up_first = true;
    }

    /// Makes the documents of a new space on this device, without a server.
    pub fn create_space(&mut self, space: SpaceId, role: Role) {
        for &kind in DocumentKind::ALL {
            let access = kind.access(role);
            let id = DocumentId::derive(space, kind);
            if access >= Access::Read && !self.documents.contains_key(&id) {
                let local = LocalDocument::new(id, (kind, space), (role, access), false);
                self.store.push(local.put(id));
                self.documents.insert(id, local);
            }
        }
        self.events.push_back(Event::DocumentsChanged);
    }

    /// The documents on this device: id, kind, space, role and access.
    pub fn documents(&self) -> impl Iterator<Item = (DocumentId, DocumentKind, SpaceId, Role, Access)> + '_ {
        self.documents.iter().map(|(id, local)| (*id, local.kind, local.space, local.role, local.access))
    }

    /// The documents on this device that the server knows.
    pub fn known_documents(&self) -> impl Iterator<Item = DocumentId> + '_ {
        self.documents.iter().filter(|(_, local)| local.known).map(|(id, _)| *id)
    }

    /// The people in the spaces of this device.
    pub fn members(&self) -> &[Member] {
        &self.members
    }

    /// Returns how far a document is: the last entry in its base.
    pub fn cursor(&self, document: DocumentId) -> Option<Cursor> {
        self.documents.get(&document).map(|local| local.cursor(document))
    }

    /// The admitted history of a document alone, without what waits.
    pub fn admitted(&self, document: DocumentId) -> Option<&Automerge> {
        self.documents.get(&document).map(LocalDocument::admitted)
    }

    /// Returns what the person sees: admitted history with their own waiting edits on top.
    pub fn view(&mut self, document: DocumentId) -> Option<&Automerge> {
        self.documents.get_mut(&document).map(|local| local.view(&self.identity, self.clock.server_time))
    }

    /// The edits of a document that wait for the server, in the order in which they were made.
    pub fn pending(&self, document: DocumentId) -> impl Iterator<Item = &Pending> + '_ {
        self.documents.get(&document).into_iter().flat_map(LocalDocument::pending)
    }

    /// Takes an edit: it shows at once, and is sent when it is stored and there is a connection.
    ///
    /// `id` is new and random, `now` the device's clock.
    ///
    /// # Errors
    ///
    /// The refusal, where the device can tell already that the server would refuse; nothing is kept then.
    pub fn submit(
        &mut self,
        document: DocumentId,
        id: CommandId,
        command: Command,
        now: Timestamp,
    ) -> Result<(), Refusal> {
        self.permission(document, &command)?;
        let now = self.corrected(now);
        let Some(local) = self.documents.get_mut(&document) else { return Err(Refusal::new(RefusalCode::NotFound)) };
        let now = behind(local.pending().last(), now);
        let pending = local.push(&self.identity, id, &command, now, self.clock.server_time);
        self.store.push(StoreOp::PutPending { document, pending });
        self.events.push_back(Event::DocumentChanged(document));
        Ok(())
    }

    /// A connection is there: greets the server, and sends what waits once the server has answered.
    ///
    /// Where a document has begun a new generation meanwhile, this device takes that over before it sends anything:
    /// what was erased is gone here before an edit from then can reach anybody. A round of sync that has no
    /// connection greets again before each round, without [`Self::handle_disconnected`] in between.
    pub fn handle_connected(&mut self, app: &str) {
        app.clone_into(&mut self.app);
        self.paged_welcome = None;
        self.greeting = Some(self.hello(None));
        self.connected = true;
        self.retry_at = None;
        self.forget_store_queries();
        self.documents.values_mut().for_each(LocalDocument::unsend);
        self.revoked_edits.unsend();
    }

    /// The connection is gone; everything resumes at the next one.
    pub fn handle_disconnected(&mut self) {
        self.greeting = None;
        self.ping = None;
        self.paged_welcome = None;
        self.connected = false;
        self.forget_store_queries();
        self.welcomed = false;
        self.packs = false;
        self.documents.values_mut().for_each(|local| local.awaits(Position::GENESIS, false));
    }

    /// The instant that [`Self::poll_timeout`] asked for has come.
    pub fn handle_timeout(&mut self, now: Timestamp) {
        if self.retry_at.is_some_and(|at| at <= now) {
            self.retry_at = None;
        }
    }

    /// What [`Self::poll_store`] handed out is durable.
    pub fn handle_stored(&mut self) {
        self.storing = false;
    }

    /// Returns what must be stored next, as one transaction; answer with [`Self::handle_stored`].
    pub fn poll_store(&mut self) -> Option<Vec<StoreOp>> {
        if self.storing || self.store.is_empty() {
            return None;
        }
        self.storing = true;
        Some(std::mem::take(&mut self.store))
    }

    /// The next frame to send, packed where the server reads that.
    pub fn poll_frame(&mut self) -> Option<DeviceFrame> {
        let packs = self.packs;
        self.next_frame().map(|frame| if packs { frame.packed() } else { frame })
    }

    fn next_frame(&mut self) -> Option<DeviceFrame> {
        if !self.connected || !self.is_settled() {
            return None;
        }
        if let Some(greeting) = self.greeting.take() {
            return Some(greeting);
        }
        if let Some(n) = self.ping.take() {
            return Some(DeviceFrame::Pong { n });
        }
        if let Some(recovered) = self.recovery_requests.poll_recovered() {
            return Some(recovered);
        }
        if !self.welcomed || self.retry_at.is_some() {
            return None;
        }
        let next = self.documents.iter_mut().find_map(|(id, local)| {
            let commands = local.take_unsent();
            (!commands.is_empty()).then_some(DeviceFrame::Submit { document: *id, commands })
        });
        next.or_else(|| self.revoked_edits.take_unsent())
    }

    /// The next thing to tell the person.
    pub fn poll_event(&mut self) -> Option<Event> {
        if self.is_settled() { self.events.pop_front() } else { None }
    }

    /// When [`Self::handle_timeout`] should be called.
    pub fn poll_timeout(&self) -> Option<Timestamp> {
        self.retry_at
    }

    /// Returns whether every edit of this device has been answered.
    pub fn is_quiet(&self) -> bool {
        self.revoked_edits.is_empty() && self.documents.values().all(|local| local.pending().next().is_none())
    }

    /// Returns whether everything so far is durable.
    fn is_settled(&self) -> bool {
        !self.storing && self.store.is_empty()
    }
}

/// The instant of a new edit: behind the one before it, also where both were made within one tick of the clock.
///
/// What was made first comes first wherever instants decide. A clock that was set back is believed.
fn behind(last: Option<&Pending>, now: Timestamp) -> Timestamp {
    let last = last.and_then(|pending| pending.submission.made_at).map(Timestamp::millis);
    let tick = last.filter(|last| (0..SAME_BURST_MS).contains(&(last - now.millis())));
    tick.map_or(now, |last| Timestamp::from_millis(last + 1))
}
