//! No byte of the network reaches a member, whatever they ask and however.

use kring_tests::outside::{Cast, Server, Socket, command, decode, encode, id};
use serde_json::json;

const MARKER: &str = "Grutto-marker";

#[test]
fn nothing_of_the_network_ever_reaches_a_member() {
    let server = Server::shared();
    let cast = Cast::new(&server);
    let (mut member, welcome) = Socket::hello(&cast.member.http, &[]);
    assert!(!welcome.to_string().contains(&cast.network), "not even its id: {welcome}");
    let contact = cast.contact(MARKER);
    let note = json!({"type": "update_contact", "contact_id": contact, "does": MARKER, "place": MARKER});
    cast.client.admit(&cast.network, note);
    cast.professional.admit(&cast.network, json!({"type": "add_contact", "contact_id": id(), "name": MARKER}));
    cast.client.admit(&cast.network, json!({"type": "take_snapshot", "snapshot_id": id(), "label": "start"}));
    // The client sees it on a socket: the search finds what is there.
    let mut client = cast.client.socket();
    client.until(|frame| frame["document"] == json!(cast.network) && frame["t"] != "access");
    client.submit(&cast.circle, &[command(json!({"type": "post_message", "message_id": id(), "text": "tea?"}))]);
    let read = cast.client.read(&cast.network).to_string();
    assert!(read.contains(MARKER));

    member.until(|frame| frame["t"] == "entries" && frame["document"] == json!(cast.circle));
    member.send(&json!({"t": "presence", "document": cast.network, "state": {"looks": true}}));
    member.send(&json!({"t": "submit", "document": cast.network, "commands": [
        command(json!({"type": "update_contact", "contact_id": contact, "does": "x"}))]}));
    assert_eq!(member.frame("verdicts")["verdicts"][0]["code"], "not_found");
    let forged = [json!({"document": cast.network, "generation": 1, "sequence": 0})];
    let (mut resumed, welcome) = Socket::hello(&cast.member.http, &forged);
    assert!(welcome["documents"].as_array().unwrap().iter().all(|it| it["document"] != json!(cast.network)));
    resumed.submit(&cast.plan, &[command(json!({"type": "heart_idea", "idea_id": id()}))]);
    for socket in [&member, &resumed] {
        assert!(!socket.has_seen(MARKER), "a frame to the member holds the network");
    }

    let frames = json!([
        {"t": "hello", "protocol": 1, "app": "contract/1", "cursors": forged},
        {"t": "entries", "document": cast.network, "entries": []},
    ]);
    let one_shot = cast.member.http.post_bytes("/v1/sync", "application/cbor", encode(&frames));
    assert!(!one_shot.text().contains(MARKER));
    assert_eq!(one_shot.status, 200);
    assert_eq!(decode(&one_shot.body)[0]["t"], "welcome");
    let space = format!("/v1/spaces/{}", cast.space);
    for path in [
        "/v1/spaces".to_owned(),
        format!("{space}/members"),
        format!("{space}/status"),
        format!("{space}/access-log"),
        format!("{space}/export"),
        format!("/v1/documents/{}", cast.plan),
        format!("/v1/documents/{}", cast.circle),
        format!("/v1/documents/{}/history", cast.circle),
        format!("/v1/documents/{}/history", cast.plan),
        format!("/v1/documents/{}", cast.network),
        format!("/v1/documents/{}/history", cast.network),
        "/metrics".to_owned(),
    ] {
        let answer = cast.member.http.get(&path);
        assert!(!answer.text().contains(MARKER), "{path}");
    }
    assert!(!server.log().contains(MARKER), "nor does the log tell");
}

#[test]
fn the_log_holds_no_token_no_code_and_no_name() {
    let server = Server::start();
    let cast = Cast::new(&server);
    let code = cast.client.invite(&cast.space, "member");
    cast.idea(MARKER);
    cast.client.http.get(&format!("/v1/sync?ticket={code}"));
    let log = server.log();
    assert!(log.contains("ready"), "there is a log to search");
    let secrets = [&code, &cast.client.refresh, cast.client.http.token().unwrap(), MARKER, "Petra", "Sam and others"];
    for secret in secrets {
        assert!(!log.contains(secret), "the log holds {secret:?}");
    }
}
