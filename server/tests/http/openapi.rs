//! What the server says about itself: `/openapi.json`, `/metrics`, `/healthz`, `/readyz`.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::Value;

use crate::support::Server;

#[test]
fn every_path_that_the_pages_name_is_described() {
    let server = Server::start();
    let api = server.anybody().get("/openapi.json");
    assert!(api.body["openapi"].as_str().is_some_and(|version| version.starts_with("3.")), "{}", api.body["openapi"]);
    let named = named_paths();
    assert!(named.len() > 20, "{named:?}");
    for (method, path) in named {
        let is_described = api.body["paths"][&path][&method]["responses"].is_object() || path == "/openapi.json";
        assert!(is_described, "{method} {path} stands in the pages and not in the description");
    }
}

/// The methods and paths that stand in the README and the pages below docs, as `GET /v1/spaces`.
fn named_paths() -> BTreeSet<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let pages = std::fs::read_dir(root.join("docs")).unwrap().map(|page| page.unwrap().path());
    let pages = pages.filter(|page| page.extension().is_some_and(|extension| extension == "md"));
    let mut named = BTreeSet::new();
    for page in pages.chain([root.join("README.md")]) {
        let text = std::fs::read_to_string(&page).unwrap();
        for code in text.split('`').skip(1).step_by(2) {
            let Some((method, path)) = code.split_once(" /") else { continue };
            if ["GET", "POST", "DELETE"].contains(&method) {
                let path = path.split(['?', ' ']).next().unwrap_or_default();
                named.insert((method.to_lowercase(), format!("/{path}")));
            }
        }
    }
    named
}

#[test]
fn the_commands_have_a_schema() {
    let server = Server::start();
    let schema = server.anybody().get("/v1/commands.schema.json");
    assert_eq!((schema.status, schema.header("content-type")), (200, "application/schema+json"));
    assert_eq!(schema.body, kring_domain::commands_schema());
}

#[test]
fn what_people_read_has_a_schema() {
    let server = Server::start();
    let schema = server.anybody().get("/v1/read-models.schema.json");
    assert_eq!((schema.status, schema.header("content-type")), (200, "application/schema+json"));
    assert_eq!(schema.body, kring_domain::read_models_schema());
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

/// An operation as it is described, with its method and path for the messages.
struct Described {
    name: String,
    path: String,
    operation: Value,
}

fn described(server: &Server) -> Vec<Described> {
    let api = server.anybody().get("/openapi.json").body;
    let mut all = Vec::new();
    for (path, item) in api["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let name = format!("{method} {path}");
            let path = path.clone();
            let operation = operation.clone();
            all.push(Described { name, path, operation });
        }
    }
    assert!(all.len() > 25, "{}", all.len());
    all
}

#[test]
fn every_error_is_described_as_a_problem() {
    for Described { name, operation, .. } in described(&Server::start()) {
        for (status, response) in operation["responses"].as_object().unwrap() {
            assert!(response["description"].as_str().is_some_and(|text| !text.is_empty()), "{name} {status}");
            if status.starts_with(['4', '5']) {
                let content = response["content"].as_object().unwrap();
                assert_eq!(content.len(), 1, "{name} {status}");
                let schema = &content["application/problem+json"]["schema"]["$ref"];
                assert_eq!(schema, "#/components/schemas/Problem", "{name} {status}");
            }
        }
    }
}

#[test]
fn shared_answers_are_described_everywhere() {
    for Described { name, path, operation } in described(&Server::start()) {
        let mut expected = vec!["408", "413", "500", "503"];
        let body = &operation["requestBody"]["content"];
        let is_open =
            operation["security"].as_array().is_some_and(|all| all.iter().all(|one| *one == serde_json::json!({})));
        for (applies, statuses) in [
            (path.contains('{'), &["400", "404"][..]),
            (body.is_object(), &["400", "415"]),
            (body["application/json"].is_object(), &["422"]),
            (!is_open, &["401", "429"]),
        ] {
            expected.extend(statuses.iter().filter(|_| applies));
        }
        for status in expected {
            assert!(operation["responses"][status].is_object(), "{name} {status}");
        }
    }
}

#[test]
fn a_body_of_bytes_is_described_as_bytes() {
    let api = Server::start().anybody().get("/openapi.json").body;
    let sync = &api["paths"]["/v1/sync"]["post"];
    for content in [&sync["requestBody"]["content"], &sync["responses"]["200"]["content"]] {
        assert_eq!(content["application/cbor"]["schema"]["format"], "binary", "{content}");
    }
}
