//! A server that was restored from a backup, and takes back from devices what it has lost.

use std::collections::BTreeMap;

use kring_domain::{Code, DocumentId, PersonId, Role, Timestamp};
use kring_sync::{Base, ChainHash, DeviceIdentity, Entry, Recovery, ServerFrame, Submission, Verdict};

use super::durable::signature;
use super::{Kept, Server, Uncommitted, later};
use crate::point::Point;

impl Server {
    /// Puts a backup in the place of what is durable; every document then waits `seconds` for what devices have.
    ///
    /// People who have left since do not get the code that they would need to come back: their seats go.
    pub(crate) fn restore(&mut self, backup: Kept, seconds: i64, now: Timestamp) {
        let seated: BTreeMap<PersonId, Role> = self.kept.roster.clone();
        self.put_back(backup);
        self.kept.roster.retain(|person, _| seated.contains_key(person));
        let ends_at = Timestamp::from_millis(now.millis() + seconds * 1000);
        let wait = |document: &DocumentId| (*document, Recovery::new(seconds, ends_at));
        self.kept.recoveries = self.kept.documents.keys().map(wait).collect();
    }

    /// Returns whether a document waits for what devices have.
    pub(crate) fn is_waiting(&self, document: DocumentId, now: Timestamp) -> bool {
        self.kept.recoveries.get(&document).is_some_and(|recovery| recovery.is_on(now))
    }

    pub(super) fn is_ahead(&self, device: DeviceIdentity, document: DocumentId) -> bool {
        let session = self.sessions.get(&device.device);
        session.and_then(|session| session.places.get(&document)).is_some_and(|following| following.is_ahead())
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
        frames.extend(later(document, commands, Code::Recovering));
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
        let is_signed = |link: &ChainHash, bytes: &[u8]| signature(link) == bytes;
        let admission = self.admission(document);
        let mut before = admission.document().clone();
        let Ok(back) = admission.handle_recovered(entries, is_signed) else {
            let complaint = ServerFrame::Error { code: "invalid".to_owned() };
            return std::iter::once(complaint).chain(self.has_brought(from, document, now)).collect();
        };
        let head = admission.head();
        let at_once = Point::of(admission.document(), None);
        let mut recovery = self.kept.recoveries.get(&document).copied().filter(|_| !back.is_empty());
        recovery.iter_mut().for_each(|recovery| _ = recovery.brought(now));
        for readmitted in back {
            let entry = readmitted.entry;
            let mark = Box::new(readmitted.mark);
            let link = readmitted.link;
            let change = automerge::Change::from_bytes(entry.change.clone()).expect("it was applied");
            before.apply_changes([change]).expect("it follows");
            let place = Base { sequence: entry.sequence, ..head };
            let verdict = Verdict::admitted(entry.command_id, place, entry.suggestion);
            let point = Point::of(&before, Some(link));
            self.uncommitted.push(Uncommitted::Entry { document, entry, mark, link, point, is_back: true });
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
        let session = self.sessions.get_mut(&from.device);
        session
            .and_then(|session| session.places.get_mut(&document))
            .into_iter()
            .for_each(|place| place.has_answered());
        self.look_again(from, document, now)
    }

    fn look_again(&mut self, from: DeviceIdentity, document: DocumentId, now: Timestamp) -> Vec<ServerFrame> {
        let mut sessions = std::mem::take(&mut self.sessions);
        let place = sessions.get_mut(&from.device).and_then(|session| session.places.get_mut(&document));
        let frames = place.map(|place| self.catch_up(document, place, now)).unwrap_or_default();
        self.sessions = sessions;
        frames
    }
}
