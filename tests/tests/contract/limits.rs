//! Bodies, batches and rates.

use std::io::{Read, Write};
use std::net::TcpStream;

use kring_tests::outside::{Cast, Server, Socket, TIMEOUT, command, eventually, id};
use serde_json::{Value, json};

fn messages(count: usize) -> Vec<Value> {
    (0..count).map(|_| command(json!({"type": "post_message", "message_id": id(), "text": "hi"}))).collect()
}

#[test]
fn a_thousand_commands_are_a_batch_and_one_more_is_too_large() {
    let server = Server::shared();
    let cast = Cast::new(&server);
    cast.client.post(&cast.circle, &messages(1_001)).problem(413, "too_large");
    assert_eq!(cast.client.read(&cast.circle)["sequence"], 0);
    let verdicts = cast.client.submit(&cast.circle, &messages(1_000));
    assert!(verdicts.iter().zip(1..).all(|(verdict, sequence)| verdict["sequence"] == sequence));
}

#[test]
fn a_body_beyond_a_mebibyte_is_refused_before_it_is_read() {
    let server = Server::shared();
    let cast = Cast::new(&server);
    let path = format!("/v1/documents/{}/commands", cast.circle);
    // By its announced length alone: not one byte of the body is sent.
    let mut stream = TcpStream::connect(server.address()).unwrap();
    stream.set_read_timeout(Some(TIMEOUT)).unwrap();
    let token = cast.client.http.token().unwrap();
    let head = format!(
        "POST {path} HTTP/1.1\r\nhost: kring\r\nauthorization: Bearer {token}\r\ncontent-type: application/json\r\n\
         content-length: 9000000000000000000\r\nconnection: close\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).unwrap();
    let mut answer = [0; 4096];
    let length = stream.read(&mut answer).unwrap();
    let answer = String::from_utf8_lossy(&answer[..length]).into_owned();
    assert!(answer.starts_with("HTTP/1.1 413") && answer.contains("application/problem+json"), "{answer}");

    for path in [path.as_str(), "/v1/sign-in", "/v1/token", "/v1/spaces", "/v1/sync"] {
        let body = vec![b' '; (1 << 20) + 1];
        cast.client.http.post_bytes(path, "application/json", body).problem(413, "too_large");
    }
    let mut fits = json!({"commands": messages(1)}).to_string().into_bytes();
    fits.resize(1 << 20, b' ');
    cast.client.http.post_bytes(&path, "application/json", fits).ok(200);
}

#[test]
fn a_body_that_comes_in_pieces_has_the_same_bound() {
    let server = Server::shared();
    let cast = Cast::new(&server);
    let mut stream = TcpStream::connect(server.address()).unwrap();
    stream.set_read_timeout(Some(TIMEOUT)).unwrap();
    let token = cast.client.http.token().unwrap();
    let head = format!(
        "POST /v1/spaces HTTP/1.1\r\nhost: kring\r\nauthorization: Bearer {token}\r\ncontent-type: application/json\r\n\
         transfer-encoding: chunked\r\nconnection: close\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).unwrap();
    let chunk = [b"10000\r\n".as_slice(), &[b' '; 0x10000], b"\r\n"].concat();
    for _ in 0..17 {
        // The server may have answered and hung up already.
        if stream.write_all(&chunk).is_err() {
            break;
        }
    }
    let mut answer = vec![0; 4096];
    let length = stream.read(&mut answer).unwrap_or(0);
    let answer = String::from_utf8_lossy(&answer[..length]).into_owned();
    assert!(answer.starts_with("HTTP/1.1 413"), "{answer}");
}

#[test]
fn deep_nesting_is_an_error_and_no_more() {
    let server = Server::shared();
    let cast = Cast::new(&server);
    let path = format!("/v1/documents/{}/commands", cast.circle);
    for depth in [1_000, 100_000, 500_000] {
        let lists = format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        let whole = cast.client.http.post_bytes(&path, "application/json", lists.clone().into_bytes());
        whole.invalid();
        let command =
            format!("{{\"commands\":[{{\"id\":\"{}\",\"command\":{{\"type\":\"x\",\"y\":{lists}}}}}]}}", id());
        cast.client.http.post_bytes(&path, "application/json", command.into_bytes()).invalid();
    }
    cast.idea("still works");
}

#[test]
fn commands_beyond_the_rate_may_be_sent_again() {
    let server = Server::with(&["--commands-per-second", "50", "--command-burst", "100"]);
    let cast = Cast::new(&server);
    let commands = messages(150);
    let verdicts = cast.client.submit(&cast.circle, &commands);
    let limited: Vec<&Value> = verdicts.iter().filter(|verdict| verdict["code"] == "rate_limited").collect();
    assert!(!limited.is_empty() && limited.len() <= 50, "{}", limited.len());
    let admitted = verdicts.iter().filter(|verdict| verdict["verdict"] == "admitted").count();
    assert_eq!(admitted + limited.len(), 150);
    let answer = cast.client.post(&cast.circle, &messages(150));
    assert!(answer.header("retry-after").is_some(), "{} {:?}", answer.status, answer.headers);

    let last = commands.last().unwrap().clone();
    eventually("the same command id is admitted later", || {
        let answer = cast.client.post(&cast.circle, std::slice::from_ref(&last));
        answer.status == 200 && answer.json()["verdicts"][0]["verdict"] == "admitted"
    });
    // The others' pace is their own.
    assert_eq!(cast.member.submit(&cast.circle, &messages(1))[0]["verdict"], "admitted");
}

#[test]
fn who_greets_again_and_again_is_told_to_come_back_later() {
    let server = Server::with(&["--commands-per-second", "1", "--command-burst", "5"]);
    let cast = Cast::new(&server);
    let (mut socket, _) = Socket::hello(&cast.member.http, &[]);
    for _ in 0..5 {
        socket.greet(&[]);
    }
    socket.send(&json!({"t": "hello", "protocol": 1, "app": "test", "cursors": []}));
    let (_, code) = socket.until_closed();
    assert_eq!(code, Some(1013));
    // The first greeting of a connection is free.
    Socket::hello(&cast.member.http, &[]);
}
