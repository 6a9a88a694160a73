//! Snapshots do not change, and concurrent ones are both kept (V9).

use super::*;

fn snapshot(number: u128, label: &str) -> Value {
    json!({ "type": "take_snapshot", "snapshot_id": id(number), "label": label })
}

#[test]
fn a_snapshot_keeps_the_map_that_its_sender_saw() {
    let mut server = Server::with_mo();
    server.run(client(), add(2, "Wil"));
    server.run(client(), json!({ "type": "add_tie", "a": id(1), "b": id(2) }));
    let heads = server.heads();
    server.run(client(), place(1, "family"));
    assert_eq!(server.send(professional(), &heads, snapshot(8, "start")), Outcome::Admitted);
    server.run(client(), update(json!({ "name": "Mohamed", "status": "faded" })));

    let kept = server.model().snapshots[0].clone();
    let names: Vec<_> = kept.contacts.iter().map(|contact| (contact.name.as_str(), contact.ring)).collect();
    assert_eq!(names, [("Mo", 3), ("Wil", 0)]);
    assert_eq!((kept.label.name(), kept.ties.len(), kept.by), ("start", 1, Some(professional().person)));
    assert_eq!((kept.contacts[0].quadrant.as_deref(), kept.contacts[1].quadrant.as_deref()), (Some("peers"), None));
}

#[test]
fn concurrent_snapshots_are_both_kept_and_an_id_is_used_once() {
    let mut server = Server::with_mo();
    let heads = server.heads();
    server.send(client(), &heads, snapshot(8, "interim"));
    server.send(professional(), &heads, snapshot(9, "interim"));
    let labels: Vec<_> = server.model().snapshots.iter().map(|kept| kept.id.to_string()).collect();
    assert_eq!(labels, [id(8), id(9)]);
    let again = server.send(client(), &heads, snapshot(8, "end"));
    assert_eq!(again, Outcome::Refused(Refusal::duplicate("snapshot_id")));
}

#[test]
fn archived_contacts_are_not_in_a_new_snapshot() {
    let mut server = Server::with_mo();
    server.run(client(), about("archive_contact"));
    server.run(client(), snapshot(8, "end"));
    assert_eq!(server.model().snapshots[0].contacts, []);
}
