//! The hub: who is connected, and who reads which document.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::body::Bytes;
use kring_domain::{DeviceId, DocumentId, DocumentKind, PersonId, SpaceId};
use tokio::sync::{Notify, Semaphore, SemaphorePermit};
use uuid::Uuid;

use super::connection::{Broadcast, Closing, Connection, Item};
use super::rates::Rates;

/// Every connection of this server; clones share it.
#[derive(Clone, Debug, Default)]
pub struct Hub {
    registry: Arc<Mutex<Registry>>,
    rates: Arc<Rates>,
    read_permits: Arc<ReadPermits>,
    left: Arc<Notify>,
}

/// The most connections that read from the database at once.
const MAX_READERS: usize = 4;

#[derive(Debug)]
struct ReadPermits(Semaphore);

impl Default for ReadPermits {
    fn default() -> Self {
        Self(Semaphore::new(MAX_READERS))
    }
}

#[derive(Debug, Default)]
struct Registry {
    connections: HashMap<u64, Registered>,
    readers: HashMap<DocumentId, Vec<Arc<Connection>>>,
    last_number: u64,
    /// Grows whenever rights have changed in any space.
    rights: u64,
}

/// A connection and the documents it was subscribed to, if only for a while.
#[derive(Debug)]
struct Registered {
    connection: Arc<Connection>,
    /// In order.
    documents: Vec<DocumentId>,
}

impl Hub {
    /// A hub with nobody there, and the usual limits.
    pub fn new() -> Self {
        Self::default()
    }

    /// A hub with nobody there, where a device may send `per_second` commands in the long run and `burst` at once.
    pub fn with_rate(per_second: u32, burst: u32) -> Self {
        Self { rates: Arc::new(Rates::new(per_second, burst)), ..Self::default() }
    }

    /// Takes a person out of a space, now: their devices are told and their connections closed.
    pub fn person_left(&self, space: SpaceId, person: PersonId) {
        let mut registry = self.lock();
        registry.unsubscribe_space(space, |connection| connection.person == person);
        registry.each(|connection| connection.person == person, |connection| connection.leave(space));
    }

    /// Closes the connections of a device that was revoked.
    pub fn device_revoked(&self, device: DeviceId) {
        self.lock().each(|connection| connection.device == device, |connection| connection.close(Closing::Ended));
    }

    /// Closes the connections of a sign-in that has ended.
    pub fn sign_in_ended(&self, sign_in: Uuid) {
        self.lock().each(|connection| connection.sign_in == sign_in, |connection| connection.close(Closing::Ended));
    }

    /// Has a person's devices look again at which spaces they are in.
    pub fn membership_changed(&self, person: PersonId) {
        self.lock().each(|connection| connection.person == person, Connection::refresh);
    }

    /// Has everybody in a space look again at what they may read, because consents have changed.
    ///
    /// Until they have, nobody is told of new entries in a document that a consent can open: whoever still may read
    /// it catches up, and nobody else is sent a byte that came after.
    pub(crate) fn rights_changed(&self, space: SpaceId) {
        let mut registry = self.lock();
        registry.rights += 1;
        for &kind in DocumentKind::ALL {
            let document = DocumentId::derive(space, kind);
            registry.readers.get(&document).into_iter().flatten().for_each(|reader| reader.refresh());
            if kind.asks_consent() {
                registry.remove_readers(document, |_| true);
            }
        }
    }

    /// A number that grows whenever rights have changed in any space.
    pub(crate) fn rights(&self) -> u64 {
        self.lock().rights
    }

    /// Takes everybody out of a space that was deleted, also those who read nothing in it.
    pub fn space_deleted(&self, space: SpaceId, people: &[PersonId]) {
        people.iter().for_each(|person| self.person_left(space, *person));
    }

    /// Closes every connection, because the server shuts down.
    pub fn shut_down(&self) {
        self.lock().each(|_| true, |connection| connection.close(Closing::Shutdown));
    }

    /// Returns how many devices are connected.
    pub fn connections(&self) -> usize {
        self.lock().connections.len()
    }

    /// Registers a device that has connected; it reads nothing yet.
    pub(crate) fn connect(&self, person: PersonId, device: DeviceId, sign_in: Uuid) -> Connected {
        let mut registry = self.lock();
        registry.last_number += 1;
        let connection = Arc::new(Connection::new(registry.last_number, person, device, sign_in));
        let registered = Registered { connection: connection.clone(), documents: Vec::new() };
        registry.connections.insert(connection.number, registered);
        Connected { hub: self.clone(), connection }
    }

