//! What proxies, gateways and captive portals answer in the place of the server is no word of the server's.

use kring_client::ClientError;
use kring_tests::outside::{Cast, Server};

use super::phone::{Phone, until};
use super::relay::Manner;

const HTML: &str = "<!doctype html><title>Wifi in de trein</title><form action=/login>";
const OURS: &str = r#"{"type":"urn:kring:problem:unauthenticated","code":"unauthenticated","status":401}"#;

/// An answer as it is on the wire; its body may be shorter than it says.
fn answer(status: &str, media_type: &str, body: &str, length: usize) -> Vec<u8> {
    let head = format!("HTTP/1.1 {status}\r\ncontent-type: {media_type}\r\ncontent-length: {length}\r\n");
    format!("{head}connection: close\r\n\r\n{body}").into_bytes()
}

fn portals() -> Vec<(&'static str, Vec<u8>)> {
    let whole = |status, media_type, body: &str| answer(status, media_type, body, body.len());
    vec![
        ("a page of the portal", whole("200 OK", "text/html", HTML)),
        ("a page that says it is JSON", whole("200 OK", "application/json", HTML)),
        ("another JSON", whole("200 OK", "application/json", r#"{"login":"https://portal.example"}"#)),
        ("an empty list of CBOR without its type", whole("200 OK", "application/octet-stream", "\u{0}")),
        ("nothing, successfully", whole("204 No Content", "text/plain", "")),
        (
            "a redirect",
            b"HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:9/login\r\ncontent-length: 0\r\n\r\n".to_vec(),
        ),
        (
            "a lasting redirect",
            b"HTTP/1.1 308 X\r\nlocation: https://portal.example/\r\ncontent-length: 0\r\n\r\n".to_vec(),
        ),
        ("a gateway that wants a key", whole("401 Unauthorized", "application/json", r#"{"message":"Unauthorized"}"#)),
        (
            "a gateway with problems of its own",
            whole("401 X", "application/problem+json", r#"{"type":"about:blank","title":"No"}"#),
        ),
        ("a page where somebody signs in", whole("401 Unauthorized", "text/html", HTML)),
        ("half a problem of the server", answer("401 X", "application/problem+json", OURS.split_at(50).0, OURS.len())),
        ("a problem of the server in the wrong type", whole("401 X", "text/plain", OURS)),
        ("a proxy that wants a password", whole("407 Proxy Authentication Required", "text/html", HTML)),
        ("a filter", whole("403 Forbidden", "text/html", "blocked by policy")),
        ("a filter that hides", whole("404 Not Found", "text/html", HTML)),
        ("a filter that says it is gone", whole("410 Gone", "application/json", r#"{"code":"not_found"}"#)),
        ("a network that wants a login", whole("511 Network Authentication Required", "text/html", HTML)),
        ("a gateway without a server", whole("502 Bad Gateway", "text/html", HTML)),
        ("a gateway that is busy", whole("429 Too Many Requests", "application/json", r#"{"error":"slow down"}"#)),
        ("another protocol", b"SSH-2.0-OpenSSH_9.9\r\n".to_vec()),
        ("TLS that nobody asked for", vec![0x15, 3, 1, 0, 2, 2, 0x46]),
        ("nothing at all", Vec::new()),
    ]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_portals_and_proxies_answer_changes_nothing() {
    let server = Server::start();
    let cast = Cast::new(&server);
    let mut phone = Phone::new(&server, &cast).await;
    for (name, bytes) in portals() {
        // The first thing in the portal's way is the round itself, and then the exchange of tokens.
        for is_later in [false, true] {
            if is_later {
                phone = phone.later();
            }
            let text = phone.write();
            let before = phone.things();
            phone.relay.becomes(Manner::Answer(bytes.clone()));
            // A connection from before may still be cut first.
            while phone.relay.stopped() == 0 {
                assert_eq!(phone.kring.sync_once().await, Err(ClientError::Offline), "{name}");
            }
            assert_eq!(phone.things(), before, "{name}");
            phone.relay.becomes(Manner::To(server.address()));
            phone.kring.sync_once().await.unwrap_or_else(|error| panic!("behind {name}: {error}"));
            assert_eq!(phone.kring.waiting(), 0, "{name}");
            assert!(cast.professional.read(&cast.circle).to_string().contains(&text), "{name}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn other_calls_believe_no_portal_either() {
    let server = Server::start();
    let cast = Cast::new(&server);
    let phone = Phone::new(&server, &cast).await;
    let person = phone.kring.identity().person;
    // Where the server says nothing but that it is done, a portal that says as little cannot be told from it.
    for (name, bytes) in portals().into_iter().filter(|(name, _)| !name.starts_with("nothing,")) {
        phone.relay.becomes(Manner::Answer(bytes));
        let space = cast.space.parse().unwrap();
        assert_eq!(phone.kring.remove_member(space, person).await, Err(ClientError::Offline), "{name}");
        assert_eq!(phone.kring.device_code().await, Err(ClientError::Offline), "{name}");
        assert!(phone.kring.identity().is_signed_in, "{name}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_connected_phone_outlasts_every_portal() {
    let server = Server::start();
    let cast = Cast::new(&server);
    let mut phone = Phone::new(&server, &cast).await;
    for (name, bytes) in portals().into_iter().step_by(3) {
        phone = phone.later();
        phone.relay.becomes(Manner::Answer(bytes));
        phone.kring.connect().unwrap();
        until(name, || phone.relay.stopped() > 1).await;
        phone.write();
        let before = phone.things();
        assert!(before.1, "{name}");
        phone.relay.becomes(Manner::To(server.address()));
        phone.kring.wake();
        until(name, || phone.kring.waiting() == 0).await;
        assert_eq!(phone.things().0, before.0, "{name}");
    }
}
