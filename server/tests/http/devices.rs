//! `/v1/devices`

use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::Server;

#[test]
fn one_more_device_is_the_same_person() {
    let server = Server::start();
    let phone = server.professional();
    let code = phone.post("/v1/devices/codes", &Value::Null);
    assert_eq!(code.status, 201);
    let text = code.body["code"].as_str().unwrap();
    assert!(code.body["url"].as_str().unwrap().ends_with(text));
    let tablet = server.sign_in(text);
    assert_eq!(tablet.session["person_id"], phone.session["person_id"]);
    let devices = tablet.get("/v1/devices").body;
    let devices = devices["devices"].as_array().unwrap();
    assert_eq!(devices.len(), 2);
    assert_eq!(devices.iter().filter(|device| device["current"] == true).count(), 1);
}

#[test]
fn a_code_for_a_device_is_for_nobody_else() {
    let server = Server::start();
    let one = server.professional();
    let other = server.professional();
    let code = one.post("/v1/devices/codes", &Value::Null).body["code"].clone();
    other.post("/v1/sign-in", &json!({"code": code, "device_name": "x"})).expect(409, "other_person");
}

#[test]
fn a_revoked_device_is_out_at_once() {
    let server = Server::start();
    let phone = server.professional();
    let tablet = server.sign_in(phone.post("/v1/devices/codes", &Value::Null).body["code"].as_str().unwrap());
    assert_eq!(tablet.get("/v1/spaces").status, 200);
    let path = format!("/v1/devices/{}/revoke", tablet.session["device_id"].as_str().unwrap());
    assert_eq!(phone.post(&path, &Value::Null).status, 204);
    tablet.get("/v1/spaces").expect(401, "revoked");
    let refresh = json!({"refresh_token": tablet.session["refresh_token"]});
    server.anybody().post("/v1/token", &refresh).expect(401, "unauthenticated");
    assert_eq!(phone.get("/v1/devices").body["devices"].as_array().unwrap().len(), 1);
    assert_eq!(phone.post(&path, &Value::Null).status, 204, "again changes nothing");
}

#[test]
fn nobody_revokes_the_device_of_another() {
    let server = Server::start();
    let one = server.professional();
    let other = server.professional();
    let device = one.session["device_id"].as_str().unwrap();
    other.post(&format!("/v1/devices/{device}/revoke"), &Value::Null).expect(404, "not_found");
    other.post(&format!("/v1/devices/{}/revoke", Uuid::now_v7()), &Value::Null).expect(404, "not_found");
    assert_eq!(one.get("/v1/spaces").status, 200);
}
