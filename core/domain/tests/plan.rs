//! Several people work on an action plan without knowing of each other.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may fail where it stands")]

#[path = "support/history.rs"]
mod history;

use automerge::ReadDoc;
use automerge::transaction::Transactable;
use history::{Device, History, about, add_action, id};
use kring_domain::{CardKind, DocumentKind, RefusalCode, Role};
use serde_json::{Value, json};

const LINDA: u128 = 2;
const EMINE: u128 = 3;

/// A plan with `count` actions, and the up-to-date phones of Joost, Linda, Emine and Marloes.
fn plan(count: u128) -> (History, [Device; 4]) {
    let mut history = History::new(DocumentKind::Plan);
    let mut joost = Device::new(1, 1, Role::Client);
    for number in 1..=count {
        history.send(&mut joost, add_action(number)).unwrap();
    }
    history.send(&mut joost, delegation("delegate_right", LINDA)).unwrap();
    let mut devices = [
        joost,
        Device::new(2, LINDA, Role::Member),
        Device::new(3, EMINE, Role::Member),
        Device::new(4, 4, Role::Professional),
    ];
    devices.iter_mut().for_each(|device| history.sync(device));
    (history, devices)
}

fn delegation(command: &str, person: u128) -> Value {
    json!({ "type": command, "person_id": id(person), "right": "start_action" })
}

fn rank(numbers: &[u128]) -> Value {
    json!({ "type": "rank_actions", "action_ids": numbers.iter().map(|number| id(*number)).collect::<Vec<_>>() })
}

fn evaluate(evaluation: u128, action: u128) -> Value {
    json!({ "type": "evaluate_action", "evaluation_id": id(evaluation), "action_id": id(action), "next": "continue" })
}

fn take(action: u128, person: u128, part: &str, steps: &[u128]) -> Value {
    json!({
        "type": "assign_part", "action_id": id(action), "person_id": id(person), "part": part, "support": "together",
        "step_ids": steps.iter().map(|step| id(*step)).collect::<Vec<_>>(),
    })
}

fn action(history: &History, number: u128) -> Value {
    let actions = &history.json()["content"]["actions"];
    actions.as_array().unwrap().iter().find(|action| action["id"] == json!(id(number))).unwrap().clone()
}

