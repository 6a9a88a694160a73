//! A device meets a new generation: what it holds of the old one goes, what its person made is made again on the new.

#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::unwrap_used, reason = "a test fails by panicking")]

use kring_domain::{
    Access, Author, Command, CommandId, DeviceId, DocumentId, DocumentKind, Language, PersonId, RefusalCode, Role,
    SpaceId, Timestamp,
};
use kring_sync::{
    Admission, DeviceFrame, DeviceIdentity, DocumentHead, EditState, OwnEdit, Position, RawCommand, Replica,
    ReplicaError, ServerFrame, StoreOp, StoreQuery, Submission, Verdict,
};
use serde_json::{Value, json};
use uuid::Uuid;

/// A server with one circle, and the phone of a member who reads along.
struct Stage {
    circle: Admission,
    phone: Replica,
    stored: Vec<StoreOp>,
}

const CLIENT: u128 = 1;
const MEMBER: u128 = 2;

impl Stage {
    fn new() -> Self {
        let circle = Admission::new(DocumentId::derive(space(), DocumentKind::Circle), DocumentKind::Circle);
        let identity = DeviceIdentity { device: author(MEMBER).device, person: author(MEMBER).person };
        let mut stage = Self { circle, phone: Replica::new(identity), stored: Vec::new() };
        stage.connect();
        stage
    }

    /// The server admits a command; the phone hears of it where it is connected.
    fn admit(&mut self, who: u128, number: u128, command: Value, tell: bool) -> Verdict {
        let base = Some(self.circle.head());
        let submission = Submission { id: id(number), base, made_at: None, command: RawCommand::from_value(command) };
        self.decide(who, submission, tell)
    }

    fn decide(&mut self, who: u128, submission: Submission, tell: bool) -> Verdict {
        let outcome = self.circle.handle_submission(&author(who), submission, now());
        let document = self.circle.id();
        let frame = match (outcome.generation, outcome.admitted) {
            (Some(generation), _) => Some(snapshot(document, generation.at, generation.snapshot)),
            (None, Some(admitted)) => {
                let generation = self.circle.head().generation;
                Some(ServerFrame::Entries { document, generation, entries: vec![admitted.entry] })
            }
            (None, None) => None,
        };
        if let Some(frame) = frame.filter(|_| tell) {
            self.hear(frame);
        }
        outcome.verdict
    }

    fn connect(&mut self) {
        self.phone.handle_disconnected();
        self.phone.handle_connected("test");
    }

    fn welcome(&mut self) {
        let Position { generation, sequence } = self.circle.head();
        let head = DocumentHead {
            document: self.circle.id(),
            kind: DocumentKind::Circle,
            space: space(),
            space_name: "Joost".into(),
            role: Role::Member,
            access: Access::Write,
            generation,
            sequence,
        };
        self.hear(ServerFrame::Welcome {
            server_time: now(),
            documents: vec![head],
            members: vec![],
            server: None,
            through: None,
        });
    }

    fn hear(&mut self, frame: ServerFrame) {
        self.phone.handle_frame(frame, now()).unwrap();
        self.store();
    }

    fn store(&mut self) {
        while let Some(ops) = self.phone.poll_store() {
            self.stored.extend(ops);
            self.phone.handle_stored();
        }
    }

    fn make(&mut self, number: u128, command: Value) {
        self.phone.submit(self.circle.id(), id(number), Command::parse(command).unwrap(), now()).unwrap();
        self.store();
    }

    /// Returns what the phone sends now.
    fn sent(&mut self) -> Vec<Submission> {
        let frames = std::iter::from_fn(|| self.phone.poll_frame());
        let submits = frames.filter_map(|frame| match frame {
            DeviceFrame::Submit { commands, .. } => Some(commands),
            _ => None,
        });
        submits.flatten().collect()
    }

    fn take_over(&mut self) {
        let document = self.circle.id();
        let head = self.circle.head();
        let bytes = self.circle.snapshot();
        self.hear(snapshot(document, head, bytes));
    }

