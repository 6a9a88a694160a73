//! Networks that let no WebSocket through: everything is shared all the same, and a socket is used as soon as one opens.

use std::time::{Duration, Instant};

use kring_client::Connection;
use kring_tests::outside::{Cast, Server};

use super::phone::{Phone, until};
use super::relay::{Blocking, Manner};

fn answer(status: &str) -> Blocking {
    let head =
        format!("HTTP/1.1 {status}\r\ncontent-type: text/html\r\ncontent-length: 2\r\nconnection: close\r\n\r\nno");
    Blocking::Answer(head.into_bytes())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_phone_shares_where_sockets_are_refused() {
    let server = Server::start();
    let cast = Cast::new(&server);
    for (name, blocking) in [
        ("a page", answer("200 OK")),
        ("a filter", answer("403 Forbidden")),
        ("a proxy from before", answer("426 Upgrade Required")),
        ("a gateway", answer("502 Bad Gateway")),
        ("a proxy that cannot", answer("501 Not Implemented")),
        ("a redirect", answer("301 Moved Permanently")),
        ("a page where somebody signs in", answer("401 Unauthorized")),
        ("a switch to something else", answer("101 Switching Protocols")),
        ("another redirect", answer("302 Found\r\nlocation: https://portal.example/login")),
        ("a redirect that keeps the method", answer("307 Temporary Redirect\r\nlocation: http://127.0.0.1:1/")),
        ("a proxy that wants a password", answer("407 Proxy Authentication Required\r\nproxy-authenticate: Basic")),
        ("an upgrade to something else", answer("426 Upgrade Required\r\nupgrade: h2c")),
        ("a network that wants a login", answer("511 Network Authentication Required")),
        ("too much", answer("429 Too Many Requests\r\nretry-after: 3600")),
        ("no such thing", answer("404 Not Found")),
        ("nothing at all", answer("204 No Content")),
        ("no HTTP", Blocking::Answer(b"SSH-2.0-OpenSSH_9.7\r\n".to_vec())),
        ("half an answer", Blocking::Answer(b"HTTP/1.1 101 Switching Proto".to_vec())),
        (
            "an upgrade that was never asked for",
            answer("101 Switching Protocols\r\nupgrade: websocket\r\nsec-websocket-accept: x"),
        ),
        ("a cut", Blocking::Cut),
        ("a cut behind the upgrade", Blocking::Opened(Vec::new())),
        ("a page behind the upgrade", Blocking::Opened(b"<html>sign in</html>".to_vec())),
        ("half a frame behind the upgrade", Blocking::Opened(vec![0x82, 0x7e, 0x10])),
        ("a text behind the upgrade", Blocking::Opened(b"\x81\x05login".to_vec())),
        ("another protocol's frame behind the upgrade", Blocking::Opened(vec![0x82, 0x02, 0xa1, 0x61])),
        ("a close at once", Blocking::Close(1002)),
        ("a close for a reason of its own", Blocking::Close(1008)),
        ("a close that says signed out", Blocking::Close(4401)),
    ] {
        let phone = Phone::new(&server, &cast).await;
        phone.relay.becomes(Manner::NoSocket(server.address(), blocking));
        let text = phone.write();
        phone.kring.connect().unwrap();
        until(name, || phone.kring.waiting() == 0).await;
        until(name, || phone.kring.connection() == Connection::Polling).await;
        assert!(cast.professional.read(&cast.circle).to_string().contains(&text), "{name}");
        // What is made later goes out too, and what others make comes in.
        phone.write();
        until(name, || phone.kring.waiting() == 0).await;
        assert!(phone.kring.identity().is_signed_in, "{name}");

        phone.relay.becomes(Manner::To(server.address()));
        phone.kring.wake();
        until(name, || phone.kring.connection() == Connection::Online).await;
        phone.write();
        until(name, || phone.kring.waiting() == 0).await;
        phone.kring.close();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_phone_shares_where_sockets_hang() {
    let server = Server::start();
    let cast = Cast::new(&server);
    for blocking in [Blocking::Hang, Blocking::Mute] {
        let phone = Phone::new(&server, &cast).await;
        phone.relay.becomes(Manner::NoSocket(server.address(), blocking.clone()));
        phone.kring.connect().unwrap();
        until("the socket is asked for", || phone.relay.stopped() > 0).await;
        // A round in the background does not wait for the socket.
        phone.write();
        let begun = Instant::now();
        phone.kring.sync_once().await.unwrap();
        assert!(begun.elapsed() < Duration::from_secs(4), "{blocking:?}: {:?}", begun.elapsed());
        assert_eq!(phone.kring.waiting(), 0, "{blocking:?}");
        phone.write();
        until("rounds go on by themselves", || phone.kring.waiting() == 0).await;
        until("it is told", || phone.kring.connection() == Connection::Polling).await;
        phone.relay.becomes(Manner::To(server.address()));
        phone.kring.wake();
        until("a socket opens after all", || phone.kring.connection() == Connection::Online).await;
        phone.kring.close();
    }
}