fn states(history: &History) -> Vec<String> {
    let actions = &history.json()["content"]["actions"];
    actions.as_array().unwrap().iter().map(|action| action["state"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn v1_of_four_concurrent_activations_one_waits() {
    // Linda on the train is first to have coverage again; still what Joost activated comes first.
    for linda_first in [true, false] {
        let (mut history, [mut joost, mut linda, ..]) = plan(4);
        let joosts = |history: &mut History, joost: &mut Device| {
            history.send(joost, about("activate_action", 1)).unwrap();
            history.send(joost, about("activate_action", 4)).unwrap();
        };
        if !linda_first {
            joosts(&mut history, &mut joost);
        }
        history.send(&mut linda, about("activate_action", 3)).unwrap();
        history.send(&mut linda, about("activate_action", 2)).unwrap();
        if linda_first {
            joosts(&mut history, &mut joost);
        }
        assert_eq!(states(&history), ["active", "queued", "active", "active"]);
        let [card] = &history.cards(CardKind::TooManyActive)[..] else { panic!("one card") };
        assert_eq!(card.text, "Je doet nu 4 acties. 3 is genoeg. Welke 3?");
        let options: Vec<_> = card.options.iter().filter_map(|option| option.command.clone()).collect();
        assert_eq!(options, [rank(&[1, 4, 3]), rank(&[1, 4, 2]), rank(&[1, 3, 2]), rank(&[4, 3, 2])]);

        history.sync(&mut joost);
        history.send(&mut joost, options[1].clone()).unwrap();
        assert_eq!(states(&history), ["active", "active", "queued", "active"]);
        assert!(history.cards(CardKind::TooManyActive).is_empty());

        history.send(&mut joost, about("finish_action", 1)).unwrap();
        assert_eq!(states(&history), ["done", "active", "active", "active"], "who waits moves up");
    }
}

#[test]
fn v1_a_choice_does_not_cover_what_the_client_had_not_seen() {
    let (mut history, [mut joost, mut linda, ..]) = plan(5);
    for number in 1..=4 {
        history.send(&mut joost, about("activate_action", number)).unwrap();
    }
    history.send(&mut linda, about("activate_action", 5)).unwrap();
    history.send(&mut joost, rank(&[1, 2, 4])).unwrap();
    assert_eq!(states(&history), ["active", "active", "queued", "active", "queued"]);
    assert_eq!(history.cards(CardKind::TooManyActive)[0].text, "Je doet nu 5 acties. 3 is genoeg. Welke 3?");
    history.sync(&mut joost);
    history.send(&mut joost, rank(&[5, 2, 4])).unwrap();
    assert_eq!(states(&history), ["queued", "active", "queued", "active", "active"]);
    assert!(history.cards(CardKind::TooManyActive).is_empty());
}

#[test]
fn v1_only_one_to_three_distinct_actions_are_ranked() {
    let (mut history, [mut joost, ..]) = plan(4);
    for wrong in [&[][..], &[1, 1], &[1, 2, 3, 4]] {
        assert_eq!(history.send(&mut joost, rank(wrong)).unwrap_err().code, RefusalCode::Invalid);
    }
    assert_eq!(history.send(&mut joost, rank(&[9])).unwrap_err().code, RefusalCode::NotFound);
}

#[test]
fn v5_a_done_by_the_client_stands_against_anything() {
    for other in ["stop_action", "activate_action"] {
        for client_first in [true, false] {
            let (mut history, [mut joost, mut linda, ..]) = plan(1);
            history.send(&mut joost, about("activate_action", 1)).unwrap();
            history.sync(&mut joost);
            history.sync(&mut linda);
            if client_first {
                history.send(&mut joost, about("finish_action", 1)).unwrap();
                history.send(&mut linda, about(other, 1)).unwrap();
            } else {
                history.send(&mut linda, about(other, 1)).unwrap();
                history.send(&mut joost, about("finish_action", 1)).unwrap();
            }
            assert_eq!(states(&history), ["done"], "{other}, client first: {client_first}");
        }
    }
}

#[test]
fn v5_otherwise_the_later_admitted_counts() {
    let (mut history, [mut joost, mut linda, ..]) = plan(1);
    history.send(&mut linda, about("finish_action", 1)).unwrap();
    history.send(&mut joost, about("stop_action", 1)).unwrap();
    assert_eq!(states(&history), ["stopped"]);
}

#[test]
fn v5_of_a_concurrent_tick_and_untick_the_later_admitted_shows() {
    for tick_last in [true, false] {
        let (mut history, [mut joost, mut linda, ..]) = plan(1);
        let step = |command: &str| json!({ "type": command, "action_id": id(1), "step_id": id(10) });
        let add = json!({ "type": "add_step", "action_id": id(1), "step_id": id(10), "text": "Bellen" });
        history.send(&mut joost, add.clone()).unwrap();
        assert_eq!(history.send(&mut joost, add).unwrap_err().code, RefusalCode::DuplicateId);
        history.send(&mut joost, take(1, LINDA, "Bellen", &[10])).unwrap();
        history.send(&mut joost, step("tick_step")).unwrap();
        history.send(&mut joost, step("untick_step")).unwrap();
        history.sync(&mut joost);
        history.sync(&mut linda);
        history.send(&mut linda, step("tick_step")).unwrap();
        if !tick_last {
            history.sync(&mut joost);
            history.send(&mut joost, step("untick_step")).unwrap();
        }
        let shown = &action(&history, 1)["steps"][0];
        assert_eq!(shown["done"], json!(tick_last));
        assert_eq!(shown.get("done_by"), tick_last.then(|| json!(id(LINDA))).as_ref());
    }
}

#[test]
fn v6_of_two_who_take_on_the_same_thing_the_earliest_leads() {
    let (mut history, [mut joost, mut linda, mut emine, _]) = plan(1);
    let add = json!({ "type": "add_step", "action_id": id(1), "step_id": id(10), "text": "Bellen" });
    history.send(&mut joost, add).unwrap();
    history.sync(&mut linda);
    history.sync(&mut emine);
    let early = "2026-04-08T08:00:00Z".parse().unwrap();
    let late = "2026-04-08T09:00:00Z".parse().unwrap();
    // Emine wrote first and had coverage last.
    history.send_at(&mut linda, take(1, LINDA, "Adres zoeken", &[]), late).unwrap();
    history.send_at(&mut linda, take(1, LINDA, "Ik bel", &[10]), early).unwrap();
    history.send_at(&mut emine, take(1, EMINE, "adres  zoeken.", &[]), early).unwrap();
    history.send_at(&mut emine, take(1, EMINE, "Opbellen", &[10]), late).unwrap();
    history.send_at(&mut emine, take(1, EMINE, "Meegaan", &[]), late).unwrap();
    let shown = action(&history, 1);
    let leads: Vec<_> = shown["parts"].as_array().unwrap().iter().map(|part| part["lead"].clone()).collect();
    assert_eq!(leads, [false, true, true, false, true]);
}

#[test]
fn v11_an_action_without_the_clients_part_is_a_draft() {
    let clear = json!({ "type": "update_action", "action_id": id(1), "client_part": null });
    for clear_first in [true, false] {
        let (mut history, [mut joost, _, _, mut marloes]) = plan(1);
        if clear_first {
            history.send(&mut marloes, clear.clone()).unwrap();
        }
        history.send(&mut joost, about("activate_action", 1)).unwrap();
        if !clear_first {
            history.send(&mut marloes, clear.clone()).unwrap();
        }
        assert_eq!(states(&history), ["draft"]);
        assert_eq!(history.cards(CardKind::ClientPartMissing).len(), 1);
        history.sync(&mut joost);
        let refusal = history.send(&mut joost, about("activate_action", 1)).unwrap_err();
        assert_eq!((refusal.code, refusal.field.as_deref()), (RefusalCode::Invalid, Some("client_part")));
        let set = json!({ "type": "update_action", "action_id": id(1), "client_part": "Ik vraag Henk" });
        history.send(&mut joost, set).unwrap();
        assert_eq!(states(&history), ["active"], "the activation was kept");
        assert!(history.cards(CardKind::ClientPartMissing).is_empty());
    }
}

#[test]
fn v11_clearing_loses_to_writing_the_clients_part() {
    let (mut history, [mut joost, _, _, mut marloes]) = plan(1);
    let update = |part: Value| json!({ "type": "update_action", "action_id": id(1), "client_part": part });
    history.send(&mut joost, update(json!("Ik schrijf een kaart"))).unwrap();
    history.send(&mut marloes, update(Value::Null)).unwrap();
    assert_eq!(action(&history, 1)["client_part"], "Ik schrijf een kaart");
}

#[test]
fn v12_a_done_action_stays_done_until_somebody_looks_back() {
    let (mut history, [mut joost, mut linda, mut emine, _]) = plan(1);
    history.send(&mut joost, about("activate_action", 1)).unwrap();
    history.send(&mut joost, about("finish_action", 1)).unwrap();
    let [card] = &history.cards(CardKind::NotEvaluated)[..] else { panic!("one card") };
    assert_eq!(card.text, "Kijk samen terug op “Actie 1”.");
    for command in ["activate_action", "stop_action"] {
        assert_eq!(history.send(&mut joost, about(command, 1)).unwrap_err().code, RefusalCode::Conflict);
    }

    history.send(&mut linda, evaluate(20, 1)).unwrap();
    history.send(&mut emine, evaluate(21, 1)).unwrap();
    assert!(history.cards(CardKind::NotEvaluated).is_empty());
    assert_eq!(headlines(&history), [true, false]);
    history.send(&mut joost, evaluate(22, 1)).unwrap();
    assert_eq!(headlines(&history), [false, false, true]);
    assert_eq!(history.send(&mut emine, evaluate(22, 1)).unwrap_err().code, RefusalCode::DuplicateId);

    history.sync(&mut joost);
    history.send(&mut joost, about("activate_action", 1)).unwrap();
    assert_eq!(states(&history), ["active"]);
}

fn headlines(history: &History) -> Vec<bool> {
    let shown = action(history, 1);
    shown["evaluations"].as_array().unwrap().iter().map(|look| look["headline"].as_bool().unwrap()).collect()
}

#[test]
fn a_delegated_right_is_used_and_revoking_wins() {
    let (mut history, [mut joost, mut linda, mut emine, mut marloes]) = plan(1);
    let mut tablet = Device::new(5, 1, Role::Client);
    history.sync(&mut tablet);
    for device in [&mut emine, &mut marloes] {
        assert_eq!(history.send(device, about("activate_action", 1)).unwrap_err().code, RefusalCode::Forbidden);
        assert_eq!(history.send(device, delegation("delegate_right", EMINE)).unwrap_err().code, RefusalCode::Forbidden);
    }
    history.send(&mut linda, about("activate_action", 1)).unwrap();
    // Joost takes the right back on his phone; the tablet, which does not know, gives it again.
    history.send(&mut joost, delegation("revoke_right", LINDA)).unwrap();
    history.send(&mut tablet, delegation("delegate_right", LINDA)).unwrap();
    assert_eq!(history.json()["content"]["delegations"], json!([]));
    assert_eq!(history.send(&mut linda, about("stop_action", 1)).unwrap_err().code, RefusalCode::Forbidden);
    history.sync(&mut joost);
    history.sync(&mut tablet);
    history.send(&mut tablet, delegation("revoke_right", LINDA)).unwrap();
    history.sync(&mut tablet);
    history.send(&mut joost, delegation("delegate_right", LINDA)).unwrap();
    assert_eq!(history.json()["content"]["delegations"], json!([]), "revoking counts again, though it was revoked");
    history.sync(&mut joost);
    history.send(&mut joost, delegation("delegate_right", LINDA)).unwrap();
    assert_eq!(history.json()["content"]["delegations"][0]["person_id"], json!(id(LINDA)));
    history.send(&mut linda, about("stop_action", 1)).unwrap();
    assert_eq!(history.send(&mut joost, delegation("revoke_right", EMINE)).unwrap_err().code, RefusalCode::NotFound);
}

#[test]
fn a_member_ticks_and_takes_only_their_own_part() {
    let (mut history, [mut joost, mut linda, _, mut marloes]) = plan(1);
    let add = json!({ "type": "add_step", "action_id": id(1), "step_id": id(10), "text": "Bellen" });
    history.send(&mut marloes, add).unwrap();
    history.sync(&mut linda);
    let tick = json!({ "type": "tick_step", "action_id": id(1), "step_id": id(10) });
    assert_eq!(history.send(&mut linda, tick.clone()).unwrap_err().code, RefusalCode::Forbidden);
    assert_eq!(history.send(&mut marloes, tick.clone()).unwrap_err().code, RefusalCode::Forbidden);
    assert_eq!(history.send(&mut linda, take(1, EMINE, "Bellen", &[10])).unwrap_err().code, RefusalCode::Forbidden);
    assert_eq!(history.send(&mut linda, take(1, LINDA, "Bellen", &[11])).unwrap_err().code, RefusalCode::NotFound);
    history.send(&mut linda, take(1, LINDA, "Bellen", &[10])).unwrap();
    history.send(&mut linda, tick.clone()).unwrap();
    history.sync(&mut joost);
    history.send(&mut joost, tick).unwrap();
}

#[test]
fn everybody_ticks_the_steps_of_their_own_part() {
    for role in [Role::Professional, Role::Representative, Role::Carer, Role::Member] {
        let (mut history, [mut joost, ..]) = plan(1);
        let mut device = Device::new(9, 9, role);
        for step in [10, 11] {
            let add = json!({ "type": "add_step", "action_id": id(1), "step_id": id(step), "text": "Bellen" });
            history.send(&mut joost, add).unwrap();
        }
        history.send(&mut joost, take(1, 9, "Bellen", &[10])).unwrap();
        history.sync(&mut device);
        for command in ["tick_step", "untick_step"] {
            let tick = |step| json!({ "type": command, "action_id": id(1), "step_id": id(step) });
            history.send(&mut device, tick(10)).unwrap();
            assert_eq!(
                history.send(&mut device, tick(11)).unwrap_err().code,
                RefusalCode::Forbidden,
                "{role:?} {command}"
            );
        }
    }
}

#[test]
fn a_carer_takes_a_part_and_looks_back() {
    let (mut history, [_, _, mut emine, _]) = plan(1);
    let mut carer = Device::new(9, 9, Role::Carer);
    history.sync(&mut carer);
    history.send(&mut carer, take(1, 9, "Koffie zetten", &[])).unwrap();
    assert_eq!(history.send(&mut carer, take(1, EMINE, "Bellen", &[])).unwrap_err().code, RefusalCode::Forbidden);
    history.send(&mut carer, evaluate(20, 1)).unwrap();
    history.send(&mut emine, evaluate(21, 1)).unwrap();
    assert_eq!(action(&history, 1)["evaluations"][0]["by"], json!(id(9)));
}

#[test]
fn two_titles_by_one_person_raise_a_card_too() {
    let (mut history, [mut joost, _, _, mut marloes]) = plan(1);
    let title = |title: &str| json!({ "type": "update_action", "action_id": id(1), "title": title });
    let mut tablet = Device::new(5, 1, Role::Client);
    history.sync(&mut tablet);
    history.send(&mut joost, title("Kaart naar Dennis")).unwrap();
    history.send(&mut tablet, title("Kaart sturen")).unwrap();
    let [card] = &history.cards(CardKind::TwoValues)[..] else { panic!("one card") };
    assert_eq!(card.text, "Dit is op twee toestellen ingevuld. Een actie heeft twee namen. Welke is goed?");
    assert_eq!(card.options[1].label, "“Kaart sturen”");
    history.send(&mut marloes, title("Een kaart")).unwrap();
    let [card] = &history.cards(CardKind::TwoValues)[..] else { panic!("one card") };
    assert_eq!(card.options.last().unwrap().label, "“Een kaart” (P4)");
    history.sync(&mut joost);
    history.send(&mut joost, card.options[0].command.clone().unwrap()).unwrap();
    assert!(history.cards(CardKind::TwoValues).is_empty());
    assert_eq!(action(&history, 1)["title"], "Kaart naar Dennis");
}

#[test]
fn v23_words_of_a_newer_version_are_shown_as_they_are() {
    let (mut history, [mut joost, ..]) = plan(1);
    history.send(&mut joost, about("activate_action", 1)).unwrap();
    let command = history.send(&mut joost, about("stop_action", 1)).unwrap();
    let path = ["actions", &id(1), "events", &command.to_string()].map(str::to_owned);
    let mut transaction = history.document.transaction();
    let below = |transaction: &automerge::transaction::Transaction<'_>, keys: &[String]| {
        keys.iter().fold(automerge::ROOT, |object, key| transaction.get(&object, key.as_str()).unwrap().unwrap().1)
    };
    let action_object = below(&transaction, &path[..2]);
    transaction.put(&action_object, "setting", "in_space").unwrap();
    let event = below(&transaction, &path);
    transaction.put(&event, "kind", "snoozed").unwrap();
    transaction.commit();
    let shown = action(&history, 1);
    assert_eq!((&shown["setting"], &shown["state"]), (&json!("in_space"), &json!("snoozed")));
}

#[test]
fn bounds_are_kept() {
    let (mut history, [mut joost, ..]) = plan(1);
    let update = |fields: Value| {
        let mut command = about("update_action", 1);
        command.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        command
    };
    for (fields, field) in [
        (json!({}), "command"),
        (json!({ "complexity": 4 }), "complexity"),
        (json!({ "complexity": 300 }), "complexity"),
        (json!({ "client_part": "  " }), "client_part"),
        (json!({ "due": "2026-02-30" }), "due"),
        (json!({ "setting": "elsewhere" }), "setting"),
    ] {
        let refusal = history.send(&mut joost, update(fields)).unwrap_err();
        assert_eq!((refusal.code, refusal.field.as_deref()), (RefusalCode::Invalid, Some(field)));
    }
    let all = json!({ "due": "2026-04-15", "complexity": 2, "setting": "ordinary", "company": "pair" });
    history.send(&mut joost, update(all)).unwrap();
    assert_eq!(action(&history, 1)["complexity"], 2);
    let none = json!({ "due": null, "complexity": null, "setting": null, "company": null });
    history.send(&mut joost, update(none)).unwrap();
    let shown = action(&history, 1);
    assert!(["due", "complexity", "setting", "company"].iter().all(|field| shown.get(field).is_none()));

    let mut look = evaluate(20, 1);
    look["gas"] = json!(-3);
    assert_eq!(history.send(&mut joost, look.clone()).unwrap_err().field.as_deref(), Some("gas"));
    look["gas"] = json!(-2);
    history.send(&mut joost, look).unwrap();
    assert_eq!(action(&history, 1)["evaluations"][0]["gas"], -2);
}
