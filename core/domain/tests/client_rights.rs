//! What only the client may change stays as it is, whatever others send.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may fail where it stands")]

#[path = "support/commands.rs"]
mod commands;
#[path = "support/history.rs"]
mod history;

use std::collections::BTreeMap;

use automerge::{ObjId, ROOT, ReadDoc};
use commands::{Choice, command};
use history::{Device, History, id};
use kring_domain::{Author, DocumentKind, Role};
use proptest::prelude::*;
use serde_json::{Value, json};

const CLIENT: u128 = 1;
/// Those who send no command at all.
const ONLOOKERS: [Role; 3] = [Role::Backup, Role::Colleague, Role::CarerConsultant];

fn devices() -> [Device; 10] {
    [
        Device::new(1, CLIENT, Role::Client),
        Device::new(2, CLIENT, Role::Client),
        Device::new(3, 2, Role::Member),
        Device::new(4, 3, Role::Member),
        Device::new(5, 4, Role::Professional),
        Device::new(6, 5, Role::Backup),
        Device::new(7, 6, Role::Representative),
        Device::new(8, 7, Role::Carer),
        Device::new(9, 8, Role::Colleague),
        Device::new(10, 9, Role::CarerConsultant),
    ]
}

/// Returns what only the client may change, by a name for each fact; without what the sender is allowed to by exception.
fn facts(history: &History, sender: &Author, sent: &Value) -> BTreeMap<String, Value> {
    let content = &history.json()["content"];
    let mut facts = BTreeMap::new();
    match history.kind {
        DocumentKind::Network => network(content, &mut facts),
        DocumentKind::Plan => plan(history, content, sender, sent, &mut facts),
        DocumentKind::Circle => circle(content, sender, sent, &mut facts),
        DocumentKind::Private => facts.extend(BTreeMap::from([("private".to_owned(), content.clone())])),
        DocumentKind::PrivateTime => private_time(content, sender, sent, &mut facts),
        // What professionals write about the client is theirs to write.
        DocumentKind::WorkNotes => {}
        DocumentKind::Consents => consents(content, sender, sent, &mut facts),
    }
    facts
}

/// The place of each contact and what the client said about it, who is on the map, the answers to suggestions, and the
/// snapshots.
fn network(content: &Value, facts: &mut BTreeMap<String, Value>) {
    for contact in list(content, "contacts") {
        facts.insert(format!("place {}", contact["id"]), json!([contact["ring"], contact.get("quadrant")]));
        let own = ["wish", "desired_ring", "status"].map(|field| contact.get(field).cloned());
        facts.insert(format!("own {}", contact["id"]), json!(own));
        facts.insert(format!("there {}", contact["id"]), json!("on the map"));
    }
    for suggestion in list(content, "suggestions").filter(|suggestion| suggestion.get("derived").is_none()) {
        facts.insert(format!("suggestion {}", suggestion["id"]), suggestion["state"].clone());
    }
    for snapshot in list(content, "snapshots") {
        facts.insert(format!("snapshot {}", snapshot["id"]), snapshot.clone());
    }
}

/// The ranking, the delegations, what happened to the actions, the ticks, and the client's own looks back.
fn plan(history: &History, content: &Value, sender: &Author, sent: &Value, facts: &mut BTreeMap<String, Value>) {
    let me = json!(sender.person);
    let raw = |object: &ObjId, key: &str| -> Vec<String> {
        let values = history.document.get_all(object, key).unwrap();
        values.into_iter().map(|(value, operation)| format!("{value} by {operation}")).collect()
    };
    facts.insert("ranking".to_owned(), json!(raw(&ROOT, "ranking")));
    facts.insert("goals".to_owned(), content["goals"].clone());
    for suggestion in list(content, "suggestions") {
        facts.insert(format!("suggestion {}", suggestion["id"]), suggestion["state"].clone());
    }
    // A representative may take a right back that the client gave.
    if !(sender.role == Role::Representative && sent["type"] == "revoke_right") {
        facts.insert("delegations".to_owned(), content["delegations"].clone());
    }
    let delegated = list(content, "delegations").any(|delegation| delegation["person_id"] == me);
    let turns = ["activate_action", "stop_action", "finish_action"].iter().any(|turn| sent["type"] == *turn);
    let ticks = ["tick_step", "untick_step"].iter().any(|tick| sent["type"] == *tick);
    let actions = history.document.get(&ROOT, "actions").unwrap().unwrap().1;
    for action in list(content, "actions") {
        let object = history.document.get(&actions, action["id"].as_str().unwrap()).unwrap().unwrap().1;
        if !(turns && delegated && sent["action_id"] == action["id"]) {
            facts.insert(format!("state {}", action["id"]), json!(raw(&object, "state")));
        }
        let own: Vec<&Value> = list(action, "parts").filter(|part| part["person_id"] == me).collect();
        for step in list(action, "steps") {
            let assigned = own.iter().any(|part| list(part, "step_ids").any(|id| *id == step["id"]));
            let this = sent["action_id"] == action["id"] && sent["step_id"] == step["id"];
            if !(ticks && this && assigned) {
                facts.insert(format!("tick {} {}", action["id"], step["id"]), step["done"].clone());
            }
        }
        for look in list(action, "evaluations").filter(|look| look["by"] == json!(id(CLIENT))) {
            facts.insert(format!("look {} {}", action["id"], look["id"]), look.clone());
        }
    }
}

