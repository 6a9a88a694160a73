//! That two contacts with one name are two people is said once.

use super::*;

fn distinguish(a: u128, b: u128) -> Value {
    json!({ "type": "distinguish_contacts", "a": id(a), "b": id(b) })
}

/// A map with as many contacts called Mo.
fn with_namesakes(count: u128) -> Server {
    let mut server = Server::with_mo();
    (2..=count).for_each(|number| server.run(client(), add(number, "Mo")));
    server
}

fn asked(server: &Server) -> Vec<Vec<String>> {
    server.cards(CardKind::PossibleDuplicate).into_iter().map(|card| card.about).collect()
}

#[test]
fn no_two_people_settles_the_question_for_good() {
    for author in [client(), client_tablet(), professional()] {
        let mut server = with_namesakes(2);
        let card = &server.cards(CardKind::PossibleDuplicate)[0];
        assert_eq!(card.options[0].label, "Nee, twee mensen");
        server.run(author, card.options[0].command.clone().unwrap());
        server.run(client(), update(json!({ "name": "  MO " })));
        server.run(professional(), json!({ "type": "update_contact", "contact_id": id(2), "status": "active" }));
        assert_eq!(asked(&server), Vec::<Vec<String>>::new());
        assert_eq!(server.model().distinct.len(), 1);
    }
}

#[test]
fn the_answer_holds_whichever_contact_comes_first() {
    for (a, b) in [(1, 2), (2, 1)] {
        let mut server = with_namesakes(2);
        let heads = server.heads();
        server.send(professional(), &heads, distinguish(a, b));
        server.send(client(), &heads, distinguish(b, a));
        assert_eq!(asked(&server), Vec::<Vec<String>>::new());
    }
}

#[test]
fn yes_takes_the_second_one_off_the_map() {
    let mut server = with_namesakes(2);
    server.answer(CardKind::PossibleDuplicate, 1);
    assert_eq!(server.model().contacts.len(), 1);
    assert_eq!(server.model().archived.len(), 1);
}

#[test]
fn of_three_namesakes_each_pair_is_asked_about() {
    let mut server = with_namesakes(3);
    assert_eq!(asked(&server), [[id(1), id(2)], [id(1), id(3)]]);
    server.run(client(), distinguish(1, 3));
    assert_eq!(asked(&server), [[id(1), id(2)], [id(2), id(3)]]);
    server.run(client(), distinguish(1, 2));
    server.run(client(), distinguish(2, 3));
    assert_eq!(asked(&server), Vec::<Vec<String>>::new());
}

#[test]
fn nobody_is_distinguished_from_themselves_or_from_nobody() {
    let mut server = with_namesakes(2);
    let heads = server.heads();
    for (command, refusal) in [
        (distinguish(1, 1), Refusal::invalid("b")),
        (distinguish(1, 9), Refusal::not_found("b")),
        (distinguish(9, 1), Refusal::not_found("a")),
    ] {
        assert_eq!(server.send(client(), &heads, command), Outcome::Refused(refusal));
    }
}

#[test]
fn an_erasure_takes_the_answer_with_it() {
    for erased in [1, 2] {
        for answer_first in [true, false] {
            let mut server = with_namesakes(2);
            let heads = server.heads();
            let erase = json!({ "type": "erase_contact", "contact_id": id(erased) });
            let mut sent = [(professional(), distinguish(1, 2)), (client(), erase)];
            if !answer_first {
                sent.reverse();
            }
            sent.into_iter().for_each(|(author, command)| drop(server.send(author, &heads, command)));
            assert_eq!(server.model().distinct, []);
            let rewritten = crate::rewrite(DocumentKind::Network, &server.document).unwrap();
            let raw = serde_json::to_string(&automerge::AutoSerde::from(&rewritten)).unwrap();
            assert!(!raw.contains("distinct_from"), "{raw}");
        }
    }
}

#[test]
fn the_history_tells_of_the_two_in_words() {
    let mut server = with_namesakes(2);
    server.run(client(), update(json!({ "name": "Mo de Wit" })));
    let words = |a, b, language| {
        Command::parse(distinguish(a, b)).unwrap().words(&server.document, &|_| String::new(), language)
    };
    assert_eq!(words(1, 2, Language::Dutch), "heeft iets gezegd. Mo de Wit en Mo zijn twee mensen");
    assert_eq!(words(2, 1, Language::English), "said something. Mo and Mo de Wit are two people");
    assert_eq!(words(2, 2, Language::Dutch), "heeft iets gezegd. Twee mensen heten Mo");
}
