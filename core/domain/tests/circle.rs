//! People change and take back their own words in a circle.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may fail where it stands")]

#[path = "support/history.rs"]
mod history;

use history::{Device, History, called, id};
use kring_domain::{Command, DocumentKind, Language, RefusalCode, Role, genesis, rewrite};
use serde_json::{Value, json};

const MESSAGE: u128 = 21;
const OFFER: u128 = 22;
const IDEA: u128 = 23;
const SAID: &str = "Joost kan dat toch niet";
const OFFERED: &str = "Voor Joost doe ik niets";

/// A circle in which Linda has said something, offered help and had an idea; with the phones of Joost, Linda and Emine.
fn circle() -> (History, [Device; 3]) {
    let mut history = History::new(DocumentKind::Circle);
    let mut devices =
        [Device::new(1, 1, Role::Client), Device::new(2, 2, Role::Member), Device::new(3, 3, Role::Professional)];
    for command in [post(), offer(), json!({"type": "propose_idea", "idea_id": id(IDEA), "text": "Samen vissen"})] {
        history.send(&mut devices[1], command).unwrap();
    }
    devices.iter_mut().for_each(|device| history.sync(device));
    (history, devices)
}

fn post() -> Value {
    json!({"type": "post_message", "message_id": id(MESSAGE), "text": SAID})
}

fn offer() -> Value {
    json!({"type": "make_offer", "offer_id": id(OFFER), "what": OFFERED, "when": "Nooit"})
}

fn about(command: &str) -> Value {
    match command {
        "withdraw_message" | "erase_message" => json!({"type": command, "message_id": id(MESSAGE)}),
        "withdraw_offer" | "erase_offer" => json!({"type": command, "offer_id": id(OFFER)}),
        _ => json!({"type": command, "idea_id": id(IDEA)}),
    }
}

#[test]
fn writer_and_client_take_words_away_and_others_do_not() {
    for command in ["withdraw_message", "erase_message", "withdraw_offer", "erase_offer"] {
        for device in [0, 1] {
            let (mut history, mut devices) = circle();
            let refused = history.send(&mut devices[2], about(command)).unwrap_err();
            assert_eq!(refused.code, RefusalCode::Forbidden, "{command} by somebody else");
            history.send(&mut devices[device], about(command)).unwrap();
            let is_offer = command.ends_with("offer");
            let list = if is_offer { "offers" } else { "messages" };
            let (said, words) = if is_offer { (offer(), OFFERED) } else { (post(), SAID) };
            let shown = history.json()["content"].clone();
            assert_eq!(shown[list], json!([]), "{command}");
            assert!(!shown.to_string().contains(words), "{command}");
            let said = Command::parse(said).unwrap();
            let told = said.words(&history.document, &called, Language::Dutch);
            assert!(!told.contains(words), "{command}: the history tells “{told}”");
            assert!(said.words(&genesis(DocumentKind::Circle), &called, Language::Dutch).contains(words));
        }
    }
}

#[test]
fn erased_words_are_in_no_byte_of_the_rewritten_circle() {
    for command in ["erase_message", "erase_offer"] {
        let (mut history, mut devices) = circle();
        let other = if command == "erase_offer" { "withdraw_message" } else { "withdraw_offer" };
        for command in [command, other] {
            history.send(&mut devices[0], about(command)).unwrap();
        }
        assert!(DocumentKind::Circle.has_open_erasure(&history.document));
        let copy = rewrite(DocumentKind::Circle, &history.document).unwrap();
        let bytes = copy.save_nocompress();
        let erased = if command == "erase_offer" { OFFERED } else { SAID };
        assert!(!bytes.windows(erased.len()).any(|window| window == erased.as_bytes()), "{command}");
        assert!(!DocumentKind::Circle.has_open_erasure(&copy));
        assert_eq!(history.json()["content"]["ideas"][0]["text"], "Samen vissen");
    }
}

#[test]
fn an_id_in_the_circle_stands_for_one_thing() {
    let (mut history, [_, mut linda, mut emine]) = circle();
    let with = |id: String| {
        [
            json!({"type": "post_message", "message_id": id, "text": "x"}),
            json!({"type": "make_offer", "offer_id": id, "what": "x"}),
            json!({"type": "propose_idea", "idea_id": id, "text": "x"}),
        ]
    };
    for taken in [MESSAGE, OFFER, IDEA] {
        for command in with(id(taken)) {
            assert_eq!(history.send(&mut linda, command).unwrap_err().code, RefusalCode::DuplicateId);
        }
    }
    history.send(&mut linda, about("erase_message")).unwrap();
    let again = json!({"type": "post_message", "message_id": id(MESSAGE), "text": "x"});
    assert_eq!(history.send(&mut emine, again).unwrap_err().code, RefusalCode::DuplicateId);
}

#[test]
fn an_idea_stays_once_the_client_has_chosen_it() {
    for command in ["withdraw_idea", "erase_idea"] {
        let (mut history, [mut joost, mut linda, _]) = circle();
        history.send(&mut joost, about("choose_idea")).unwrap();
        // Linda has not heard of it yet.
        assert_eq!(history.send(&mut linda, about(command)).unwrap_err().code, RefusalCode::Forbidden, "{command}");
        assert_eq!(history.json()["content"]["ideas"][0]["status"], "chosen");
        history.send(&mut joost, about("park_idea")).unwrap();
        history.send(&mut linda, about(command)).unwrap();
    }
}
