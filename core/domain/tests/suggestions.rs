//! Suggestions of others, and the client's answers to them.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may fail where it stands")]

#[path = "support/history.rs"]
mod history;

use history::{Device, History, add_action, id};
use kring_domain::{
    Author, CardKind, Command, Decision, DocumentKind, Language, Reader, Role, authorize, read_model_for, rewrite,
};
use serde_json::{Value, json};

/// A document with Ali on its map where it is one, and the phones of Joost, Marloes and Ria, who represents him.
fn space(kind: DocumentKind) -> (History, [Device; 3]) {
    let mut history = History::new(kind);
    let roles = [Role::Client, Role::Professional, Role::Representative];
    let mut number = 0;
    let mut devices = roles.map(|role| {
        number += 1;
        Device::new(number, number, role)
    });
    if kind == DocumentKind::Network {
        let ali = json!({"type": "add_contact", "contact_id": id(1), "name": "Ali", "wish": "keep", "place": "thuis"});
        history.send(&mut devices[0], ali).unwrap();
    }
    if kind == DocumentKind::Plan {
        let goal = json!({"type": "add_goal", "goal_id": id(3), "text": "Naar buiten", "goal_type": "new"});
        history.send(&mut devices[0], goal).unwrap();
    }
    devices.iter_mut().for_each(|device| history.sync(device));
    (history, devices)
}

fn consent() -> Value {
    json!({"type": "give_consent", "consent_id": id(5), "compartment": "private", "purpose": "samen kijken",
        "role": "professional", "text_version": "1", "language_level": "a2"})
}

/// Something that others may only suggest.
struct Case {
    kind: DocumentKind,
    command: Value,
    /// True when a professional may suggest it too, beside a representative.
    is_for_professionals: bool,
    /// True when it shows in the content that it was done.
    is_done: fn(&Value) -> bool,
}

fn cases() -> Vec<Case> {
    let map = |command: &str, fields: Value, is_done: fn(&Value) -> bool| {
        let mut json = json!({"type": command, "contact_id": id(1)});
        json.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        Case { kind: DocumentKind::Network, command: json, is_for_professionals: command != "erase_contact", is_done }
    };
    vec![
        map("update_contact", json!({"wish": "distance"}), |content| content["contacts"][0]["wish"] == "distance"),
        map("update_contact", json!({"wish": null}), |content| content["contacts"][0].get("wish").is_none()),
        map("update_contact", json!({"status": "ended"}), |content| content["contacts"][0]["status"] == "ended"),
        map("update_contact", json!({"desired_ring": 1}), |content| content["contacts"][0]["desired_ring"] == 1),
        map("place_contact", json!({"ring": 1, "quadrant": "family"}), |content| content["contacts"][0]["ring"] == 1),
        map("archive_contact", json!({}), |content| content["archived"][0]["name"] == "Ali"),
        map("erase_contact", json!({}), |content| content["erasures"][0]["contact_id"] == id(1)),
        Case {
            kind: DocumentKind::Plan,
            command: json!({"type": "add_goal", "goal_id": id(7), "text": "Vaker naar buiten"}),
            is_for_professionals: true,
            is_done: |content| content["goals"][1]["text"] == "Vaker naar buiten",
        },
        Case {
            kind: DocumentKind::Plan,
            command: json!({"type": "update_goal", "goal_id": id(3), "text": "Elke dag naar buiten"}),
            is_for_professionals: true,
            is_done: |content| content["goals"][0]["text"] == "Elke dag naar buiten",
        },
        Case {
            kind: DocumentKind::Plan,
            command: json!({"type": "update_goal", "goal_id": id(3), "goal_type": null}),
            is_for_professionals: true,
            is_done: |content| content["goals"][0].get("type").is_none(),
        },
        Case {
            kind: DocumentKind::Consents,
            command: consent(),
            is_for_professionals: false,
            is_done: |content| content["consents"][0]["in_force"] == true,
        },
    ]
}

/// The contact that others put on the map with what is the client's own to say.
fn added() -> Vec<Case> {
    let add = |fields: Value, is_done: fn(&Value) -> bool| {
        let mut command = json!({"type": "add_contact", "contact_id": id(2), "name": "Mo", "place": "gang"});
        command.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        Case { kind: DocumentKind::Network, command, is_for_professionals: true, is_done }
    };
    vec![
        add(json!({"wish": "repair"}), |content| content["contacts"][1]["wish"] == "repair"),
        add(json!({"status": "faded"}), |content| content["contacts"][1]["status"] == "faded"),
        add(json!({"desired_ring": 2}), |content| content["contacts"][1]["desired_ring"] == 2),
        add(json!({"ring": 2, "quadrant": "peers", "wish": "keep"}), |content| {
            content["contacts"][1]["wish"] == "keep"
        }),
    ]
}

