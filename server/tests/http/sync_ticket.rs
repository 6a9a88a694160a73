//! `POST /v1/sync/ticket`

use serde_json::Value;

use crate::support::Server;

#[test]
fn a_ticket_stands_for_its_session_once() {
    let server = Server::start();
    let person = server.professional();
    let answer = person.post("/v1/sync/ticket", &Value::Null);
    assert_eq!((answer.status, answer.body["expires_in"].as_u64()), (200, Some(30)));
    let ticket = answer.body["ticket"].as_str().unwrap();
    let redeem = || server.runtime.block_on(server.app.auth.redeem(&server.app.store, ticket));
    assert_eq!(redeem().unwrap().person.to_string(), person.id());
    assert!(redeem().is_err());
}

#[test]
fn a_ticket_ends_with_its_session() {
    let server = Server::start();
    let person = server.professional();
    let ticket = person.post("/v1/sync/ticket", &Value::Null).body["ticket"].as_str().unwrap().to_owned();
    let revoke = format!("/v1/devices/{}/revoke", person.session["device_id"].as_str().unwrap());
    assert_eq!(person.post(&revoke, &Value::Null).status, 204);
    assert!(server.runtime.block_on(server.app.auth.redeem(&server.app.store, &ticket)).is_err());
}
