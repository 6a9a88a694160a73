//! Commands that share a change.

use kring_domain::Role;
use kring_sync::{Cursor, Entry, Judgement, Submission};

use crate::harness::{Server, idea};

fn ideas() -> Vec<Submission> {
    (0..20).map(|number| idea(&format!("idee {number}"))).collect()
}

fn changes(entries: &[Entry]) -> usize {
    let mut changes: Vec<&[u8]> = entries.iter().map(|entry| &entry.change[..]).collect();
    changes.dedup();
    changes.len()
}

#[tokio::test]
async fn a_batch_is_few_changes_and_an_entry_for_each_command() {
    let server = Server::start().await;
    let linda = server.somebody(Role::Member).await;
    let emine = server.somebody(Role::Client).await;
    let mut one = server.phone(linda, vec![]).await;
    let mut two = server.phone(emine, vec![]).await;
    let commands = ideas();
    one.submit(server.circle(), commands.clone()).await;
    let live = two.entries(20).await;
    assert!(changes(&live) <= 5, "{} changes", changes(&live));
    let ids: Vec<_> = live.iter().map(|entry| entry.command_id).collect();
    assert_eq!(ids, commands.iter().map(|command| command.id).collect::<Vec<_>>());
    assert!(one.verdicts().await.iter().all(|verdict| verdict.judgement == Judgement::Admitted));
    let server = server.restart().await;
    let cursor = Cursor { document: server.circle(), generation: 1, sequence: 7, chain_hash: None };
    let mut late = server.phone(emine, vec![cursor]).await;
    assert_eq!(late.entries(13).await, live[7..], "also for a phone that stands within the run");
    let history = crate::rest::get(&server, emine, "/history").await;
    assert_eq!(history["entries"].as_array().unwrap().len(), 20);
}
