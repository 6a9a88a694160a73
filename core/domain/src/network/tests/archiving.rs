//! Putting away loses to a concurrent edit (V4).

use super::*;

#[test]
fn an_archived_contact_leaves_the_map_but_keeps_its_name() {
    let mut server = Server::with_mo();
    server.run(client(), about("archive_contact"));
    let model = server.model();
    assert_eq!(model.contacts, []);
    assert_eq!(model.archived[0].name, "Mo");
    server.run(client(), update(json!({ "status": "active" })));
    assert_eq!(server.mo().name, "Mo");
    assert_eq!(server.read().cards, [], "an edit that knew of it is no question");
}

#[test]
fn a_contact_comes_back_when_somebody_still_worked_on_it() {
    let edits = [update(json!({ "relation": "friend" })), update(json!({ "place": "markt" }))];
    for edit in edits {
        for archive_first in [true, false] {
            for (option, on_the_map) in [(0, true), (1, false)] {
                let mut server = Server::with_mo();
                let heads = server.heads();
                let mut sent = [(client(), about("archive_contact")), (professional(), edit.clone())];
                if !archive_first {
                    sent.reverse();
                }
                for (author, command) in sent {
                    assert_eq!(server.send(author, &heads, command), Outcome::Admitted);
                }
                assert_eq!(server.mo().name, "Mo");
                server.answer(CardKind::ContactCameBack, option);
                assert_eq!(server.model().contacts.len() == 1, on_the_map);
            }
        }
    }
}

#[test]
fn two_people_putting_away_is_no_question() {
    let mut server = Server::with_mo();
    let heads = server.heads();
    server.send(client(), &heads, about("archive_contact"));
    server.send(professional(), &heads, about("archive_contact"));
    assert_eq!((server.model().contacts, server.read().cards), (vec![], vec![]));
}
