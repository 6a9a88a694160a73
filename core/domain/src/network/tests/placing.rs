//! One ring and quadrant per contact, and the client's own judgement first (V2).

use super::*;
use crate::entity::Entity;
use crate::network::Contact;
use crate::network::placement::Move;
use crate::network::{Quadrant, Ring};

#[test]
fn a_professional_suggests_and_the_client_decides() {
    for (option, ring, state) in [(0, 1, "accepted"), (1, 3, "declined")] {
        let mut server = Server::with_mo();
        let heads = server.heads();
        assert_eq!(server.send(professional(), &heads, place(1, "family")), Outcome::Suggested);
        assert_eq!((server.mo().ring, server.mo().quadrant.as_deref()), (3, Some("peers")));
        let card = &server.cards(CardKind::Suggestion)[0];
        assert_eq!(card.text, "Marloes stelt iets voor. Mo bij ‘Heel dichtbij’. Het vak: ‘Familie’. Vind jij dat ook?");
        server.answer(CardKind::Suggestion, option);
        assert_eq!((server.mo().ring, server.mo().placed_by), (ring, Some(client().person)));
        assert_eq!(server.model().suggestions[0].state.name(), state);
    }
}

#[test]
fn updating_does_not_go_around_the_clients_judgement() {
    let mut server = Server::with_mo();
    let heads = server.heads();
    assert_eq!(server.send(professional(), &heads, update(json!({ "ring": 1 }))), Outcome::Suggested);
    let mixed = update(json!({ "quadrant": "society", "status": "strained" }));
    assert_eq!(server.send(professional(), &heads, mixed), Outcome::Suggested, "the sender is told that a part is");
    let mo = server.mo();
    assert_eq!((mo.ring, mo.quadrant.as_deref(), mo.status.as_deref()), (3, Some("peers"), None));
    assert_eq!(server.cards(CardKind::Suggestion).len(), 2);

    server.run(client(), server.cards(CardKind::Suggestion)[1].options[0].command.clone().unwrap());
    server.run(client(), server.cards(CardKind::Suggestion)[0].options[0].command.clone().unwrap());
    let mo = server.mo();
    assert_eq!((mo.ring, mo.quadrant.as_deref()), (1, Some("society")), "each suggestion changes only its own part");
    assert_eq!(mo.status.as_deref(), Some("strained"));
}

#[test]
fn of_two_placements_by_the_client_the_later_shows() {
    let mut server = Server::with_mo();
    let heads = server.heads();
    server.send(client_tablet(), &heads, place(1, "society"));
    server.send(client(), &heads, place(2, "family"));
    let mo = server.mo();
    assert_eq!(
        (mo.ring, mo.quadrant.as_deref()),
        (2, Some("family")),
        "never ring 1 of one with the family of another"
    );
    let [card] = &server.read().cards[..] else { panic!("one card") };
    assert_eq!(card.text, "Dit is op twee toestellen ingevuld. Mo staat op twee plekken. Welke plek klopt?");
    assert_eq!(serde_json::to_value(card).unwrap()["for"], json!(["client"]));
    assert_eq!(card.options[0].label, "Mo bij ‘Heel dichtbij’. Het vak: ‘Samenleving’.");
    server.answer(CardKind::TwoValues, 0);
    assert_eq!((server.mo().ring, server.mo().quadrant.as_deref()), (1, Some("society")));
    assert_eq!(server.read().cards, []);
}

/// A professional cannot write a placement of an existing contact today; one may once the client allows it.
#[test]
fn the_clients_placement_wins_in_either_order() {
    for professional_first in [true, false] {
        let mut server = Server::with_mo();
        let heads = server.heads();
        let mut authors = [(professional(), 1), (client_tablet(), 2)];
        if !professional_first {
            authors.reverse();
        }
        for (author, ring) in authors {
            server.document.set_actor(author.actor());
            let mut transaction = server.document.transaction_at(PatchLog::inactive(), &heads).unwrap();
            let mut contact = Contact::open(&mut transaction, id(1).parse().unwrap()).unwrap();
            let place = Move::to(Ring::new(ring).unwrap(), Quadrant::Family);
            place.apply(&Context::example(author), &mut contact, None).unwrap();
            transaction.commit();
        }
        assert_eq!((server.mo().ring, server.mo().placed_by), (2, Some(client().person)));
        let suggestion = server.model().suggestions[0].clone();
        assert_eq!((suggestion.ring, suggestion.by, suggestion.derived), (Some(1), Some(professional().person), true));

        let mut accepting = Server { document: server.document.clone(), commands: 0 };
        accepting.answer(CardKind::Suggestion, 0);
        assert_eq!(accepting.mo().ring, 1);
        server.answer(CardKind::Suggestion, 1);
        assert_eq!(server.mo().ring, 2);
    }
}

#[test]
fn a_suggestion_that_came_true_asks_nothing() {
    let mut server = Server::with_mo();
    server.run(professional(), place(1, "family"));
    server.run(client(), place(1, "family"));
    assert_eq!(server.cards(CardKind::Suggestion), []);
    assert_eq!(server.model().suggestions.len(), 1);
    server.run(client(), about("archive_contact"));
    assert_eq!(server.model().suggestions, []);
}
