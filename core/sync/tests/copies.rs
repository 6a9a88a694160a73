//! Two devices go on from what one was: both share what waited, and nothing is lost or doubled.

#![allow(clippy::expect_used, clippy::unwrap_used, reason = "a test fails by panicking")]

use kring_domain::{
    Access, Author, Command, CommandId, DeviceId, DocumentId, DocumentKind, PersonId, Role, SpaceId, Timestamp,
};
use kring_sync::{
    Admission, DeviceFrame, DeviceIdentity, DocumentHead, EditState, Entry, Judgement, Replica, ServerFrame, StoreOp,
    StoredDocument, Submission,
};
use proptest::prelude::*;
use serde_json::{Value, json};
use uuid::Uuid;

/// A server with one circle.
struct Server {
    circle: Admission,
    entries: Vec<Entry>,
}

/// A phone whose store is data, so that it can be copied.
struct Phone {
    replica: Replica,
    stored: StoredDocument,
    ended: Vec<(CommandId, EditState)>,
}

impl Server {
    fn new() -> Self {
        let document = DocumentId::derive(space(), DocumentKind::Circle);
        Self { circle: Admission::new(document, DocumentKind::Circle), entries: Vec::new() }
    }

    fn take(&mut self, device: DeviceIdentity, submission: Submission) -> Judgement {
        let author = Author { device: device.device, person: device.person, role: Role::Member, has_client: false };
        let outcome = self.circle.handle_submission(&author, submission, now());
        self.entries.extend(outcome.admitted.map(|admitted| admitted.entry));
        outcome.verdict.judgement
    }

    fn head(&self) -> DocumentHead {
        DocumentHead {
            document: self.circle.id(),
            kind: DocumentKind::Circle,
            space: space(),
            space_name: String::new(),
            role: Role::Member,
            access: Access::Write,
            generation: 1,
            sequence: self.circle.head().sequence,
        }
    }
}

impl Phone {
    fn new(server: &Server) -> Self {
        let stored = StoredDocument {
            document: server.circle.id(),
            kind: DocumentKind::Circle,
            space: space(),
            role: Role::Member,
            access: Access::Write,
            known: true,
            position: kring_sync::Position::GENESIS,
            chain_hash: None,
            snapshot: None,
            tail: Vec::new(),
            pending: Vec::new(),
        };
        Self { replica: restored(1, &stored), stored, ended: Vec::new() }
    }

    /// The store is copied, and becomes another device.
    fn copied(&self) -> Self {
        let mut replica = restored(1, &self.stored);
        replica.adopt(identity(2));
        replica.catch_up_first();
        Self { replica, stored: self.stored.clone(), ended: Vec::new() }
    }

    fn make(&mut self, number: u128, command: Value) {
        let command = Command::parse(command).unwrap();
        self.replica.submit(self.stored.document, id(number), command, now()).unwrap();
        self.keep();
    }

    /// Connects, and sends at most this many commands before the connection is gone.
    fn share(&mut self, server: &mut Server, most: usize) {
        self.replica.handle_disconnected();
        self.replica.handle_connected("test");
        assert!(matches!(self.replica.poll_frame(), Some(DeviceFrame::Hello { .. })));
        let documents = vec![server.head()];
        let server_time = now();
        let members = vec![];
        self.hear(ServerFrame::Welcome { server_time, documents, members, server: None, through: None });
        let mut left = most;
        loop {
            let mut commands = Vec::new();
            while let Some(frame) = self.replica.poll_frame() {
                if let DeviceFrame::Submit { commands: sent, .. } = frame {
                    commands.extend(sent);
                }
            }
            for command in commands {
                if left == 0 {
                    return;
                }
                left -= 1;
                let sent = command.id;
                let device = self.replica.identity();
                assert_eq!(server.take(device, command), Judgement::Admitted, "{sent:?} of {device:?}");
            }
            let sequence = self.replica.cursor(self.stored.document).unwrap().sequence;
            let lacking: Vec<Entry> =
                server.entries.iter().filter(|entry| entry.sequence > sequence).cloned().collect();
            if lacking.is_empty() {
                return;
            }
            self.hear(ServerFrame::Entries { document: self.stored.document, generation: 1, entries: lacking });
        }
    }

    fn hear(&mut self, frame: ServerFrame) {
        self.replica.handle_frame(frame, now()).unwrap();
        self.keep();
    }

