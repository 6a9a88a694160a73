//! Erasing wins over everything concurrent (V4).

use super::*;

fn full() -> Server {
    let mut server = Server::with_mo();
    server.run(client(), add(2, "Wil"));
    server.run(client(), json!({ "type": "add_tie", "a": id(2), "b": id(1) }));
    server.run(client(), json!({ "type": "take_snapshot", "snapshot_id": id(8), "label": "start" }));
    server.run(professional(), place(1, "family"));
    server
}

/// Returns what the document as it stands says: the read model, and the raw data below it.
fn everything(server: &Server) -> String {
    let raw = automerge::AutoSerde::from(&server.document);
    format!("{} {}", serde_json::to_string(&server.read()).unwrap(), serde_json::to_string(&raw).unwrap())
}

#[test]
fn erasing_reaches_ties_suggestions_and_snapshots() {
    let mut server = full();
    assert!(everything(&server).contains("Mo"));
    server.run(client(), about("erase_contact"));
    assert!(!everything(&server).contains("Mo"), "{}", everything(&server));
    let model = server.model();
    assert_eq!((model.contacts.len(), model.ties, model.suggestions), (1, vec![], vec![]));
    assert_eq!((model.snapshots[0].contacts.len(), model.snapshots[0].ties.len()), (1, 0));
    assert_eq!((model.erasures[0].contact_id.to_string(), model.erasures[0].complete), (id(1), false));
    assert_eq!(server.cards(CardKind::ErasureIncomplete).len(), 1);
}

#[test]
fn an_erased_contact_stays_erased_whatever_was_concurrent() {
    let concurrent = [
        update(json!({ "name": "Mo de Wit", "status": "active" })),
        place(1, "family"),
        about("archive_contact"),
        json!({ "type": "add_tie", "a": id(1), "b": id(2) }),
        json!({ "type": "take_snapshot", "snapshot_id": id(9), "label": "interim" }),
    ];
    for command in concurrent {
        for (erase_first, editor) in [(true, client_tablet()), (false, client_tablet()), (false, professional())] {
            let mut server = full();
            let heads = server.heads();
            let mut sent = [(client(), about("erase_contact")), (editor, command.clone())];
            if !erase_first {
                sent.reverse();
            }
            for (author, command) in sent {
                server.send(author, &heads, command);
            }
            let read = serde_json::to_string(&server.read()).unwrap();
            assert!(!read.contains("Mo"), "after {command}: {read}");
            assert_eq!((server.model().contacts.len(), server.model().ties.len()), (1, 0), "after {command}");
        }
    }
}

#[test]
fn an_erased_id_is_not_used_again() {
    let mut server = full();
    server.run(client(), about("erase_contact"));
    let heads = server.heads();
    assert_eq!(server.send(client(), &heads, mo()), Outcome::Refused(Refusal::duplicate("contact_id")));
    assert_eq!(
        server.send(client(), &heads, about("erase_contact")),
        Outcome::Refused(Refusal::not_found("contact_id"))
    );
}
