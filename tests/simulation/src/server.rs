//! The server: the real [`Admission`]s over a log that keeps only what was committed.

mod tomorrow;

use std::collections::{BTreeMap, BTreeSet};

use automerge::ChangeHash;
use kring_domain::{
    Access, Author, Code, CommandId, DeviceId, DocumentId, DocumentKind, PersonId, Refusal, Role, SpaceId, Timestamp,
};
use kring_sync::{
    Admission, Base, CatchUp, ChainHash, Cursor, DeviceFrame, DeviceIdentity, DocumentHead, Entry, Generation, Member,
    ServerFrame, StoredLog, Submission, Verdict,
};

use crate::Broken;

/// What survives a crash of one document.
#[derive(Clone)]
struct Durable {
    kind: DocumentKind,
    log: StoredLog,
    /// The entries of the present generation.
    entries: Vec<Entry>,
    /// The link before them, in a later generation.
    start: Option<ChainHash>,
}

impl Durable {
    fn head(&self) -> Base {
        Base { generation: self.log.generation.max(1), sequence: self.entries.len() as u64 }
    }

    /// Everything before goes but the answers.
    fn begin(&mut self, Generation { before, at, snapshot, start, link }: Generation) {
        assert_eq!(self.head().generation, before.generation, "one generation follows the other");
        self.entries.clear();
        let verdicts = std::mem::take(&mut self.log.verdicts);
        let (snapshot, chain) = (Some(snapshot), Some(*link.as_bytes()));
        self.log = StoredLog { generation: at.generation, start, snapshot, chain, verdicts, ..StoredLog::default() };
        self.start = Some(link);
    }

    /// The link of an entry, or of the start.
    fn link(&self, document: DocumentId, sequence: u64) -> ChainHash {
        let entries = self.entries.iter().take_while(|entry| entry.sequence <= sequence);
        entries.fold(self.start.unwrap_or_else(|| ChainHash::start(document, 1)), ChainHash::next)
    }
}

/// What was executed and is not committed yet.
enum Uncommitted {
    Entry { document: DocumentId, entry: Entry, mark: Box<kring_sync::Mark>, link: [u8; 32], heads: Vec<ChangeHash> },
    Generation { document: DocumentId, generation: Box<Generation>, id: CommandId, heads: Vec<ChangeHash> },
    Verdict { to: Option<DeviceIdentity>, document: DocumentId, verdict: Verdict, repeated: bool },
}

/// An entry that is durable now, or a command that has begun a generation, at its start.
pub(crate) struct Committed {
    pub(crate) document: DocumentId,
    pub(crate) at: Base,
    pub(crate) id: CommandId,
    pub(crate) heads: Vec<ChangeHash>,
}

/// Everything that was durable at some time.
pub(crate) struct Kept(BTreeMap<DocumentId, Durable>);

/// A server with one space, whose memory can be lost but not its log.
pub(crate) struct Server {
    space: SpaceId,
    roster: BTreeMap<PersonId, Role>,
    durable: BTreeMap<DocumentId, Durable>,
    live: BTreeMap<DocumentId, Admission>,
    uncommitted: Vec<Uncommitted>,
    /// The devices that have said hello on their present connection.
    greeted: BTreeSet<DeviceId>,
    /// How many commands it takes from a device for now, where there is a limit.
    allowances: BTreeMap<DeviceId, usize>,
    broken: Broken,
}

impl Server {
    /// A server with one empty space.
    pub(crate) fn new(space: SpaceId, roster: BTreeMap<PersonId, Role>, broken: Broken) -> Self {
        let durable = DocumentKind::ALL.iter().map(|&kind| {
            let log = StoredLog::default();
            (DocumentId::derive(space, kind), Durable { kind, log, entries: Vec::new(), start: None })
        });
        Self {
            space,
            roster,
            durable: durable.collect(),
            live: BTreeMap::new(),
            uncommitted: Vec::new(),
            greeted: BTreeSet::new(),
            allowances: BTreeMap::new(),
            broken,
        }
    }

    /// How far a person gets into a document.
    fn access(&self, person: PersonId, document: DocumentId) -> Access {
        match (self.roster.get(&person), self.durable.get(&document)) {
            (Some(role), Some(durable)) => durable.kind.access(*role),
            _ => Access::None,
        }
    }

    /// Where a document's log is, and the ids of what it holds.
    pub(crate) fn log(&self, document: DocumentId) -> (u64, Vec<CommandId>) {
        let durable = &self.durable[&document];
        (durable.head().generation, durable.entries.iter().map(|entry| entry.command_id).collect())
    }

    pub(crate) fn has_uncommitted(&self) -> bool {
        !self.uncommitted.is_empty()
    }

    /// The document in memory, loaded from the log where it is not.
    pub(crate) fn admission(&mut self, document: DocumentId) -> &mut Admission {
        let durable = &self.durable[&document];
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
        self.greeted.remove(&device.device);
        self.allowances.remove(&device.device);
    }

