//! `GET /v1/spaces/{id}/status`: all that a backup may see.

use kring_client::{ClientError, Kring, Options};
use kring_domain::SpaceId;
use kring_tests::outside::{Cast, Server, Socket, command, id};
use serde_json::json;

const MARKER: &str = "Kwikstaartje";

#[test]
fn a_backup_sees_the_status_in_words_and_nothing_else() {
    let server = Server::shared();
    let cast = Cast::new(&server);
    cast.contact(MARKER);
    cast.idea(MARKER);
    cast.action(MARKER);
    let path = format!("/v1/spaces/{}/status", cast.space);
    let status = cast.backup.http.get(&path).ok(200);
    let mut fields: Vec<_> = status.as_object().unwrap().keys().map(String::as_str).collect();
    fields.sort_unstable();
    assert_eq!(fields, ["last_step_at", "phase", "standing_still", "text"], "{status}");
    assert!(status["standing_still"].is_boolean() && status["text"].as_str().is_some_and(|text| text.len() > 5));
    assert!(status["phase"].is_string() || status["phase"].is_number(), "{status}");
    assert!(status["last_step_at"].is_null() || status["last_step_at"].as_str().unwrap().ends_with('Z'));
    for name in [MARKER, "Sam", "Mo", "Petra"] {
        assert!(!status.to_string().contains(name), "it tells of nobody: {status}");
    }
    for person in [&cast.client, &cast.member, &cast.professional] {
        person.http.get(&path).ok(200);
    }

    let (mut socket, welcome) = Socket::hello(&cast.backup.http, &[]);
    assert_eq!(welcome["documents"], json!([]));
    let heart = command(json!({"type": "post_message", "message_id": id(), "text": "hello?"}));
    assert_eq!(socket.submit(&cast.circle, &[heart])[0]["code"], "not_found");
    cast.idea(MARKER);
    let forged = [json!({"document": cast.circle, "generation": 1, "sequence": 0})];
    let (mut resumed, _) = Socket::hello(&cast.backup.http, &forged);
    resumed.submit(&cast.plan, &[command(json!({"type": "add_goal", "goal_id": id(), "text": "x"}))]);
    assert!(!socket.has_seen(MARKER) && !resumed.has_seen(MARKER));
}

#[test]
fn a_backup_reads_the_status_on_their_phone() {
    let server = Server::shared();
    let cast = Cast::new(&server);
    let space: SpaceId = cast.space.parse().unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let home = tempfile::tempdir().unwrap();
    let open = || Kring::open(home.path().join("kring.db"), Options::default()).unwrap();
    let kring = open();
    let code = cast.backup.http.post("/v1/devices/codes", &json!({})).ok(201);
    let url = format!("http://{}", server.address());
    runtime.block_on(kring.sign_in(&url, code["code"].as_str().unwrap(), "telefoon", None)).unwrap();
    runtime.block_on(kring.sync_once()).unwrap();
    assert_eq!(kring.status(space), Err(ClientError::NotHere), "nobody has asked");
    let told = runtime.block_on(kring.ask_status(space)).unwrap();
    let expected = cast.backup.http.get(&format!("/v1/spaces/{space}/status")).ok(200);
    assert_eq!(serde_json::to_value(&told).unwrap(), expected);
    // Without a line it is what the server told last.
    kring.close();
    let kring = open();
    assert_eq!(kring.status(space).unwrap(), told);
    runtime.block_on(kring.sync_once()).unwrap();
    assert_eq!(kring.status(space).unwrap(), told, "they are in the space still");
    let nowhere = SpaceId::new(uuid::Uuid::from_u128(1));
    let declined = ClientError::Declined { code: "not_found".into() };
    assert_eq!(runtime.block_on(kring.ask_status(nowhere)), Err(declined));
    assert_eq!(kring.status(nowhere), Err(ClientError::NotHere));
}

#[test]
fn a_step_shows_in_the_status() {
    let server = Server::shared();
    let cast = Cast::new(&server);
    let path = format!("/v1/spaces/{}/status", cast.space);
    let before = cast.backup.http.get(&path).ok(200);
    let action = cast.action("call");
    let step = id();
    cast.client.admit(&cast.plan, json!({"type": "add_step", "action_id": action, "step_id": step, "text": "dial"}));
    cast.client.admit(&cast.plan, json!({"type": "activate_action", "action_id": action}));
    cast.client.admit(&cast.plan, json!({"type": "tick_step", "action_id": action, "step_id": step}));
    let after = cast.backup.http.get(&path).ok(200);
    assert_ne!(before, after);
    assert!(after["last_step_at"].is_string(), "{after}");
    assert_eq!(after["standing_still"], false);
}
