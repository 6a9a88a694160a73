//! `GET /v1/sync` and `POST /v1/sync`: cursors, entries and verdicts.

use kring_tests::outside::{Cast, Event, Server, Socket, bytes_of, command, decode, encode, id, is_bytes};
use serde_json::{Value, json};

fn message(text: &str) -> Value {
    command(json!({"type": "post_message", "message_id": id(), "text": text}))
}

fn cursor(document: &str, sequence: u64) -> Value {
    json!({"document": document, "generation": 1, "sequence": sequence})
}

/// Reads entries of a document until this sequence number has come, and checks each of them.
fn entries_until(socket: &mut Socket, document: &str, last: u64) -> Vec<Value> {
    let mut entries: Vec<Value> = Vec::new();
    while entries.last().is_none_or(|entry| entry["sequence"] != last) {
        let frame = socket.until(|frame| frame["t"] == "entries" && frame["document"] == document);
        assert_eq!(frame["generation"], 1);
        entries.extend(frame["entries"].as_array().expect("a list").iter().cloned());
    }
    for entry in &entries {
        assert!(is_bytes(&entry["change"]) && is_bytes(&entry["signature"]), "{entry}");
        assert!(!bytes_of(&entry["change"]).is_empty(), "{entry}");
        for field in ["command_id", "person", "device"] {
            assert!(uuid::Uuid::parse_str(entry[field].as_str().expect("text")).is_ok(), "{entry}");
        }
        assert!(entry["at"].as_str().expect("text").ends_with('Z'), "{entry}");
    }
    // The last of a batch signs for all of it.
    assert_eq!(bytes_of(&entries.last().expect("entries")["signature"]).len(), 64, "Ed25519 over the chain");
    entries
}

fn sequences(entries: &[Value]) -> Vec<u64> {
    entries.iter().map(|entry| entry["sequence"].as_u64().expect("a number")).collect()
}

#[test]
fn welcome_lists_exactly_what_the_role_may_see() {
    let server = Server::shared();
    let cast = Cast::new(&server);
    cast.idea("tea");
    for (role, person) in cast.everybody() {
        let (_, welcome) = Socket::hello(&person.http, &[]);
        assert!(welcome["server_time"].as_str().expect("text").ends_with('Z'), "{welcome}");
        let documents = welcome["documents"].as_array().expect("a list");
        let readable: Vec<_> =
            documents.iter().filter(|it| ["read", "write"].contains(&it["access"].as_str().expect("text"))).collect();
        let expected: Vec<_> = cast.documents(role).into_iter().filter(|(_, _, may)| *may).collect();
        assert_eq!(readable.len(), expected.len(), "{role}: {welcome}");
        for (kind, document, _) in expected {
            let it = readable.iter().find(|it| it["document"] == document).expect("it is listed");
            assert_eq!((&it["kind"], &it["space"]), (&json!(kind), &json!(cast.space)));
            let sequence = u64::from(kind == "circle");
            assert_eq!((&it["generation"], &it["sequence"]), (&json!(1), &json!(sequence)), "{role} {it}");
        }
        let members = welcome["members"].to_string();
        if role != "backup" {
            assert!(members.contains("Sam") && members.contains(&cast.client.id), "{welcome}");
        }
    }
}

#[test]
fn a_reader_resumes_by_its_cursor_with_exactly_what_it_missed() {
    let server = Server::shared();
    let cast = Cast::new(&server);
    let commands: Vec<Value> = (0..30).map(|number| message(&format!("message {number}"))).collect();
    cast.client.submit(&cast.circle, &commands);
    for seen in [0, 1, 17, 29] {
        let (mut socket, _) = Socket::hello(&cast.member.http, &[cursor(&cast.circle, seen)]);
        let entries = entries_until(&mut socket, &cast.circle, 30);
        assert_eq!(sequences(&entries), (seen + 1..=30).collect::<Vec<_>>(), "after {seen}");
        for entry in &entries {
            let index = entry["sequence"].as_u64().unwrap() as usize - 1;
            assert_eq!(entry["command_id"], commands[index]["id"]);
            assert_eq!((&entry["person"], &entry["device"]), (&json!(cast.client.id), &json!(cast.client.device)));
        }
    }
    // Whoever is current is sent nothing old, and then what is new.
    let (mut socket, _) = Socket::hello(&cast.member.http, &[cursor(&cast.circle, 30), cursor(&cast.plan, 0)]);
    cast.client.submit(&cast.circle, &[message("new")]);
    assert_eq!(sequences(&entries_until(&mut socket, &cast.circle, 31)), [31]);
}

