//! The lies, one after the other.

use std::collections::BTreeMap;
use std::time::Duration;

use kring_client::Kring;
use kring_domain::{
    Access, CommandId, DeviceId, DocumentId, DocumentKind, PersonId, Refusal, RefusalCode, Role, SpaceId,
};
use kring_sync::{DocumentHead, Entry, Member, ServerFrame, Verdict, encode};
use kring_tests::outside::{Cast, Server};
use serde_json::json;
use uuid::Uuid;

use super::line::Manner;
use super::memory;
use super::phones::Phone;
use super::wire::{Piece, chunk, frame, head, message, zeros};

/// How much more memory the process may come to hold for one lie, what the test itself holds included: a message of the
/// largest size, and what it is read into.
const MAX_GROWTH_BYTES: u64 = 64 << 20;

/// How much more after all of them: an allocator gives back late what many threads had for a moment.
const MAX_GROWTH_BYTES_IN_ALL: u64 = 160 << 20;

/// The time that each lie is listened to, and longer until the phone has come back for it twice.
const WHILE: Duration = Duration::from_millis(600);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lying_server_costs_a_phone_no_memory_and_no_words() {
    let _alone = memory::ALONE.lock().await;
    let server = Server::start();
    let cast = Cast::new(&server);
    for text in ["hallo", "dag"] {
        cast.client.admit(&cast.circle, json!({"type": "post_message", "message_id": Uuid::now_v7(), "text": text}));
    }
    // What a phone needs without any lie is no part of it.
    Phone::new(&server, &cast).await.recovers("no lie", &cast).await;
    memory::forget();
    let first = memory::peak();
    assert!(memory::panics().is_empty());
    for (name, lie) in lies() {
        let phone = Phone::new(&server, &cast).await;
        let manner = lie(&phone);
        let is_call = matches!(manner, Manner::Calls(_));
        phone.line.becomes(manner);
        memory::forget();
        let before = memory::peak();
        if is_call {
            assert!(phone.kring.sync_once().await.is_err(), "{name}");
        } else {
            phone.kring.connect().unwrap();
            for _ in 0..4 {
                tokio::time::sleep(WHILE).await;
                phone.kring.wake();
                phone.has_everything(name, &cast);
                if phone.line.told() >= 2 {
                    break;
                }
            }
        }
        let grown_since = |before| memory::peak().zip(before).map_or(0, |(peak, before)| peak.saturating_sub(before));
        let now = grown_since(before);
        let in_all = grown_since(first);
        assert!(
            now <= MAX_GROWTH_BYTES && in_all <= MAX_GROWTH_BYTES_IN_ALL,
            "{name}: {} MiB, in all {} MiB",
            now >> 20,
            in_all >> 20
        );
        phone.has_everything(name, &cast);
        phone.recovers(name, &cast).await;
        assert_eq!(memory::panics(), Vec::<String>::new(), "{name}");
        println!("{name}: {} MiB, in all {} MiB", now >> 20, in_all >> 20);
    }
}

type Lie = fn(&Phone) -> Manner;

