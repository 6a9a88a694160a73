//! The server: the real [`Admission`]s over a log that keeps only what was committed.

use std::collections::BTreeMap;

use automerge::ChangeHash;
use kring_domain::{
    Access, Author, Code, CommandId, DocumentId, DocumentKind, PersonId, Refusal, Role, SpaceId, Timestamp,
};
use kring_sync::{
    Admission, Base, CatchUp, Cursor, DeviceFrame, DeviceIdentity, DocumentHead, Entry, Member, ServerFrame, StoredLog,
    Submission, Verdict,
};

/// What survives a crash of one document.
struct Durable {
    kind: DocumentKind,
    log: StoredLog,
    entries: Vec<Entry>,
    /// The heads after each entry, the start first.
    heads: Vec<Vec<ChangeHash>>,
}

/// What was executed and is not committed yet.
enum Uncommitted {
    Entry { document: DocumentId, entry: Entry, mark: Box<kring_sync::Mark>, link: [u8; 32], heads: Vec<ChangeHash> },
    Verdict { to: DeviceIdentity, document: DocumentId, verdict: Verdict, repeated: bool },
}

/// A server with one space, whose memory can be lost but not its log.
pub struct Server {
    space: SpaceId,
    roster: BTreeMap<PersonId, Role>,
    durable: BTreeMap<DocumentId, Durable>,
    live: BTreeMap<DocumentId, Admission>,
    uncommitted: Vec<Uncommitted>,
    /// Every verdict `admitted` that was sent, by document and command.
    told: BTreeMap<(DocumentId, CommandId), u64>,
}

impl Server {
    /// A server with one empty space.
    pub fn new(space: SpaceId, roster: BTreeMap<PersonId, Role>) -> Self {
        let durable = DocumentKind::ALL.iter().map(|&kind| {
            let heads = vec![sorted(&kring_domain::genesis(kind))];
            let log = StoredLog::default();
            (DocumentId::derive(space, kind), Durable { kind, log, entries: Vec::new(), heads })
        });
        let durable = durable.collect();
        Self { space, roster, durable, live: BTreeMap::new(), uncommitted: Vec::new(), told: BTreeMap::new() }
    }