#[test]
fn a_new_device_gets_entries_or_a_snapshot() {
    let server = Server::shared();
    let cast = Cast::new(&server);
    cast.client.submit(&cast.circle, &[message("one"), message("two")]);
    let (mut socket, _) = Socket::hello(&cast.client.another_device().http, &[]);
    let mut reached = 0;
    while reached < 2 {
        let frame = socket.until(|frame| frame["document"] == json!(cast.circle));
        match frame["t"].as_str().unwrap() {
            "snapshot" => {
                assert!(is_bytes(&frame["bytes"]) && frame["generation"] == 1, "{frame}");
                reached = frame["sequence"].as_u64().unwrap();
            }
            "entries" => {
                for sequence in sequences(frame["entries"].as_array().unwrap()) {
                    assert_eq!(sequence, reached + 1);
                    reached = sequence;
                }
            }
            other => panic!("{other}"),
        }
    }
    assert_eq!(reached, 2);
}

#[test]
fn readers_get_every_entry_once_and_in_order_while_four_write() {
    let server = Server::shared();
    let cast = Cast::new(&server);
    let (mut reader, _) = Socket::hello(&cast.professional.http, &[cursor(&cast.circle, 0)]);
    let writers = [&cast.client, &cast.member, &cast.professional, &cast.client.another_device()];
    std::thread::scope(|scope| {
        for writer in writers {
            let circle = &cast.circle;
            scope.spawn(move || {
                let mut socket = writer.socket();
                for number in 0..10 {
                    let verdicts = socket.submit(circle, &[message(&format!("{number}")), message("and")]);
                    assert!(verdicts.iter().all(|verdict| verdict["verdict"] == "admitted"), "{verdicts:?}");
                }
            });
        }
    });
    let entries = entries_until(&mut reader, &cast.circle, 80);
    assert_eq!(sequences(&entries), (1..=80).collect::<Vec<_>>());
}

#[test]
fn a_device_may_submit_before_welcome() {
    let server = Server::shared();
    let cast = Cast::new(&server);
    let mut socket = Socket::open(&cast.member.http);
    let early = message("early");
    socket.send(&json!({"t": "hello", "protocol": 1, "app": "contract/1", "cursors": []}));
    socket.send(&json!({"t": "submit", "document": cast.circle, "commands": [early]}));
    let verdict = socket.frame("verdicts")["verdicts"][0].clone();
    assert_eq!((&verdict["id"], &verdict["verdict"]), (&early["id"], &json!("admitted")));

    let mut socket = Socket::open(&cast.member.http);
    let first = message("before hello");
    socket.send(&json!({"t": "submit", "document": cast.circle, "commands": [first]}));
    socket.send(&json!({"t": "hello", "protocol": 1, "app": "contract/1", "cursors": []}));
    let mut seen = Vec::new();
    while !(seen.contains(&"welcome".to_owned()) && seen.contains(&"verdicts".to_owned())) {
        match socket.event() {
            Event::Frame(frame) => seen.push(frame["t"].as_str().unwrap().to_owned()),
            Event::Closed(code) => panic!("closed with {code:?} after {seen:?}"),
        }
    }
}