fn lies() -> Vec<(&'static str, Lie)> {
    vec![
        ("bytes that are no frame", |_| say(vec![Piece::Bytes(message(&[0x5a; 10_000]))])),
        ("a message that claims to be endless", |_| say(vec![Piece::Bytes(head(1 << 62))])),
        ("a message that is too large", |_| say(vec![Piece::Bytes(head(1 << 30)), Piece::Forever(vec![0; 4096])])),
        ("zeros, as many as a message may have", |_| say(large(&[], 0))),
        ("a list of zeros in a frame of tomorrow", |_| {
            let start = [&[0xa2, 0x61, b't', 0x64, b's', b'o', b'n', b'g', 0x61, b'v', 0x9a][..], &LARGE.to_be_bytes()];
            say(large(&start.concat(), 0))
        }),
        ("lists in lists", |_| say(large(&[], 0x81))),
        ("a length that nobody has", |_| {
            say(vec![Piece::Bytes(message(&[0x9b, 0x7f, 255, 255, 255, 255, 255, 255, 255]))])
        }),
        ("a snapshot that inflates to gigabytes", |phone| {
            say(vec![welcome(phone), snapshot(phone, (2, 9), chunk(2, &zeros(2048)), false)])
        }),
        ("a snapshot in the place of all that is no document", |phone| {
            say(vec![welcome(phone), snapshot(phone, (1, 9), vec![7; 1000], true)])
        }),
        ("an empty document in the place of all", |phone| {
            let bytes = kring_domain::genesis(DocumentKind::Circle).save();
            say(vec![welcome(phone), snapshot(phone, (7, 1_000), bytes, false)])
        }),
        ("a place beyond counting", |phone| {
            let bytes = kring_domain::genesis(DocumentKind::Circle).save();
            let far = snapshot(phone, (1, u64::MAX), bytes, false);
            say(vec![welcome(phone), far, entries(phone, 1, vec![entry(u64::MAX)]), entries(phone, 1, vec![entry(0)])])
        }),
        ("entries with a gap", |phone| say(vec![welcome(phone), entries(phone, 1, vec![entry(9), entry(4)])])),
        ("entries whose changes are none", |phone| {
            let next = phone_at(&phone.kring, phone.circle) + 1;
            say(vec![welcome(phone), entries(phone, 1, vec![entry(next)])])
        }),
        ("entries of what nobody has", |_| {
            let entries = ServerFrame::Entries {
                document: DocumentId::new(Uuid::now_v7()),
                generation: 4,
                entries: vec![entry(3)],
            };
            say(vec![frame(&entries), Piece::Forever(message(&encode(&entries)))])
        }),
        ("verdicts on what was never sent", |phone| {
            let never = || CommandId::new(Uuid::now_v7());
            let verdicts = (0..20_000).map(|number| match number % 3 {
                0 => Verdict::held(never(), RefusalCode::Clock),
                1 => Verdict::rejected(never(), Refusal::new(RefusalCode::RateLimited)),
                _ => Verdict::rejected(never(), Refusal::new(RefusalCode::Forbidden)),
            });
            say(vec![
                welcome(phone),
                frame(&ServerFrame::Verdicts { document: phone.circle, verdicts: verdicts.collect() }),
            ])
        }),
        ("everything is refused", |phone| {
            let refuse = |id| Verdict::rejected(id, Refusal::new(RefusalCode::Forbidden));
            let verdicts = phone.waiting().into_iter().map(refuse).collect();
            say(vec![welcome(phone), frame(&ServerFrame::Verdicts { document: phone.circle, verdicts })])
        }),
        ("everything is admitted, and nothing comes", |phone| {
            let admit = |(id, sequence)| Verdict::admitted(id, kring_sync::Position { generation: 1, sequence }, false);
            let verdicts = phone.waiting().into_iter().zip(1_000_000..).map(admit).collect();
            say(vec![welcome(phone), frame(&ServerFrame::Verdicts { document: phone.circle, verdicts })])
        }),
        ("everything is taken away", |_| say(vec![greeting(vec![], vec![])])),
        ("no access any more", |phone| {
            say(vec![welcome(phone), frame(&ServerFrame::Access { document: phone.circle, access: Access::None })])
        }),
        ("documents of other kinds than they are", |phone| {
            let wrong = heads(phone).into_iter().map(|head| DocumentHead { kind: DocumentKind::Plan, ..head });
            say(vec![greeting(wrong.collect(), vec![])])
        }),
        ("more documents than anybody has", |phone| {
            let one = heads(phone).remove(0);
            let many = (0..50_000).map(|_| DocumentHead { document: DocumentId::new(Uuid::now_v7()), ..one.clone() });
            say(vec![greeting(many.collect(), vec![])])
        }),
        ("names that fill a phone", |phone| {
            let named = heads(phone).into_iter().map(|head| DocumentHead { space_name: "n".repeat(1 << 20), ..head });
            let member = |_| Member {
                space: SpaceId::new(Uuid::now_v7()),
                person_id: PersonId::new(Uuid::now_v7()),
                name: "m".repeat(100_000),
                role: Role::Client,
            };
            say(vec![greeting(named.collect(), (0..20).map(member).collect())])
        }),
        ("an endless stream of what others do", |phone| {
            let state = json!({"doing": "x".repeat(900_000)});
            let presence =
                ServerFrame::Presence { document: phone.circle, person: PersonId::new(Uuid::now_v7()), state };
            say(vec![welcome(phone), Piece::Forever(message(&encode(&presence)))])
        }),
        ("an endless stream of large frames of tomorrow", |_| {
            say(vec![Piece::Forever(message(&encode(&json!({"t": "song", "text": "x".repeat(4 << 20)}))))])
        }),
        ("an endless stream of complaints", |phone| {
            let complaint = ServerFrame::Error { code: "y".repeat(100_000) };
            say(vec![welcome(phone), Piece::Forever(message(&encode(&complaint)))])
        }),
        ("an endless stream of questions", |phone| {
            let missing = ServerFrame::Missing { document: phone.circle, generation: 1, after: 0 };
            say(vec![welcome(phone), Piece::Forever(message(&encode(&missing)))])
        }),
        ("an endless stream of pings", |_| say(vec![Piece::Forever([&[0x89, 4][..], b"ping"].concat())])),
        ("a close at every frame", |_| Manner::Closing),
        ("an answer without an end", |_| call(vec![Piece::Bytes(CHUNKED.to_vec()), Piece::Forever(large_chunk())])),
        ("an answer that is no list", |_| {
            call(vec![Piece::Bytes(
                b"HTTP/1.1 200 OK\r\ncontent-type: application/cbor\r\ncontent-length: 2\r\n\r\nno".to_vec(),
            )])
        }),
        ("an answer that is full of items", |_| {
            let head =
                format!("HTTP/1.1 200 OK\r\ncontent-type: application/cbor\r\ncontent-length: {}\r\n\r\n", LARGE + 5);
            let list = [&[0x9a][..], &LARGE.to_be_bytes()].concat();
            call(vec![
                Piece::Bytes([head.into_bytes(), list].concat()),
                Piece::Repeat(vec![0; 1024], LARGE as usize / 1024),
            ])
        }),
        ("an answer whose head has no end", |_| {
            call(vec![
                Piece::Bytes(b"HTTP/1.1 200 OK\r\ncontent-type: application/cbor\r\n".to_vec()),
                Piece::Forever(b"x-more: and more\r\n".repeat(100)),
            ])
        }),
    ]
}

