//! What an operator and an integrator start from.

use kring_tests::outside::{Cast, Server, Socket};
use serde_json::{Value, json};

#[test]
fn a_server_tells_how_it_is_to_whoever_asks() {
    let server = Server::shared();
    for path in ["/healthz", "/readyz"] {
        assert_eq!(server.http().get(path).status, 200, "{path}");
    }
    let cast = Cast::new(&server);
    cast.idea("tea");
    let metrics = server.http().get("/metrics");
    assert_eq!(metrics.status, 200);
    let text = metrics.text();
    assert!(text.contains("# TYPE") && text.trim_end().ends_with("# EOF"), "OpenMetrics: {text}");
    for id in [&cast.space, &cast.circle, &cast.client.id] {
        assert!(!text.contains(id.as_str()), "metrics tell of nobody");
    }
}

#[test]
fn the_description_lists_every_route_with_its_methods() {
    let server = Server::shared();
    let api = server.http().get("/openapi.json").ok(200);
    assert!(api["openapi"].as_str().is_some_and(|version| version.starts_with("3.")), "{}", api["openapi"]);
    let paths = api["paths"].as_object().expect("paths");
    let mut missing = Vec::new();
    for (path, methods) in [
        ("/v1/sign-in", vec!["post"]),
        ("/v1/token", vec!["post"]),
        ("/v1/devices/codes", vec!["post"]),
        ("/v1/devices", vec!["get"]),
        ("/v1/devices/{id}/revoke", vec!["post"]),
        ("/v1/spaces", vec!["get", "post"]),
        ("/v1/spaces/{id}", vec!["delete"]),
        ("/v1/spaces/{id}/invitations", vec!["post"]),
        ("/v1/spaces/{id}/members", vec!["get"]),
        ("/v1/spaces/{id}/members/{person_id}", vec!["delete"]),
        ("/v1/spaces/{id}/status", vec!["get"]),
        ("/v1/spaces/{id}/access-log", vec!["get"]),
        ("/v1/spaces/{id}/export", vec!["get"]),
        ("/v1/documents/{id}", vec!["get"]),
        ("/v1/documents/{id}/commands", vec!["post"]),
        ("/v1/documents/{id}/history", vec!["get"]),
        ("/v1/sync/ticket", vec!["post"]),
        ("/v1/sync", vec!["get", "post"]),
        ("/healthz", vec!["get"]),
        ("/readyz", vec!["get"]),
        ("/metrics", vec!["get"]),
    ] {
        for method in methods {
            if paths.get(path).is_none_or(|it| it[method]["responses"].is_null()) {
                missing.push(format!("{method} {path}"));
            }
        }
    }
    assert!(missing.is_empty(), "not described: {missing:?}");
}

#[test]
fn the_commands_are_published_as_a_json_schema() {
    let server = Server::shared();
    let schema = server.http().get("/v1/commands.schema.json");
    assert_eq!(schema.status, 200, "{}", schema.text());
    let text = schema.json().to_string();
    for command in ["add_contact", "place_contact", "propose_idea", "edit_idea", "add_action", "evaluate_action"] {
        assert!(text.contains(&format!("\"{command}\"")), "{command}");
    }
}

#[test]
fn a_server_that_is_asked_to_end_does_so_in_order() {
    let mut server = Server::start();
    let cast = Cast::new(&server);
    let (mut socket, _) = Socket::hello(&cast.member.http, &[]);
    let idea = cast.idea("kept");
    let status = server.terminate();
    assert_eq!(status.code(), Some(0), "{status}\n{}", server.log());
    socket.until_closed();
    assert!(server.http().try_get("/healthz").is_none(), "nobody answers any more");
    server.restart();
    let ideas: Vec<Value> = cast.member.read(&cast.circle)["content"]["ideas"].as_array().unwrap().clone();
    assert_eq!((ideas.len(), &ideas[0]["id"]), (1, &json!(idea)), "the session and the idea are still there");
}

#[test]
fn an_option_may_come_from_the_environment() {
    let kring = |name: &str, value: &str| {
        let mut binary = std::env::current_exe().unwrap();
        binary.pop();
        binary.pop();
        std::process::Command::new(binary.join("kring")).arg("serve").env(name, value).output().unwrap()
    };
    let refused = kring("KRING_LISTEN", "not an address");
    assert!(!refused.status.success());
    assert!(!refused.stderr.is_empty(), "and it says why");
    assert!(!kring("KRING_ACCESS_TOKEN_TTL", "soon").status.success());
}
