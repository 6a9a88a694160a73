//! `/v1/devices`: the caller's devices.

use kring_tests::outside::{Cast, Person, Server, id};
use serde_json::json;

fn devices(person: &Person) -> Vec<String> {
    let answer = person.http.get("/v1/devices").ok(200);
    let devices = answer["devices"].as_array().expect("wrapped in `devices`").clone();
    devices.iter().map(|device| device["device_id"].as_str().expect("device_id").to_owned()).collect()
}

#[test]
fn a_code_signs_in_one_more_device_of_the_caller() {
    let server = Server::shared();
    let cast = Cast::new(&server);
    let code = cast.client.http.post("/v1/devices/codes", &json!({})).ok(201);
    for field in ["code", "url", "expires_at"] {
        assert!(code[field].as_str().is_some_and(|text| !text.is_empty()), "{field} in {code}");
    }
    assert!(code["expires_at"].as_str().unwrap().ends_with('Z'), "UTC: {code}");
    let body = json!({"code": code["code"], "device_name": "tablet"});
    let tablet = Person::of(&server.http(), &server.http().post("/v1/sign-in", &body).ok(200));
    assert_eq!(tablet.id, cast.client.id);
    assert_ne!(tablet.device, cast.client.device);
    assert_eq!(tablet.read(&cast.network)["id"], json!(cast.network));
    assert_eq!(devices(&tablet), [cast.client.device.clone(), tablet.device.clone()]);
    assert_eq!(server.http().post("/v1/sign-in", &body).status, 401, "the code works once");
}

#[test]
fn revoking_a_device_signs_it_out_now_and_closes_its_socket() {
    let server = Server::shared();
    let cast = Cast::new(&server);
    let tablet = cast.client.another_device();
    let mut lost = tablet.socket();
    let mut kept = cast.client.socket();
    let answer = cast.client.http.post(&format!("/v1/devices/{}/revoke", tablet.device), &json!({}));
    assert!((200..300).contains(&answer.status), "{}", answer.text());

    assert_eq!(lost.until_closed().1, Some(4401));
    let refused = tablet.http.get("/v1/spaces");
    assert_eq!(refused.status, 401);
    refused.any_problem();
    let body = json!({"refresh_token": tablet.refresh});
    assert_eq!(server.http().post("/v1/token", &body).status, 401);
    let message = json!({"type": "post_message", "message_id": id(), "text": "still here"});
    cast.client.admit(&cast.circle, message);
    kept.until(|frame| frame["t"] == "entries" && frame["document"] == json!(cast.circle));
}

#[test]
fn a_device_is_revoked_by_its_owner_alone() {
    let server = Server::shared();
    let cast = Cast::new(&server);
    for other in [&cast.professional, &cast.member, &cast.backup] {
        let path = format!("/v1/devices/{}/revoke", cast.client.device);
        other.http.post(&path, &json!({})).problem(404, "not_found");
        assert!(!devices(other).contains(&cast.client.device));
    }
    cast.client.http.get("/v1/spaces").ok(200);
    cast.client.http.post(&format!("/v1/devices/{}/revoke", id()), &json!({})).problem(404, "not_found");
    cast.client.http.post("/v1/devices/nonsense/revoke", &json!({})).invalid();
}

#[test]
fn a_device_may_revoke_itself() {
    let server = Server::shared();
    let petra = Person::professional(&server, "Petra");
    petra.http.post(&format!("/v1/devices/{}/revoke", petra.device), &json!({}));
    assert_eq!(petra.http.get("/v1/spaces").status, 401);
}
