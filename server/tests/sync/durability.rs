use kring_domain::Role;
use kring_sync::{Judgement, ServerFrame};
use tokio_tungstenite::tungstenite::Message;

use crate::harness::{Server, cursor, idea};

#[tokio::test]
async fn what_cannot_be_made_durable_is_never_acknowledged() {
    let server = Server::start().await;
    let linda = server.somebody(Role::Member).await;
    let emine = server.somebody(Role::Client).await;
    let mut watching = server.phone(emine, vec![]).await;
    let mut phone = server.phone(linda, vec![]).await;
    // The disk is full from here on.
    server.change(|connection| connection.pragma_update(None, "max_page_count", 1)).await;
    let mut acknowledged = 0;
    let mut closed = None;
    'full: for _ in 0..200 {
        phone.submit(server.circle(), vec![idea(&"veel ".repeat(300))]).await;
        loop {
            match futures_util::StreamExt::next(&mut phone.socket).await.unwrap().unwrap() {
                Message::Binary(bytes) => match kring_sync::decode_server_frame(&bytes).unwrap() {
                    ServerFrame::Verdicts { verdicts, .. } => {
                        assert_eq!(verdicts[0].judgement, Judgement::Admitted);
                        acknowledged += 1;
                        break;
                    }
                    ServerFrame::Error { code } => assert_eq!(code, "unavailable"),
                    _ => {}
                },
                Message::Close(frame) => {
                    closed = frame.map(|frame| u16::from(frame.code));
                    break 'full;
                }
                _ => {}
            }
        }
    }
    assert_eq!(closed, Some(1013));
    watching.entries(acknowledged).await;
    assert!(watching.is_silent().await);
    assert_eq!(server.stored(server.circle()).await, acknowledged as u64);
    // With room again everything goes on from what is stored.
    server.change(|connection| connection.pragma_update(None, "max_page_count", 1_000_000)).await;
    let mut phone = server.phone(linda, cursor(server.circle(), acknowledged as u64)).await;
    phone.submit(server.circle(), vec![idea("weer ruimte")]).await;
    assert_eq!(phone.verdicts().await[0].sequence, Some(acknowledged as u64 + 1));
    assert_eq!(watching.entries(1).await[0].sequence, acknowledged as u64 + 1);
}

#[tokio::test]
async fn commands_that_were_built_on_a_lost_one_are_lost_with_it() {
    let server = Server::start().await;
    let linda = server.somebody(Role::Member).await;
    let mut phone = server.phone(linda, vec![]).await;
    phone.submit(server.circle(), vec![idea("een")]).await;
    assert_eq!(phone.verdicts().await[0].sequence, Some(1));
    // Somebody else moved the log under this server, as another writer would.
    let circle = server.circle();
    server
        .change(move |connection| {
            connection.execute("DELETE FROM entries WHERE document_id = ?1", [circle.uuid().as_bytes()])?;
            let sql = "UPDATE documents SET sequence = 0, chain = NULL WHERE document_id = ?1";
            connection.execute(sql, [circle.uuid().as_bytes()]).map(drop)
        })
        .await;
    for text in ["twee", "drie", "vier"] {
        phone.submit(circle, vec![idea(text)]).await;
    }
    assert_eq!(phone.close_code().await, 1013);
    let mut phone = server.phone(linda, vec![]).await;
    phone.submit(circle, vec![idea("vijf")]).await;
    let sequence = phone.verdicts().await[0].sequence;
    assert_eq!(sequence, Some(server.stored(circle).await));
}
