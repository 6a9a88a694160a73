//! `GET /v1/spaces/{id}/access-log`: who looked at what.

use kring_tests::outside::{Cast, Person, Server};
use serde_json::{Value, json};

fn entries(person: &Person, cast: &Cast) -> Vec<Value> {
    let log = person.http.get(&format!("/v1/spaces/{}/access-log", cast.space)).ok(200);
    log["entries"].as_array().expect("wrapped in `entries`").clone()
}

#[test]
fn the_client_reads_who_looked_at_what_and_others_their_own_lines() {
    let server = Server::shared();
    let cast = Cast::new(&server);
    cast.professional.read(&cast.network);
    cast.member.read(&cast.circle);
    let all = entries(&cast.client, &cast);
    for (person, name, role, document) in
        [(&cast.professional, "Petra", "professional", &cast.network), (&cast.member, "Mo", "member", &cast.circle)]
    {
        let line = all.iter().find(|line| line["person_id"] == json!(person.id) && line["document"] == json!(document));
        let line = line.unwrap_or_else(|| panic!("{name} looked: {all:?}"));
        assert_eq!((&line["person"], &line["role"]), (&json!(name), &json!(role)));
        assert!(line["at"].as_str().unwrap().ends_with('Z'), "{line}");
        assert!(line["action"].is_string() && line["text"].as_str().is_some_and(|text| !text.is_empty()), "{line}");
    }
    for person in [&cast.professional, &cast.member] {
        let own = entries(person, &cast);
        assert!(!own.is_empty() && own.iter().all(|line| line["person_id"] == json!(person.id)), "{own:?}");
    }
    let network = json!(cast.network);
    assert!(entries(&cast.member, &cast).iter().all(|line| line["document"] != network));
}
