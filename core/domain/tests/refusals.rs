//! Refusals say why: whose step it is, who chooses, what comes first, which field.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may fail where it stands")]

#[path = "support/history.rs"]
mod history;

use history::{Device, History, about, add_action, id};
use kring_domain::{
    Answerer, Author, Because, DeviceId, DocumentKind, Language, PersonId, Reader, Reason, Refusal, RefusalCode, Role,
};
use serde_json::{Value, json};
use uuid::Uuid;

const JOOST: u128 = 1;
const LINDA: u128 = 2;
const EMINE: u128 = 3;
const MARLOES: u128 = 4;

fn person(number: u128) -> PersonId {
    PersonId::new(Uuid::from_u128(number))
}

fn name(person: PersonId) -> String {
    let names = ["", "Joost", "Linda", "Emine", "Marloes"];
    names.get(person.uuid().as_u128() as usize).copied().unwrap_or("iemand").to_owned()
}

/// The reason as somebody reads it.
fn says(refusal: &Refusal, reader: u128, role: Role, language: Language) -> String {
    let device = DeviceId::new(Uuid::from_u128(9));
    let author = Author { device, person: person(reader), role, has_client: true };
    refusal.explain(&Reader::neutral(&name, language).reading_as(author).about(Some(person(JOOST))))
}

struct Space {
    history: History,
    joost: Device,
    linda: Device,
    marloes: Device,
}

fn space(kind: DocumentKind) -> Space {
    Space {
        history: History::new(kind),
        joost: Device::new(1, JOOST, Role::Client),
        linda: Device::new(2, LINDA, Role::Member),
        marloes: Device::new(4, MARLOES, Role::Professional),
    }
}

impl Space {
    fn joost(&mut self, command: Value) {
        self.history.send(&mut self.joost, command).unwrap();
        self.history.sync(&mut self.linda);
        self.history.sync(&mut self.marloes);
    }

    /// Returns what Linda reads where her edit is refused.
    fn linda_reads(&mut self, command: Value) -> String {
        let refusal = self.history.send(&mut self.linda, command).unwrap_err();
        says(&refusal, LINDA, Role::Member, Language::Dutch)
    }
}

fn right(command: &str) -> Value {
    json!({ "type": command, "person_id": id(LINDA), "right": "start_action" })
}

fn part(person: u128, step: u128) -> Value {
    json!({
        "type": "assign_part", "action_id": id(1), "person_id": id(person), "part": "x", "support": "together",
        "step_ids": [id(step)],
    })
}

#[test]
fn a_step_says_whose_it_is() {
    let mut space = space(DocumentKind::Plan);
    space.joost(add_action(1));
    space.joost(json!({ "type": "add_step", "action_id": id(1), "step_id": id(10), "text": "x" }));
    let tick = json!({ "type": "tick_step", "action_id": id(1), "step_id": id(10) });
    assert_eq!(space.linda_reads(tick.clone()), "Deze stap is van Joost.");
    space.joost(part(EMINE, 10));
    assert_eq!(space.linda_reads(tick.clone()), "Deze stap is van Emine.");
    space.joost(part(MARLOES, 10));
    assert_eq!(space.linda_reads(tick), "Deze stap is van Emine en Marloes.");
}

#[test]
fn a_revoked_right_differs_from_one_never_given() {
    let mut space = space(DocumentKind::Plan);
    space.joost(add_action(1));
    for command in ["activate_action", "stop_action", "finish_action"] {
        assert_eq!(space.linda_reads(about(command, 1)), "Joost start acties zelf.");
    }
    space.joost(right("delegate_right"));
    space.joost(right("revoke_right"));
    assert_eq!(space.linda_reads(about("activate_action", 1)), "Joost start acties nu weer zelf.");
}

#[test]
fn choosing_says_who_chooses() {
    let mut space = space(DocumentKind::Circle);
    space.joost(json!({ "type": "propose_idea", "idea_id": id(1), "text": "x" }));
    for command in ["choose_idea", "park_idea", "decline_idea"] {
        assert_eq!(space.linda_reads(json!({ "type": command, "idea_id": id(1) })), "Alleen Joost kiest.");
    }
    let withdraw = json!({ "type": "withdraw_idea", "idea_id": id(1) });
    assert_eq!(space.linda_reads(withdraw), "Dit is van Joost.");
}

