//! Bounds, two values at once, namesakes, and values of newer versions (V3, V23).

use super::*;
use crate::entity::Entity;
use crate::network::Contact;
use crate::words::Word;

fn refused(command: Value, field: &str) {
    let mut server = Server::with_mo();
    let heads = server.heads();
    let outcome = match Command::parse(command.clone()) {
        Ok(_) => server.send(client(), &heads, command.clone()),
        Err(crate::ParseError::Invalid(refusal)) => Outcome::Refused(refusal),
        Err(unknown) => panic!("{unknown}"),
    };
    match outcome {
        Outcome::Refused(refusal) => assert_eq!(refusal.field.as_deref(), Some(field), "{command}: {refusal}"),
        other => panic!("{command} was {other:?}"),
    }
}

#[test]
fn values_out_of_bounds_are_refused_by_field() {
    refused(update(json!({ "ring": 5 })), "ring");
    refused(update(json!({ "ring": -1 })), "ring");
    refused(update(json!({ "desired_ring": 0 })), "desired_ring");
    refused(update(json!({ "frequency_per_year": -0.5 })), "frequency_per_year");
    refused(update(json!({ "frequency_per_year": 10_001 })), "frequency_per_year");
    refused(update(json!({ "known_since": 1899 })), "known_since");
    refused(update(json!({ "status": "on_sabbatical" })), "status");
    refused(update(json!({ "gives": ["money"] })), "gives[0]");
    refused(update(json!({ "relation": "Not a slug" })), "relation");
    refused(update(json!({ "name": null })), "name");
    refused(update(json!({ "name": "x".repeat(201) })), "name");
    refused(update(json!({ "phone": "06" })), "phone");
    refused(update(json!({})), "command");
    refused(update(json!({ "last_contact": "2026-03-04" })), "last_contact");
    refused(
        json!({ "type": "add_contact", "contact_id": id(2), "name": "Wil", "last_contact": "9999-12-31" }),
        "last_contact",
    );
    refused(json!({ "type": "add_contact", "contact_id": id(1), "name": "Wil" }), "contact_id");
}

#[test]
fn the_schema_asks_for_no_more_than_the_contact() {
    let all = Command::descriptions();
    let update = all.iter().find(|description| description.name == "update_contact").unwrap();
    let schema = serde_json::to_value(&update.schema).unwrap();
    assert_eq!(schema["required"], json!(["type", "contact_id"]));
    assert_eq!(schema["properties"].as_object().unwrap().len(), 18);
}

#[test]
fn fields_round_trip_and_null_clears() {
    let mut server = Server::with_mo();
    server.run(
        client(),
        update(json!({
            "relation": "housemate", "desired_ring": 2, "frequency_per_year": 0.5, "initiator": "none",
            "gives": ["practical", "emotional"], "receives": [], "status": "strained", "wish": "repair",
            "known_since": 2023, "last_contact": "2026-03-01", "place": "gang", "does": "koffie", "minor": false,
        })),
    );
    let mo = serde_json::to_value(server.mo()).unwrap();
    assert_eq!(mo["frequency_per_year"], 0.5);
    assert_eq!(mo["gives"], json!(["emotional", "practical"]));
    assert_eq!(mo["receives"], json!([]));
    assert_eq!((&mo["known_since"], &mo["last_contact"]), (&json!(2023), &json!("2026-03-01")));
    server.run(client(), update(json!({ "wish": null, "gives": null, "frequency_per_year": 104, "ring": null })));
    let mo = server.mo();
    assert_eq!((mo.wish, mo.gives, mo.frequency_per_year, mo.ring), (None, None, Some(104.0), 0));
    assert_eq!((mo.quadrant.as_deref(), mo.status.as_deref()), (Some("peers"), Some("strained")));
}

#[test]
fn two_people_two_values_is_a_question_with_both_as_answers() {
    let fields = [
        ("name", json!("Mo de Wit"), json!("Mohamed")),
        ("frequency_per_year", json!(0.5), json!(12.0)),
        ("known_since", json!(2020), json!(2021)),
        ("gives", json!(["advice"]), json!([])),
        ("minor", json!(true), json!(false)),
        ("relation", json!("friend"), json!("housemate")),
    ];
    for (field, one, other) in fields {
        for option in [0, 1] {
            let mut server = Server::with_mo();
            let heads = server.heads();
            server.send(professional(), &heads, update(json!({ field: one })));
            server.send(client(), &heads, update(json!({ field: other })));
            let shown = |server: &Server| serde_json::to_value(server.mo()).unwrap()[field].clone();
            assert_eq!(shown(&server), other, "the later admitted shows");
            server.answer(CardKind::TwoValues, option);
            assert_eq!(shown(&server), *[&one, &other][option], "{field}");
        }
    }
}