#[test]
fn a_new_contact_has_its_first_place_at_once() {
    for fields in [json!({}), json!({"wish": "keep"}), json!({"status": "faded", "desired_ring": 1})] {
        for device in [1, 2] {
            let (mut history, mut devices) = space(DocumentKind::Network);
            let mut command =
                json!({"type": "add_contact", "contact_id": id(2), "name": "Mo", "ring": 2, "quadrant": "peers"});
            command.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
            history.send(&mut devices[device], command).unwrap();
            let content = history.json()["content"].clone();
            let contact = &content["contacts"][1];
            assert_eq!((&contact["ring"], &contact["quadrant"]), (&json!(2), &json!("peers")), "{fields}");
            assert_eq!(history.cards(CardKind::Suggestion).len(), usize::from(fields != json!({})), "{fields}");
        }
    }
}

#[test]
fn a_new_contact_is_there_at_once_without_the_clients_own_word() {
    for Case { command, is_done, .. } in added() {
        for device in [1, 2] {
            let (mut history, mut devices) = space(DocumentKind::Network);
            history.send(&mut devices[device], command.clone()).unwrap();
            let content = history.json()["content"].clone();
            assert_eq!(
                (&content["contacts"][1]["name"], &content["contacts"][1]["place"]),
                (&json!("Mo"), &json!("gang"))
            );
            assert!(!is_done(&content), "{command} was done at once");
        }
        let (mut history, mut devices) = space(DocumentKind::Network);
        history.send(&mut devices[0], command.clone()).unwrap();
        assert!(is_done(&history.json()["content"]), "the client says it: {command}");
        assert_eq!(history.cards(CardKind::Suggestion), []);
    }
}

/// Sends the answer of a card as the server does.
fn answer(history: &mut History, client: &mut Device, command: Value) {
    let command = Command::parse(command).unwrap().resolved(&client.author, &history.document);
    history.sync(client);
    history.send(client, serde_json::to_value(command).unwrap()).unwrap();
}

#[test]
fn what_is_the_clients_own_waits_for_their_yes() {
    for Case { kind, command, is_for_professionals, is_done } in cases().into_iter().chain(added()) {
        for device in [1, 2] {
            for yes in [true, false] {
                let (mut history, mut devices) = space(kind);
                if device == 1 && !is_for_professionals {
                    assert!(history.send(&mut devices[1], command.clone()).is_err(), "{command}");
                    continue;
                }
                history.send(&mut devices[device], command.clone()).unwrap();
                assert!(!is_done(&history.json()["content"]), "{command} was done at once");
                let [card] = &history.cards(CardKind::Suggestion)[..] else { panic!("no question about {command}") };
                assert!(card.text.ends_with("Vind jij dat ook?"), "{}", card.text);
                let option = &card.options[usize::from(!yes)];
                answer(&mut history, &mut devices[0], option.command.clone().unwrap());
                assert_eq!(is_done(&history.json()["content"]), yes, "{command}");
                assert_eq!(history.cards(CardKind::Suggestion), []);
            }
        }
    }
}

#[test]
fn before_a_client_joins_everything_is_done_at_once() {
    for Case { kind, command, is_for_professionals, is_done } in cases().into_iter().chain(added()) {
        let (mut history, mut devices) = space(kind);
        let device = if is_for_professionals { 1 } else { 2 };
        devices[device].author = devices[device].author.beside_client(false);
        history.send(&mut devices[device], command.clone()).unwrap();
        assert!(is_done(&history.json()["content"]), "{command}");
    }
}

#[test]
fn only_the_client_answers() {
    for Case { kind, command, .. } in cases() {
        let (mut history, mut devices) = space(kind);
        history.send(&mut devices[2], command).unwrap();
        let card = history.cards(CardKind::Suggestion).remove(0);
        for option in &card.options {
            let answer = Command::parse(option.command.clone().unwrap()).unwrap();
            for device in &devices[1..] {
                let answer = answer.clone().resolved(&device.author, &history.document);
                let decision = authorize(&device.author, &answer, &history.document);
                assert!(matches!(decision, Decision::Refuse(_)), "{:?} answers", device.author.role);
            }
        }
        let name = |_| "Joost".to_owned();
        let marloes: Author = devices[1].author;
        let reader = Reader::neutral(&name, Language::Dutch).reading_as(marloes).about(Some(devices[0].author.person));
        let cards = read_model_for(kind, &history.document, &reader).cards;
        assert_eq!(cards[0].options, [], "an onlooker has nothing to choose");
        assert!(cards[0].text.ends_with("Joost kiest nog."), "{}", cards[0].text);
    }
}