#[test]
fn what_comes_first_is_said() {
    let mut space = space(DocumentKind::Plan);
    space.joost(add_action(1));
    space.joost(about("activate_action", 1));
    space.joost(about("finish_action", 1));
    let refusal = space.history.send(&mut space.joost, about("activate_action", 1)).unwrap_err();
    assert_eq!(refusal.code, RefusalCode::Conflict);
    let reads = |refusal: &Refusal, language| says(refusal, JOOST, Role::Client, language);
    assert_eq!(reads(&refusal, Language::Dutch), "Kijk eerst samen terug op deze actie.");

    space.joost(add_action(2));
    space.joost(json!({ "type": "update_action", "action_id": id(2), "client_part": null }));
    let refusal = space.history.send(&mut space.joost, about("activate_action", 2)).unwrap_err();
    assert_eq!((refusal.code, refusal.field.as_deref()), (RefusalCode::Invalid, Some("client_part")));
    assert_eq!(reads(&refusal, Language::Dutch), "Schrijf eerst op wat jij zelf doet.");
    let other = says(&refusal, MARLOES, Role::Professional, Language::Dutch);
    assert_eq!(other, "Schrijf eerst op wat Joost zelf doet.");
}

#[test]
fn a_field_is_named_in_words() {
    let mut space = space(DocumentKind::Network);
    for (fields, dutch) in [
        (json!({ "last_contact": "gisteren" }), "Kijk nog eens naar: de datum."),
        (json!({ "ring": 9 }), "Kijk nog eens naar: de ring."),
        (json!({ "gives": ["geld"] }), "Kijk nog eens naar: wat je geeft."),
        (json!({ "name": "x".repeat(201) }), "Te lang of te veel: de naam."),
        (json!({ "phone": "06" }), "Kijk nog eens naar wat je invulde."),
    ] {
        let mut command = json!({ "type": "add_contact", "contact_id": id(1), "name": "Mo" });
        command.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        let refusal = space.history.send(&mut space.joost, command).unwrap_err();
        assert_eq!(says(&refusal, JOOST, Role::Client, Language::Dutch), dutch);
    }
}

#[test]
fn what_is_never_for_a_role_says_for_whom_it_is() {
    let mut space = space(DocumentKind::Plan);
    space.joost(add_action(1));
    let step = json!({ "type": "add_step", "action_id": id(1), "step_id": id(10), "text": "x" });
    assert_eq!(space.linda_reads(step), "Dit doen Joost en de begeleider.");
    assert_eq!(space.linda_reads(right("delegate_right")), "Dit doet alleen Joost.");
    let other = json!({
        "type": "assign_part", "action_id": id(1), "person_id": id(EMINE), "part": "x", "support": "together",
    });
    assert_eq!(space.linda_reads(other), "Dit kun je alleen voor jezelf doen.");
}

/// Every code and every reason, for one, several and no people, for everybody, in both languages.
#[test]
fn every_refusal_has_a_short_sentence() {
    let people = [
        vec![],
        vec![Answerer::Role(Role::Client)],
        vec![Answerer::Person(person(LINDA)), Answerer::Person(person(EMINE)), Answerer::Unknown],
        vec![Answerer::Role(Role::Member), Answerer::Role(Role::Professional)],
        vec![Answerer::Person(person(4_000))],
    ];
    let mut refusals: Vec<Refusal> = RefusalCode::ALL.into_iter().map(Refusal::new).collect();
    for reason in Reason::ALL.into_iter().chain([Reason::Unknown]) {
        let because = people.iter().map(|about| Because { reason, about: about.clone() });
        refusals.extend(because.map(|because| Refusal::new(RefusalCode::Forbidden).because(because)));
    }
    refusals.extend(["name", "gives[0]", "nonsense", ""].map(Refusal::invalid));
    for refusal in &refusals {
        let mut both = Vec::new();
        for language in [Language::Dutch, Language::English] {
            let neutral = refusal.explain(&Reader::neutral(&name, language));
            let read = Role::ALL.map(|role| says(refusal, LINDA, role, language));
            for text in read.iter().chain([&neutral]) {
                assert!(text.ends_with('.') && text.chars().next().unwrap().is_uppercase(), "{refusal:?}: {text}");
                for sentence in text.split_terminator('.') {
                    assert!(sentence.split_whitespace().count() <= 10, "{text}");
                }
            }
            both.push(neutral);
        }
        assert_ne!(both[0], both[1], "{refusal:?}");
    }
}
