//! A document that is written anew reads the same, and holds nothing of what was erased.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may fail where it stands")]

#[path = "support/commands.rs"]
mod commands;
#[path = "support/history.rs"]
mod history;
#[path = "support/moments.rs"]
mod moments;

use automerge::transaction::Transactable;
use automerge::{AutoSerde, Automerge, ObjType, ROOT, ReadDoc, ScalarValue};
use history::{Device, History, id, json_of};
use kring_domain::{Author, CardKind, DocumentKind, Role, rewrite};
use moments::{live, live_with, moments};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use serde_json::{Value, json};

/// A read model as it should read once every erasure is complete.
fn completed(mut model: Value) -> Value {
    for erasure in model["content"].get_mut("erasures").and_then(Value::as_array_mut).into_iter().flatten() {
        erasure["complete"] = json!(true);
    }
    let incomplete = serde_json::to_value(CardKind::ErasureIncomplete).unwrap();
    model["cards"].as_array_mut().unwrap().retain(|card| card["kind"] != incomplete);
    model
}

/// Marks the texts of contacts and ideas with whose they are, so that they can be found in bytes.
fn marked(mut command: Value) -> Value {
    for (id, text) in [("contact_id", "name"), ("idea_id", "text")] {
        if let (Some(id), Some(Value::String(text))) = (command.get(id).cloned(), command.get_mut(text)) {
            text.push_str(&mark(id.as_str().unwrap()));
        }
    }
    command
}

fn mark(id: &str) -> String {
    format!(" merk{}x", id.chars().last().unwrap())
}

/// The ids of what was erased, and the read model.
fn erased(history: &History) -> Vec<String> {
    let model = history.json();
    let erasures = model["content"]["erasures"].as_array().cloned().unwrap_or_default();
    let id =
        |erasure: &Value| erasure.get("contact_id").or(erasure.get("idea_id")).unwrap().as_str().unwrap().to_owned();
    erasures.iter().map(id).collect()
}

fn holds(document: &Automerge, word: &str) -> bool {
    // Without compression, which would hide the word.
    let bytes = document.save_nocompress();
    let mut loaded = bytes.windows(word.len()).any(|window| window == word.as_bytes());
    for change in document.get_changes(&[]) {
        let decoded = format!("{:?}", change.decode());
        loaded |= decoded.contains(word);
    }
    loaded
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_rewritten_document_reads_the_same(moments in moments()) {
        for &kind in DocumentKind::ALL {
            let history = live(kind, &moments);
            let copy = rewrite(kind, &history.document).unwrap();
            prop_assert_eq!(json_of(kind, &copy), completed(history.json()));
            prop_assert!(!kind.has_open_erasure(&copy));
            let loaded = Automerge::load(&copy.save()).unwrap();
            prop_assert_eq!(json_of(kind, &loaded), json_of(kind, &copy));
            // The same state gives the same bytes, on whatever machine it was loaded, and again when nothing changed.
            let again = rewrite(kind, &Automerge::load(&history.document.save()).unwrap()).unwrap();
            prop_assert_eq!(again.save(), copy.save());
            prop_assert_eq!(rewrite(kind, &copy).unwrap().get_heads(), copy.get_heads());
        }
    }

    #[test]
    fn what_goes_on_after_a_rewrite_reads_as_if_there_had_been_none(moments in moments(), then in moments()) {
        for &kind in DocumentKind::ALL {
            let mut with = live(kind, &moments);
            let mut without = with.clone();
            with.begin_anew();
            without.forget_bases();
            moments::go_on(&mut with, kind, &then);
            moments::go_on(&mut without, kind, &then);
            prop_assert_eq!(completed(with.json()), completed(without.json()));
        }
    }

    #[test]
    fn nothing_of_what_was_erased_is_in_the_bytes(moments in moments()) {
        for kind in [DocumentKind::Network, DocumentKind::Circle] {
            let history = live_with(kind, &moments, marked);
            let copy = rewrite(kind, &history.document).unwrap();
            for id in erased(&history) {
                prop_assert!(!holds(&copy, &mark(&id)), "{} is still there", id);
            }
        }
    }
}

