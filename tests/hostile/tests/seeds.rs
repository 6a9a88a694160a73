//! The first files of each corpus: honest bytes, from which the fuzzer starts. `UPDATE_SEEDS=1` writes them.

#![allow(clippy::expect_used, clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::Path;

use kring_domain::{Author, Command, CommandId, DocumentId, DocumentKind, Role, SpaceId, Timestamp};
use kring_hostile::TARGETS;
use kring_sync::{
    Admission, Cursor, DeviceFrame, DocumentHead, Entry, Member, Position, RawCommand, ServerFrame, Submission,
    Verdict, encode, pack_entries,
};
use serde_json::{Value, json};
use uuid::Uuid;

#[test]
fn every_target_takes_honest_bytes() {
    let mut seeds = Vec::new();
    let commands = commands();
    for (number, command) in commands.iter().enumerate() {
        seeds.push(("command", format!("{number:02}"), [b"\0", command.to_string().as_bytes()].concat()));
        let kind = Command::parse(command.clone()).unwrap().kind();
        let route = [DocumentKind::Circle, DocumentKind::Network, DocumentKind::Plan];
        let route = 4 + route.iter().position(|of| *of == kind).unwrap_or(0) as u8;
        let body = json!({"commands": [{"id": Uuid::from_u128(number as u128), "command": command}]});
        seeds.push(("http", format!("command-{number:02}"), [&[route][..], body.to_string().as_bytes()].concat()));
    }
    for (name, frame) in device_frames(&commands) {
        seeds.push(("http", name.clone(), [&[7][..], &encode(&[hello(), frame.clone()])].concat()));
        seeds.push(("device_frame", name, encode(&frame)));
    }
    for (route, body) in [
        (0, json!({"code": "ABCD-EFGH-JKMN-PQRS", "device_name": "a phone", "display_name": "Emine"})),
        (1, json!({"refresh_token": "abc"})),
        (2, json!({"space_id": Uuid::from_u128(5), "name": "Joost"})),
        (3, json!({"role": "member", "name": "Emine"})),
        (9, json!(null)),
        (10, json!(null)),
        (12, json!(null)),
    ] {
        seeds.push(("http", format!("route-{route:02}"), [&[route][..], body.to_string().as_bytes()].concat()));
    }
    let (frames, admission, entries) = server_frames(&commands);
    seeds.extend(frames.into_iter().map(|(name, frame)| ("server_frame", name, encode(&frame))));
    seeds.push(("server_frame", "packed".into(), pack_entries(admission.id(), 1, &entries)));
    seeds.push(("snapshot", "circle".into(), admission.snapshot()));
    seeds.push(("snapshot", "plain".into(), admission.document().save_nocompress()));
    let mut signed = entries.clone();
    signed.iter_mut().for_each(|entry| entry.signature = vec![2; 64]);
    seeds.push(("entries", "signed".into(), encode(&signed)));
    for (number, entry) in entries.into_iter().enumerate() {
        seeds.push(("change", format!("{number:02}"), entry.change));
    }
    seeds.push(("token", "good".into(), vec![0]));
    seeds.push(("token", "touched".into(), vec![0, 0, 60, b'x']));
    seeds.push(("token", "none".into(), b"eyJhbGciOiJub25lIn0.eyJzdWIiOiIifQ.".to_vec()));
    for (target, name, bytes) in seeds {
        let (_, run) = TARGETS.iter().find(|(name, _)| *name == target).expect("each seed is for a target");
        run(&bytes);
        if std::env::var_os("UPDATE_SEEDS").is_some() {
            let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus").join(target);
            std::fs::create_dir_all(&folder).unwrap();
            std::fs::write(folder.join(format!("seed-{name}")), bytes).unwrap();
        }
    }
}

fn document(kind: DocumentKind) -> DocumentId {
    DocumentId::derive(SpaceId::new(Uuid::from_u128(1)), kind)
}

