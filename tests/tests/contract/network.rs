//! Commands of the network map: whose judgement a place is, and what erasing means.

use kring_tests::outside::{Cast, Server, id};
use serde_json::{Value, json};

fn contact(cast: &Cast) -> Value {
    cast.client.read(&cast.network)["content"]["contacts"][0].clone()
}

#[test]
fn a_professionals_placement_is_a_suggestion_however_it_comes() {
    let server = Server::shared();
    let cast = Cast::new(&server);
    let ria = cast.contact("Ria");
    let place = |ring: u8, quadrant: &str| json!({"type": "place_contact", "contact_id": ria, "ring": ring, "quadrant": quadrant});
    cast.client.admit(&cast.network, place(3, "peers"));
    let verdict = cast.professional.send(&cast.network, place(1, "family"));
    assert_eq!((&verdict["verdict"], &verdict["code"]), (&json!("admitted"), &json!("suggested")), "{verdict}");
    let update = json!({"type": "update_contact", "contact_id": ria, "ring": 2, "quadrant": "society", "wish": "keep"});
    let verdict = cast.professional.send(&cast.network, update);
    assert_eq!((&verdict["verdict"], &verdict["code"]), (&json!("admitted"), &json!("suggested")), "{verdict}");

    let read = cast.client.read(&cast.network);
    let shown = &read["content"]["contacts"][0];
    assert_eq!((&shown["ring"], &shown["quadrant"]), (&json!(3), &json!("peers")), "the client's own judgement");
    assert_eq!(shown["wish"], "keep", "other fields are anybody's who may write here");
    let suggestions = read["content"]["suggestions"].as_array().unwrap();
    assert!(suggestions.iter().any(|it| it["contact_id"] == json!(ria) && it["ring"] == 1), "{suggestions:?}");
    assert!(suggestions.iter().all(|it| it["by"] == json!(cast.professional.id)), "{suggestions:?}");
    cast.client.admit(&cast.network, place(2, "family"));
    assert_eq!((&contact(&cast)["ring"], &contact(&cast)["quadrant"]), (&json!(2), &json!("family")));
}

#[test]
fn a_contact_the_professional_adds_is_not_placed_by_the_professional() {
    let server = Server::shared();
    let cast = Cast::new(&server);
    let add = json!({"type": "add_contact", "contact_id": id(), "name": "Ria", "ring": 1, "quadrant": "family"});
    let verdict = cast.professional.send(&cast.network, add);
    assert_eq!(verdict["verdict"], "admitted", "{verdict}");
    let shown = contact(&cast);
    if verdict["code"] == "suggested" {
        assert!(shown["ring"] == 0 || shown["ring"].is_null(), "{shown}");
    }
}

#[test]
fn only_the_client_erases_and_it_is_gone_history_included() {
    let server = Server::shared();
    let cast = Cast::new(&server);
    let ria = cast.contact("Zwaluwstaart");
    let note = json!({"type": "update_contact", "contact_id": ria, "does": "Zwaluwstaart plays chess"});
    cast.client.admit(&cast.network, note);
    cast.contact("Bo");
    let erase = json!({"type": "erase_contact", "contact_id": ria});
    cast.professional.rejected(&cast.network, erase.clone(), "forbidden");
    let mut socket = cast.professional.socket();
    let mut phone = cast.client.socket();
    cast.client.admit(&cast.network, erase);

    let moved = |frame: &Value| {
        frame["t"] == "snapshot" && frame["document"] == json!(cast.network) && frame["generation"] == 2
    };
    socket.until(moved);
    phone.until(moved);
    let read = cast.client.read(&cast.network);
    assert_eq!(read["generation"], 2, "a new generation: {read}");
    assert!(!read.to_string().contains("Zwaluwstaart"), "{read}");
    assert_eq!(read["content"]["contacts"].as_array().unwrap().len(), 1);
    let history = cast.client.http.get(&format!("/v1/documents/{}/history", cast.network)).ok(200);
    assert!(!history.to_string().contains("Zwaluwstaart"), "{history}");
    // What a new device is sent holds nothing of it either.
    let mut new = cast.client.another_device().socket();
    new.until(|frame| {
        frame["document"] == json!(cast.network) && ["snapshot", "entries"].contains(&frame["t"].as_str().unwrap())
    });
    assert!(!new.has_seen("Zwaluwstaart"));
}

#[test]
fn two_placements_by_one_person_show_the_later_without_a_question() {
    let server = Server::shared();
    let cast = Cast::new(&server);
    let ria = cast.contact("Ria");
    let tablet = cast.client.another_device();
    let base = json!({"generation": 1, "sequence": 1});
    for (device, ring) in [(&cast.client, 1), (&tablet, 4)] {
        let command = json!({"type": "place_contact", "contact_id": ria, "ring": ring, "quadrant": "family"});
        let verdicts = device.submit(&cast.network, &[json!({"id": id(), "base": base, "command": command})]);
        assert_eq!(verdicts[0]["verdict"], "admitted");
    }
    let read = cast.client.read(&cast.network);
    assert_eq!((&read["content"]["contacts"][0]["ring"], &read["cards"]), (&json!(4), &json!([])), "{read}");
    let history = cast.client.http.get(&format!("/v1/documents/{}/history", cast.network)).ok(200);
    let placed = history["entries"].as_array().unwrap().iter().filter(|entry| entry["command"] == "place_contact");
    assert_eq!(placed.count(), 2);
}

#[test]
fn a_member_and_a_backup_have_no_say_in_the_network() {
    let server = Server::shared();
    let cast = Cast::new(&server);
    let add = json!({"commands": [{"id": id(), "command": {"type": "add_contact", "contact_id": id(), "name": "R"}}]});
    for person in [&cast.member, &cast.backup] {
        person.http.post(&format!("/v1/documents/{}/commands", cast.network), &add).problem(404, "not_found");
    }
    assert_eq!(cast.client.read(&cast.network)["sequence"], 0);
}
