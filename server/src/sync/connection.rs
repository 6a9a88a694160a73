//! One connected device, as the rest of the server sees it: a bounded queue of what to send, and orders to go.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use axum::body::Bytes;
use kring_domain::{DeviceId, DocumentId, PersonId, SpaceId};
use kring_sync::{Entry, Position, pack, pack_entries};
use tokio::sync::Notify;
use uuid::Uuid;

use crate::auth::Caller;

/// The most frames that wait for a device; on a slow machine each slice of a long batch is one.
const MAX_WAITING: usize = 1024;

/// When this many bytes wait for a device, not even one more frame does.
const MAX_WAITING_BYTES: usize = 1 << 20;

/// Shorter frames of entries are sent as they are stored.
const MIN_PACKED_BYTES: usize = 1024;

/// Why the server ends a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Closing {
    /// The server shuts down.
    Shutdown,
    /// What the device sent could not be made durable.
    Unavailable,
    /// The device was signed out.
    Ended,
    /// The person is no longer in a space.
    Removed,
    /// The device does not read what it is sent.
    SlowReader,
}

/// New entries of a document, encoded once for all who read it.
#[derive(Debug)]
pub(crate) struct Broadcast {
    pub(crate) document: DocumentId,
    pub(crate) generation: u64,
    /// The first and the last entry in the frame.
    pub(crate) first: u64,
    pub(crate) last: u64,
    pub(crate) frame: Bytes,
    /// The same for devices that read packed frames; made when the first is sent it.
    packed: OnceLock<Bytes>,
    entries: Vec<Entry>,
}

impl Broadcast {
    /// The entries of one round, in order; none where a generation begins, and its start is the place.
    pub(crate) fn new(document: DocumentId, generation: u64, entries: Vec<Entry>, frame: Bytes) -> Self {
        let first = entries.first().map_or(0, |entry| entry.sequence);
        let last = entries.last().map_or(0, |entry| entry.sequence);
        Self { document, generation, first, last, frame, packed: OnceLock::new(), entries }
    }

    /// The frame for a device, which reads packed ones or not.
    pub(crate) fn frame(&self, packs: bool) -> Bytes {
        if !packs || self.frame.len() < MIN_PACKED_BYTES {
            return self.frame.clone();
        }
        let pack = || pack_entries(self.document, self.generation, &self.entries).into();
        self.packed.get_or_init(pack).clone()
    }

    /// Returns how far a device is that has these entries.
    pub(crate) fn reached(&self) -> Position {
        Position { generation: self.generation, sequence: self.last }
    }
}

/// Something to send.
#[derive(Clone, Debug)]
pub(crate) enum Item {
    /// Entries, to be left out where the device has them already.
    Broadcast(Arc<Broadcast>),
    /// Any other frame.
    Frame(Bytes),
}

impl Item {
    fn size(&self) -> usize {
        match self {
            Self::Broadcast(broadcast) => broadcast.frame.len(),
            Self::Frame(frame) => frame.len(),
        }
    }
}

/// What has come up for a device since it was last asked.
#[derive(Debug, Default)]
pub(crate) struct Outbox {
    pub(crate) items: Vec<Item>,
    bytes: usize,
    /// The spaces the person was removed from.
    pub(crate) left: Vec<SpaceId>,
    /// True when the person's memberships have changed.
    pub(crate) is_stale: bool,
    /// The connection is to be closed.
    pub(crate) closing: Option<Closing>,
}

/// A connected device.
#[derive(Debug)]
pub(crate) struct Connection {
    pub(crate) number: u64,
    pub(crate) person: PersonId,
    pub(crate) device: DeviceId,
    pub(crate) sign_in: Uuid,
    /// True when the device reads packed frames.
    packs: AtomicBool,
    outbox: Mutex<Outbox>,
    wake: Notify,
}

impl Connection {
    pub(crate) fn new(number: u64, person: PersonId, device: DeviceId, sign_in: Uuid) -> Self {
        Self {
            number,
            person,
            device,
            sign_in,
            packs: AtomicBool::new(false),
            outbox: Mutex::default(),
            wake: Notify::new(),
        }
    }

    /// Returns whose connection it is.
    pub(crate) fn caller(&self) -> Caller {
        Caller { person: self.person, device: self.device, sign_in: self.sign_in }
    }