    /// A frame from a device arrives; the answers that need no commit come back.
    pub(crate) fn receive(&mut self, from: DeviceIdentity, frame: DeviceFrame, now: Timestamp) -> Vec<ServerFrame> {
        match frame {
            DeviceFrame::Hello { cursors, .. } => {
                self.greeted.insert(from.device);
                self.welcome(from.person, &cursors, now)
            }
            DeviceFrame::Submit { document, mut commands } => {
                let allowance = self.allowances.get_mut(&from.device);
                let allowed = allowance.as_deref().copied().unwrap_or(commands.len()).min(commands.len());
                allowance.into_iter().for_each(|left| *left -= allowed);
                let late = commands.split_off(allowed);
                commands.into_iter().for_each(|submission| self.submit(from, document, submission, now));
                let wait = |late: Submission| Verdict::rejected(late.id, Refusal::new(Code::RateLimited));
                let verdicts: Vec<Verdict> = late.into_iter().map(wait).collect();
                let frame = ServerFrame::Verdicts { document, verdicts };
                if matches!(&frame, ServerFrame::Verdicts { verdicts, .. } if verdicts.is_empty()) {
                    vec![]
                } else {
                    vec![frame]
                }
            }
            DeviceFrame::Entries { .. } | DeviceFrame::Presence { .. } => Vec::new(),
        }
    }

    /// A command arrives, in a frame or over HTTP.
    pub(crate) fn submit(
        &mut self,
        from: DeviceIdentity,
        document: DocumentId,
        submission: Submission,
        now: Timestamp,
    ) {
        let role = self.roster.get(&from.person).copied();
        let (Some(role), true) = (role, self.access(from.person, document) >= Access::Read) else {
            let verdict = Verdict::rejected(submission.id, Refusal::new(Code::NotFound));
            self.uncommitted.push(Uncommitted::Verdict { to: Some(from), document, verdict, repeated: true });
            return;
        };
        let author = Author { device: from.device, person: from.person, role };
        let admission = self.admission(document);
        let outcome = admission.handle_submission(&author, submission, now);
        let heads = sorted(admission.document());
        if let Some(generation) = outcome.generation {
            let (generation, id) = (Box::new(generation), outcome.verdict.id);
            self.uncommitted.push(Uncommitted::Generation { document, generation, id, heads });
        } else if let Some(admitted) = outcome.admitted {
            self.uncommitted.push(Uncommitted::Entry {
                document,
                heads,
                entry: admitted.entry,
                mark: Box::new(admitted.mark),
                link: *admitted.link.as_bytes(),
            });
        }
        let (verdict, repeated) = (outcome.verdict, outcome.repeated);
        self.uncommitted.push(Uncommitted::Verdict { to: Some(from), document, verdict, repeated });
    }

    /// Makes everything that waits durable; what it was, and what to send to which of the connected devices.
    pub(crate) fn commit(
        &mut self,
        connected: &[DeviceIdentity],
    ) -> (Vec<Committed>, Vec<(DeviceIdentity, ServerFrame)>) {
        let (mut committed, mut frames) = (Vec::new(), Vec::new());
        for change in std::mem::take(&mut self.uncommitted) {
            match change {
                Uncommitted::Entry { document, entry, mark, link, heads } => {
                    let durable = self.durable.get_mut(&document).expect("a document that was edited");
                    let at = Base { sequence: entry.sequence, ..durable.head() };
                    committed.push(Committed { document, at, id: entry.command_id, heads });
                    durable.log.tail.push(entry.change.clone());
                    durable.log.marks.push(*mark);
                    durable.log.chain = Some(link);
                    durable.entries.push(entry.clone());
                    let generation = at.generation;
                    let frame = ServerFrame::Entries { document, generation, entries: vec![entry] };
                    frames.extend(self.readers(connected, document).map(|device| (*device, frame.clone())));
                }
                Uncommitted::Generation { document, generation, id, heads } => {
                    let (at, bytes, chain) = (generation.at, generation.snapshot.clone(), Some(generation.link));
                    self.durable.get_mut(&document).expect("a document that was edited").begin(*generation);
                    committed.push(Committed { document, at, id, heads });
                    let (generation, sequence) = (at.generation, at.sequence);
                    let frame = ServerFrame::Snapshot { document, generation, sequence, bytes, chain, replaces: false };
                    frames.extend(self.readers(connected, document).map(|device| (*device, frame.clone())));
                }
                Uncommitted::Verdict { to, document, verdict, repeated } => {
                    if !repeated && let Some(durable) = self.durable.get_mut(&document) {
                        durable.log.verdicts.push(verdict.clone());
                    }
                    let frame = ServerFrame::Verdicts { document, verdicts: vec![verdict] };
                    frames.extend(to.map(|to| (to, frame)));
                }
            }
        }
        (committed, frames)
    }

