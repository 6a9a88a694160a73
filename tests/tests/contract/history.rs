//! `GET /v1/documents/{id}/history`: who did what, when, in words.

use kring_tests::outside::{Cast, Server, id};
use serde_json::json;

#[test]
fn the_history_tells_who_did_what_when_in_words() {
    let server = Server::shared();
    let cast = Cast::new(&server);
    let idea = cast.idea("walk the dog");
    cast.member.admit(&cast.circle, json!({"type": "heart_idea", "idea_id": idea}));
    cast.professional.rejected(&cast.circle, json!({"type": "choose_idea", "idea_id": idea}), "forbidden");
    cast.client.admit(&cast.circle, json!({"type": "choose_idea", "idea_id": idea}));
    for reader in [&cast.client, &cast.member, &cast.professional] {
        let history = reader.http.get(&format!("/v1/documents/{}/history", cast.circle)).ok(200);
        let mut entries = history["entries"].as_array().expect("wrapped in `entries`").clone();
        entries.sort_by_key(|entry| entry["sequence"].as_u64());
        let told: Vec<_> = entries
            .iter()
            .map(|entry| {
                json!([entry["sequence"], entry["person"], entry["role"], entry["command"], entry["person_id"]])
            })
            .collect();
        let expected = [
            json!([1, "Sam", "client", "propose_idea", cast.client.id]),
            json!([2, "Mo", "member", "heart_idea", cast.member.id]),
            json!([3, "Sam", "client", "choose_idea", cast.client.id]),
        ];
        assert_eq!(told, expected);
        for entry in &entries {
            assert!(entry["at"].as_str().unwrap().ends_with('Z'), "{entry}");
            assert!(entry["text"].as_str().is_some_and(|text| text.len() > 5), "{entry}");
            assert!(!entry["text"].as_str().unwrap().contains("_idea"), "words, not names of commands: {entry}");
        }
        assert!(entries[0]["text"].as_str().unwrap().contains("walk the dog"), "{}", entries[0]);
    }
    cast.client.http.get(&format!("/v1/documents/{}/history", id())).problem(404, "not_found");
}
