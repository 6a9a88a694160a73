//! Everything that goes wrong is `application/problem+json` with a stable code.

use serde_json::json;

use crate::support::{Answer, Server};

#[track_caller]
fn is_problem(answer: Answer, status: u16, code: &str) {
    let answer = answer.expect(status, code);
    assert_eq!(answer.header("content-type"), "application/problem+json");
    assert_eq!(answer.body["status"], status);
    assert_eq!(answer.body["type"], format!("urn:kring:problem:{code}"));
    assert!(answer.body["title"].is_string());
}

#[test]
fn every_kind_of_mistake_has_its_code() {
    let server = Server::start();
    let (anybody, person) = (server.anybody(), server.professional());
    is_problem(anybody.get("/nowhere"), 404, "not_found");
    is_problem(anybody.get("/v1/sign-in"), 405, "method_not_allowed");
    is_problem(anybody.get("/v1/spaces"), 401, "unauthenticated");
    is_problem(person.get("/v1/spaces/not-an-id/members"), 400, "invalid");
    is_problem(person.send("POST", "/v1/spaces", &[], b"{".to_vec()), 400, "invalid");
    is_problem(person.post("/v1/spaces", &json!({"name": "x"})), 422, "invalid");
    is_problem(person.post("/v1/spaces", &json!({"space_id": "x", "name": "x"})), 422, "invalid");
    // What the framework itself refuses has the same form.
    is_problem(person.get("/v1/sync"), 400, "invalid");
    is_problem(person.send("POST", "/v1/sync", &[], vec![0xff; 20]), 400, "invalid");
    is_problem(person.send("POST", "/v1/sync", &[], vec![0xff; (1 << 20) + 1]), 413, "too_large");
    is_problem(person.send("POST", "/v1/spaces", &[], vec![b'x'; (1 << 20) + 1]), 413, "too_large");
}

#[test]
fn the_field_that_is_wrong_is_named() {
    let server = Server::start();
    let person = server.professional();
    let space = uuid::Uuid::now_v7().to_string();
    for (body, field) in [
        (json!({"name": "x"}), "space_id"),
        (json!({"space_id": "x", "name": "x"}), "space_id"),
        (json!({"space_id": space, "name": ""}), "name"),
        (json!({"space_id": space, "name": 1}), "name"),
    ] {
        assert_eq!(person.post("/v1/spaces", &body).body["field"], field, "{body}");
    }
}

#[test]
fn a_compressed_body_is_refused() {
    let server = Server::start();
    let person = server.professional();
    let space = uuid::Uuid::now_v7().to_string();
    let send = |coding| {
        let body = serde_json::to_vec(&json!({"space_id": space, "name": "x"})).unwrap();
        person.send("POST", "/v1/spaces", &[("content-encoding", coding)], body)
    };
    for coding in ["gzip", "gzip, identity", "identity, br", "GZIP", "x-unknown"] {
        let answer = send(coding);
        assert_eq!(answer.header("accept-encoding"), "identity", "{coding}");
        is_problem(answer, 415, "unsupported_encoding");
    }
    for coding in ["identity", "Identity", ""] {
        assert_eq!(send(coding).status, 201, "{coding}");
    }
}

#[test]
fn who_is_not_signed_in_is_told_how() {
    let server = Server::start();
    assert_eq!(server.anybody().get("/v1/spaces").header("www-authenticate"), "Bearer");
}

#[test]
fn every_answer_has_an_id_to_find_it_in_the_log_by() {
    let server = Server::start();
    let (one, other) = (server.anybody().get("/nowhere"), server.anybody().get("/healthz"));
    assert!(!one.header("x-request-id").is_empty());
    assert_ne!(one.header("x-request-id"), other.header("x-request-id"));
}
