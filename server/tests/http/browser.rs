//! Pages of other origins, which a browser lets call the API only where the operator has allowed it.

use crate::support::{Answer, Person, Server};

const APP: &str = "https://app.example.org";

fn server() -> Server {
    Server::start_with(|config| config.allowed_origins = vec![APP.parse().unwrap()])
}

fn preflight(person: &Person, origin: &str, path: &str) -> Answer {
    let headers = [
        ("origin", origin),
        ("access-control-request-method", "DELETE"),
        ("access-control-request-headers", "authorization,content-type"),
    ];
    person.send("OPTIONS", path, &headers, Vec::new())
}

#[test]
fn an_allowed_origin_may_ask_before_it_is_signed_in() {
    let server = server();
    let answer = preflight(&server.anybody(), APP, "/v1/spaces/0190a5d0-0000-7000-8000-000000000000");
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("access-control-allow-origin"), APP);
    assert!(answer.header("access-control-allow-methods").contains("DELETE"));
    assert!(answer.header("access-control-allow-headers").contains("authorization"));
    assert_eq!(answer.header("access-control-allow-credentials"), "");
}

#[test]
fn an_allowed_origin_reads_errors_too() {
    let server = server();
    let answer = server.anybody().send("GET", "/v1/spaces", &[("origin", APP)], Vec::new());
    assert_eq!(answer.status, 401);
    assert_eq!(answer.header("access-control-allow-origin"), APP);
    assert!(answer.header("access-control-expose-headers").contains("retry-after"));
}

#[test]
fn no_other_origin_is_allowed() {
    let server = server();
    let others =
        ["https://app.example.org.evil.example", "http://app.example.org", "https://app.example.org:8443", "null"];
    for other in others {
        let asked = preflight(&server.anybody(), other, "/v1/spaces");
        let answer = server.anybody().send("GET", "/healthz", &[("origin", other)], Vec::new());
        for answer in [asked, answer] {
            assert_eq!(answer.header("access-control-allow-origin"), "", "{other}");
            // A cache must not give one origin the answer to another.
            assert!(answer.header("vary").to_lowercase().contains("origin"), "{other}");
        }
    }
}

#[test]
fn where_nothing_is_allowed_nothing_is_said() {
    let server = Server::start();
    let answer = preflight(&server.anybody(), APP, "/v1/spaces");
    assert_eq!((answer.status, answer.header("access-control-allow-origin")), (405, ""));
}
