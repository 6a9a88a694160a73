//! What the server says about itself: `/openapi.json`, `/metrics`, `/healthz`, `/readyz`.

use crate::support::Server;

#[test]
fn every_path_of_the_protocol_is_described() {
    let server = Server::start();
    let api = server.anybody().get("/openapi.json");
    assert_eq!(api.status, 200);
    for (method, path) in [
        ("post", "/v1/sign-in"),
        ("post", "/v1/token"),
        ("post", "/v1/devices/codes"),
        ("get", "/v1/devices"),
        ("post", "/v1/devices/{id}/revoke"),
        ("post", "/v1/spaces"),
        ("get", "/v1/spaces"),
        ("delete", "/v1/spaces/{id}"),
        ("post", "/v1/spaces/{id}/invitations"),
        ("get", "/v1/spaces/{id}/members"),
        ("delete", "/v1/spaces/{id}/members/{person_id}"),
        ("get", "/v1/spaces/{id}/access-log"),
        ("get", "/v1/spaces/{id}/status"),
        ("get", "/v1/spaces/{id}/export"),
        ("get", "/v1/documents/{id}"),
        ("post", "/v1/documents/{id}/commands"),
        ("get", "/v1/documents/{id}/history"),
        ("get", "/v1/sync"),
        ("post", "/v1/sync"),
        ("post", "/v1/sync/ticket"),
    ] {
        assert!(api.body["paths"][path][method]["responses"].is_object(), "{method} {path}");
    }
}

#[test]
fn the_commands_have_a_schema() {
    let server = Server::start();
    let schema = server.anybody().get("/v1/commands.schema.json");
    assert_eq!((schema.status, schema.header("content-type")), (200, "application/schema+json"));
    assert_eq!(schema.body, kring_domain::commands_schema());
}

#[test]
fn the_server_is_up_and_ready_and_counts() {
    let server = Server::start();
    assert_eq!(server.anybody().get("/healthz").status, 200);
    assert_eq!(server.anybody().get("/readyz").status, 200);
    server.anybody().get("/nowhere");
    let metrics = server.anybody().get("/metrics");
    let text = metrics.body.as_str().unwrap();
    assert!(text.contains("kring_requests_total{status=\"2xx\"} 2"), "{text}");
    assert!(text.contains("kring_requests_total{status=\"4xx\"} 1"), "{text}");
    assert!(text.contains("\nkring_connections "), "{text}");
}
