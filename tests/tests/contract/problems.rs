//! Every error is a problem with a code (RFC 9457).

use kring_tests::outside::{Cast, Server, id};
use serde_json::json;

#[test]
fn unknown_routes_and_methods_are_problems_too() {
    let server = Server::shared();
    let cast = Cast::new(&server);
    for path in
        ["/v1", "/v1/", "/v1/nothing", "/v2/spaces", "/v1/spaces/", "/v1/documents", "/%00", "/v1/../etc/passwd"]
    {
        for http in [&server.http(), &cast.client.http] {
            let answer = http.get(path);
            assert!([400, 404].contains(&answer.status), "{path}: {} {}", answer.status, answer.text());
            answer.any_problem();
        }
    }
    for (method, path) in [
        ("GET", "/v1/sign-in".to_owned()),
        ("GET", "/v1/token".to_owned()),
        ("DELETE", "/v1/spaces".to_owned()),
        ("DELETE", "/v1/devices".to_owned()),
        ("GET", format!("/v1/spaces/{}/invitations", cast.space)),
        ("DELETE", format!("/v1/documents/{}", cast.circle)),
        ("DELETE", "/healthz".to_owned()),
    ] {
        let answer = cast.client.http.method(method, &path);
        assert!([404, 405].contains(&answer.status), "{method} {path}: {}", answer.status);
        answer.any_problem();
    }
}

#[test]
fn a_body_that_is_no_json_is_a_problem() {
    let server = Server::shared();
    let cast = Cast::new(&server);
    for path in ["/v1/sign-in", "/v1/token", "/v1/spaces", &format!("/v1/documents/{}/commands", cast.circle)] {
        let http = &cast.client.http;
        http.post_bytes(path, "application/json", vec![0x80; 64]).invalid();
        http.post_bytes(path, "application/json", b"{\"a\":1}}".to_vec()).invalid();
        let answer = http.post_bytes(path, "text/plain", b"{}".to_vec());
        answer.any_problem();
        assert!([400, 415, 422].contains(&answer.status), "{path}: {}", answer.status);
    }
    cast.client.http.get("/v1/sync").any_problem();
    let body = json!({"commands": [{"id": id(), "command": {"type": "x"}, "made_at": 12}]});
    cast.client.http.post(&format!("/v1/documents/{}/commands", cast.circle), &body).invalid();
}
