//! Bytes from somebody who means harm: a clear error each, and nobody else notices.

use kring_tests::outside::{Cast, Event, Person, Server, Socket, command, encode, id};
use serde_json::json;
use tokio_tungstenite::tungstenite::Message;

/// How much more memory the server may hold afterwards.
const MAX_GROWTH_BYTES: u64 = 100 * 1024 * 1024;

fn binary(bytes: impl Into<Vec<u8>>) -> Message {
    Message::Binary(bytes.into().into())
}

/// Messages that are no frames.
fn garbage() -> Vec<(&'static str, Message)> {
    let hello = encode(&json!({"t": "hello", "protocol": 1, "app": "contract/1", "cursors": []}));
    let hello_with =
        |cursors: serde_json::Value| encode(&json!({"t": "hello", "protocol": 1, "app": "x", "cursors": cursors}));
    let mut random = fastrand::Rng::with_seed(7);
    let mut bytes = |length: usize| (0..length).map(|_| random.u8(..)).collect::<Vec<u8>>();
    let huge = [0xff; 8];
    vec![
        ("a text", Message::text("{\"t\": \"hello\"}")),
        ("nothing", binary([])),
        ("random bytes", binary(bytes(64))),
        ("many random bytes", binary(bytes(100_000))),
        ("half a hello", binary(&hello[..hello.len() / 2])),
        ("hello and more", binary([hello.as_slice(), &hello].concat())),
        ("a number", binary([0x05])),
        ("a list", binary(encode(&json!([1, 2])))),
        ("an empty map", binary(encode(&json!({})))),
        ("t is a number", binary(encode(&json!({"t": 5})))),
        ("another protocol", binary(encode(&json!({"t": "hello", "protocol": 2, "app": "x", "cursors": []})))),
        ("a protocol in words", binary(encode(&json!({"t": "hello", "protocol": "1", "app": "x", "cursors": []})))),
        ("cursors that are none", binary(hello_with(json!([1, 2, 3])))),
        ("a malformed id", binary(hello_with(json!([{"document": "x", "generation": 1, "sequence": 0}])))),
        ("a negative sequence", binary(hello_with(json!([{"document": id(), "generation": 1, "sequence": -1}])))),
        ("a list of a claimed size", binary([&[0x9b], huge.as_slice()].concat())),
        ("a map of a claimed size", binary([&[0xbb], huge.as_slice()].concat())),
        ("a text of a claimed size", binary([&[0x7b], huge.as_slice()].concat())),
        ("bytes of a claimed size", binary([&[0x5b], huge.as_slice()].concat())),
        ("lists in lists", binary(vec![0x81; 1_000_000])),
        ("lists without end", binary(vec![0x9f; 1_000_000])),
        ("tags on tags", binary(vec![0xc1; 1_000_000])),
        ("a text that is no UTF-8", binary([0xa1, 0x61, 0x74, 0x63, 0xff, 0xfe, 0xfd])),
        ("the reserved", binary([0x1c])),
    ]
}

/// Returns whether the server says what is wrong, or hangs up with a code.
fn is_refused(socket: &mut Socket) -> bool {
    loop {
        match socket.event() {
            Event::Frame(frame) if frame["t"] == "error" => return frame["code"].is_string(),
            Event::Frame(_) => {}
            Event::Closed(code) => return code.is_some(),
        }
    }
}

#[test]
fn garbage_gets_a_clear_error() {
    let mut server = Server::start();
    let cast = Cast::new(&server);
    let mut honest = cast.client.socket();
    let say = |honest: &mut Socket| {
        let message = command(json!({"type": "post_message", "message_id": id(), "text": "hi"}));
        assert_eq!(honest.submit(&cast.circle, &[message])[0]["verdict"], "admitted");
    };
    say(&mut honest);
    let before = server.resident_bytes();
    for (what, message) in garbage() {
        for has_greeted in [false, true] {
            if has_greeted && what.contains("protocol") {
                continue;
            }
            let mut socket = Socket::open(&cast.member.http);
            if has_greeted {
                socket.greet(&[]);
            }
            if socket.try_send(message.clone()).is_ok() {
                assert!(is_refused(&mut socket), "{what}, greeted: {has_greeted}");
            }
            assert!(server.is_up(), "{what}");
        }
        say(&mut honest);
    }
    for (what, bytes) in [("an oversized frame", vec![0x40; 2 << 20]), ("a huge frame", vec![0xa0; 32 << 20])] {
        let mut socket = cast.member.socket();
        // It may hang up before everything is sent.
        let _ = socket.try_send(binary(bytes));
        loop {
            match socket.event() {
                Event::Frame(frame) => {
                    assert!(frame["t"] != "error" || frame["code"] == "too_large", "{what}: {frame}")
                }
                Event::Closed(code) => {
                    assert!(code.is_none_or(|code| code == 1009 || code >= 4000), "{what}: {code:?}");
                    break;
                }
            }
        }
        assert!(server.is_up(), "{what}");
        say(&mut honest);
    }
    if let (Some(before), Some(after)) = (before, server.resident_bytes()) {
        assert!(after < before + MAX_GROWTH_BYTES, "{} MiB more", (after - before) >> 20);
    }
}

#[test]
fn a_submit_that_is_none_is_refused_and_leaves_nothing_behind() {
    let server = Server::shared();
    let cast = Cast::new(&server);
    let good = json!({"type": "post_message", "message_id": id(), "text": "hi"});
    for frame in [
        json!({"t": "submit"}),
        json!({"t": "submit", "document": "x", "commands": []}),
        json!({"t": "submit", "document": cast.circle, "commands": 5}),
        json!({"t": "submit", "document": cast.circle, "commands": [{"id": "x", "command": good}]}),
        json!({"t": "submit", "document": cast.circle, "commands": [{"command": good}]}),
    ] {
        let mut socket = cast.member.socket();
        socket.send(&frame);
        assert!(is_refused(&mut socket), "{frame}");
    }
    let many: Vec<_> = (0..1_001).map(|_| command(json!({"type": "heart_idea", "idea_id": id()}))).collect();
    let mut socket = cast.member.socket();
    socket.send(&json!({"t": "submit", "document": cast.circle, "commands": many}));
    loop {
        match socket.event() {
            Event::Frame(frame) if frame["t"] == "error" => {
                assert_eq!(frame["code"], "too_large", "{frame}");
                break;
            }
            Event::Frame(frame) => assert_ne!(frame["t"], "verdicts", "1,001 commands are no batch"),
            Event::Closed(code) => {
                assert!(code.is_some());
                break;
            }
        }
    }
    assert_eq!(cast.member.read(&cast.circle)["sequence"], 0);
}

#[test]
fn random_bytes_anywhere_are_an_error_and_never_a_failure() {
    let mut server = Server::start();
    let petra = Person::professional(&server, "Petra");
    let mut random = fastrand::Rng::with_seed(11);
    for _ in 0..150 {
        let length = random.usize(..400);
        let bytes: Vec<u8> = (0..length).map(|_| random.u8(..)).collect();
        for (path, kind) in [
            ("/v1/sync", "application/cbor"),
            ("/v1/spaces", "application/json"),
            ("/v1/documents/0190a5d0-0000-7000-8000-000000000000/commands", "application/json"),
        ] {
            let answer = petra.http.post_bytes(path, kind, bytes.clone());
            answer.any_problem();
        }
    }
    assert!(server.is_up());
    petra.http.get("/v1/spaces").ok(200);
    assert!(!server.log().contains("panicked"), "{}", server.log());
}
