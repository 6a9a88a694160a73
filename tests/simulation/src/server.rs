//! The server: the real [`Admission`]s over a log that keeps only what was committed.

mod accounts;
mod delivering;
mod durable;
mod restored;
mod revoked_edits;
mod tomorrow;

use std::collections::{BTreeMap, BTreeSet};

use kring_domain::{
    Access, Author, CommandId, DeviceId, DocumentId, DocumentKind, Grants, PersonId, Refusal, RefusalCode, Role,
    SpaceId, Timestamp, access,
};
use kring_sync::{
    Admission, Claim, DeliveryState, DeviceFrame, DeviceIdentity, Entry, Generation, Position, Recovery, ServerFrame,
    Submission, Verdict,
};
use uuid::Uuid;

use crate::Broken;
use crate::point::Point;
pub(crate) use accounts::{Accounts, Answer, Entry as UsedCode, Grant, Request};
pub(crate) use durable::Kept;

/// What was executed and is not committed yet.
enum Uncommitted {
    Entry {
        document: DocumentId,
        entry: Entry,
        meta: Box<kring_sync::EntryMeta>,
        chain_hash: kring_sync::ChainHash,
        point: Point,
        is_back: bool,
    },
    Generation {
        document: DocumentId,
        generation: Box<Generation>,
        by: Option<(CommandId, PersonId)>,
        erased: Option<Uuid>,
        point: Point,
    },
    Verdict {
        to: Option<DeviceIdentity>,
        document: DocumentId,
        verdict: Verdict,
        repeated: bool,
    },
    /// A judge has let in an edit of somebody who has left.
    Judged {
        document: DocumentId,
        id: CommandId,
    },
    /// A device has brought what it could; the wait for others ends then.
    Brought {
        from: DeviceIdentity,
        document: DocumentId,
        recovery: Option<Recovery>,
    },
}

/// An entry that is durable now, or a generation that has begun, at its start.
pub(crate) struct Committed {
    pub(crate) document: DocumentId,
    pub(crate) at: Position,
    /// The command, and whose it was; none where a generation begins to compact.
    pub(crate) id: Option<CommandId>,
    pub(crate) by: Option<PersonId>,
    pub(crate) point: Point,
    /// The entry that it was made behind; none where it begins a generation.
    pub(crate) base: Option<u64>,
    /// True when it was lost, and is back.
    pub(crate) is_back: bool,
    /// True when the command is only suggested to the client.
    pub(crate) is_suggestion: bool,
}

/// A server with one space, whose memory can be lost but not its log.
pub(crate) struct Server {
    space: SpaceId,
    /// The person who may speak with it. That a restored backup ends every sign-in is left out: what is here outlives it.
    pub(crate) accounts: Accounts,
    kept: Kept,
    live: BTreeMap<DocumentId, Admission>,
    uncommitted: Vec<Uncommitted>,
    /// The devices that have said hello on their present connection, and how far each is with what it may read.
    connections: BTreeMap<DeviceId, Connection>,
    /// The number of commands it takes from a device for now, where there is a limit.
    allowances: BTreeMap<DeviceId, usize>,
    broken: Broken,
    /// The positions at which edits were made, in a world that takes them for edits of the present state.
    made_on: BTreeMap<CommandId, u64>,
}

struct Connection {
    identity: DeviceIdentity,
    places: BTreeMap<DocumentId, DeliveryState>,
}

impl Server {
    /// A server with one empty space.
    pub(crate) fn new(space: SpaceId, roster: BTreeMap<PersonId, Role>, broken: Broken) -> Self {
        Self {
            space,
            accounts: Accounts::new(broken),
            kept: Kept::new(space, roster),
            live: BTreeMap::new(),
            uncommitted: Vec::new(),
            connections: BTreeMap::new(),
            allowances: BTreeMap::new(),
            broken,
            made_on: BTreeMap::new(),
        }
    }

    /// Returns how far a person gets into a document.
    fn access(&self, person: PersonId, document: DocumentId) -> Access {
        match (self.kept.roster.get(&person), self.kept.documents.get(&document)) {
            (Some(role), Some(durable)) => access(durable.kind, *role, person, &self.kept.grants),
            _ => Access::None,
        }
    }

    /// The documents that a person may read.
    fn readable(&self, person: PersonId) -> BTreeSet<DocumentId> {
        self.kept.documents.keys().copied().filter(|document| self.access(person, *document) >= Access::Read).collect()
    }

    pub(crate) fn roster(&self) -> &BTreeMap<PersonId, Role> {
        &self.kept.roster
    }

    /// Returns where a document's log is, and the ids of what it holds.
    pub(crate) fn log(&self, document: DocumentId) -> (u64, Vec<CommandId>) {
        let durable = &self.kept.documents[&document];
        (durable.head().generation, durable.entries.iter().map(|entry| entry.command_id).collect())
    }

