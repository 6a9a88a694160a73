//! Commands of the network map: whose judgement a place is, and what erasing means.

use kring_tests::outside::{Cast, Server, eventually, files_with, id};
use serde_json::{Value, json};

const ERASED: &str = "Zwaluwstaart";

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
    let update = json!({"type": "update_contact", "contact_id": ria, "ring": 2, "quadrant": "society", "wish": "keep",
        "place": "the park"});
    let verdict = cast.professional.send(&cast.network, update);
    assert_eq!((&verdict["verdict"], &verdict["code"]), (&json!("admitted"), &json!("suggested")), "{verdict}");

    let read = cast.client.read(&cast.network);
    let shown = &read["content"]["contacts"][0];
    assert_eq!((&shown["ring"], &shown["quadrant"]), (&json!(3), &json!("peers")), "the client's own judgement");
    assert_eq!(shown.get("wish"), None, "the wish is the client's own too");
    assert_eq!(shown["place"], "the park", "other fields are anybody's who may write here");
    let suggestions = read["content"]["suggestions"].as_array().unwrap();
    assert!(suggestions.iter().any(|it| it["contact_id"] == json!(ria) && it["ring"] == 1), "{suggestions:?}");
    assert!(suggestions.iter().all(|it| it["by"] == json!(cast.professional.id)), "{suggestions:?}");
    cast.client.admit(&cast.network, place(2, "family"));
    assert_eq!((&contact(&cast)["ring"], &contact(&cast)["quadrant"]), (&json!(2), &json!("family")));
}

#[test]
fn a_professionals_wish_for_a_new_contact_is_a_suggestion() {
    let server = Server::shared();
    let cast = Cast::new(&server);
    let add = |fields: Value| {
        let mut command =
            json!({"type": "add_contact", "contact_id": id(), "name": "Ria", "ring": 1, "quadrant": "family"});
        command.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        cast.professional.send(&cast.network, command)
    };
    let verdict = add(json!({"wish": "keep"}));
    assert_eq!((&verdict["verdict"], &verdict["code"]), (&json!("admitted"), &json!("suggested")), "{verdict}");
    assert_eq!((&contact(&cast)["ring"], contact(&cast).get("wish")), (&json!(1), None), "the place stands at once");
    let verdict = add(json!({}));
    assert_eq!((&verdict["verdict"], verdict.get("code")), (&json!("admitted"), None), "{verdict}");
}

#[test]
fn only_the_client_erases() {
    let server = Server::shared();
    let cast = Cast::new(&server);
    let ria = erasable(&cast);
    let erase = json!({"type": "erase_contact", "contact_id": ria});
    cast.professional.rejected(&cast.network, erase.clone(), "forbidden");
    cast.client.admit(&cast.network, erase);
    let read = cast.client.read(&cast.network);
    assert!(!read.to_string().contains(ERASED), "{read}");
    assert_eq!(read["content"]["contacts"].as_array().unwrap().len(), 1);
}

#[test]
fn the_history_no_longer_names_who_was_erased() {
    let server = Server::shared();
    let cast = Cast::new(&server);
    let ria = erasable(&cast);
    cast.client.admit(&cast.network, json!({"type": "erase_contact", "contact_id": ria}));
    let history = || cast.client.http.get(&format!("/v1/documents/{}/history", cast.network)).ok(200).to_string();
    eventually("the history names nobody who was erased", || !history().contains(ERASED));
}

#[test]
fn erasing_begins_a_new_generation_without_what_was_there() {
    // Alone on its server: others erase the same word elsewhere.
    let server = Server::start();
    let cast = Cast::new(&server);
    let ria = erasable(&cast);
    let mut colleague = cast.professional.socket();
    let mut phone = cast.client.socket();
    cast.client.admit(&cast.network, json!({"type": "erase_contact", "contact_id": ria}));
    eventually("a new generation", || cast.client.read(&cast.network)["generation"] == 2);
    for socket in [&mut colleague, &mut phone] {
        let snapshot = socket.until(|frame| frame["t"] == "snapshot" && frame["document"] == json!(cast.network));
        assert_eq!(snapshot["generation"], 2);
    }
    // What a new device is sent holds nothing of it either.
    let mut new = cast.client.another_device().socket();
    new.until(|frame| frame["t"] == "snapshot" && frame["document"] == json!(cast.network));
    assert!(!new.has_seen(ERASED));
    let left = files_with(&server.data(), ERASED);
    assert_eq!(left, Vec::<std::path::PathBuf>::new(), "nor is it on the disk");
}

/// A contact of whom something is known, among others.
fn erasable(cast: &Cast) -> String {
    let ria = cast.contact(ERASED);
    let note = json!({"type": "update_contact", "contact_id": ria, "does": format!("{ERASED} plays chess")});
    cast.client.admit(&cast.network, note);
    cast.contact("Bo");
    ria
}

#[test]
fn two_placements_on_two_devices_show_the_later_and_ask() {
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
    assert_eq!(read["content"]["contacts"][0]["ring"], 4, "{read}");
    assert_eq!(
        (&read["cards"][0]["kind"], &read["cards"][0]["for"]),
        (&json!("two_values"), &json!(["client"])),
        "{read}"
    );
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
