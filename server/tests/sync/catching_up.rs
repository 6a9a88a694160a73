use kring_domain::Role;
use kring_sync::{DeviceFrame, Position, ServerFrame};
use serde_json::json;

use crate::harness::{Server, cursor, idea};

#[tokio::test]
async fn a_cursor_gets_exactly_what_was_missed() {
    let server = Server::start().await;
    let linda = server.somebody(Role::Member).await;
    let emine = server.somebody(Role::Client).await;
    let mut one = server.phone(linda, vec![]).await;
    for text in ["een", "twee", "drie", "vier"] {
        one.submit(server.circle(), vec![idea(text)]).await;
        one.verdicts().await;
    }
    for (have, missed) in [(0, vec![1, 2, 3, 4]), (3, vec![4]), (4, vec![])] {
        let mut two = server.phone(emine, cursor(server.circle(), have)).await;
        let seen = two.entries(missed.len()).await;
        assert_eq!(seen.iter().map(|entry| entry.sequence).collect::<Vec<_>>(), missed);
        assert!(two.is_silent().await);
    }
    let mut ahead = server.phone(emine, cursor(server.circle(), 9)).await;
    let missing = ServerFrame::Missing { document: server.circle(), generation: 1, after: 4 };
    assert_eq!(ahead.frame().await, missing);
    ahead.send(&DeviceFrame::Entries { document: server.circle(), entries: vec![] }).await;
    assert!(matches!(ahead.frame().await, ServerFrame::Snapshot { replaces: true, .. }), "the log counts");
    assert_eq!(ahead.entries(4).await.len(), 4);
    one.submit(server.circle(), vec![idea("vijf")]).await;
    assert_eq!(ahead.entries(1).await[0].sequence, 5);
}

#[tokio::test]
async fn a_long_document_comes_as_a_snapshot_and_its_tail() {
    let server = Server::start().await;
    let linda = server.somebody(Role::Member).await;
    let emine = server.somebody(Role::Client).await;
    let mut one = server.phone(linda, vec![]).await;
    for _ in 0..3 {
        one.submit(server.circle(), (0..200).map(|number| idea(&format!("idee {number}"))).collect()).await;
        one.verdicts().await;
    }
    one.submit(server.circle(), vec![idea("het laatste")]).await;
    one.verdicts().await;
    let mut two = server.phone(emine, vec![]).await;
    let ServerFrame::Snapshot { sequence, generation: 1, .. } = two.frame().await else { panic!("a snapshot") };
    assert!((257..=601).contains(&sequence), "{sequence}");
    let tail = two.entries(601 - usize::try_from(sequence).unwrap()).await;
    assert_eq!(tail.last().map_or(sequence, |entry| entry.sequence), 601);
}

#[tokio::test]
async fn entries_during_catch_up_come_exactly_once() {
    let server = Server::start().await;
    let linda = server.somebody(Role::Member).await;
    let emine = server.somebody(Role::Client).await;
    let mut one = server.phone(linda, vec![]).await;
    let document = server.circle();
    let total = 400;
    let writing = tokio::spawn(async move {
        for number in 0..total {
            one.submit(document, vec![idea(&format!("idee {number}"))]).await;
        }
        one
    });
    let mut at = 0;
    while at < total {
        let mut two = server.phone(emine, cursor(document, at)).await;
        // What was missed, and behind it what comes meanwhile.
        for _ in 0..3 {
            if let ServerFrame::Entries { entries, .. } = two.frame().await {
                let sequences: Vec<u64> = entries.iter().map(|entry| entry.sequence).collect();
                let next = at + 1..=at + entries.len() as u64;
                assert_eq!(sequences, next.collect::<Vec<_>>());
                at += entries.len() as u64;
            }
            if at == total {
                break;
            }
        }
    }
    drop(writing.await.unwrap());
    assert_eq!(at, total);
}

#[tokio::test]
async fn a_document_that_left_memory_goes_on_where_it_was() {
    let server = Server::start().await;
    let linda = server.somebody(Role::Member).await;
    let mut phone = server.phone(linda, vec![]).await;
    let ideas: Vec<_> = (0..300).map(|number| idea(&format!("idee {number}"))).collect();
    phone.submit(server.circle(), ideas.clone()).await;
    phone.verdicts().await;
    let before = crate::rest::get(&server, linda, "").await;
    let server = server.restart().await;
    assert_eq!(crate::rest::get(&server, linda, "").await, before);
    let head = Position { generation: 1, sequence: 300 };
    let mut phone = server.phone(linda, cursor(server.circle(), head.sequence)).await;
    phone.submit(server.circle(), vec![ideas[7].clone(), idea("nog een")]).await;
    let verdicts = phone.verdicts().await;
    assert_eq!((verdicts[0].sequence, verdicts[1].sequence), (Some(8), Some(301)));
    let model = crate::rest::get(&server, linda, "").await;
    assert_eq!((&model["sequence"], model["content"]["ideas"].as_array().unwrap().len()), (&json!(301), 301));
}
