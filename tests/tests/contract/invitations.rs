//! `POST /v1/spaces/{id}/invitations`.

use kring_tests::outside::{Cast, Person, Server, id};
use serde_json::json;

const ROLES: [&str; 4] = ["client", "member", "professional", "backup"];

#[test]
fn an_invitation_is_a_code_a_link_and_an_end() {
    let server = Server::with(&["--public-url", "https://kring.example.org"]);
    let petra = Person::professional(&server, "Petra");
    let space = id();
    petra.http.post("/v1/spaces", &json!({"space_id": space, "name": "Sam"})).ok(201);
    let path = format!("/v1/spaces/{space}/invitations");
    for role in ROLES {
        let invitation = petra.http.post(&path, &json!({"role": role, "name": "Sam"})).ok(201);
        assert!(invitation["code"].as_str().is_some_and(|code| code.len() >= 8), "{invitation}");
        assert!(invitation["url"].as_str().unwrap().starts_with("https://kring.example.org/"), "{invitation}");
        assert!(invitation["expires_at"].as_str().unwrap().ends_with('Z'), "{invitation}");
        let body = json!({"code": invitation["code"], "device_name": "phone", "display_name": "X"});
        assert_eq!(server.http().post("/v1/sign-in", &body).ok(200)["role"], role);
    }
}

#[test]
fn the_name_in_an_invitation_is_how_the_person_is_called() {
    let server = Server::shared();
    let cast = Cast::new(&server);
    let path = format!("/v1/spaces/{}/invitations", cast.space);
    let invitation = cast.client.http.post(&path, &json!({"role": "member", "name": "Nadia"})).ok(201);
    let body = json!({"code": invitation["code"], "device_name": "phone"});
    server.http().post("/v1/sign-in", &body).ok(200);
    let members = cast.client.http.get(&format!("/v1/spaces/{}/members", cast.space)).ok(200);
    assert!(members["members"].as_array().unwrap().iter().any(|member| member["name"] == "Nadia"), "{members}");
}

#[test]
fn a_member_invites_nobody() {
    let server = Server::shared();
    let cast = Cast::new(&server);
    let path = format!("/v1/spaces/{}/invitations", cast.space);
    let stranger = Person::professional(&server, "Otto");
    for role in ROLES {
        cast.member.http.post(&path, &json!({"role": role})).problem(403, "forbidden");
        cast.backup.http.post(&path, &json!({"role": role})).any_problem();
        stranger.http.post(&path, &json!({"role": role})).problem(404, "not_found");
    }
    for role in ["member", "professional", "backup"] {
        cast.client.http.post(&path, &json!({"role": role})).ok(201);
    }
    for body in [json!({}), json!({"role": "king"}), json!({"role": 3}), json!({"role": "member", "name": 3})] {
        cast.client.http.post(&path, &body).invalid();
    }
    let long = cast.client.http.post(&path, &json!({"role": "member", "name": "n".repeat(201)})).any_problem();
    assert_eq!(long["code"], "too_large");
}
