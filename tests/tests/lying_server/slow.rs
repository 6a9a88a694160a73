//! A server that takes its time: nothing waits for it for ever.

use std::time::{Duration, Instant};

use kring_client::{ClientError, Connection};
use kring_tests::outside::{Cast, Server};

use super::line::Manner;
use super::memory;
use super::phones::{Phone, until};
use super::wire::Piece;

/// What a phone gives a server to say something, with room for a slow machine.
const TIMEOUT: Duration = Duration::from_secs(55);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_never_answers_keeps_nobody_waiting() {
    let _alone = memory::ALONE.lock().await;
    let server = Server::start();
    let cast = Cast::new(&server);
    tokio::join!(
        // It takes the connection and says nothing, or opens the socket and says nothing.
        unheard(&server, &cast, Manner::Silent),
        unheard(&server, &cast, Manner::Socket(vec![])),
        never_ending(&server, &cast),
    );
}

async fn unheard(server: &Server, cast: &Cast, manner: Manner) {
    let phone = Phone::new(server, cast).await;
    phone.line.becomes(manner);
    phone.kring.connect().unwrap();
    until("the phone comes", || phone.line.told() > 0).await;
    assert_eq!(phone.kring.connection(), Connection::Connecting);
    phone.has_everything("silence", cast);
    let started = Instant::now();
    while phone.kring.connection() == Connection::Connecting {
        assert!(started.elapsed() < TIMEOUT, "it still waits for an answer");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    phone.recovers("silence", cast).await;
}

/// An answer that comes a byte at a time and never ends.
async fn never_ending(server: &Server, cast: &Cast) {
    let phone = Phone::new(server, cast).await;
    let head = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n".to_vec();
    phone.line.becomes(Manner::Dripping(vec![Piece::Bytes(head)], b"1\r\n \r\n".to_vec()));
    let started = Instant::now();
    let answer = phone.kring.device_code().await;
    assert!(matches!(answer, Err(ClientError::Offline | ClientError::Server(_))), "{answer:?}");
    assert!(started.elapsed() < TIMEOUT, "{:?}", started.elapsed());
    phone.has_everything("a body that never ends", cast);
    phone.recovers("a body that never ends", cast).await;
}
