//! Bytes and frames from anybody: an error at worst, and what the person made is kept.

#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::unwrap_used, reason = "a test fails by panicking")]

use kring_domain::{
    Access, Command, CommandId, DeviceId, DocumentId, DocumentKind, PersonId, Role, SpaceId, Timestamp,
};
use kring_sync::{
    Admission, DeviceIdentity, Entry, RawCommand, Replica, ServerFrame, StoreOp, Submission, decode_device_frame,
    decode_device_frames, decode_server_frame, decode_server_frames, encode,
};
use proptest::prelude::*;
use serde_json::json;
use sha2::{Digest, Sha256};
use uuid::Uuid;

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_decode_or_are_refused(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = (decode_device_frame(&bytes), decode_device_frames(&bytes));
        let _ = (decode_server_frame(&bytes), decode_server_frames(&bytes));
    }

    #[test]
    fn a_phone_survives_frames_that_were_tampered_with(
        which in 0..4_usize,
        damage in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
    ) {
        let (mut phone, circle) = phone();
        let mut bytes = encode(&frames(circle)[which]);
        for (place, byte) in damage {
            let place = place.index(bytes.len());
            bytes[place] ^= byte;
        }
        if let Ok(frame) = decode_server_frame(&bytes) {
            let _ = phone.handle_frame(frame, now());
        }
        let ended = drain(&mut phone);
        let waits = phone.pending(circle).count();
        prop_assert_eq!(waits + ended, 1, "the person's own idea waits, or has come to its end");
        if phone.cursor(circle).is_some() {
            prop_assert!(phone.view(circle).is_some());
        }
    }

    #[test]
    fn a_server_survives_commands_of_any_shape(
        text in "\\PC{0,40}",
        number in any::<i64>(),
        field in prop::sample::select(vec!["text", "idea_id", "complexity", "fits", "type", "strategy"]),
    ) {
        let mut circle = Admission::new(document(), DocumentKind::Circle);
        let author = kring_domain::Author::example(Role::Member);
        let values = [json!(text), json!(number), json!([[text]]), json!({ "a": { "b": number } }), json!(null)];
        // Each has an id of its own: a second command with one id is answered like the first, and not looked at.
        for (id, value) in (1_u128..).zip(values) {
            let mut command = json!({"type": "propose_idea", "idea_id": Uuid::from_u128(5), "text": "idee"});
            command[field] = value;
            let id = CommandId::new(Uuid::from_u128(id));
            let submission = Submission { id, base: None, made_at: None, command: RawCommand::from_value(command) };
            circle.handle_submission(&author, submission, now());
        }
        prop_assert!(circle.head().sequence <= 1);
    }
}

#[test]
fn bytes_that_stand_for_millions_of_operations_cost_nothing() {
    let (mut phone, circle) = phone();
    let entry = Entry { sequence: 1, change: bomb(), ..frames_entry() };
    assert!(entry.change.len() < 120, "{} bytes", entry.change.len());
    let frame = ServerFrame::Entries { document: circle, generation: 1, entries: vec![entry] };
    assert_eq!(phone.handle_frame(frame, now()), Err(kring_sync::ReplicaError::Unreadable));
    let document = circle;
    let generation = 1;
    let sequence = 1;
    let chain_hash = None;
    let replaces = false;
    let frame = ServerFrame::Snapshot { document, generation, sequence, bytes: bomb(), chain_hash, replaces };
    assert_eq!(phone.handle_frame(frame, now()), Err(kring_sync::ReplicaError::Unreadable));
    assert_eq!(drain(&mut phone) + phone.pending(circle).count(), 1, "the person's own idea waits");
}