    /// Notes whether the device reads packed frames.
    pub(crate) fn set_packs(&self, packs: bool) {
        self.packs.store(packs, Ordering::Release);
    }

    /// Returns whether the device reads packed frames.
    pub(crate) fn packs(&self) -> bool {
        self.packs.load(Ordering::Acquire)
    }

    /// An encoded frame as the device is sent it.
    pub(crate) fn packed(&self, frame: Vec<u8>) -> Bytes {
        if self.packs() { pack(frame).into() } else { frame.into() }
    }

    /// Queues something to send; a device that lets too much wait is to be closed.
    pub(crate) fn push(&self, item: Item) {
        self.change(|outbox| {
            if outbox.closing.is_some() {
                return;
            }
            if outbox.items.len() >= MAX_WAITING || outbox.bytes >= MAX_WAITING_BYTES {
                outbox.close(Closing::SlowReader);
            } else {
                outbox.bytes += item.size();
                outbox.items.push(item);
            }
        });
    }

    /// Queues something that nobody misses, if there is room to spare.
    pub(crate) fn push_idly(&self, frame: Bytes) {
        self.change(|outbox| {
            if outbox.closing.is_none() && outbox.items.len() < MAX_WAITING / 16 {
                outbox.bytes += frame.len();
                outbox.items.push(Item::Frame(frame));
            }
        });
    }

    /// Closes the connection; the first reason counts, and what waits is dropped.
    pub(crate) fn close(&self, closing: Closing) {
        self.change(|outbox| outbox.close(closing));
    }

    /// Tells the device that its person is no longer in a space, and closes the connection.
    pub(crate) fn leave(&self, space: SpaceId) {
        self.change(|outbox| {
            if !outbox.left.contains(&space) {
                outbox.left.push(space);
            }
            outbox.close(Closing::Removed);
        });
    }

    /// Has the person's memberships read again.
    pub(crate) fn refresh(&self) {
        self.change(|outbox| outbox.is_stale = true);
    }

    /// Waits until there may be something to take.
    pub(crate) async fn woken(&self) {
        self.wake.notified().await;
    }

    /// Takes everything that has come up; a reason to close stays.
    pub(crate) fn take(&self) -> Outbox {
        let mut outbox = self.lock();
        let closing = outbox.closing;
        let taken = std::mem::take(&mut *outbox);
        outbox.closing = closing;
        taken
    }

    /// Returns whether the connection is to be closed.
    pub(crate) fn is_closing(&self) -> bool {
        self.lock().closing.is_some()
    }

    fn change(&self, change: impl FnOnce(&mut Outbox)) {
        change(&mut self.lock());
        self.wake.notify_one();
    }

    fn lock(&self) -> MutexGuard<'_, Outbox> {
        self.outbox.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Outbox {
    fn close(&mut self, closing: Closing) {
        if self.closing.is_none() {
            self.closing = Some(closing);
            self.items = Vec::new();
            self.bytes = 0;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn device() -> Connection {
        let id = Uuid::from_u128(1);
        Connection::new(1, PersonId::new(id), DeviceId::new(id), id)
    }

    /// Returns how many frames of a size wait before the device is to be closed.
    fn most(size: usize) -> usize {
        let device = device();
        for count in 0..10_000 {
            device.push(Item::Frame(vec![0; size].into()));
            if device.is_closing() {
                let outbox = device.take();
                assert_eq!((outbox.items.len(), outbox.bytes), (0, 0), "it is sent none of it");
                assert_eq!(outbox.closing, Some(Closing::SlowReader));
                return count;
            }
        }
        panic!("10,000 frames of {size} bytes wait");
    }

    #[test]
    fn what_waits_for_a_device_is_bounded_in_frames_and_in_bytes() {
        assert_eq!(most(10), MAX_WAITING);
        assert_eq!(most(100_000), MAX_WAITING_BYTES / 100_000 + 1);
        assert_eq!(most(3 * MAX_WAITING_BYTES), 1, "one frame of any size is sent");
    }

    #[test]
    fn a_device_that_reads_goes_on_for_ever() {
        let device = device();
        for _ in 0..1_000 {
            (0..MAX_WAITING).for_each(|_| device.push(Item::Frame(vec![0; 1_000].into())));
            assert_eq!(device.take().items.len(), MAX_WAITING);
        }
        assert!(!device.is_closing());
    }
}