    pub(crate) fn has_uncommitted(&self) -> bool {
        !self.uncommitted.is_empty()
    }

    /// The document in memory, loaded from the log where it is not.
    pub(crate) fn admission(&mut self, document: DocumentId) -> &mut Admission {
        let durable = &self.kept.documents[&document];
        self.live.entry(document).or_insert_with(|| {
            Admission::restore(document, durable.kind, durable.log.clone()).expect("what was committed restores")
        })
    }

    /// The server takes no more than this many commands from a device until the next connection.
    pub(crate) fn limit(&mut self, device: DeviceIdentity, commands: usize) {
        self.allowances.insert(device.device, commands);
    }

    /// The connection of a device is gone, and with it the way to answer what came over it.
    pub(crate) fn forget(&mut self, device: DeviceIdentity) {
        for change in &mut self.uncommitted {
            if let Uncommitted::Verdict { to, .. } = change {
                *to = to.filter(|to| *to != device);
            }
        }
        self.connections.remove(&device.device);
        self.allowances.remove(&device.device);
    }

    /// A frame from a device arrives; the answers that need no commit come back.
    pub(crate) fn receive(&mut self, from: DeviceIdentity, frame: DeviceFrame, now: Timestamp) -> Vec<ServerFrame> {
        match frame {
            DeviceFrame::Hello { cursors, .. } => {
                let claims = cursors.into_iter().map(|cursor| (cursor.document, Claim::from(cursor))).collect();
                self.greet(from, &claims, now)
            }
            DeviceFrame::Submit { document, commands } if self.is_ahead(from, document) => {
                self.put_off(from, document, commands, now)
            }
            DeviceFrame::Submit { document, mut commands } => {
                let allowance = self.allowances.get_mut(&from.device);
                let allowed = allowance.as_deref().copied().unwrap_or(commands.len()).min(commands.len());
                allowance.into_iter().for_each(|left| *left -= allowed);
                let revoked = commands.split_off(allowed);
                self.submit_all(from, document, commands, now);
                later(document, revoked, RefusalCode::RateLimited)
            }
            DeviceFrame::Entries { document, entries } => self.take_back(from, document, &entries, now),
            DeviceFrame::Presence { .. }
            | DeviceFrame::Ping { .. }
            | DeviceFrame::Pong { .. }
            | DeviceFrame::Packed { .. } => Vec::new(),
        }
    }

    /// A command arrives over HTTP.
    pub(crate) fn submit(
        &mut self,
        from: DeviceIdentity,
        document: DocumentId,
        submission: Submission,
        now: Timestamp,
    ) {
        self.submit_all(from, document, vec![submission], now);
    }

    /// Commands arrive, in a frame or over HTTP.
    fn submit_all(&mut self, from: DeviceIdentity, document: DocumentId, commands: Vec<Submission>, now: Timestamp) {
        let role = self.kept.roster.get(&from.person).copied();
        let (Some(role), true) = (role, self.access(from.person, document) >= Access::Read) else {
            return commands.into_iter().for_each(|revoked| self.submit_revoked(from, document, revoked));
        };
        let is_waiting = self.is_waiting(document, now) && self.broken != Broken::WaitsForNobody;
        let mut taken = Vec::new();
        for command in commands {
            if is_waiting && self.admission(document).verdict(command.id).is_none() {
                let verdict = Verdict::rejected(command.id, Refusal::new(RefusalCode::Recovering));
                self.answer(from, document, verdict, true);
            } else {
                taken.push(command);
            }
        }
        let has_client = self.kept.roster.values().any(|role| *role == Role::Client);
        let author = Author { device: from.device, person: from.person, role, has_client };
        for (verdict, repeated) in self.execute_all(&author, document, taken, now) {
            self.answer(from, document, verdict, repeated);
        }
    }

    fn answer(&mut self, to: DeviceIdentity, document: DocumentId, verdict: Verdict, repeated: bool) {
        self.uncommitted.push(Uncommitted::Verdict { to: Some(to), document, verdict, repeated });
    }

    /// Writes a document anew to compact it, as the real server does in the background.
    pub(crate) fn compact(&mut self, document: DocumentId, now: Timestamp) {
        if self.uncommitted.is_empty() && !self.is_waiting(document, now) {
            let admission = self.admission(document);
            let Ok(generation) = admission.begin_generation() else { return };
            let point = Point::of(admission.document(), Some(admission.chain_hash()));
            let generation = Box::new(generation);
            self.uncommitted.push(Uncommitted::Generation { document, generation, by: None, erased: None, point });
        }
    }

