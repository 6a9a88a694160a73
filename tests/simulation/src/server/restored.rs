//! A server that was restored from a backup, and takes back from devices what it has lost.

use std::collections::BTreeMap;

use kring_domain::{DocumentId, PersonId, RefusalCode, Role, Timestamp};
use kring_sync::{ChainHash, DeviceIdentity, Entry, Position, Recovery, ServerFrame, Submission, Verdict};

use super::durable::signature;
use super::{Kept, Server, Uncommitted, later};
use crate::point::Point;

impl Server {
    /// Puts a backup in the place of what is durable; every document then waits `seconds` for what devices have.
    ///
    /// People who have left since do not get the code that they would need to come back: their memberships go.
    pub(crate) fn restore(&mut self, backup: Kept, seconds: i64, now: Timestamp) {
        let members_before: BTreeMap<PersonId, Role> = self.kept.roster.clone();
        self.put_back(backup);
        self.kept.roster.retain(|person, _| members_before.contains_key(person));
        let ends_at = Timestamp::from_millis(now.millis() + seconds * 1000);
        let wait = |document: &DocumentId| (*document, Recovery::new(seconds, ends_at));
        self.kept.recoveries = self.kept.documents.keys().map(wait).collect();
    }

    /// Returns whether a document waits for what devices have.
    pub(crate) fn is_waiting(&self, document: DocumentId, now: Timestamp) -> bool {
        self.kept.recoveries.get(&document).is_some_and(|recovery| recovery.is_on(now))
    }

    pub(super) fn is_ahead(&self, device: DeviceIdentity, document: DocumentId) -> bool {
        let connection = self.connections.get(&device.device);
        connection.and_then(|connection| connection.places.get(&document)).is_some_and(|delivery| delivery.is_ahead())
    }

    /// Has a device that is ahead send commands again later: they were made on what the server does not have.
    pub(super) fn put_off(
        &mut self,
        from: DeviceIdentity,
        document: DocumentId,
        commands: Vec<Submission>,
        now: Timestamp,
    ) -> Vec<ServerFrame> {
        let mut frames = self.look_again(from, document, now);
        frames.extend(later(document, commands, RefusalCode::Recovering));
        frames
    }

    /// Takes entries back from a device that was asked for them; those of anybody else are not looked at.
    pub(super) fn take_back(
        &mut self,
        from: DeviceIdentity,
        document: DocumentId,
        entries: &[Entry],
        now: Timestamp,
    ) -> Vec<ServerFrame> {
        if !self.is_ahead(from, document) {
            return vec![ServerFrame::Error { code: "invalid".to_owned() }];
        }
        let is_signed = |chain_hash: &ChainHash, bytes: &[u8]| signature(chain_hash) == bytes;
        let admission = self.admission(document);
        let mut before = admission.document().clone();
        let Ok(back) = admission.handle_recovered(entries, is_signed) else {
            let complaint = ServerFrame::Error { code: "invalid".to_owned() };
            return std::iter::once(complaint).chain(self.has_brought(from, document, now)).collect();
        };
        let head = admission.head();
        let at_once = Point::of(admission.document(), None);
        let mut recovery = self.kept.recoveries.get(&document).copied().filter(|_| !back.is_empty());
        recovery.iter_mut().for_each(|recovery| _ = recovery.note_recovered(now));
        for readmitted in back {
            let entry = readmitted.entry;
            let meta = Box::new(readmitted.meta);
            let chain_hash = readmitted.chain_hash;
            let change = automerge::Change::from_bytes(entry.change.clone()).expect("it was applied");
            before.apply_changes([change]).expect("it follows");
            let position = Position { sequence: entry.sequence, ..head };
            let verdict = Verdict::admitted(entry.command_id, position, entry.suggestion);
            let point = Point::of(&before, Some(chain_hash));
            self.uncommitted.push(Uncommitted::Entry { document, entry, meta, chain_hash, point, is_back: true });
            self.uncommitted.push(Uncommitted::Verdict { to: None, document, verdict, repeated: false });
        }
        assert_eq!(Point::of(&before, None), at_once, "entry by entry or all at once");
        self.uncommitted.push(Uncommitted::Brought { from, document, recovery });
        Vec::new()
    }

    /// A device has brought what it could, and that is durable: what it is sent now.
    pub(super) fn has_brought(
        &mut self,
        from: DeviceIdentity,
        document: DocumentId,
        now: Timestamp,
    ) -> Vec<ServerFrame> {
        let connection = self.connections.get_mut(&from.device);
        connection
            .and_then(|connection| connection.places.get_mut(&document))
            .into_iter()
            .for_each(|position| position.has_answered());
        self.look_again(from, document, now)
    }

    fn look_again(&mut self, from: DeviceIdentity, document: DocumentId, now: Timestamp) -> Vec<ServerFrame> {
        let mut connections = std::mem::take(&mut self.connections);
        let position = connections.get_mut(&from.device).and_then(|connection| connection.places.get_mut(&document));
        let frames = position.map(|position| self.catch_up(document, position, now)).unwrap_or_default();
        self.connections = connections;
        frames
    }
}
