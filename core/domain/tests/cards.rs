//! Questions speak to those who can answer them, in short sentences, whoever reads.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "a test may fail where it stands")]

#[path = "support/commands.rs"]
mod commands;
#[path = "support/history.rs"]
mod history;
#[path = "support/moments.rs"]
mod moments;

use history::{Device, History, about, add_action, id};
use kring_domain::{
    Access, Answerer, Author, Card, CardKind, Command, Decision, DeviceId, DocumentKind, Language, PersonId, Reader,
    Role, authorize, read_model_for,
};
use moments::{live_with, moments};
use proptest::prelude::*;
use serde_json::{Value, json};
use uuid::Uuid;

const PEOPLE: [(u128, Role, &str); 6] = [
    (1, Role::Client, "Joost van Dalen"),
    (2, Role::Member, "Linda van Dalen"),
    (3, Role::Member, "Emine Öztürk-van den Berg"),
    (4, Role::Professional, "Marloes Hendriks"),
    (5, Role::Representative, "Dhr. A.B.C. de Vries Lentsch"),
    (6, Role::Carer, "Tante Ria"),
];

fn name(person: PersonId) -> String {
    let number = person.uuid().as_u128();
    PEOPLE.iter().find(|(known, ..)| *known == number).map_or("iemand", |(.., name)| name).to_owned()
}

fn author(number: u128, role: Role) -> Author {
    Author {
        device: DeviceId::new(Uuid::from_u128(7)),
        person: PersonId::new(Uuid::from_u128(number)),
        role,
        has_client: true,
    }
}

fn cards(history: &History, reader: Option<Author>, language: Language) -> Vec<Card> {
    let mut reading = Reader::neutral(&name, language).about(Some(PersonId::new(Uuid::from_u128(1))));
    if let Some(author) = reader {
        reading = reading.reading_as(author);
    }
    read_model_for(history.kind, &history.document, &reading).cards
}

/// A plan in which Joost activated this many actions.
fn too_many(count: u128) -> History {
    let mut history = History::new(DocumentKind::Plan);
    let mut joost = Device::new(1, 1, Role::Client);
    for number in 1..=count {
        history.send(&mut joost, add_action(number)).unwrap();
        history.send(&mut joost, about("activate_action", number)).unwrap();
    }
    history
}

#[test]
fn only_the_client_is_asked_which_actions_go_on() {
    let history = too_many(4);
    for (number, role, _) in PEOPLE {
        let cards = cards(&history, Some(author(number, role)), Language::Dutch);
        let [card] = &cards[..] else { panic!("one card for {role:?}") };
        assert_eq!(card.answerers, [Answerer::Role(Role::Client)]);
        if role == Role::Client {
            assert_eq!(card.text, "Je doet nu 4 acties. 3 is genoeg. Welke 3?");
            assert_eq!(card.options.len(), 5);
        } else {
            assert_eq!(card.text, "Joost van Dalen doet nu 4 acties. 3 is genoeg. Joost van Dalen kiest nog.");
            assert_eq!(card.options, []);
        }
    }
}

#[test]
fn programs_without_a_person_get_the_whole_question() {
    let history = too_many(4);
    let card = &cards(&history, None, Language::English)[0];
    assert_eq!(card.text, "You now do 4 actions. 3 are enough. Which 3?");
    assert_eq!(serde_json::to_value(card).unwrap()["for"], json!(["client"]));
    assert_eq!(card.options.len(), 5);
}

#[test]
fn any_three_active_actions_can_be_chosen() {
    for count in 4..=8u128 {
        let history = too_many(count);
        let card = &cards(&history, Some(author(1, Role::Client)), Language::Dutch)[0];
        let choose = card.options.iter().find_map(|option| option.choose.clone()).unwrap();
        assert_eq!(choose.from, (1..=count).map(id).collect::<Vec<_>>());
        assert_eq!(choose.labels.len(), choose.from.len());
        assert_eq!(choose.count, 3);
        for picked in triples(&choose.from) {
            let mut history = history.clone();
            let mut joost = Device::new(9, 1, Role::Client);
            history.sync(&mut joost);
            let mut command = choose.command.clone();
            command[choose.field.as_str()] = json!(picked);
            history.send(&mut joost, command).unwrap();
            assert_eq!(active(&history), picked);
            assert!(history.cards(CardKind::TooManyActive).is_empty());
        }
    }
}