#[test]
fn one_round_over_http_is_the_same() {
    let server = Server::shared();
    let cast = Cast::new(&server);
    cast.client.submit(&cast.circle, &[message("one"), message("two")]);
    let three = message("three");
    let round = json!([
        {"t": "hello", "protocol": 1, "app": "contract/1", "cursors": [cursor(&cast.circle, 1), cursor(&cast.plan, 0)]},
        {"t": "submit", "document": cast.circle, "commands": [three]},
        {"t": "submit", "document": cast.network, "commands": [message("where I may not")]},
    ]);
    let answer = cast.member.http.post_bytes("/v1/sync", "application/cbor", encode(&round));
    assert_eq!((answer.status, answer.header("content-type").as_deref()), (200, Some("application/cbor")));
    let frames = decode(&answer.body);
    let frames = frames.as_array().expect("a list of frames");
    assert_eq!(frames[0]["t"], "welcome");
    let verdicts: Vec<Value> = frames.iter().filter(|frame| frame["t"] == "verdicts").cloned().collect();
    let find = |document: &str| {
        verdicts.iter().find(|it| it["document"] == document).expect("verdicts")["verdicts"][0].clone()
    };
    let admitted = find(&cast.circle);
    let told = json!([admitted["id"], admitted["verdict"], admitted["sequence"]]);
    assert_eq!(told, json!([three["id"], "admitted", 3]));
    assert_eq!(find(&cast.network)["code"], "not_found");
    let entries = frames.iter().filter(|frame| frame["t"] == "entries" && frame["document"] == json!(cast.circle));
    let entries: Vec<Value> = entries.flat_map(|frame| frame["entries"].as_array().unwrap().clone()).collect();
    assert_eq!(sequences(&entries), [2, 3], "what the cursor lacks, its own command included");

    let again = decode(&cast.member.http.post_bytes("/v1/sync", "application/cbor", encode(&round)).body);
    let again: Vec<Value> = again.as_array().unwrap().iter().filter(|it| it["t"] == "verdicts").cloned().collect();
    assert_eq!(again.len(), verdicts.len());
    assert!(again.iter().all(|it| verdicts.contains(it)), "the same ids, the same verdicts: {again:?}");
    for body in
        [json!([]), json!({}), json!([round[1]]), json!([{"t": "hello", "protocol": 9, "app": "", "cursors": []}])]
    {
        cast.member.http.post_bytes("/v1/sync", "application/cbor", encode(&body)).any_problem();
    }
    for body in [vec![], vec![0xff], vec![0x9b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff], vec![0x81; 100_000]] {
        cast.member.http.post_bytes("/v1/sync", "application/cbor", body).any_problem();
    }
}

#[test]
fn presence_goes_to_the_others_who_look_and_is_not_kept() {
    let server = Server::shared();
    let cast = Cast::new(&server);
    let mut client = cast.client.socket();
    let mut member = cast.member.socket();
    // Each is known to be there once their own message has come back.
    for (person, socket) in [(&cast.client, &mut client), (&cast.member, &mut member)] {
        person.submit(&cast.circle, &[message("here")]);
        socket.until(|frame| frame["t"] == "entries" && frame["document"] == json!(cast.circle));
    }
    client.send(&json!({"t": "presence", "document": cast.circle, "state": {"writes": true}}));
    let presence = member.frame("presence");
    assert_eq!((&presence["document"], &presence["state"]), (&json!(cast.circle), &json!({"writes": true})));
    assert_eq!(cast.client.read(&cast.circle)["sequence"], 2);
}

#[test]
fn a_cursor_that_the_server_never_gave_does_no_harm() {
    let server = Server::shared();
    let cast = Cast::new(&server);
    cast.idea("tea");
    for cursors in [
        vec![json!({"document": cast.circle, "generation": 7, "sequence": 0})],
        vec![json!({"document": cast.circle, "generation": 0, "sequence": 0})],
        vec![json!({"document": id(), "generation": 1, "sequence": 5})],
        vec![json!({"document": cast.circle, "generation": u64::MAX, "sequence": u64::MAX})],
        vec![cursor(&cast.circle, 0), cursor(&cast.circle, 1)],
    ] {
        let (mut socket, _) = Socket::hello(&cast.client.http, &cursors);
        assert_eq!(socket.submit(&cast.circle, &[message("hi")])[0]["verdict"], "admitted", "{cursors:?}");
    }
}