    fn ideas(&mut self) -> Value {
        let read = self.phone.read(self.circle.id(), Language::Dutch).unwrap();
        serde_json::to_value(read.content).unwrap()["ideas"].clone()
    }

    fn ends(&self) -> Vec<(CommandId, EditState)> {
        let end = |op: &StoreOp| match op {
            StoreOp::Settle { edit, .. } => Some((edit.id, edit.state.clone())),
            _ => None,
        };
        self.stored.iter().filter_map(end).collect()
    }
}

#[test]
fn an_erasure_is_taken_over_before_anything_is_sent() {
    let mut stage = Stage::new();
    stage.welcome();
    stage.admit(MEMBER, 1, idea(7, "een geheim"), true);
    stage.admit(MEMBER, 2, idea(8, "een kaart"), true);
    stage.phone.handle_disconnected();
    stage.make(11, edit(7, "een geheim van mij"));
    stage.make(12, edit(8, "een mooie kaart"));
    stage.make(13, heart(8));
    stage.admit(CLIENT, 3, json!({"type": "erase_idea", "idea_id": thing(7)}), false);

    stage.connect();
    assert_eq!(stage.sent(), [], "nothing before the server has said where it is");
    stage.welcome();
    assert_eq!(stage.sent(), [], "nor before the new generation is here");
    stage.take_over();
    assert!(!stage.ideas().to_string().contains("geheim"));
    assert_eq!(stage.ideas()[0]["text"], "een mooie kaart", "what waits is made on the new generation");
    assert_eq!(stage.ideas()[0]["hearts"].as_array().unwrap().len(), 1);
    let replaced = stage.stored.iter().rev().find_map(|op| match op {
        StoreOp::PutSnapshot { position, snapshot, .. } => Some((*position, snapshot.clone().unwrap())),
        _ => None,
    });
    let things = |op: &StoreOp| match op {
        StoreOp::Erase { things, .. } => Some(things.clone()),
        _ => None,
    };
    assert_eq!(stage.stored.iter().find_map(things), Some(vec![Uuid::from_u128(7)]), "settled edits about it too");
    assert_eq!(replaced, Some((Position { generation: 2, sequence: 0 }, stage.circle.snapshot())));

    let sent = stage.sent();
    assert_eq!(sent.iter().map(|submission| submission.id).collect::<Vec<_>>(), [id(11), id(12), id(13)]);
    let verdicts = sent.into_iter().map(|submission| stage.decide(MEMBER, submission, true)).collect();
    let document = stage.circle.id();
    stage.hear(ServerFrame::Verdicts { document, verdicts });
    assert!(stage.phone.is_quiet());
    let ends = stage.ends();
    let refused = EditState::NotAccepted { code: RefusalCode::NotFound, field: Some("idea_id".into()), because: None };
    assert!(ends.contains(&(id(11), refused)), "{ends:?}");
    assert!(ends.contains(&(id(12), EditState::Shared { sequence: 1 })), "{ends:?}");
    assert_eq!(stage.ideas()[0]["text"], "een mooie kaart");
}

#[test]
fn an_edit_with_a_lost_answer_is_shared_after_a_rewrite() {
    let mut stage = Stage::new();
    stage.welcome();
    stage.make(11, idea(7, "een kaart"));
    let sent = stage.sent();
    let verdict = stage.decide(MEMBER, sent[0].clone(), false);
    stage.circle.begin_generation().unwrap();
    stage.connect();
    stage.welcome();
    stage.take_over();
    let again = stage.sent();
    assert_eq!(again, sent);
    assert_eq!(stage.decide(MEMBER, again[0].clone(), false), verdict);
    let document = stage.circle.id();
    stage.hear(ServerFrame::Verdicts { document, verdicts: vec![verdict] });
    assert_eq!(stage.ends(), [(id(11), EditState::Shared { sequence: 1 })]);
    assert_eq!(stage.ideas().as_array().unwrap().len(), 1);
}