/// The property above would hold as well of histories in which nothing is erased, or nothing can be found.
#[test]
fn generated_histories_erase_things_that_exist() {
    let mut runner = TestRunner::deterministic();
    let mut found = 0;
    let mut concurrent = 0;
    for _ in 0..100 {
        let moments = moments().new_tree(&mut runner).unwrap().current();
        for kind in [DocumentKind::Network, DocumentKind::Circle] {
            let history = live_with(kind, &moments, marked);
            let state = serde_json::to_string(&AutoSerde::from(&history.document)).unwrap();
            for id in erased(&history) {
                found += usize::from(holds(&history.document, &mark(&id)));
                concurrent += usize::from(state.contains(&mark(&id)));
            }
        }
    }
    assert!(found > 20, "only {found} erasures of something");
    assert!(concurrent > 0, "no edit was ever concurrent with an erasure");
}

#[test]
fn what_this_version_does_not_know_survives() {
    let kind = DocumentKind::Network;
    let mut history = History::new(kind);
    let mut client = Device::new(1, 1, Role::Client);
    let add = |number| json!({"type": "add_contact", "contact_id": id(number), "name": "Mo", "wish": "keep"});
    history.send(&mut client, add(1)).unwrap();
    history.send(&mut client, add(2)).unwrap();
    let mut transaction = history.document.transaction();
    let contacts = transaction.get(ROOT, "contacts").unwrap().unwrap().1;
    let mo = transaction.get(&contacts, id(1)).unwrap().unwrap().1;
    transaction.put(&mo, "wish", "of a newer version").unwrap();
    transaction.put(&mo, "of_tomorrow", ScalarValue::Unknown { type_code: 12, bytes: vec![1, 2] }).unwrap();
    transaction.put(&mo, "count", ScalarValue::counter(3)).unwrap();
    transaction.increment(&mo, "count", 4).unwrap();
    let list = transaction.put_object(&mo, "list", ObjType::List).unwrap();
    transaction.insert(&list, 0, 1.5).unwrap();
    let inner = transaction.insert_object(&list, 1, ObjType::Map).unwrap();
    transaction.put(&inner, "deep", "inside").unwrap();
    let text = transaction.put_object(&inner, "text", ObjType::Text).unwrap();
    transaction.splice_text(&text, 0, 0, "merged").unwrap();
    let section = transaction.put_object(ROOT, "new_section", ObjType::Map).unwrap();
    transaction.put(&section, "a", true).unwrap();
    transaction.put(ROOT, "register", ScalarValue::Null).unwrap();
    transaction.commit();
    let copy = rewrite(kind, &history.document).unwrap();
    let state = |document: &Automerge| serde_json::to_value(AutoSerde::from(document)).unwrap();
    assert_eq!(state(&copy), state(&history.document));
    assert!(state(&copy)["contacts"][id(1)]["list"][1]["text"] == "merged");
    let unknown = |document: &Automerge| {
        let contacts = document.get(ROOT, "contacts").unwrap().unwrap().1;
        let mo = document.get(&contacts, id(1)).unwrap().unwrap().1;
        document.get(&mo, "of_tomorrow").unwrap().unwrap().0.into_owned()
    };
    assert_eq!(unknown(&copy), unknown(&history.document));
}

#[test]
fn contested_values_keep_their_author_and_no_device() {
    let kind = DocumentKind::Plan;
    let mut history = History::new(kind);
    let mut client = Device::new(1, 1, Role::Client);
    let mut professional = Device::new(5, 4, Role::Professional);
    history.send(&mut client, history::add_action(1)).unwrap();
    history.sync(&mut client);
    history.sync(&mut professional);
    let title = |title: &str| json!({"type": "update_action", "action_id": id(1), "title": title});
    history.send(&mut client, title("Bellen")).unwrap();
    history.send(&mut professional, title("Schrijven")).unwrap();
    let copy = rewrite(kind, &history.document).unwrap();
    let authors: Vec<Author> =
        copy.get_changes(&[]).iter().filter_map(|change| Author::from_actor(change.actor_id())).collect();
    let expected = [&client, &professional].map(|device| (device.author.person, device.author.role));
    assert_eq!(authors.iter().map(|author| (author.person, author.role)).collect::<Vec<_>>(), expected);
    assert!(authors.iter().all(|author| author.device != client.author.device));
    assert_eq!(json_of(kind, &copy), history.json());
}
