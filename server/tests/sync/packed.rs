//! Packed frames, to a phone that reads them and from one that knows that the server does.

use kring_domain::Role;
use kring_sync::{DeviceFrame, Position, Replica, ServerFrame, Submission, decode_server_frame};
use tokio_tungstenite::tungstenite::Message;

use crate::harness::{Phone, Server, idea};

fn ideas() -> Vec<Submission> {
    (0..20).map(|number| idea(&format!("idee {number}"))).collect()
}

/// The messages that a phone gets until it has `count` entries.
async fn messages_until(phone: &mut Phone, count: usize) -> Vec<Vec<u8>> {
    let mut messages = Vec::new();
    let mut entries = 0;
    while entries < count {
        let Message::Binary(bytes) = phone.message().await else { panic!("a frame") };
        if let Ok(ServerFrame::Entries { entries: new, .. }) = decode_server_frame(&bytes) {
            entries += new.len();
        }
        messages.push(bytes.to_vec());
    }
    messages
}

#[tokio::test]
async fn packed_frames_say_the_same_as_others() {
    let server = Server::start().await;
    let linda = server.somebody(Role::Member).await;
    let emine = server.somebody(Role::Client).await;
    let mut one = server.phone(linda, vec![]).await;
    let mut plain = server.phone(emine, vec![]).await;
    let mut packed = server.connect(emine).await;
    packed.send(&DeviceFrame::hello("new", vec![]).reading_packed()).await;
    assert_eq!(packed.frame().await, ServerFrame::Packs, "before anything else");
    assert!(matches!(packed.frame().await, ServerFrame::Welcome { .. }));
    let submit = DeviceFrame::Submit { document: server.circle(), commands: ideas() };
    one.send(&submit.packed()).await;
    let plain_messages = messages_until(&mut plain, 20).await;
    let packed_messages = messages_until(&mut packed, 20).await;
    let frames = |messages: &[Vec<u8>]| -> Vec<ServerFrame> {
        messages.iter().map(|message| decode_server_frame(message).unwrap()).collect()
    };
    assert_eq!(frames(&plain_messages), frames(&packed_messages));
    let size = |messages: &[Vec<u8>]| messages.iter().map(Vec::len).sum::<usize>();
    let sizes = (size(&packed_messages), size(&plain_messages));
    assert!(sizes.0 < 20 * 160 && sizes.0 * 5 < sizes.1, "{sizes:?}");
    let mut late = server.connect(linda).await;
    late.send(&DeviceFrame::hello("new", vec![]).reading_packed()).await;
    let catching_up = messages_until(&mut late, 20).await;
    assert!(size(&catching_up) < 20 * 160 + 1500, "{} bytes with the welcome", size(&catching_up));
}

#[tokio::test]
async fn a_phone_shows_a_batch_that_came_packed() {
    let server = Server::start().await;
    let linda = server.somebody(Role::Member).await;
    let emine = server.somebody(Role::Client).await;
    let mut one = server.phone(linda, vec![]).await;
    one.submit(server.circle(), ideas()).await;
    one.entries(20).await;
    let identity = kring_sync::DeviceIdentity { device: emine.device, person: emine.person };
    let mut replica = Replica::new(identity);
    replica.handle_connected("new");
    let mut phone = server.connect(emine).await;
    phone.send(&replica.poll_frame().unwrap()).await;
    let at = |replica: &Replica| replica.cursor(server.circle()).map_or(0, |cursor| cursor.sequence);
    while at(&replica) < 20 {
        replica.handle_frame(phone.frame().await, "2026-04-01T12:00:00Z".parse().unwrap()).unwrap();
        while replica.poll_store().is_some() {
            replica.handle_stored();
        }
    }
    let read = replica.read(server.circle(), kring_domain::Language::Dutch).unwrap();
    assert_eq!(serde_json::to_value(read.content).unwrap()["ideas"].as_array().unwrap().len(), 20);
    assert_eq!(Position { generation: 1, sequence: 20 }, server.head(emine).await);
}
