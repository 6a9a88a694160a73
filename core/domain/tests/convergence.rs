//! Whatever people do on however many phones, everybody reads the same in the end.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may fail where it stands")]

#[path = "support/commands.rs"]
mod commands;
#[path = "support/history.rs"]
mod history;
#[path = "support/moments.rs"]
mod moments;

use std::collections::BTreeSet;

use automerge::{Automerge, Change, ChangeHash};
use commands::command;
use history::{Device, json_of};
use kring_domain::{Command, DocumentKind, Role, genesis};
use moments::{live, moments};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use serde_json::Value;

/// Applies the changes in another order that respects what each was made on, in batches of other sizes.
fn replica(kind: DocumentKind, changes: &[Change], picks: &[u8]) -> Automerge {
    let mut document = genesis(kind);
    let mut applied: BTreeSet<ChangeHash> = document.get_heads().into_iter().collect();
    let mut waiting: Vec<&Change> = changes.iter().collect();
    let mut batch: Vec<Change> = Vec::new();
    let mut picks = picks.iter().cycle();
    while !waiting.is_empty() {
        let ready: Vec<usize> = (0..waiting.len())
            .filter(|index| waiting[*index].deps().iter().all(|dependency| applied.contains(dependency)))
            .collect();
        let pick = usize::from(*picks.next().unwrap());
        let change = waiting.remove(ready[pick % ready.len()]);
        applied.insert(change.hash());
        batch.push(change.clone());
        if pick.is_multiple_of(3) {
            document.apply_changes(std::mem::take(&mut batch)).unwrap();
        }
    }
    document.apply_changes(batch).unwrap();
    document
}

fn count(model: &Value, state: &str) -> usize {
    model["content"]["actions"].as_array().into_iter().flatten().filter(|action| action["state"] == state).count()
}

#[test]
fn every_command_of_this_version_takes_part() {
    let choices =
        DocumentKind::ALL.iter().flat_map(|kind| (0..=255).map(move |what| command(*kind, (what, 0, 0, what / 12))));
    let mut names: BTreeSet<String> = choices.map(|command| command["type"].as_str().unwrap().to_owned()).collect();
    names.retain(|name| Command::descriptions().iter().any(|description| description.name == name));
    assert_eq!(names.len(), Command::descriptions().len(), "only {names:?}");
}

/// The properties would hold as well of histories in which nothing ever meets.
#[test]
fn the_generated_histories_raise_questions_of_every_kind() {
    let mut runner = TestRunner::deterministic();
    let mut raised: BTreeSet<String> = BTreeSet::new();
    let wanted =
        ["too_many_active", "two_values", "client_part_missing", "not_evaluated", "suggestion", "contact_came_back"];
    for _ in 0..1_000 {
        if wanted.iter().all(|kind| raised.contains(*kind)) {
            break;
        }
        let moments = moments().new_tree(&mut runner).unwrap().current();
        for &kind in DocumentKind::ALL {
            let model = live(kind, &moments).json();
            raised.extend(
                model["cards"].as_array().unwrap().iter().map(|card| card["kind"].as_str().unwrap().to_owned()),
            );
        }
    }
    for kind in wanted {
        assert!(raised.contains(kind), "no {kind}, only {raised:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_replica_reads_the_same(
        moments in moments(),
        orders in prop::collection::vec(prop::collection::vec(any::<u8>(), 1..40), 3),
    ) {
        for &kind in DocumentKind::ALL {
            let history = live(kind, &moments);
            let read = history.json();
            for picks in &orders {
                let replica = replica(kind, &history.changes(), picks);
                prop_assert_eq!(replica.get_heads(), history.document.get_heads());
                prop_assert_eq!(&json_of(kind, &replica), &read);
            }
            let loaded = Automerge::load(&history.document.save()).unwrap();
            prop_assert_eq!(&json_of(kind, &loaded), &read);
        }
    }

    #[test]
    fn three_actions_at_most_show_as_active(moments in moments()) {
        let model = live(DocumentKind::Plan, &moments).json();
        let active = count(&model, "active");
        prop_assert!(active <= 3);
        prop_assert!(active == 3 || count(&model, "queued") == 0);
        let cards = model["cards"].as_array().unwrap();
        for card in cards.iter().filter(|card| card["kind"] == "too_many_active") {
            prop_assert!(count(&model, "queued") > 0 && card["options"].as_array().unwrap().len() > 1);
        }
    }

    #[test]
    fn the_answers_on_cards_are_commands_the_client_may_send(moments in moments()) {
        for &kind in DocumentKind::ALL {
            let history = live(kind, &moments);
            let model = history.json();
            let options = model["cards"].as_array().unwrap().iter().flat_map(|card| card["options"].as_array().unwrap());
            for answer in options.filter_map(|option| option.get("command")) {
                let mut client = Device::new(9, 1, Role::Client);
                let mut answered = history.clone();
                answered.sync(&mut client);
                let sent = answered.send(&mut client, answer.clone());
                prop_assert!(sent.is_ok(), "{answer}: {sent:?}");
            }
        }
    }
}
