use std::time::Duration;

use kring_domain::{DocumentKind, Role};
use kring_sync::{DeviceFrame, ServerFrame, encode};
use serde_json::json;
use tokio_tungstenite::tungstenite::Message;

use crate::harness::{Server, command, idea};

#[tokio::test]
async fn garbage_closes_its_own_connection_and_no_other() {
    let server = Server::start().await;
    let linda = server.somebody(Role::Member).await;
    let emine = server.somebody(Role::Client).await;
    let mut honest = server.phone(emine, vec![]).await;
    let deep = [vec![0x81; 100_000], vec![0x00]].concat();
    let many = encode(&DeviceFrame::Submit {
        document: server.circle(),
        commands: (0..1001).map(|_| command(0, json!({}))).collect(),
    });
    let binary = |bytes: Vec<u8>| Message::Binary(bytes.into());
    for (message, code) in [
        (binary(vec![]), 1007),
        (binary(b"not CBOR".to_vec()), 1007),
        (binary(deep), 1007),
        (binary(vec![0x9b, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]), 1007),
        (binary(vec![0x7b, 0x00, 0x00, 0x00, 0x7f, 0xff, 0xff, 0xff, 0xff, 0x61]), 1007),
        (binary(encode(&json!({"t": "launder"}))), 1007),
        (binary(encode(&json!({"t": "hello", "protocol": 99}))), 4400),
        (Message::text("{\"t\": \"hello\"}"), 1003),
        (binary(many), 1009),
        (binary(vec![0; (1 << 20) + 1]), 1009),
        (binary(vec![0; 3 << 20]), 1009),
    ] {
        let mut phone = server.connect(linda).await;
        phone.send_raw(message).await;
        let ServerFrame::Error { .. } = phone.frame().await else { panic!("an error before the close") };
        assert_eq!(phone.close_code().await, code);
    }
    for strange in
        [json!(null), json!([]), json!({"type": 3}), json!({"type": "propose_idea"}), json!("x".repeat(9000))]
    {
        honest.submit(server.circle(), vec![command(u64::MAX, strange.clone()), command(0, strange)]).await;
        assert_eq!(honest.verdicts().await.len(), 2);
    }
    honest.submit(server.circle(), vec![idea("een kaart")]).await;
    assert_eq!(honest.verdicts().await[0].sequence, Some(1));
}

#[tokio::test]
async fn a_reader_that_does_not_read_is_closed_and_the_others_go_on() {
    let server = Server::start().await;
    let linda = server.somebody(Role::Member).await;
    let emine = server.somebody(Role::Client).await;
    let mut slow = server.phone(emine, vec![]).await;
    let mut writing = server.phone(linda, vec![]).await;
    let text = "lang ".repeat(390);
    let mut written = 0;
    while server.app.hub.connections() > 1 {
        assert!(written < 9_000, "the slow reader is still there");
        writing.submit(server.circle(), (0..20).map(|_| idea(&text)).collect()).await;
        writing.entries(20).await;
        written += 20;
    }
    // What it had been sent it can still read, and then why it was closed.
    assert_eq!(slow.close_code().await, 4408);
    writing.submit(server.circle(), vec![idea("verder")]).await;
    assert_eq!(writing.entries(1).await[0].sequence, written + 1);
}

#[tokio::test]
async fn presence_reaches_the_others_and_is_kept_nowhere() {
    let server = Server::start().await;
    let linda = server.somebody(Role::Member).await;
    let emine = server.somebody(Role::Client).await;
    let mut one = server.phone(linda, vec![]).await;
    let mut two = server.phone(emine, vec![]).await;
    let presence = |document, state| DeviceFrame::Presence { document, state };
    let network = kring_domain::DocumentId::derive(server.space, DocumentKind::Network);
    one.send(&presence(network, json!("not for members"))).await;
    one.send(&presence(server.circle(), json!("x".repeat(2000)))).await;
    one.send(&presence(server.circle(), json!({"typing": true}))).await;
    one.send(&presence(server.circle(), json!("too soon"))).await;
    let seen =
        ServerFrame::Presence { document: server.circle(), person: linda.person, state: json!({"typing": true}) };
    assert_eq!(two.frame().await, seen);
    assert!(two.is_silent().await && one.is_silent().await);
    tokio::time::sleep(Duration::from_millis(100)).await;
    one.send(&presence(server.circle(), json!(2))).await;
    assert!(matches!(two.frame().await, ServerFrame::Presence { .. }));
}

#[tokio::test]
async fn a_ping_is_answered_with_its_number() {
    let server = Server::start().await;
    let linda = server.somebody(Role::Member).await;
    let mut phone = server.phone(linda, vec![]).await;
    for n in [0, 7, u64::MAX] {
        phone.send(&DeviceFrame::Ping { n }).await;
        assert_eq!(phone.frame().await, ServerFrame::Pong { n });
    }
    phone.send(&DeviceFrame::Pong { n: 1 }).await;
    assert!(phone.is_silent().await);
}
