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
    let anybody = server.anybody();
    let person = server.professional();
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
fn every_answer_has_a_request_id_of_its_own() {
    let server = Server::start();
    let one = server.anybody().get("/nowhere");
    let other = server.anybody().get("/healthz");
    assert!(!one.header("x-request-id").is_empty());
    assert_ne!(one.header("x-request-id"), other.header("x-request-id"));
}

#[test]
fn a_repeated_key_is_invalid_wherever_it_is() {
    let server = Server::start();
    let person = server.professional();
    let space = person.create_space();
    let circle = person.get("/v1/spaces").body["spaces"][0]["documents"]["circle"].as_str().unwrap().to_owned();
    let commands = format!("/v1/documents/{circle}/commands");
    let id = uuid::Uuid::now_v7();
    let idea = format!(r#"{{"type": "propose_idea", "idea_id": "{id}", "text": "a", "text": "b"}}"#);
    for (path, body, field) in [
        ("/v1/spaces", format!(r#"{{"space_id": "{space}", "name": "a", "name": "b"}}"#), "name"),
        (&commands, format!(r#"{{"commands": [{{"id": "{id}", "command": {idea}}}]}}"#), "commands[0].command.text"),
        (&commands, r#"{"commands": [], "commands": []}"#.to_owned(), "commands"),
        ("/v1/token", r#"{"refresh_token": "a", "proof": {"at": "b", "at": "b"}}"#.to_owned(), "proof.at"),
    ] {
        let answer = person.send("POST", path, &[], body.clone().into_bytes());
        assert_eq!(answer.body["field"], field, "{body}");
        is_problem(answer, 422, "invalid");
    }
}

#[test]
fn whole_numbers_and_ids_may_be_written_in_any_way() {
    let server = Server::start();
    let person = server.professional();
    person.create_space();
    let network = person.get("/v1/spaces").body["spaces"][0]["documents"]["network"].as_str().unwrap().to_owned();
    let contact = uuid::Uuid::now_v7();
    let one = uuid::Uuid::now_v7();
    for id in [
        one.to_string().to_uppercase(),
        one.simple().to_string(),
        one.urn().to_string(),
        one.braced().to_string().to_uppercase(),
        one.to_string(),
    ] {
        let body = format!(
            r#"{{"commands": [{{"id": "{id}", "base": {{"generation": 1.0, "sequence": 0e0}}, "command":
                {{"type": "add_contact", "contact_id": "{contact}", "name": "Ria", "ring": 2.0, "quadrant": "family",
                  "known_since": 1.998e3, "frequency_per_year": 2.5}}}}]}}"#
        );
        let answer = person.send("POST", &format!("/v1/documents/{network}/commands"), &[], body.into_bytes());
        let verdict = &answer.body["verdicts"][0];
        assert_eq!((&verdict["id"], &verdict["verdict"]), (&json!(id), &json!("admitted")), "{verdict}");
    }
    let read = &person.get(&format!("/v1/documents/{network}")).body["content"]["contacts"][0];
    assert_eq!(
        (&read["ring"], &read["known_since"], &read["frequency_per_year"]),
        (&json!(2), &json!(1998), &json!(2.5))
    );
    for (field, number) in [("ring", "2.5"), ("ring", "1e400"), ("ring", "5.0"), ("known_since", "1e300")] {
        let body = format!(
            r#"{{"commands": [{{"id": "{}", "command": {{"type": "update_contact", "contact_id": "{contact}", "{field}": {number}}}}}]}}"#,
            uuid::Uuid::now_v7()
        );
        let answer = person.send("POST", &format!("/v1/documents/{network}/commands"), &[], body.into_bytes());
        let named = answer.body["verdicts"][0]["field"].as_str().or(answer.body["field"].as_str()).unwrap().to_owned();
        assert!(named.ends_with(field), "{number} {:?}", answer.body);
    }
}