    /// Makes everything that waits durable; what it was, and what to send to which device.
    pub(crate) fn commit(&mut self, now: Timestamp) -> (Vec<Committed>, Vec<(DeviceIdentity, ServerFrame)>) {
        let mut committed = Vec::new();
        let mut verdicts = Vec::new();
        let mut brought = Vec::new();
        let before: BTreeMap<DocumentId, Position> =
            self.kept.documents.iter().map(|(document, durable)| (*document, durable.head())).collect();
        for change in std::mem::take(&mut self.uncommitted) {
            match change {
                Uncommitted::Entry { document, entry, meta, chain_hash, point, is_back } => {
                    let durable = self.kept.document(document);
                    let at = Position { sequence: entry.sequence, ..durable.head() };
                    let id = Some(entry.command_id);
                    let by = Some(entry.person);
                    let made_on = self.made_on.get(&entry.command_id).copied();
                    let base = Some(made_on.unwrap_or(entry.base));
                    let is_suggestion = entry.suggestion;
                    durable.append(entry, *meta, chain_hash);
                    committed.push(Committed { document, at, id, by, point, base, is_back, is_suggestion });
                }
                Uncommitted::Generation { document, generation, by, erased, point } => {
                    let at = generation.at;
                    erased.into_iter().for_each(|thing| self.kept.revoked.erase(document, thing));
                    self.kept.document(document).begin(*generation);
                    let (id, by) = by.unzip();
                    let is_back = false;
                    let is_suggestion = false;
                    committed.push(Committed { document, at, id, by, point, base: None, is_back, is_suggestion });
                }
                Uncommitted::Verdict { to, document, verdict, repeated } => {
                    if !repeated && let Some(durable) = self.kept.documents.get_mut(&document) {
                        durable.log.verdicts.push(verdict.clone());
                    }
                    let frame = ServerFrame::Verdicts { document, verdicts: vec![verdict] };
                    verdicts.extend(to.map(|to| (to, frame)));
                }
                Uncommitted::Judged { document, id } => self.kept.revoked.done(document, id),
                Uncommitted::Brought { from, document, recovery } => {
                    self.kept.recoveries.extend(recovery.map(|recovery| (document, recovery)));
                    brought.push((from, document));
                }
            }
        }
        let moved: Vec<(DocumentId, Position)> =
            before.into_iter().filter(|(document, head)| self.kept.documents[document].head() != *head).collect();
        moved.iter().for_each(|(document, _)| self.kept.document(*document).sign());
        let mut frames = Vec::new();
        if moved.iter().any(|(document, _)| self.kept.documents[document].kind == DocumentKind::Consents) {
            self.rights_changed();
            frames.extend(self.everybody_looks_again(now));
        }
        frames.extend(self.fan_out(&moved, now));
        frames.extend(verdicts);
        for (from, document) in brought {
            frames.extend(self.has_brought(from, document, now).into_iter().map(|frame| (from, frame)));
        }
        (committed, frames)
    }

    /// Reads off the consents what is open to whom from now on.
    fn rights_changed(&mut self) {
        let consents = DocumentId::derive(self.space, DocumentKind::Consents);
        let grants = Grants::of(self.admission(consents).document());
        let before = std::mem::replace(&mut self.kept.grants, grants);
        if self.broken == Broken::ForgetsWithdrawals {
            self.kept.grants = before.iter().chain(self.kept.grants.iter()).copied().collect();
        }
    }

    /// The server's process dies, or its store does not take a commit: what was not committed is gone.
    pub(crate) fn crash(&mut self) {
        self.live.clear();
        self.uncommitted.clear();
        self.connections.clear();
        if self.broken == Broken::ForgetsAnswers {
            self.kept.documents.values_mut().for_each(|durable| durable.log.verdicts.clear());
        }
    }

    /// Everything that is durable, as a backup has it.
    pub(crate) fn kept(&self) -> Kept {
        self.kept.clone()
    }

    /// Puts back what was durable, as if nothing had happened since.
    pub(crate) fn put_back(&mut self, kept: Kept) {
        self.crash();
        self.kept = kept;
    }

    /// Folds the log of a document into a snapshot, as the real server does in the background.
    pub(crate) fn fold(&mut self, document: DocumentId) {
        if self.uncommitted.is_empty() {
            let snapshot = self.admission(document).snapshot();
            let log = &mut self.kept.document(document).log;
            log.snapshot = Some(snapshot);
            log.tail.clear();
        }
    }
}

/// The answer to commands that are to come again later, where there are any.
fn later(document: DocumentId, commands: Vec<Submission>, code: RefusalCode) -> Vec<ServerFrame> {
    let again = |command: Submission| Verdict::rejected(command.id, Refusal::new(code));
    let verdicts: Vec<Verdict> = commands.into_iter().map(again).collect();
    (!verdicts.is_empty()).then_some(ServerFrame::Verdicts { document, verdicts }).into_iter().collect()
}
