//! Bounds on what comes in, before anything of it is parsed.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use serde_json::json;

use crate::support::Server;

fn raw(server: &Server) -> TcpStream {
    let stream = TcpStream::connect(server.url.trim_start_matches("http://")).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    stream
}

fn read(mut stream: TcpStream) -> String {
    let mut text = Vec::new();
    // A connection that is reset has still answered.
    let _ = stream.read_to_end(&mut text);
    String::from_utf8(text).unwrap()
}

#[test]
fn a_body_that_says_it_is_too_large_is_not_read() {
    let server = Server::start();
    let mut stream = raw(&server);
    let head = format!("POST /v1/sign-in HTTP/1.1\r\nhost: x\r\ncontent-length: {}\r\n\r\n", (1 << 20) + 1);
    stream.write_all(head.as_bytes()).unwrap();
    let mut answer = [0; 12];
    stream.read_exact(&mut answer).unwrap();
    assert_eq!(&answer, b"HTTP/1.1 413");
}

#[test]
fn a_body_that_does_not_say_so_is_cut_off() {
    let server = Server::start();
    let mut stream = raw(&server);
    stream
        .write_all(b"POST /v1/token HTTP/1.1\r\nhost: x\r\nconnection: close\r\ntransfer-encoding: chunked\r\n\r\n")
        .unwrap();
    let chunk = [b"10000\r\n".as_slice(), &[b' '; 0x10000], b"\r\n"].concat();
    for _ in 0..17 {
        if stream.write_all(&chunk).is_err() {
            break;
        }
    }
    let answer = read(stream);
    assert!(answer.starts_with("HTTP/1.1 413") && answer.contains(r#""code":"too_large""#), "{answer}");
}

#[test]
fn who_sends_much_without_being_let_in_still_hears_why() {
    let server = Server::start();
    for size in [1 << 20, (1 << 20) + 1, 4 << 20] {
        let (status, code) = if size <= 1 << 20 { (401, "unauthenticated") } else { (413, "too_large") };
        server.anybody().send("POST", "/v1/spaces", &[], vec![b' '; size]).expect(status, code);
    }
}

#[test]
fn a_text_beyond_its_bound_is_too_large() {
    let server = Server::start();
    let body = json!({"code": "x", "device_name": "x".repeat(201)});
    let answer = server.anybody().post("/v1/sign-in", &body).expect(422, "too_large");
    assert_eq!(answer.body["field"], "device_name");
}

#[test]
fn a_head_that_does_not_come_is_not_waited_for() {
    let server = Server::start_with(|config| config.limits.header_timeout = Duration::from_millis(100));
    let start = Instant::now();
    let mut stream = raw(&server);
    stream.write_all(b"GET /healthz HTTP/1.1\r\nx-slow: ").unwrap();
    let answer = read(stream);
    assert!(!answer.contains("200 OK"), "{answer}");
    assert!(start.elapsed() < Duration::from_secs(10));
}

#[test]
fn a_body_that_does_not_come_is_not_waited_for() {
    let server = Server::start_with(|config| config.limits.request_timeout = Duration::from_millis(100));
    let mut stream = raw(&server);
    stream
        .write_all(b"POST /v1/token HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: 100\r\n\r\n{")
        .unwrap();
    let answer = read(stream);
    assert!(answer.starts_with("HTTP/1.1 408") && answer.contains(r#""code":"timeout""#), "{answer}");
}

#[test]
fn one_device_does_not_take_the_server_for_itself() {
    let server = Server::start_with(|config| {
        config.limits.request_burst = 3;
        config.limits.requests_per_second = 1;
    });
    let greedy = server.professional();
    let other = server.professional();
    for _ in 0..3 {
        assert_eq!(greedy.get("/v1/spaces").status, 200);
    }
    let answer = greedy.get("/v1/spaces").expect(429, "rate_limited");
    assert!(answer.header("retry-after").parse::<u32>().is_ok_and(|seconds| seconds >= 1));
    assert_eq!(other.get("/v1/spaces").status, 200);
}

#[test]
fn anonymous_requests_are_limited_by_address() {
    let server = Server::start_with(|config| {
        config.limits.stranger_request_burst = 4;
        config.limits.stranger_requests_per_second = 1;
    });
    let member = server.professional();
    let nonsense = json!({"refresh_token": "nonsense"});
    let answers: Vec<_> = (0..6).map(|_| server.anybody().post("/v1/token", &nonsense)).collect();
    assert_eq!(answers[0].status, 401);
    let refused = answers.into_iter().last().unwrap().expect(429, "rate_limited");
    assert!(refused.header("retry-after").parse::<u32>().is_ok_and(|seconds| seconds >= 1));
    server.anybody().post("/v1/sign-in", &json!({"code": "AAAA"})).expect(429, "rate_limited");
    assert_eq!(member.get("/v1/spaces").status, 200, "who is signed in goes on, from the same address");
}
