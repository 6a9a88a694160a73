//! `GET /v1/spaces/{id}/status`

use serde_json::json;
use uuid::Uuid;

use crate::support::Server;

#[test]
fn a_backup_sees_how_it_goes_and_nothing_else() {
    let server = Server::start();
    let (space, professional, [client, backup]) = server.space(["client", "backup"]);
    let path = format!("/v1/spaces/{space}/status");
    let before = backup.get(&path);
    assert_eq!((before.status, &before.body["standing_still"]), (200, &json!(false)));
    assert!(before.body["text"].is_string() && before.body["phase"].is_string(), "{:?}", before.body);

    let documents = client.get("/v1/spaces").body["spaces"][0]["documents"].clone();
    let plan = format!("/v1/documents/{}", documents["plan"].as_str().unwrap());
    let command = Uuid::now_v7();
    let action = Uuid::now_v7();
    let add = json!({"type": "add_action", "action_id": action, "title": "Vaker naar buiten", "client_part": "bellen"});
    let answer = client.post(&format!("{plan}/commands"), &json!({"commands": [{"id": command, "command": add}]}));
    assert_eq!(answer.body["verdicts"][0]["verdict"], "admitted", "{:?}", answer.body);
    let after = backup.get(&path).body;
    assert_eq!((&before.body["phase"], &after["phase"]), (&json!("getting_to_know"), &json!("ideas")));
    assert!(after["last_step_at"].is_string(), "{after}");
    assert!(!after.to_string().contains("buiten"));

    backup.get(&plan).expect(404, "not_found");
    assert_eq!(professional.get(&path).status, 200);
    server.professional().get(&path).expect(404, "not_found");
}

#[test]
fn looking_at_the_status_is_in_the_access_log_once() {
    let server = Server::start();
    let (space, _, [client, backup]) = server.space(["client", "backup"]);
    for _ in 0..3 {
        backup.get(&format!("/v1/spaces/{space}/status"));
    }
    let log = client.get(&format!("/v1/spaces/{space}/access-log")).body;
    let looked = log["entries"].as_array().unwrap().iter().filter(|entry| entry["action"] == "status").count();
    assert_eq!(looked, 1, "{log}");
}
