//! `GET /v1/spaces/{id}/export`

use std::collections::BTreeMap;

use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::{Person, Server};

/// The entries of a ZIP file whose entries are stored as they are.
fn entries(person: &Person, space: &str) -> BTreeMap<String, Value> {
    let (status, zip) = person.download(&format!("/v1/spaces/{space}/export"));
    assert_eq!(status, 200);
    let word = |at: usize| usize::from(u16::from_le_bytes([zip[at], zip[at + 1]]));
    let mut entries = BTreeMap::new();
    let mut at = 0;
    while zip[at..].starts_with(b"PK\x03\x04") {
        let size = word(at + 18) | word(at + 20) << 16;
        let name = at + 30;
        let content = at + 30 + word(at + 26);
        let text = String::from_utf8(zip[name..content].to_vec()).unwrap();
        entries.insert(text, serde_json::from_slice(&zip[content..content + size]).unwrap());
        at = content + size;
    }
    entries
}

#[test]
fn each_exports_what_they_may_read() {
    let server = Server::start();
    let (space, _, [client, member, backup]) = server.space(["client", "member", "backup"]);
    let circle = member.get("/v1/spaces").body["spaces"][0]["documents"]["circle"].as_str().unwrap().to_owned();
    let commands: Vec<Value> = (0..250)
        .map(|number| json!({"type": "propose_idea", "idea_id": Uuid::now_v7(), "text": format!("idee {number}")}))
        .map(|command| json!({"id": Uuid::now_v7(), "command": command}))
        .collect();
    let answer = member.post(&format!("/v1/documents/{circle}/commands"), &json!({"commands": commands}));
    assert_eq!(answer.status, 200);

    let of_client = entries(&client, &space);
    assert_eq!(of_client["circle.json"]["content"]["ideas"].as_array().unwrap().len(), 250);
    assert_eq!(of_client["circle.history.json"].as_array().unwrap().len(), 250);
    assert_eq!(of_client["members.json"]["members"].as_array().unwrap().len(), 4);
    assert_eq!(of_client["space.json"]["role"], "client");
    assert!(of_client.contains_key("network.json") && of_client.contains_key("plan.history.json"));
    assert!(of_client["access-log.json"].as_array().unwrap().len() >= 7);

    let of_backup = entries(&backup, &space);
    let names: Vec<&str> = of_backup.keys().map(String::as_str).collect();
    assert_eq!(names, ["access-log.json", "space.json", "status.json"]);
    assert!(of_backup["access-log.json"].as_array().unwrap().iter().all(|line| line["role"] == "backup"));
    server.professional().get(&format!("/v1/spaces/{space}/export")).expect(404, "not_found");
}