/// A change with a good checksum that sets one key three million times.
fn bomb() -> Vec<u8> {
    // 3,000,000 as a signed LEB128 number: the length of a run.
    let run: [u8; 4] = [0xc0, 0x8d, 0xb7, 0x01];
    let columns: [(u8, Vec<u8>); 5] = [
        (0x15, [&run[..], b"\x01a"].concat()),
        (0x34, run.to_vec()),
        (0x42, [&run[..], &[1]].concat()),
        (0x56, [&run[..], &[0]].concat()),
        (0x70, [&run[..], &[0]].concat()),
    ];
    let mut contents = vec![0, 1, 1, 1, 1, 0, 0, 0, columns.len() as u8];
    columns.iter().for_each(|(column, data)| contents.extend([*column, data.len() as u8]));
    columns.iter().for_each(|(_, data)| contents.extend(data));
    let body = [vec![1, contents.len() as u8], contents].concat();
    [&[0x85, 0x6f, 0x4a, 0x83], &Sha256::digest(&body)[..4], &body].concat()
}

/// An entry to put other changes into.
fn frames_entry() -> Entry {
    let [.., ServerFrame::Entries { mut entries, .. }, _] = frames(document()) else { panic!("entries") };
    entries.remove(0)
}

/// A phone that holds a circle with one idea of its own that waits.
fn phone() -> (Replica, DocumentId) {
    let device = DeviceId::new(Uuid::from_u128(20));
    let mut phone = Replica::new(DeviceIdentity { device, person: PersonId::new(Uuid::from_u128(2)) });
    phone.create_space(space(), Role::Client);
    let idea = json!({"type": "propose_idea", "idea_id": Uuid::from_u128(7), "text": "een kaart"});
    let command = Command::parse(idea).expect("a command of this version");
    phone.submit(document(), CommandId::new(Uuid::from_u128(8)), command, now()).expect("a client may propose");
    drain(&mut phone);
    (phone, document())
}

/// Returns what a server could send it: a welcome, a snapshot, entries and a verdict.
fn frames(circle: DocumentId) -> [ServerFrame; 4] {
    let mut server = Admission::new(circle, DocumentKind::Circle);
    let author = kring_domain::Author::example(Role::Member);
    let mut entries: Vec<Entry> = Vec::new();
    for number in 1..=3_u128 {
        let command = json!({"type": "propose_idea", "idea_id": Uuid::from_u128(100 + number), "text": "idee"});
        let id = CommandId::new(Uuid::from_u128(50 + number));
        let submission = Submission { id, base: None, made_at: None, command: RawCommand::from_value(command) };
        let outcome = server.handle_submission(&author, submission, now());
        entries.push(outcome.admitted.expect("a member may propose").entry);
    }
    let head = kring_sync::DocumentHead {
        document: circle,
        kind: DocumentKind::Circle,
        space: space(),
        space_name: "Joost".to_owned(),
        role: Role::Client,
        access: Access::Write,
        generation: 1,
        sequence: 3,
    };
    let verdict = kring_sync::Verdict::held(CommandId::new(Uuid::from_u128(8)), kring_domain::RefusalCode::Clock);
    [
        ServerFrame::Welcome {
            server_time: now(),
            documents: vec![head],
            members: vec![],
            server: None,
            through: None,
        },
        ServerFrame::Snapshot {
            document: circle,
            generation: 1,
            sequence: 3,
            bytes: server.snapshot(),
            chain_hash: Some(server.chain_hash()),
            replaces: false,
        },
        ServerFrame::Entries { document: circle, generation: 1, entries },
        ServerFrame::Verdicts { document: circle, verdicts: vec![verdict] },
    ]
}

/// Lets the phone store and tell what it has to, and counts the edits that came to their end.
fn drain(phone: &mut Replica) -> usize {
    let mut ended = 0;
    while let Some(batch) = phone.poll_store() {
        ended += batch.iter().filter(|op| matches!(op, StoreOp::Settle { .. })).count();
        phone.handle_stored();
    }
    while phone.poll_event().is_some() {}
    ended
}

fn space() -> SpaceId {
    SpaceId::new(Uuid::from_u128(1))
}

fn document() -> DocumentId {
    DocumentId::derive(space(), DocumentKind::Circle)
}

fn now() -> Timestamp {
    "2026-04-01T12:00:00Z".parse().expect("a time")
}
