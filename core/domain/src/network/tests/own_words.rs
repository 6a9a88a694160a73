//! The client's word stands about what is the client's own to say; others' concurrent values are suggestions.

use super::*;
use crate::entity::Entity;
use crate::network::Contact;

const CASES: [(&str, &str, &str); 3] =
    [("wish", "\"keep\"", "\"repair\""), ("status", "\"active\"", "\"strained\""), ("desired_ring", "1", "3")];

fn shown(server: &Server, field: &str) -> Value {
    serde_json::to_value(server.mo()).unwrap()[field].clone()
}

#[test]
fn the_clients_own_value_shows_whoever_was_admitted_last() {
    for (field, own, other) in CASES {
        let [own, other]: [Value; 2] = [own, other].map(|json| serde_json::from_str(json).unwrap());
        for client_first in [true, false] {
            let mut server = Server::with_mo();
            let heads = server.heads();
            let mut edits = [(professional(), &other), (client(), &own)];
            if client_first {
                edits.reverse();
            }
            for (author, value) in edits {
                write(&mut server, &heads, author, field, value);
            }
            assert_eq!(shown(&server, field), own, "{field}, client first: {client_first}");
            assert_eq!(server.cards(CardKind::TwoValues), []);

            let mut agreeing = Server { document: server.document.clone(), commands: 0 };
            agreeing.answer(CardKind::Suggestion, 0);
            assert_eq!(shown(&agreeing, field), other);
            server.answer(CardKind::Suggestion, 1);
            assert_eq!(shown(&server, field), own);
        }
    }
}

#[test]
fn only_the_client_answers_about_their_own_word() {
    let mut server = Server::with_mo();
    let heads = server.heads();
    write(&mut server, &heads, client(), "wish", &json!("keep"));
    write(&mut server, &heads, professional(), "wish", &json!("repair"));
    let [card] = &server.cards(CardKind::Suggestion)[..] else { panic!("one card") };
    assert!(card.text.starts_with("Marloes zegt iets over Mo. De wens: ‘"), "{}", card.text);
    assert!(card.text.ends_with("’. Vind jij dat ook?"), "{}", card.text);
    assert_eq!(serde_json::to_value(card).unwrap()["for"], json!(["client"]));
    let names = |_| "Marloes".to_owned();
    let reader = crate::Reader::neutral(&names, Language::Dutch).reading_as(professional());
    let cards = crate::read_model_for(DocumentKind::Network, &server.document, &reader).cards;
    assert_eq!(cards[0].options, []);
    assert!(cards[0].text.starts_with("Jij zegt iets over Mo."), "{}", cards[0].text);
    assert!(cards[0].text.ends_with("De cliënt kiest nog."), "{}", cards[0].text);
}

#[test]
fn two_others_are_asked_where_the_client_said_nothing() {
    let mut server = Server::with_mo();
    let heads = server.heads();
    let colleague = Author { person: PersonId::new(Uuid::from_u128(77)), ..professional() };
    write(&mut server, &heads, professional(), "wish", &json!("repair"));
    write(&mut server, &heads, colleague, "wish", &json!("keep"));
    assert_eq!(server.cards(CardKind::TwoValues).len(), 1);
    assert_eq!(server.cards(CardKind::Suggestion), []);
}

/// Writes a field as documents of every version may hold it, whoever may send which command today.
fn write(server: &mut Server, heads: &[ChangeHash], author: Author, field: &str, value: &Value) {
    server.document.set_actor(author.actor());
    let mut transaction = server.document.transaction_at(PatchLog::inactive(), heads).unwrap();
    let mut contact = Contact::open(&mut transaction, id(1).parse().unwrap()).unwrap();
    match value {
        Value::String(text) => contact.set(field, text.as_str()).unwrap(),
        number => contact.set(field, number.as_i64().unwrap()).unwrap(),
    }
    transaction.commit();
}
