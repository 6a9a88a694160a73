//! A device as it is at one moment.

use std::collections::BTreeMap;

use kring_domain::{CommandId, DocumentId};
use kring_sync::{DeviceIdentity, EditState, Position, SettledEdit};
use serde_json::Value;

use crate::device::Device;
use crate::point::Point;

/// A device as it is now, for the model to look at.
pub(crate) struct Sight<'a> {
    /// The phone, by number.
    pub(crate) phone: usize,
    pub(crate) identity: DeviceIdentity,
    /// The position and the content of each document on it.
    pub(crate) bases: Vec<(DocumentId, Position, Point)>,
    /// The first entry of each document that it has kept whole, and all after it; the next one where it has kept none.
    pub(crate) kept: BTreeMap<DocumentId, u64>,
    /// The edits in its store that wait.
    pub(crate) waiting: BTreeMap<(DocumentId, CommandId), &'a Value>,
    /// The edits in its store that have ended.
    pub(crate) ended: &'a BTreeMap<(DocumentId, CommandId), SettledEdit>,
    /// Those that were shared, of documents that it has not dropped since.
    pub(crate) shared: BTreeMap<(DocumentId, CommandId), &'a EditState>,
    /// What was stored of each document since the last look.
    pub(crate) written: Vec<(DocumentId, Vec<u8>)>,
}

impl<'a> Sight<'a> {
    /// Looks at a device, and takes with it what was written since the last look.
    pub(crate) fn of(phone: usize, device: &'a mut Device) -> Self {
        let identity = device.identity();
        let written = std::mem::take(&mut device.store.written);
        let replica = device.replica();
        let held: Vec<DocumentId> = replica.documents().map(|(id, ..)| id).collect();
        let bases = held.into_iter().filter_map(|id| {
            let cursor = replica.cursor(id)?;
            let base = Position { generation: cursor.generation, sequence: cursor.sequence };
            Some((id, base, Point::of(replica.admitted(id)?, cursor.chain_hash)))
        });
        let bases: Vec<_> = bases.collect();
        let first = |(id, base, _): &(DocumentId, Position, _)| (*id, device.store.first_kept(*id, *base));
        let kept = bases.iter().map(first).collect();
        let store = &device.store;
        let waiting = store.waiting();
        let ended = &store.settled;
        let shared = store.shared();
        Self { phone, identity, bases, kept, waiting, ended, shared, written }
    }
}