#[test]
fn ready_answers_are_few_and_cover_every_choice_of_few_actions() {
    for (count, ready) in [(4, 4), (5, 10), (6, 1), (30, 1)] {
        let history = too_many(count);
        let card = &cards(&history, Some(author(1, Role::Client)), Language::Dutch)[0];
        let commands: Vec<&Value> = card.options.iter().filter_map(|option| option.command.as_ref()).collect();
        assert_eq!(commands.len(), ready, "{count} actions");
        assert_eq!(card.options[0].command.as_ref().unwrap()["action_ids"], json!([id(1), id(2), id(3)]));
    }
}

#[test]
fn the_clients_own_part_is_asked_of_the_client_as_you() {
    let mut history = too_many(1);
    let mut joost = Device::new(2, 1, Role::Client);
    history.sync(&mut joost);
    let cleared = json!({ "type": "update_action", "action_id": id(1), "client_part": null });
    history.send(&mut joost, cleared).unwrap();
    let read = |number, role| cards(&history, Some(author(number, role)), Language::Dutch);
    assert_eq!(read(1, Role::Client)[0].text, "Wat doe jij zelf bij “Actie 1”?");
    let professional = &read(4, Role::Professional)[0];
    assert_eq!(professional.text, "Wat doet Joost van Dalen zelf? Het gaat om “Actie 1”.");
    assert_eq!(professional.options.len(), 1);
    assert_eq!(read(2, Role::Member), [], "who cannot answer is not asked");
}

fn active(history: &History) -> Vec<String> {
    let actions = history.json()["content"]["actions"].clone();
    let active = actions.as_array().unwrap().iter().filter(|action| action["state"] == "active");
    active.map(|action| action["id"].as_str().unwrap().to_owned()).collect()
}

fn triples(ids: &[String]) -> Vec<Vec<String>> {
    let mut triples = Vec::new();
    for (a, one) in ids.iter().enumerate() {
        for (b, two) in ids.iter().enumerate().skip(a + 1) {
            triples.extend(ids.iter().skip(b + 1).map(|three| vec![one.clone(), two.clone(), three.clone()]));
        }
    }
    triples
}

/// Names and titles as people write them, instead of the short ones of the generated commands.
fn realistic(mut command: Value) -> Value {
    const NAMES: [&str; 3] = ["Emine Öztürk-van den Berg", "Mo", "mevrouw Van der Wal-de Jong"];
    const TITLES: [&str; 3] = [
        "Samen met Mo naar de nieuwe film over voetbal in Utrecht",
        "Koffie bij Ria",
        "Een kaart sturen naar Dennis en zijn vrouw",
    ];
    for (field, texts) in [("name", NAMES), ("title", TITLES), ("client_part", TITLES)] {
        if let Some(text) = command[field].as_str() {
            command[field] = json!(texts[text.len() % 3]);
        }
    }
    command
}

#[track_caller]
fn is_short(text: &str) {
    for sentence in text.split(['.', '?', '!']) {
        let words = sentence.split_whitespace().count();
        assert!(words <= 10, "{words} words: {sentence} of {text}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn no_reader_is_offered_what_they_may_not_do(
        kind in prop::sample::select(DocumentKind::ALL.to_vec()), moments in moments()
    ) {
        let history = live_with(kind, &moments, realistic);
        for (number, role, _) in PEOPLE {
            let reader = author(number, role);
            for card in cards(&history, Some(reader), Language::Dutch) {
                for command in card.options.iter().filter_map(|option| option.command.clone()) {
                    let command = Command::parse(command).unwrap();
                    let decision = authorize(&reader, &command, &history.document);
                    prop_assert!(!matches!(decision, Decision::Refuse(_)), "{role:?}: {card:?}");
                }
                let is_for = card.answerers.iter().any(|answerer| match answerer {
                    Answerer::Role(answering) => *answering == role,
                    Answerer::Person(person) => *person == reader.person,
                    Answerer::Unknown => false,
                });
                prop_assert_eq!(is_for, !card.options.is_empty(), "{:?}: {:?}", role, card);
            }
        }
    }

    #[test]
    fn cards_say_at_most_ten_words_a_sentence(
        kind in prop::sample::select(DocumentKind::ALL.to_vec()), moments in moments()
    ) {
        let history = live_with(kind, &moments, realistic);
        for language in [Language::Dutch, Language::English] {
            is_each_short(&cards(&history, None, language));
            for (number, role, _) in PEOPLE.iter().filter(|(_, role, _)| kind.access(*role) == Access::Write) {
                is_each_short(&cards(&history, Some(author(*number, *role)), language));
            }
        }
    }
}

fn is_each_short(cards: &[Card]) {
    for card in cards {
        is_short(&card.text);
        card.options.iter().for_each(|option| is_short(&option.label));
    }
}