    /// The documents with their kinds.
    pub fn documents(&self) -> impl Iterator<Item = (DocumentId, DocumentKind)> + '_ {
        self.durable.iter().map(|(id, durable)| (*id, durable.kind))
    }

    /// How far a person gets into a document.
    pub fn access(&self, person: PersonId, document: DocumentId) -> Access {
        match (self.roster.get(&person), self.durable.get(&document)) {
            (Some(role), Some(durable)) => durable.kind.access(*role),
            _ => Access::None,
        }
    }

    /// What a person is here, while they are in the roster.
    pub fn role(&self, person: PersonId) -> Option<Role> {
        self.roster.get(&person).copied()
    }

    /// The committed entries of a document.
    pub fn entries(&self, document: DocumentId) -> &[Entry] {
        &self.durable[&document].entries
    }

    /// The heads of a document after `sequence` committed entries.
    pub fn heads(&self, document: DocumentId, sequence: u64) -> Option<&[ChangeHash]> {
        self.durable[&document].heads.get(usize::try_from(sequence).ok()?).map(Vec::as_slice)
    }

    /// What was answered `admitted` so far.
    pub fn told(&self) -> &BTreeMap<(DocumentId, CommandId), u64> {
        &self.told
    }

    /// Whether something waits for its commit.
    pub fn has_uncommitted(&self) -> bool {
        !self.uncommitted.is_empty()
    }

    /// The document in memory, loaded from the log where it is not.
    pub fn admission(&mut self, document: DocumentId) -> &mut Admission {
        let durable = &self.durable[&document];
        self.live.entry(document).or_insert_with(|| {
            Admission::restore(document, durable.kind, durable.log.clone()).expect("what was committed restores")
        })
    }

    /// A frame from a device arrives; the answers that need no commit come back.
    ///
    /// A device that is behind may be sent a snapshot although entries would do: `generous` says which.
    pub fn receive(
        &mut self,
        from: DeviceIdentity,
        frame: DeviceFrame,
        now: Timestamp,
        generous: bool,
    ) -> Vec<ServerFrame> {
        match frame {
            DeviceFrame::Hello { cursors, .. } => self.welcome(from.person, &cursors, now, generous),
            DeviceFrame::Submit { document, commands } => {
                commands.into_iter().for_each(|submission| self.submit(from, document, submission, now));
                Vec::new()
            }
            DeviceFrame::Entries { .. } | DeviceFrame::Presence { .. } => Vec::new(),
        }
    }

    fn submit(&mut self, from: DeviceIdentity, document: DocumentId, submission: Submission, now: Timestamp) {
        let role = self.roster.get(&from.person).copied();
        let (Some(role), true) = (role, self.access(from.person, document) >= Access::Read) else {
            let verdict = Verdict::rejected(submission.id, Refusal::new(Code::NotFound));
            self.uncommitted.push(Uncommitted::Verdict { to: from, document, verdict, repeated: true });
            return;
        };
        let author = Author { device: from.device, person: from.person, role };
        let admission = self.admission(document);
        let outcome = admission.handle_submission(&author, submission, now);
        let heads = sorted(admission.document());
        if let Some(admitted) = outcome.admitted {
            self.uncommitted.push(Uncommitted::Entry {
                document,
                heads,
                entry: admitted.entry,
                mark: Box::new(admitted.mark),
                link: *admitted.link.as_bytes(),
            });
        }
        let (verdict, repeated) = (outcome.verdict, outcome.repeated);
        self.uncommitted.push(Uncommitted::Verdict { to: from, document, verdict, repeated });
    }

    /// Makes everything that waits durable, and says what to send to whom.
    pub fn commit(&mut self, connected: &[DeviceIdentity]) -> Vec<(DeviceIdentity, ServerFrame)> {
        let mut frames = Vec::new();
        for change in std::mem::take(&mut self.uncommitted) {
            match change {
                Uncommitted::Entry { document, entry, mark, link, heads } => {
                    let durable = self.durable.get_mut(&document).expect("a document that was edited");
                    durable.log.tail.push(entry.change.clone());
                    durable.log.marks.push(*mark);
                    durable.log.chain = Some(link);
                    durable.heads.push(heads);
                    durable.entries.push(entry.clone());
                    let readers =
                        connected.iter().filter(|device| self.access(device.person, document) >= Access::Read);
                    let frame = ServerFrame::Entries { document, generation: 1, entries: vec![entry] };
                    frames.extend(readers.map(|device| (*device, frame.clone())));
                }
                Uncommitted::Verdict { to, document, verdict, repeated } => {
                    if !repeated && let Some(durable) = self.durable.get_mut(&document) {
                        durable.log.verdicts.push(verdict.clone());
                    }
                    if let Some(sequence) = verdict.sequence {
                        let before = self.told.insert((document, verdict.id), sequence);
                        assert!(before.is_none_or(|before| before == sequence), "the same answer every time");
                    }
                    frames.push((to, ServerFrame::Verdicts { document, verdicts: vec![verdict] }));
                }
            }
        }
        frames
    }

    /// The server's process dies: everything that was not committed is gone.
    pub fn crash(&mut self) {
        self.live.clear();
        self.uncommitted.clear();
    }

    /// Folds the log of a document into a snapshot, as the real server does in the background.
    pub fn fold(&mut self, document: DocumentId) {
        if self.uncommitted.is_empty() {
            let snapshot = self.admission(document).snapshot();
            let log = &mut self.durable.get_mut(&document).expect("a document of the space").log;
            log.snapshot = Some(snapshot);
            log.tail.clear();
        }
    }

    /// Takes somebody out of the space, and says what their devices must be told.
    pub fn remove(&mut self, person: PersonId) -> Vec<ServerFrame> {
        let gone = self.durable.keys().copied().filter(|document| self.access(person, *document) >= Access::Read);
        let frames = gone.map(|document| ServerFrame::Access { document, access: Access::None }).collect();
        self.roster.remove(&person);
        frames
    }

    fn welcome(&mut self, person: PersonId, cursors: &[Cursor], now: Timestamp, generous: bool) -> Vec<ServerFrame> {
        let mut documents = Vec::new();
        let mut behind = Vec::new();
        for (document, durable) in &self.durable {
            let (Some(role), access) = (self.roster.get(&person), self.access(person, *document)) else { continue };
            if access < Access::Read {
                continue;
            }
            let head = Base { generation: 1, sequence: durable.entries.len() as u64 };
            documents.push(DocumentHead {
                document: *document,
                kind: durable.kind,
                space: self.space,
                space_name: "Joost".to_owned(),
                role: *role,
                access,
                generation: 1,
                sequence: head.sequence,
            });
            let cursor = cursors.iter().find(|cursor| cursor.document == *document);
            let cursor = cursor.map(|cursor| Base { generation: cursor.generation, sequence: cursor.sequence });
            let folded = (durable.entries.len() - durable.log.tail.len()) as u64;
            let way = match CatchUp::decide(cursor, head, folded) {
                CatchUp::Entries { after } if generous && after < folded => CatchUp::Snapshot,
                way => way,
            };
            match way {
                CatchUp::Current => {}
                CatchUp::Entries { after } => behind.push(tail(*document, durable, after)),
                CatchUp::Snapshot => {
                    let bytes = durable.log.snapshot.clone().expect("a folded log has a snapshot");
                    behind.push(ServerFrame::Snapshot { document: *document, generation: 1, sequence: folded, bytes });
                    behind.push(tail(*document, durable, folded));
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
        let members = members.collect();
        let welcome = ServerFrame::Welcome { server_time: now, documents, members };
        std::iter::once(welcome).chain(behind).collect()
    }
}

fn tail(document: DocumentId, durable: &Durable, after: u64) -> ServerFrame {
    let after = usize::try_from(after).expect("a place in a log that fits in memory");
    ServerFrame::Entries { document, generation: 1, entries: durable.entries[after..].to_vec() }
}

fn sorted(document: &automerge::Automerge) -> Vec<ChangeHash> {
    let mut heads = document.get_heads();
    heads.sort_unstable();
    heads
}