    fn keep(&mut self) {
        while let Some(ops) = self.replica.poll_store() {
            for op in ops {
                match op {
                    StoreOp::Append { entries, chain_hash, .. } => {
                        self.stored.position.sequence += entries.len() as u64;
                        self.stored.chain_hash = chain_hash;
                        self.stored.tail.extend(entries.into_iter().map(|entry| entry.change));
                    }
                    StoreOp::PutPending { pending, .. } => {
                        let waits = self.stored.pending.iter_mut();
                        match waits.into_iter().find(|other| other.submission.id == pending.submission.id) {
                            Some(other) => *other = pending,
                            None => self.stored.pending.push(pending),
                        }
                    }
                    StoreOp::Settle { edit, .. } => {
                        self.stored.pending.retain(|pending| pending.submission.id != edit.id);
                        self.ended.push((edit.id, edit.state));
                    }
                    _ => {}
                }
            }
            self.replica.handle_stored();
        }
    }
}

#[test]
fn edits_of_a_copy_build_on_what_the_first_shared() {
    let mut server = Server::new();
    let mut first = Phone::new(&server);
    first.make(1, propose(1));
    first.make(2, json!({"type": "edit_idea", "idea_id": idea(1), "text": "samen wandelen"}));
    let mut second = first.copied();
    first.share(&mut server, 1);
    second.make(3, json!({"type": "heart_idea", "idea_id": idea(1)}));
    second.share(&mut server, 9);
    first.share(&mut server, 9);
    let devices: Vec<DeviceId> = server.entries.iter().map(|entry| entry.device).collect();
    assert_eq!(devices, [identity(1).device, identity(2).device, identity(2).device]);
    for phone in [&first, &second] {
        assert!(phone.stored.pending.is_empty());
        assert!(phone.ended.iter().all(|(_, state)| matches!(state, EditState::Shared { .. })), "{:?}", phone.ended);
    }
}

#[test]
fn a_copy_sends_nothing_before_it_has_everything() {
    let mut server = Server::new();
    let mut first = Phone::new(&server);
    first.make(1, propose(1));
    let mut second = first.copied();
    first.share(&mut server, 9);
    second.replica.handle_connected("test");
    assert!(matches!(second.replica.poll_frame(), Some(DeviceFrame::Hello { .. })));
    let documents = vec![server.head()];
    let server_time = now();
    let members = vec![];
    second.hear(ServerFrame::Welcome { server_time, documents, members, server: None, through: None });
    assert_eq!(second.replica.poll_frame(), None);
    second.hear(ServerFrame::Entries { document: server.circle.id(), generation: 1, entries: server.entries.clone() });
    assert_eq!(second.replica.poll_frame(), None, "it was shared already");
    assert_eq!(second.ended, [(id(1), EditState::Shared { sequence: 1 })]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn nothing_is_lost_or_doubled_however_two_phones_share(
        before in 1usize..5, mine in 0usize..4, theirs in 0usize..4,
        shares in prop::collection::vec((any::<bool>(), 0usize..4), 0..8),
    ) {
        let mut server = Server::new();
        let mut first = Phone::new(&server);
        let mut number = 0;
        let mut edit = |phone: &mut Phone| {
            number += 1;
            phone.make(number, propose(number));
        };
        (0..before).for_each(|_| edit(&mut first));
        let mut second = first.copied();
        (0..mine).for_each(|_| edit(&mut first));
        (0..theirs).for_each(|_| edit(&mut second));
        for (is_first, most) in shares {
            if is_first { first.share(&mut server, most) } else { second.share(&mut server, most) }
        }
        for _ in 0..2 {
            first.share(&mut server, 100);
            second.share(&mut server, 100);
        }
        let mut ids: Vec<CommandId> = server.entries.iter().map(|entry| entry.command_id).collect();
        ids.sort();
        let all: Vec<CommandId> = (1..=number).map(id).collect();
        prop_assert_eq!(ids, all);
        prop_assert!(first.stored.pending.is_empty() && second.stored.pending.is_empty());
    }
}

fn restored(device: u128, stored: &StoredDocument) -> Replica {
    Replica::restore(identity(device), vec![stored.clone()], Vec::new()).unwrap()
}

fn propose(number: u128) -> Value {
    json!({"type": "propose_idea", "idea_id": idea(number), "text": format!("idee {number}")})
}

fn idea(number: u128) -> Uuid {
    Uuid::from_u128(1_000 + number)
}

fn identity(device: u128) -> DeviceIdentity {
    DeviceIdentity { device: DeviceId::new(Uuid::from_u128(device)), person: PersonId::new(Uuid::from_u128(7)) }
}

fn id(number: u128) -> CommandId {
    CommandId::new(Uuid::from_u128(number))
}

fn space() -> SpaceId {
    SpaceId::new(Uuid::from_u128(3))
}

fn now() -> Timestamp {
    "2026-04-01T12:00:00Z".parse().unwrap()
}
