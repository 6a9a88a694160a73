//! Changes that Automerge applies, and whose document it can then not load again.

#![allow(clippy::expect_used, reason = "a test fails by panicking")]

use automerge::Automerge;
use kring_domain::{
    Access, Author, Command, CommandId, DeviceId, DocumentId, DocumentKind, PersonId, Role, SpaceId, Timestamp,
};
use kring_sync::{
    Admission, DeviceFrame, DeviceIdentity, DocumentHead, Entry, RawCommand, Replica, ReplicaError, ServerFrame,
    StoreOp, Submission, decode_device_frame, encode,
};
use serde_json::json;
use uuid::Uuid;

/// As many entries as a phone keeps beside its snapshot, and a few more.
const MANY: u128 = 520;

/// A phone folds what it has into a snapshot now and then; one that cannot be loaded would be the end of its file.
#[test]
fn a_phone_keeps_no_snapshot_that_it_cannot_load() {
    let entries: Vec<Entry> = crafted().into_iter().chain(honest()).zip(1..).map(numbered).collect();
    let mut phone = phone();
    let frame = ServerFrame::Entries { document: document(), generation: 1, entries };
    let taken = phone.handle_frame(frame, now());
    while let Some(ops) = phone.poll_store() {
        for op in &ops {
            if let StoreOp::Fold { snapshot, .. } = op {
                assert!(Automerge::load(snapshot).is_ok(), "what is kept can be loaded");
            }
        }
        phone.handle_stored();
    }
    assert_eq!(taken, Err(ReplicaError::Unreadable), "and the server is not believed");
    assert_eq!(phone.pending(document()).count(), 1, "the person's own idea waits");
    let frame = ServerFrame::Entries {
        document: document(),
        generation: 1,
        entries: honest().zip(1..).map(numbered).collect(),
    };
    assert_eq!(phone.handle_frame(frame, now()), Ok(()), "from an honest server it takes as much");
}

fn numbered((entry, sequence): (Entry, u64)) -> Entry {
    Entry { sequence, ..entry }
}

/// The entries of the file in the corpus that showed it.
fn crafted() -> Vec<Entry> {
    let mut frame = encode(&json!({"t": "entries", "document": document()}));
    frame.splice(..1, [0xa3]);
    frame.extend(encode(&"entries"));
    frame.extend_from_slice(include_bytes!("../../../fuzz/corpus/entries/applied-and-never-loaded-again"));
    match decode_device_frame(&frame) {
        Ok(DeviceFrame::Entries { entries, .. }) => entries,
        other => panic!("the corpus holds entries, not {other:?}"),
    }
}

fn honest() -> impl Iterator<Item = Entry> {
    let mut circle = Admission::new(document(), DocumentKind::Circle);
    let author = Author::example(Role::Member);
    (100..100 + MANY).map(move |number| {
        let submission = Submission {
            id: CommandId::new(Uuid::from_u128(number)),
            base: None,
            made_at: None,
            command: RawCommand::from(&idea(number)),
        };
        circle.handle_submission(&author, submission, now()).admitted.expect("a member may propose").entry
    })
}

fn idea(number: u128) -> Command {
    let idea = json!({"type": "propose_idea", "idea_id": Uuid::from_u128(number), "text": "wandelen"});
    Command::parse(idea).expect("a command of this version")
}

fn phone() -> Replica {
    let identity =
        DeviceIdentity { device: DeviceId::new(Uuid::from_u128(1)), person: PersonId::new(Uuid::from_u128(2)) };
    let mut phone = Replica::restore(identity, Vec::new(), Vec::new()).expect("nothing is stored yet");
    phone.handle_connected("hostile");
    let head = DocumentHead {
        document: document(),
        space: space(),
        space_name: "Joost".into(),
        kind: DocumentKind::Circle,
        role: Role::Client,
        access: Access::Write,
        generation: 1,
        sequence: 0,
    };
    let welcome = ServerFrame::Welcome {
        server_time: now(),
        documents: vec![head],
        members: Vec::new(),
        server: None,
        through: None,
    };
    phone.handle_frame(welcome, now()).expect("a welcome");
    phone.submit(document(), CommandId::new(Uuid::from_u128(9)), idea(9), now()).expect("a client may propose");
    phone
}

fn space() -> SpaceId {
    SpaceId::new(Uuid::from_u128(1))
}

fn document() -> DocumentId {
    DocumentId::derive(space(), DocumentKind::Circle)
}

fn now() -> Timestamp {
    Timestamp::from_millis(1_772_452_800_000)
}