    /// Has a connection told of every new entry of these documents from now on, as long as it is registered.
    pub(crate) fn subscribe(&self, connection: &Arc<Connection>, documents: impl Iterator<Item = DocumentId>) {
        let mut registry = self.lock();
        let Registry { connections, readers, .. } = &mut *registry;
        let Some(registered) = connections.get_mut(&connection.number) else { return };
        for document in documents {
            let readers = readers.entry(document).or_default();
            if !readers.iter().any(|reader| reader.number == connection.number) {
                readers.push(connection.clone());
            }
            if let Err(index) = registered.documents.binary_search(&document) {
                registered.documents.insert(index, document);
            }
        }
    }

    /// Has a connection told no more of these documents.
    pub(crate) fn unsubscribe(&self, connection: &Connection, documents: impl Iterator<Item = DocumentId>) {
        let mut registry = self.lock();
        for document in documents {
            registry.remove_readers(document, |reader| reader.number == connection.number);
        }
    }

    /// Sends new entries, which are durable, to everybody who reads the document.
    pub(crate) fn fan_out(&self, broadcast: &Arc<Broadcast>) {
        if let Some(readers) = self.lock().readers.get(&broadcast.document) {
            readers.iter().for_each(|reader| reader.push(Item::Broadcast(broadcast.clone())));
        }
    }

    /// Passes on to the other readers of a document something that nobody misses.
    pub(crate) fn relay(&self, document: DocumentId, from: &Connection, frame: &Bytes) {
        if let Some(readers) = self.lock().readers.get(&document) {
            let others = readers.iter().filter(|reader| reader.number != from.number);
            others.for_each(|reader| reader.push_idly(frame.clone()));
        }
    }

    /// Takes up to `wanted` commands out of what the device may still send, and says how many there were.
    pub(crate) fn allowance(&self, device: DeviceId, wanted: usize) -> usize {
        self.rates.take(device, wanted)
    }

    /// Takes what commands of a device took beyond their price out of what it may still send.
    pub(crate) fn charge(&self, device: DeviceId, commands: usize, took: Duration) {
        self.rates.charge(device, commands, took);
    }

    /// Waits for a turn to read from the database; a crowd that comes at once would otherwise take a connection to
    /// it each.
    pub(crate) async fn read_permit(&self) -> Option<SemaphorePermit<'_>> {
        self.read_permits.0.acquire().await.ok()
    }

    /// Returns when a connection has ended since this was last asked.
    pub(crate) async fn somebody_left(&self) {
        self.left.notified().await;
    }

    fn disconnect(&self, connection: &Connection) {
        self.left.notify_one();
        let mut registry = self.lock();
        let registered = registry.connections.remove(&connection.number);
        for document in registered.map(|registered| registered.documents).unwrap_or_default() {
            registry.remove_readers(document, |reader| reader.number == connection.number);
        }
        let used = registry.connections.len();
        let kept = registry.connections.capacity();
        if kept > 1024 && used < kept / 4 {
            registry.connections.shrink_to(used * 2);
            registry.readers.shrink_to(used * 2);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Registry> {
        self.registry.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Registry {
    fn each(&self, which: impl Fn(&Connection) -> bool, act: impl Fn(&Connection)) {
        let all = self.connections.values().map(|registered| registered.connection.as_ref());
        all.filter(|connection| which(connection)).for_each(act);
    }

    /// Takes readers off the documents of a space and returns them, once for each document.
    fn unsubscribe_space(&mut self, space: SpaceId, which: impl Fn(&Connection) -> bool) -> Vec<Arc<Connection>> {
        let documents = DocumentKind::ALL.iter().map(|kind| DocumentId::derive(space, *kind));
        documents.flat_map(|document| self.remove_readers(document, &which)).collect()
    }

    fn remove_readers(&mut self, document: DocumentId, which: impl Fn(&Connection) -> bool) -> Vec<Arc<Connection>> {
        let Some(readers) = self.readers.get_mut(&document) else { return Vec::new() };
        let removed = readers.extract_if(.., |reader| which(reader)).collect();
        if readers.is_empty() {
            self.readers.remove(&document);
        }
        removed
    }
}

/// A registered connection, until it is dropped.
#[derive(Debug)]
pub(crate) struct Connected {
    hub: Hub,
    pub(crate) connection: Arc<Connection>,
}

impl Connected {
    /// Takes the connection off the register before the end.
    pub(crate) fn end(&self) {
        self.hub.disconnect(&self.connection);
    }
}

impl Drop for Connected {
    fn drop(&mut self) {
        self.end();
    }
}