#[test]
fn the_question_says_who_said_what() {
    let mut server = Server::with_mo();
    let heads = server.heads();
    server.send(professional(), &heads, update(json!({ "frequency_per_year": 52 })));
    server.send(client(), &heads, update(json!({ "frequency_per_year": 24 })));
    assert_eq!(
        server.cards(CardKind::TwoValues)[0].text,
        "Bij Mo staan twee dingen. Hoe vaak? Marloes: ‘elke week’. Joost: ‘om de week’. Wat klopt?"
    );
}

#[test]
fn the_client_reads_of_themselves_as_i() {
    let mut server = Server::with_mo();
    let heads = server.heads();
    server.send(professional(), &heads, update(json!({ "initiator": "contact" })));
    server.send(client_tablet(), &heads, update(json!({ "initiator": "client" })));
    let names = |_| "Joost".to_owned();
    let read = |author: Option<Author>| {
        let reader = crate::Reader::neutral(&names, Language::Dutch).about(Some(client().person));
        let reader = author.map_or(reader, |author| reader.reading_as(author));
        crate::read_model_for(DocumentKind::Network, &server.document, &reader).cards[0].clone()
    };
    let own = read(Some(client()));
    assert!(own.text.contains("Jij: ‘ik’.") && own.options[1].label == "ik", "{own:?}");
    let other = read(Some(professional()));
    assert!(other.text.contains("Joost: ‘Joost’.") && other.options[1].label == "Joost", "{other:?}");
}

#[test]
fn the_client_is_asked_about_the_values_of_their_own_devices() {
    for (field, one, other) in [("wish", json!("keep"), json!("end")), ("place", json!("thuis"), json!("buiten"))] {
        let mut server = Server::with_mo();
        let heads = server.heads();
        server.send(client_tablet(), &heads, update(json!({ field: one })));
        server.send(client(), &heads, update(json!({ field: other })));
        let [card] = &server.cards(CardKind::TwoValues)[..] else { panic!("one card about {field}") };
        assert!(card.text.starts_with("Dit is op twee toestellen ingevuld. Bij Mo"), "{}", card.text);
        let answerers = serde_json::to_value(card).unwrap()["for"].clone();
        assert_eq!(answerers == json!(["client"]), field == "wish", "{answerers}");
        server.answer(CardKind::TwoValues, 0);
        assert_eq!(serde_json::to_value(server.mo()).unwrap()[field], one);
        assert_eq!(server.cards(CardKind::TwoValues), []);
    }
}

#[test]
fn agreement_and_dates_raise_no_question() {
    let cases = [
        (client_tablet(), json!({ "status": "faded" }), json!({ "status": "faded" })),
        (professional(), json!({ "place": "thuis" }), json!({ "place": "thuis" })),
        (professional(), json!({ "last_contact": "2026-03-01" }), json!({ "last_contact": "2026-02-01" })),
    ];
    for (other, one, two) in cases {
        let mut server = Server::with_mo();
        let heads = server.heads();
        server.send(other, &heads, update(one));
        server.send(client(), &heads, update(two.clone()));
        assert_eq!(server.read().cards, [], "{two}");
        if two.get("last_contact").is_some() {
            assert_eq!(server.mo().last_contact, Some("2026-03-01".parse().unwrap()), "the latest day is the true one");
        }
    }
}

#[test]
fn namesakes_are_asked_about_unless_their_relations_differ() {
    for (name, relation, asked) in
        [(" mO ", None, true), ("Mo", Some("friend"), true), ("Mo", Some("doctor"), false), ("Mó", None, false)]
    {
        let mut server = Server::with_mo();
        let heads = server.heads();
        server.run(client(), update(json!({ "relation": "friend" })));
        let mut namesake = add(2, name);
        if let Some(relation) = relation {
            namesake["relation"] = json!(relation);
        }
        server.send(professional(), &heads, namesake);
        let cards = server.cards(CardKind::PossibleDuplicate);
        assert_eq!(cards.len(), usize::from(asked), "{name}, {relation:?}");
        if asked {
            assert_eq!(cards[0].about, [id(1), id(2)]);
        }
    }
}

#[test]
fn values_of_a_newer_version_are_kept_and_have_a_word() {
    let mut server = Server::with_mo();
    let mut transaction = server.document.transaction();
    let mut mo = Contact::open(&mut transaction, id(1).parse().unwrap()).unwrap();
    mo.put(Contact::status, Word::of("on_sabbatical")).unwrap();
    mo.set("frequency_per_year", "often").unwrap();
    mo.set("aura", "blue").unwrap();
    transaction.commit();
    assert_eq!(server.mo().status.as_deref(), Some("on_sabbatical"));
    assert_eq!(server.mo().status.unwrap().label(Language::Dutch), "on sabbatical");
    assert_eq!(server.mo().frequency_per_year, None);
    server.run(client(), update(json!({ "place": "gang" })));
    assert_eq!(server.mo().status.as_deref(), Some("on_sabbatical"), "an edit of something else leaves it");
}
