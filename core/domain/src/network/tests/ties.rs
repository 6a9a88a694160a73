//! Ties: undirected, unique, never to oneself, hidden when an end is gone (V8).

use super::*;

fn tie(kind: &str, a: u128, b: u128) -> Value {
    json!({ "type": kind, "a": id(a), "b": id(b) })
}

fn with_two() -> Server {
    let mut server = Server::with_mo();
    server.run(client(), add(2, "Wil"));
    server
}

#[test]
fn a_tie_is_the_same_whichever_end_comes_first() {
    let mut server = with_two();
    let heads = server.heads();
    server.send(client(), &heads, tie("add_tie", 2, 1));
    server.send(professional(), &heads, tie("add_tie", 1, 2));
    let ties = server.model().ties;
    assert_eq!((ties.len(), ties[0].a.to_string(), ties[0].b.to_string()), (1, id(1), id(2)));
    server.run(client(), tie("remove_tie", 2, 1));
    assert_eq!(server.model().ties, []);
    let heads = server.heads();
    assert_eq!(server.send(client(), &heads, tie("remove_tie", 1, 2)), Outcome::Refused(Refusal::not_found("b")));
}

#[test]
fn nobody_is_tied_to_themselves_or_to_somebody_unknown() {
    let mut server = with_two();
    let heads = server.heads();
    assert_eq!(server.send(client(), &heads, tie("add_tie", 1, 1)), Outcome::Refused(Refusal::invalid("b")));
    assert_eq!(server.send(client(), &heads, tie("add_tie", 7, 1)), Outcome::Refused(Refusal::not_found("a")));
    assert_eq!(server.send(client(), &heads, tie("add_tie", 1, 7)), Outcome::Refused(Refusal::not_found("b")));
}

#[test]
fn a_tie_hides_with_its_end_and_returns_with_it() {
    let mut server = with_two();
    server.run(client(), tie("add_tie", 1, 2));
    server.run(client(), about("archive_contact"));
    assert_eq!(server.model().ties, []);
    server.run(client(), update(json!({ "name": "Mo" })));
    assert_eq!(server.model().ties.len(), 1);
}

#[test]
fn a_tie_said_again_survives_a_concurrent_removal() {
    let mut server = with_two();
    server.run(client(), tie("add_tie", 1, 2));
    let heads = server.heads();
    server.send(client(), &heads, tie("add_tie", 1, 2));
    server.send(professional(), &heads, tie("remove_tie", 1, 2));
    assert_eq!(server.model().ties.len(), 1);
}