#[test]
fn an_edit_that_erases_is_shared_when_its_generation_is_here() {
    let mut stage = Stage::new();
    stage.welcome();
    stage.admit(CLIENT, 1, idea(7, "een geheim"), true);
    stage.admit(CLIENT, 2, idea(8, "een kaart"), true);
    let document = stage.circle.id();
    stage.make(11, idea(9, "van mij"));
    stage.make(12, json!({"type": "erase_idea", "idea_id": thing(9)}));
    assert!(!stage.ideas().to_string().contains("van mij"));
    let verdicts = stage.sent().into_iter().map(|it| stage.decide(MEMBER, it, true)).collect::<Vec<_>>();
    assert_eq!(verdicts[1].position(), Some(Position { generation: 2, sequence: 0 }));
    stage.hear(ServerFrame::Verdicts { document, verdicts });
    let shared = |sequence| EditState::Shared { sequence };
    assert_eq!(stage.ends(), [(id(11), shared(3)), (id(12), shared(0))]);
}

#[test]
fn entries_of_the_generation_before_are_passed_over() {
    let mut stage = Stage::new();
    stage.welcome();
    let document = stage.circle.id();
    let submission = Submission { id: id(1), base: None, made_at: None, command: RawCommand::from_value(idea(7, "x")) };
    let late = stage.circle.handle_submission(&author(CLIENT), submission, now()).admitted.unwrap().entry;
    stage.circle.begin_generation().unwrap();
    stage.take_over();
    stage.hear(ServerFrame::Entries { document, generation: 1, entries: vec![late] });
    assert_eq!(stage.phone.cursor(document).unwrap().generation, 2);
    assert_eq!(stage.ideas().as_array().unwrap().len(), 1);
}

/// Automerge keeps such a change aside and says nothing: the phone would count an entry that it does not have.
#[test]
fn an_entry_that_builds_on_what_was_left_out_is_not_taken() {
    let mut stage = Stage::new();
    stage.welcome();
    let document = stage.circle.id();
    let mut entry = |number: u128| {
        let command = RawCommand::from_value(idea(number, "x"));
        let submission = Submission { id: id(number), base: None, made_at: None, command };
        stage.circle.handle_submission(&author(CLIENT), submission, now()).admitted.unwrap().entry
    };
    entry(7);
    let mut second = entry(8);
    second.sequence = 1;
    let left_out = ServerFrame::Entries { document, generation: 1, entries: vec![second] };
    assert_eq!(stage.phone.handle_frame(left_out, now()), Err(ReplicaError::Unreadable));
    assert_eq!(stage.phone.cursor(document).unwrap().sequence, 0);
}

/// It used to begin anew as if it had shared nothing, and what it had shared on the history that ended was nowhere.
#[test]
fn what_was_shared_waits_again_when_a_document_is_joined_anew() {
    let mut stage = Stage::new();
    stage.welcome();
    let document = stage.circle.id();
    stage.make(11, idea(8, "van mij"));
    let told = stage.sent().remove(0);
    stage.decide(MEMBER, told.clone(), true);
    assert_eq!(stage.ends(), [(id(11), EditState::Shared { sequence: 1 })]);
    stage.circle = Admission::new(document, DocumentKind::Circle);
    stage.admit(CLIENT, 1, idea(21, "een"), false);
    let command = RawCommand::from_value(edit(21, "twee"));
    let second = Submission { id: id(2), base: Some(stage.circle.head()), made_at: None, command };
    let entry = stage.circle.handle_submission(&author(CLIENT), second, now()).admitted.unwrap().entry;
    let other = ServerFrame::Entries { document, generation: 1, entries: vec![entry] };
    let before = stage.stored.len();
    assert_eq!(stage.phone.handle_frame(other, now()), Err(ReplicaError::Unreadable));
    stage.store();
    assert_eq!(stage.stored.len(), before, "the store lets go of nothing before the person's edits are at hand");
    stage.connect();
    assert_eq!(stage.phone.poll_store_query(), Some(StoreQuery::Own { document }));
    let Submission { id: own, command, made_at, .. } = told;
    stage.phone.handle_own(document, vec![OwnEdit { id: own, command, made_at }]).unwrap();
    let together = stage.phone.poll_store().unwrap();
    assert!(matches!(
        &together[..],
        [StoreOp::PutSnapshot { position: Position::GENESIS, .. }, StoreOp::PutPending { .. }]
    ));
    stage.phone.handle_stored();
    stage.welcome();
    let again = stage.sent();
    assert_eq!((again.len(), again[0].id, again[0].base), (1, id(11), Some(Position::GENESIS)));
}

