//! Files of devices that are put back on other phones.

use super::{File, World};
use crate::link::Link;

/// The most phones that go on from copies of one file.
const MAX_COPIES: usize = 2;

impl World {
    /// The file of a device, and what that has promised.
    pub(super) fn file(&self, device: usize) -> File {
        let promised = self.model.promised.get(&device).cloned().unwrap_or_default();
        (self.devices[device].store.clone(), promised)
    }

    /// Another phone goes on from a copy of a device's file.
    pub(super) fn copy(&mut self, device: usize) {
        let copies = self.copies.get(&device).map_or(0, Vec::len);
        if copies >= MAX_COPIES {
            return;
        }
        let (store, promised) = self.kept_files.get(&device).cloned().unwrap_or_else(|| self.file(device));
        // A file that says what its phone is to become would make one device of two phones.
        if store.session.is_becoming() {
            return;
        }
        // What waits may be executed behind what another phone has shared of it.
        store.waiting().keys().for_each(|key| _ = self.model.bases.remove(key));
        let number = self.devices.len();
        let copy = self.devices[device].copied(store);
        self.model.promised.insert(number, promised);
        self.others.insert(number);
        self.copies.entry(device).or_default().push(number);
        self.devices.push(copy);
        self.links.push(Link::default());
        self.report.copies += 1;
    }

    /// A device, or one of the phones that go on from copies of its file.
    pub(super) fn one_of(&self, device: usize, number: u64) -> usize {
        let all: Vec<usize> =
            std::iter::once(device).chain(self.copies.get(&device).into_iter().flatten().copied()).collect();
        all[number as usize % all.len()]
    }
}