fn commands() -> Vec<Value> {
    let id = Uuid::from_u128;
    vec![
        json!({"type": "add_contact", "contact_id": id(9), "name": "Ria", "ring": 2, "quadrant": "family",
               "gives": ["advice"], "known_since": 2010, "last_contact": "2026-03-02"}),
        json!({"type": "update_contact", "contact_id": id(1), "name": "Ria", "does": null}),
        json!({"type": "place_contact", "contact_id": id(1), "ring": 1, "quadrant": "peers"}),
        json!({"type": "add_tie", "a": id(1), "b": id(2)}),
        json!({"type": "take_snapshot", "snapshot_id": id(9), "label": "start"}),
        json!({"type": "erase_contact", "contact_id": id(1)}),
        json!({"type": "propose_idea", "idea_id": id(9), "text": "Samen vissen", "fits": ["vissen"]}),
        json!({"type": "edit_idea", "idea_id": id(1), "text": "Een brief naar Dennis"}),
        json!({"type": "heart_idea", "idea_id": id(1)}),
        json!({"type": "post_message", "message_id": id(9), "text": "Hallo 👋"}),
        json!({"type": "make_offer", "offer_id": id(9), "what": "rijden", "when": "zondag"}),
        json!({"type": "add_action", "action_id": id(9), "title": "Vissen", "client_part": "Bellen",
               "due": "2026-03-02"}),
        json!({"type": "add_step", "action_id": id(1), "step_id": id(9), "text": "Hengel halen"}),
        json!({"type": "tick_step", "action_id": id(1), "step_id": id(1)}),
        json!({"type": "assign_part", "action_id": id(1), "person_id": id(2), "part": "rijden", "support": "together",
               "step_ids": [id(1)]}),
        json!({"type": "evaluate_action", "evaluation_id": id(9), "action_id": id(1), "well": "ja", "next": "stop",
               "gas": -1}),
        json!({"type": "rank_actions", "action_ids": [id(1)]}),
    ]
}

fn submission(number: usize, command: &Value) -> Submission {
    Submission {
        id: CommandId::new(Uuid::from_u128(number as u128)),
        base: Some(Position::GENESIS),
        made_at: Some(Timestamp::from_millis(1_772_452_700_000)),
        command: RawCommand::from_value(command.clone()),
    }
}

fn hello() -> DeviceFrame {
    let cursors = DocumentKind::ALL.iter().map(|kind| Cursor {
        document: document(*kind),
        generation: 1,
        sequence: 0,
        chain_hash: None,
    });
    DeviceFrame::hello("a phone", cursors.collect())
}

fn device_frames(commands: &[Value]) -> Vec<(String, DeviceFrame)> {
    let circle = document(DocumentKind::Circle);
    let all = commands.iter().enumerate().map(|(number, command)| submission(number, command)).collect();
    let submit = DeviceFrame::Submit { document: circle, commands: all };
    vec![
        ("hello".into(), hello()),
        ("submit".into(), submit.clone()),
        ("packed".into(), submit.packed()),
        ("ping".into(), DeviceFrame::Ping { n: u64::MAX }),
        ("presence".into(), DeviceFrame::Presence { document: circle, state: json!({"at": "ideas"}) }),
        ("entries".into(), DeviceFrame::Entries { document: circle, entries: admitted(commands).1 }),
    ]
}

fn admitted(commands: &[Value]) -> (Admission, Vec<Entry>) {
    let mut admission = Admission::new(document(DocumentKind::Circle), DocumentKind::Circle);
    let author = Author::example(Role::Client);
    let now = Timestamp::from_millis(1_772_452_800_000);
    let outcomes = commands.iter().enumerate().filter_map(|(number, command)| {
        admission.handle_submission(&author, submission(number, command), now).admitted.map(|admitted| admitted.entry)
    });
    let entries = outcomes.collect();
    (admission, entries)
}

fn server_frames(commands: &[Value]) -> (Vec<(String, ServerFrame)>, Admission, Vec<Entry>) {
    let (admission, entries) = admitted(commands);
    let circle = admission.id();
    let space = SpaceId::new(Uuid::from_u128(1));
    let head = admission.head();
    let author = Author::example(Role::Client);
    let welcome = ServerFrame::Welcome {
        server_time: Timestamp::from_millis(1_772_452_800_000),
        documents: vec![DocumentHead {
            document: circle,
            kind: DocumentKind::Circle,
            space,
            space_name: "Joost".into(),
            role: Role::Client,
            access: kring_domain::Access::Write,
            generation: head.generation,
            sequence: head.sequence,
        }],
        members: vec![Member { space, person_id: author.person, name: "Joost".into(), role: Role::Client }],
        server: None,
        through: None,
    };
    let id = CommandId::new(Uuid::from_u128(7));
    let verdicts = vec![
        Verdict::admitted(id, Position { generation: 1, sequence: 1 }, false),
        Verdict::held(CommandId::new(Uuid::from_u128(8)), kring_domain::RefusalCode::Clock),
    ];
    let frames = vec![
        ("welcome".into(), welcome),
        (
            "snapshot".into(),
            ServerFrame::Snapshot {
                document: circle,
                generation: 1,
                sequence: 3,
                bytes: admission.snapshot(),
                chain_hash: None,
                replaces: true,
            },
        ),
        ("entries".into(), ServerFrame::Entries { document: circle, generation: 1, entries: entries.clone() }),
        ("verdicts".into(), ServerFrame::Verdicts { document: circle, verdicts }),
        ("access".into(), ServerFrame::Access { document: circle, access: kring_domain::Access::None }),
        ("missing".into(), ServerFrame::Missing { document: circle, generation: 1, after: 0 }),
        ("error".into(), ServerFrame::Error { code: "too_large".into() }),
    ];
    (frames, admission, entries)
}
