//! The pages that an operator and an integrator start from.

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
    let says = |output: &std::process::Output| String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!refused.status.success() && says(&refused).contains("not an address"), "{}", says(&refused));
    let refused = kring("KRING_ACCESS_TOKEN_TTL", "soon");
    assert!(!refused.status.success() && says(&refused).contains("soon"), "{}", says(&refused));
}
