//! `GET /v1/vocabulary` and the labels in read models: one vocabulary for every app.

use kring_tests::outside::{Cast, Server, id};
use serde_json::json;

#[test]
fn every_list_has_the_same_words_in_both_languages() {
    let server = Server::shared();
    let http = server.http();
    let dutch = http.get("/v1/vocabulary").ok(200);
    let english = http.header("accept-language", "en").get("/v1/vocabulary").ok(200);
    let lists = dutch.as_object().unwrap();
    assert!(lists.len() >= 25, "{dutch}");
    for (list, words) in lists {
        let words = words.as_object().unwrap();
        let translated = english[list].as_object().unwrap();
        assert_eq!(words.keys().collect::<Vec<_>>(), translated.keys().collect::<Vec<_>>(), "{list}");
        assert!(words.values().chain(translated.values()).all(|label| label.as_str().is_some_and(|l| !l.is_empty())));
    }
    assert_eq!(dutch["goal_type"]["repair"], "goedmaken");
    assert_eq!(dutch["strategy"].as_object().unwrap().len(), 12);
    assert_eq!(dutch["activity"].as_object().unwrap().len(), 7);
}

#[test]
fn the_client_has_words_of_their_own() {
    let server = Server::shared();
    let http = server.http();
    let own = http.get("/v1/vocabulary?for=client").ok(200);
    assert_eq!(own["initiator"]["client"], "ik");
    assert_eq!(http.get("/v1/vocabulary?for=others").ok(200)["initiator"]["client"], "de cliënt");
    http.get("/v1/vocabulary?for=everybody").invalid();
}

#[test]
fn read_models_carry_the_labels_of_their_words() {
    let server = Server::shared();
    let cast = Cast::new(&server);
    let contact = json!({"type": "add_contact", "contact_id": id(), "name": "Mo", "ring": 2, "quadrant": "peers",
        "relation": "oom", "initiator": "client", "frequency_per_year": 104, "status": "faded", "gives": ["advice"]});
    cast.client.admit(&cast.network, contact);
    let own = cast.client.read(&cast.network)["labels"].clone();
    let theirs = cast.professional.read(&cast.network)["labels"].clone();
    assert_eq!((&own["initiator"]["client"], &theirs["initiator"]["client"]), (&json!("ik"), &json!("Sam")));
    assert_eq!((&own["ring"]["2"], &theirs["ring"]["2"]), (&json!("Dichtbij"), &json!("Vrienden")));
    assert_eq!(own["relation"], json!({"oom": "oom"}), "a relation that Kring has no label for");
    assert_eq!(own["status"], json!({"faded": "lang niet gezien"}));
    assert_eq!(own["frequency_per_year"], json!({"104": "paar keer per week"}));
    assert_eq!(own["gives"], json!({"advice": "tips"}));
    cast.client.admit(&cast.plan, json!({"type": "add_goal", "goal_id": id(), "text": "x", "goal_type": "skill"}));
    assert_eq!(cast.member.read(&cast.plan)["labels"]["type"], json!({"skill": "iets leren"}));
}
