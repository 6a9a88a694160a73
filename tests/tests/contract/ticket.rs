//! `POST /v1/sync/ticket`: for a browser, which cannot send a header with a WebSocket.

use kring_tests::outside::{Cast, Server, Socket};
use serde_json::json;

#[test]
fn a_ticket_opens_one_socket() {
    let server = Server::shared();
    let cast = Cast::new(&server);
    let ticket = cast.member.http.post("/v1/sync/ticket", &json!({})).ok(200);
    assert!(ticket["expires_in"].as_u64().is_some_and(|seconds| seconds > 0), "{ticket}");
    let path = format!("/v1/sync?ticket={}", ticket["ticket"].as_str().unwrap());
    let mut socket = Socket::try_open(&server.http(), &path).expect("the ticket opens it");
    let welcome = socket.greet(&[]);
    assert_eq!(welcome["documents"].as_array().unwrap().len(), 3, "it is the member: {welcome}");

    let again = Socket::try_open(&server.http(), &path).err().expect("the ticket was used");
    assert_eq!((again.status, again.content_type.as_deref()), (401, Some("application/problem+json")));
    for ticket in ["", "garbage", "%00", &"x".repeat(5_000)] {
        let refused = Socket::try_open(&server.http(), &format!("/v1/sync?ticket={ticket}")).err().expect("no");
        assert!([400, 401].contains(&refused.status), "{ticket:?} {refused:?}");
    }
}

#[test]
fn a_ticket_of_a_revoked_device_opens_nothing() {
    let server = Server::shared();
    let cast = Cast::new(&server);
    let ticket = cast.member.http.post("/v1/sync/ticket", &json!({})).ok(200);
    cast.member.http.post(&format!("/v1/devices/{}/revoke", cast.member.device), &json!({}));
    let path = format!("/v1/sync?ticket={}", ticket["ticket"].as_str().unwrap());
    assert_eq!(Socket::try_open(&server.http(), &path).err().expect("no").status, 401);
}