/// It used to send what waited at once: made behind a head that the restored server does not have, it was refused for
/// good.
#[test]
fn a_device_of_a_later_generation_waits_for_the_history() {
    let mut stage = Stage::new();
    stage.welcome();
    stage.circle.begin_generation().unwrap();
    stage.take_over();
    stage.make(11, idea(8, "van mij"));
    let document = stage.circle.id();
    stage.circle = Admission::new(document, DocumentKind::Circle);
    stage.connect();
    stage.welcome();
    assert_eq!(stage.sent(), []);
    let (Position { generation, sequence }, bytes) = (stage.circle.head(), stage.circle.snapshot());
    stage.hear(ServerFrame::Snapshot { document, generation, sequence, bytes, chain_hash: None, replaces: true });
    assert_eq!(stage.phone.poll_store_query(), Some(StoreQuery::Own { document }));
    stage.phone.handle_own(document, vec![]).unwrap();
    stage.store();
    let sent = stage.sent();
    assert_eq!((sent.len(), sent[0].id, sent[0].base), (1, id(11), Some(Position::GENESIS)));
}

/// It used to take the word of the server that was, and the edit was nowhere.
#[test]
fn verdicts_from_before_a_restore_do_not_count() {
    let mut stage = Stage::new();
    stage.welcome();
    let document = stage.circle.id();
    stage.make(11, idea(8, "van mij"));
    let told = stage.sent().remove(0);
    let verdicts = vec![stage.decide(MEMBER, told, false)];
    stage.hear(ServerFrame::Verdicts { document, verdicts });
    stage.circle = Admission::new(document, DocumentKind::Circle);
    stage.admit(CLIENT, 1, idea(21, "een"), false);
    stage.admit(CLIENT, 2, idea(22, "twee"), false);
    stage.connect();
    stage.welcome();
    stage.take_over();
    assert_eq!(stage.ends(), []);
    let again = stage.sent();
    assert_eq!((again.len(), again[0].id), (1, id(11)));
}

fn snapshot(document: DocumentId, at: Position, bytes: Vec<u8>) -> ServerFrame {
    let Position { generation, sequence } = at;
    ServerFrame::Snapshot { document, generation, sequence, bytes, chain_hash: None, replaces: false }
}

fn space() -> SpaceId {
    SpaceId::new(Uuid::from_u128(3))
}

fn author(person: u128) -> Author {
    let role = if person == CLIENT { Role::Client } else { Role::Member };
    Author {
        device: DeviceId::new(Uuid::from_u128(10 + person)),
        person: PersonId::new(Uuid::from_u128(person)),
        role,
        has_client: true,
    }
}

fn id(number: u128) -> CommandId {
    CommandId::new(Uuid::from_u128(0xc0 + number))
}

fn thing(number: u128) -> String {
    Uuid::from_u128(number).to_string()
}

fn idea(number: u128, text: &str) -> Value {
    json!({"type": "propose_idea", "idea_id": thing(number), "text": text})
}

fn edit(number: u128, text: &str) -> Value {
    json!({"type": "edit_idea", "idea_id": thing(number), "text": text})
}

fn heart(number: u128) -> Value {
    json!({"type": "heart_idea", "idea_id": thing(number)})
}

fn now() -> Timestamp {
    "2026-04-01T12:00:00Z".parse().unwrap()
}