    /// The connected devices that are told what is new in a document.
    fn readers<'a>(
        &self,
        connected: &'a [DeviceIdentity],
        document: DocumentId,
    ) -> impl Iterator<Item = &'a DeviceIdentity> {
        connected.iter().filter(move |device| {
            let may = self.access(device.person, document) >= Access::Read;
            self.greeted.contains(&device.device) && (may || self.broken == Broken::TellsEverybody)
        })
    }

    /// The server's process dies, or its store does not take a commit: what was not committed is gone.
    pub(crate) fn crash(&mut self) {
        self.live.clear();
        self.uncommitted.clear();
        if self.broken == Broken::ForgetsAnswers {
            self.durable.values_mut().for_each(|durable| durable.log.verdicts.clear());
        }
    }

    /// Everything that is durable, as a backup has it.
    pub(crate) fn durable(&self) -> Kept {
        Kept(self.durable.clone())
    }

    /// Puts a backup in the place of what is durable.
    pub(crate) fn restore(&mut self, kept: Kept) {
        self.crash();
        self.durable = kept.0;
    }

    /// Folds the log of a document into a snapshot, as the real server does in the background.
    pub(crate) fn fold(&mut self, document: DocumentId) {
        if self.uncommitted.is_empty() {
            let snapshot = self.admission(document).snapshot();
            let log = &mut self.durable.get_mut(&document).expect("a document of the space").log;
            log.snapshot = Some(snapshot);
            log.tail.clear();
        }
    }

    /// Gives somebody a role, or none; what their devices must be told at once.
    pub(crate) fn seat(&mut self, person: PersonId, role: Option<Role>) -> Vec<ServerFrame> {
        let readable = |server: &Self| -> BTreeSet<DocumentId> {
            server.durable.keys().copied().filter(|document| server.access(person, *document) >= Access::Read).collect()
        };
        let before = readable(self);
        match role {
            Some(role) => drop(self.roster.insert(person, role)),
            None => drop(self.roster.remove(&person)),
        }
        let gone = before.difference(&readable(self)).copied().collect::<Vec<_>>();
        gone.into_iter().map(|document| ServerFrame::Access { document, access: Access::None }).collect()
    }

    fn welcome(&mut self, person: PersonId, cursors: &[Cursor], now: Timestamp) -> Vec<ServerFrame> {
        let mut documents = Vec::new();
        let mut behind = Vec::new();
        for (document, durable) in &self.durable {
            let (Some(role), access) = (self.roster.get(&person), self.access(person, *document)) else { continue };
            if access < Access::Read {
                continue;
            }
            let head = durable.head();
            documents.push(DocumentHead {
                document: *document,
                kind: durable.kind,
                space: self.space,
                space_name: "Joost".to_owned(),
                role: *role,
                access,
                generation: head.generation,
                sequence: head.sequence,
            });
            let cursor = cursors.iter().find(|cursor| cursor.document == *document);
            let cursor = cursor.map(|cursor| Base { generation: cursor.generation, sequence: cursor.sequence });
            let folded = (durable.entries.len() - durable.log.tail.len()) as u64;
            let way = match CatchUp::decide(cursor, head, folded) {
                // Histories here are short; a snapshot is sent sooner than the real server does.
                CatchUp::Entries { after } if after < folded => CatchUp::Snapshot,
                way => way,
            };
            match way {
                CatchUp::Current => {}
                CatchUp::Entries { after } => behind.push(tail(*document, durable, after)),
                CatchUp::Snapshot => {
                    let bytes = durable.log.snapshot.clone().expect("a folded log has a snapshot");
                    let (document, Base { generation, .. }) = (*document, head);
                    let (sequence, chain) = (folded, Some(durable.link(document, folded)));
                    let frame = ServerFrame::Snapshot { document, generation, sequence, bytes, chain, replaces: false };
                    behind.push(frame);
                    behind.push(tail(document, durable, folded));
                }
                CatchUp::Ahead { .. } => panic!("no device is ahead of a server that has lost nothing"),
            }
        }
        let visible = self.roster.iter().filter(|_| !documents.is_empty());
        let members = visible.map(|(person, role)| Member {
            space: self.space,
            person_id: *person,
            name: format!("person {}", role.name()),
            role: *role,
        });
        let welcome = ServerFrame::Welcome { server_time: now, members: members.collect(), documents };
        std::iter::once(welcome).chain(behind).collect()
    }
}

fn tail(document: DocumentId, durable: &Durable, after: u64) -> ServerFrame {
    let after = usize::try_from(after).expect("a place in a log that fits in memory");
    let generation = durable.head().generation;
    ServerFrame::Entries { document, generation, entries: durable.entries[after..].to_vec() }
}

pub(crate) fn sorted(document: &automerge::Automerge) -> Vec<ChangeHash> {
    let mut heads = document.get_heads();
    heads.sort_unstable();
    heads
}