#[test]
fn other_fields_of_the_same_command_change_at_once() {
    let (mut history, [_, mut marloes, _]) = space(DocumentKind::Network);
    let both = json!({"type": "update_contact", "contact_id": id(1), "place": "het park", "wish": "involve"});
    history.send(&mut marloes, both).unwrap();
    let contact = history.json()["content"]["contacts"][0].clone();
    assert_eq!((&contact["place"], &contact["wish"]), (&json!("het park"), &json!("keep")));
    let kept = &history.json()["content"]["suggestions"][0]["command"];
    assert_eq!(*kept, json!({"type": "update_contact", "contact_id": id(1), "wish": "involve"}));
}

#[test]
fn two_suggestions_made_at_once_are_both_kept() {
    for kind in [DocumentKind::Plan, DocumentKind::Consents] {
        let (mut history, [mut joost, mut marloes, mut ria]) = space(kind);
        let goal = |number| json!({"type": "add_goal", "goal_id": id(number), "text": "Vaker naar buiten"});
        let mut consents = [consent(), consent()];
        consents[1]["consent_id"] = json!(id(6));
        let (one, two) = if kind == DocumentKind::Plan { (goal(7), goal(8)) } else { consents.into() };
        let mut other = Device::new(9, 9, Role::Representative);
        history.sync(&mut other);
        let first = if kind == DocumentKind::Plan { &mut marloes } else { &mut other };
        history.send(first, one).unwrap();
        history.send(&mut ria, two).unwrap();
        assert_eq!(history.json()["content"]["suggestions"].as_array().unwrap().len(), 2, "{kind}");
        for card in history.cards(CardKind::Suggestion) {
            answer(&mut history, &mut joost, card.options[0].command.clone().unwrap());
        }
        // The plan had a goal before.
        let [list, count] = if kind == DocumentKind::Plan { ["goals", "3"] } else { ["consents", "2"] };
        assert_eq!(history.json()["content"][list].as_array().unwrap().len().to_string(), count, "{kind}");
        let before = history.json();
        let copy = rewrite(kind, &history.document).unwrap();
        assert_eq!(history::json_of(kind, &copy), before, "{kind}: a rewritten document keeps them");
    }
}

#[test]
fn saying_yes_twice_does_it_once() {
    let (mut history, [mut joost, mut marloes, _]) = space(DocumentKind::Plan);
    history.send(&mut marloes, json!({"type": "add_goal", "goal_id": id(7), "text": "Vissen"})).unwrap();
    let yes = history.cards(CardKind::Suggestion)[0].options[0].command.clone().unwrap();
    for _ in 0..2 {
        answer(&mut history, &mut joost, yes.clone());
    }
    assert_eq!(history.json()["content"]["goals"].as_array().unwrap().len(), 2, "with the one from before");
}

#[test]
fn a_stale_yes_gives_no_ended_consent_anew() {
    let (mut history, [mut joost, _, mut ria]) = space(DocumentKind::Consents);
    let mut tablet = Device::new(9, 1, Role::Client);
    history.send(&mut ria, consent()).unwrap();
    history.sync(&mut tablet);
    let yes = history.cards(CardKind::Suggestion)[0].options[0].command.clone().unwrap();
    answer(&mut history, &mut joost, yes.clone());
    history.sync(&mut joost);
    history.send(&mut joost, json!({"type": "withdraw_consent", "consent_id": id(5)})).unwrap();
    assert!(history.send(&mut tablet, yes).is_err(), "the tablet does not know that the consent has ended");
    assert_eq!(history.json()["content"]["consents"][0]["in_force"], false);
}

#[test]
fn an_action_may_work_towards_a_suggested_goal() {
    let (mut history, [_, mut marloes, _]) = space(DocumentKind::Plan);
    let mut action = add_action(3);
    action["goal_id"] = json!(id(7));
    assert!(history.send(&mut marloes, action.clone()).is_err(), "there is no such goal");
    history.send(&mut marloes, json!({"type": "add_goal", "goal_id": id(7), "text": "Vissen"})).unwrap();
    history.send(&mut marloes, action).unwrap();
    assert_eq!(history.json()["content"]["actions"][0]["goal_id"], json!(id(7)));
}