/// A little less than a message may have.
const LARGE: u32 = (8 << 20) - 1024;

const CHUNKED: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-type: application/cbor\r\ntransfer-encoding: chunked\r\n\r\n";

fn large_chunk() -> Vec<u8> {
    [b"1000\r\n".to_vec(), vec![b'x'; 4096], b"\r\n".to_vec()].concat()
}

/// A message of the largest size: this, and one byte again and again.
fn large(start: &[u8], byte: u8) -> Vec<Piece> {
    let filling = LARGE as usize / 1024;
    let length = (start.len() + filling * 1024) as u64;
    vec![Piece::Bytes([head(length), start.to_vec()].concat()), Piece::Repeat(vec![byte; 1024], filling)]
}

fn say(pieces: Vec<Piece>) -> Manner {
    Manner::Socket(pieces)
}

fn call(pieces: Vec<Piece>) -> Manner {
    Manner::Calls(pieces)
}

/// A greeting as the honest server would give it.
fn welcome(phone: &Phone) -> Piece {
    greeting(heads(phone), vec![])
}

fn greeting(documents: Vec<DocumentHead>, members: Vec<Member>) -> Piece {
    let server_time = "2026-04-01T12:00:00Z".parse().unwrap();
    frame(&ServerFrame::Welcome { server_time, documents, members, server: None, through: None })
}

fn heads(phone: &Phone) -> Vec<DocumentHead> {
    let spaces = phone.kring.spaces().unwrap();
    let documents = spaces.iter().flat_map(|space| phone.kring.documents(space.id));
    let names: BTreeMap<_, _> = spaces.iter().map(|space| (space.id, space.name.clone())).collect();
    let head = |document: kring_client::Document| DocumentHead {
        document: document.id,
        kind: document.kind,
        space: document.space,
        space_name: names[&document.space].clone(),
        role: document.role,
        access: document.access,
        generation: 1,
        sequence: 0,
    };
    documents.map(head).collect()
}

fn phone_at(kring: &Kring, document: DocumentId) -> u64 {
    let read: serde_json::Value = serde_json::from_str(&kring.read_json(document).unwrap()).unwrap();
    read["sequence"].as_u64().unwrap()
}

fn snapshot(phone: &Phone, (generation, sequence): (u64, u64), bytes: Vec<u8>, replaces: bool) -> Piece {
    frame(&ServerFrame::Snapshot { document: phone.circle, generation, sequence, bytes, chain_hash: None, replaces })
}

fn entries(phone: &Phone, generation: u64, entries: Vec<Entry>) -> Piece {
    frame(&ServerFrame::Entries { document: phone.circle, generation, entries })
}

fn entry(sequence: u64) -> Entry {
    Entry {
        sequence,
        change: vec![0x85, 0x6f, 0x4a, 0x83, 1, 2, 3, 4, 1, 2, 9, 9],
        command_id: CommandId::new(Uuid::now_v7()),
        person: PersonId::new(Uuid::now_v7()),
        device: DeviceId::new(Uuid::now_v7()),
        at: "2026-04-01T12:00:00Z".parse().unwrap(),
        role: "member".to_owned(),
        command: "post_message".to_owned(),
        base: 0,
        suggestion: false,
        signature: vec![],
    }
}