/// The answers to ideas, the client's hearts, and what the client wrote.
fn circle(content: &Value, sender: &Author, sent: &Value, facts: &mut BTreeMap<String, Value>) {
    let client = json!(id(CLIENT));
    for idea in list(content, "ideas") {
        let own = idea["by"] == json!(sender.person);
        // Whoever had an idea may erase it, with all that others made of it, until the client has chosen it.
        let own = own && idea["status"] != "chosen";
        if own && sent["type"] == "erase_idea" && sent["idea_id"] == idea["id"] {
            continue;
        }
        if !(own && sent["type"] == "withdraw_idea" && sent["idea_id"] == idea["id"]) {
            facts.insert(format!("answer {}", idea["id"]), idea["status"].clone());
        }
        facts.insert(format!("heart {}", idea["id"]), json!(list(idea, "hearts").any(|heart| *heart == client)));
        if idea["by"] == client {
            facts.insert(format!("idea {}", idea["id"]), idea["text"].clone());
        }
    }
    for (kind, thing) in ["offers", "messages"].iter().flat_map(|kind| list(content, kind).map(move |it| (kind, it))) {
        if thing["by"] == client {
            facts.insert(format!("{kind} {}", thing["id"]), thing.clone());
        }
    }
}

/// What the client opened, and to whom; a representative may end it, and look for themselves.
fn consents(content: &Value, sender: &Author, sent: &Value, facts: &mut BTreeMap<String, Value>) {
    let ends = |consent: &Value| {
        let withdraws = sent["type"] == "withdraw_consent" && sent["consent_id"] == consent["id"];
        sender.role == Role::Representative && withdraws
    };
    for consent in list(content, "consents").filter(|consent| !ends(consent)) {
        facts.insert(format!("consents {}", consent["id"]), consent.clone());
    }
    let opened = list(content, "consents").filter(|consent| consent.get("purpose").is_some()).count();
    facts.insert("opened".to_owned(), json!(opened));
    for suggestion in list(content, "suggestions") {
        facts.insert(format!("suggestion {}", suggestion["id"]), suggestion["state"].clone());
    }
}

/// The sessions, and the client's own ideas and hearts.
fn private_time(content: &Value, sender: &Author, sent: &Value, facts: &mut BTreeMap<String, Value>) {
    let client = json!(id(CLIENT));
    facts.insert("sessions".to_owned(), content["sessions"].clone());
    for idea in list(content, "ideas") {
        let withdraws = sent["type"] == "withdraw_private_idea" && sent["idea_id"] == idea["id"];
        let own = idea["by"] == json!(sender.person);
        if !(own && withdraws) {
            let heart = list(idea, "hearts").any(|heart| *heart == client);
            facts.insert(format!("private_heart {}", idea["id"]), json!(heart));
            facts.insert(format!("private_idea {}", idea["id"]), idea["text"].clone());
        }
    }
}

fn list<'a>(value: &'a Value, key: &str) -> impl Iterator<Item = &'a Value> {
    value.get(key).and_then(Value::as_array).into_iter().flatten()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn nobody_else_changes_what_only_the_client_may(
        moments in prop::collection::vec((0..10usize, any::<bool>(), any::<Choice>()), 1..100),
    ) {
        for &kind in DocumentKind::ALL {
            let mut history = History::new(kind);
            let mut devices = devices();
            for &(index, up_to_date, choice) in &moments {
                let device = &mut devices[index];
                if up_to_date {
                    history.sync(device);
                }
                let sent = command(kind, choice);
                let before = facts(&history, &device.author, &sent);
                let admitted = history.send(device, sent.clone()).is_ok();
                let role = device.author.role;
                prop_assert!(!(admitted && ONLOOKERS.contains(&role)), "{:?} was admitted with {}", role, sent);
                if device.author.role == Role::Client {
                    continue;
                }
                let after = facts(&history, &device.author, &sent);
                for (fact, value) in &before {
                    prop_assert_eq!(after.get(fact), Some(value), "{} changed {}", sent, fact);
                }
            }
        }
    }
}

/// The property above would hold as well of facts that nobody can change: the client does change each kind of them.
#[test]
fn the_client_changes_each_of_these_facts() {
    let mut changed: BTreeMap<String, usize> = BTreeMap::new();
    for &kind in DocumentKind::ALL {
        let mut history = History::new(kind);
        let mut devices = devices();
        for step in 0..900u32 {
            let (what, which, other, fresh) = step.wrapping_mul(2_654_435_761).rotate_left(7).to_be_bytes().into();
            let device = &mut devices[[0, 2, 4][step as usize % 3]];
            history.sync(device);
            let sent = command(kind, (what, which, other, fresh));
            if device.author.role != Role::Client {
                let _refused_or_not = history.send(device, sent);
                continue;
            }
            let before = facts(&history, &device.author, &sent);
            if history.send(device, sent.clone()).is_ok() {
                let after = facts(&history, &device.author, &sent);
                for (fact, _) in before.iter().filter(|(fact, value)| after.get(*fact) != Some(value)) {
                    *changed.entry(fact.split(' ').next().unwrap().to_owned()).or_default() += 1;
                }
            }
        }
    }
    for fact in [
        "place",
        "own",
        "there",
        "goals",
        "opened",
        "suggestion",
        "ranking",
        "delegations",
        "state",
        "tick",
        "answer",
        "heart",
        "idea",
        "private",
        "sessions",
        "private_heart",
        "consents",
    ] {
        assert!(changed.contains_key(fact), "the client never changed {fact}: {changed:?}");
    }
}