#[test]
fn a_server_that_lost_entries_asks_for_them() {
    let server = Server::shared();
    let cast = Cast::new(&server);
    cast.idea("tea");
    let (mut socket, _) = Socket::hello(&cast.client.http, &[cursor(&cast.circle, 9)]);
    let missing = socket.frame("missing");
    assert_eq!(missing["document"], json!(cast.circle));
    assert_eq!((&missing["generation"], &missing["after"]), (&json!(1), &json!(1)), "{missing}");
    // What is not signed by this server is not taken in, and does no harm.
    let forged = json!({"sequence": 2, "change": {"$bytes": "00ff"}, "command_id": id(), "person": cast.client.id,
        "device": cast.client.device, "at": "2026-01-01T00:00:00Z", "signature": {"$bytes": "00".repeat(64)}});
    socket.send(&json!({"t": "entries", "document": cast.circle, "entries": [forged]}));
    assert_eq!(socket.frame("error")["code"], "invalid");
    assert_eq!(cast.client.read(&cast.circle)["sequence"], 1);
    cast.idea("still works");
}

#[test]
fn verdicts_spell_ids_as_they_were_sent() {
    let server = Server::shared();
    let cast = Cast::new(&server);
    let written = [id().to_uppercase(), id().replace('-', ""), format!("urn:uuid:{}", id()), id()];
    let mut commands: Vec<Value> = written.iter().map(|_| message("hello")).collect();
    commands.iter_mut().zip(&written).for_each(|(command, id)| command["id"] = json!(id));
    let ids = |verdicts: &Value| -> Vec<Value> {
        let verdicts = verdicts.as_array().expect("a list").iter();
        verdicts
            .inspect(|verdict| assert_eq!(verdict["verdict"], "admitted", "{verdict}"))
            .map(|it| it["id"].clone())
            .collect()
    };
    let submit = json!({"t": "submit", "document": cast.circle, "commands": commands});
    let (mut socket, _) = Socket::hello(&cast.member.http, &[]);
    // The second time the recorded verdicts are given again.
    for _ in 0..2 {
        socket.send(&submit);
        let answered = socket.until(|frame| frame["t"] == "verdicts");
        assert_eq!(json!(ids(&answered["verdicts"])), json!(written));
    }
    let round = json!([{"t": "hello", "protocol": 1, "cursors": []}, submit]);
    let answer = decode(&cast.member.http.post_bytes("/v1/sync", "application/cbor", encode(&round)).body);
    let frames = answer.as_array().expect("a list").clone();
    let answered = frames.iter().find(|frame| frame["t"] == "verdicts").expect("verdicts");
    assert_eq!(json!(ids(&answered["verdicts"])), json!(written));
}

#[test]
fn a_key_that_a_frame_has_twice_is_named() {
    let server = Server::shared();
    let cast = Cast::new(&server);
    // {"t": "presence", "document": …, "state": {"a": 1, "a": 1}}.
    let mut frame = vec![0xa3];
    ["t", "presence", "document", cast.circle.as_str(), "state"]
        .iter()
        .for_each(|text| frame.extend(encode(&json!(text))));
    frame.extend([0xa2, 0x61, b'a', 1, 0x61, b'a', 1]);
    let round = [vec![0x82], encode(&json!({"t": "hello", "protocol": 1})), frame.clone()].concat();
    let told = cast.member.http.post_bytes("/v1/sync", "application/cbor", round).problem(400, "invalid");
    assert_eq!(told["field"], "[1].state.a", "{told}");
    let (mut socket, _) = Socket::hello(&cast.member.http, &[]);
    socket.try_send(tokio_tungstenite::tungstenite::Message::Binary(frame.into())).unwrap();
    let (frames, code) = socket.until_closed();
    assert_eq!(code, Some(1007));
    let error = frames.iter().find(|frame| frame["t"] == "error").expect("an error before the close");
    assert_eq!((&error["code"], &error["field"]), (&json!("invalid"), &json!("state.a")));
}
