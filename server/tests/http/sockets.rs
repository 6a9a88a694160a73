//! WebSockets from the outside: `GET /v1/sync`, and what closes them.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use serde_json::{Value, json};

use crate::support::{Person, Server};

struct Socket(TcpStream);

impl Socket {
    /// Connects and says hello; what the server answers to the handshake if it does not take it.
    fn open(server: &Server, path: &str, header: &str) -> Result<Self, String> {
        let mut stream = TcpStream::connect(server.url.trim_start_matches("http://")).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        let head = format!(
            "GET {path} HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\n\
             sec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==\r\nsec-websocket-protocol: kring.sync.v1\r\n{header}\r\n"
        );
        stream.write_all(head.as_bytes()).unwrap();
        let mut answer = Vec::new();
        while !answer.ends_with(b"\r\n\r\n") {
            let mut byte = [0];
            stream.read_exact(&mut byte).unwrap();
            answer.extend(byte);
        }
        let answer = String::from_utf8(answer).unwrap();
        if !answer.starts_with("HTTP/1.1 101") {
            return Err(answer);
        }
        let mut hello = Vec::new();
        ciborium::into_writer(&json!({"t": "hello", "protocol": 1, "app": "test", "cursors": []}), &mut hello).unwrap();
        // A final binary frame; a mask of zeros leaves the bytes as they are.
        stream.write_all(&[0x82, 0x80 | u8::try_from(hello.len()).unwrap(), 0, 0, 0, 0]).unwrap();
        stream.write_all(&hello).unwrap();
        let mut socket = Self(stream);
        assert_eq!(socket.frame().0, 2, "the welcome");
        Ok(socket)
    }

    fn of(server: &Server, person: &Person) -> Self {
        let token = person.session["access_token"].as_str().unwrap();
        Self::open(server, "/v1/sync", &format!("authorization: Bearer {token}\r\n")).unwrap_or_else(|e| panic!("{e}"))
    }

    /// The next frame: its kind and what is in it.
    fn frame(&mut self) -> (u8, Vec<u8>) {
        let mut head = [0; 2];
        self.0.read_exact(&mut head).unwrap();
        let length = match head[1] {
            126 => {
                let mut length = [0; 2];
                self.0.read_exact(&mut length).unwrap();
                u16::from_be_bytes(length).into()
            }
            length => usize::from(length),
        };
        let mut content = vec![0; length];
        self.0.read_exact(&mut content).unwrap();
        (head[0] & 15, content)
    }

    fn close_code(&mut self) -> u16 {
        loop {
            if let (8, content) = self.frame() {
                return u16::from_be_bytes([content[0], content[1]]);
            }
        }
    }
}

#[test]
fn a_device_that_is_signed_out_is_closed() {
    let server = Server::start();
    let person = server.professional();
    let mut socket = Socket::of(&server, &person);
    let path = format!("/v1/devices/{}/revoke", person.session["device_id"].as_str().unwrap());
    assert_eq!(person.post(&path, &Value::Null).status, 204);
    assert_eq!(socket.close_code(), 4401);
}

#[test]
fn a_refresh_token_used_twice_closes_the_thief_and_the_owner() {
    let server = Server::start();
    let person = server.professional();
    let mut socket = Socket::of(&server, &person);
    let used = json!({"refresh_token": person.session["refresh_token"]});
    let next = Person::new(&server.url, server.anybody().post("/v1/token", &used).body);
    let mut other = Socket::of(&server, &next);
    server.anybody().post("/v1/token", &used).expect(401, "token_reused");
    assert_eq!((socket.close_code(), other.close_code()), (4401, 4401));
}

#[test]
fn who_is_removed_and_whose_space_is_erased_is_closed() {
    let server = Server::start();
    let (space, _, [client, member]) = server.space(["client", "member"]);
    let mut one = Socket::of(&server, &member);
    let mut other = Socket::of(&server, &client);
    assert_eq!(client.delete(&format!("/v1/spaces/{space}/members/{}", member.id())).status, 204);
    assert_eq!(one.close_code(), 4403);
    assert_eq!(client.delete(&format!("/v1/spaces/{space}")).status, 204);
    assert_eq!(other.close_code(), 4403);
}

#[test]
fn a_ticket_opens_one_socket() {
    let server = Server::start();
    let ticket =
        server.professional().post("/v1/sync/ticket", &Value::Null).body["ticket"].as_str().unwrap().to_owned();
    let path = format!("/v1/sync?ticket={ticket}");
    assert!(Socket::open(&server, &path, "").is_ok());
    assert!(Socket::open(&server, &path, "").is_err_and(|answer| answer.starts_with("HTTP/1.1 401")));
    assert!(Socket::open(&server, "/v1/sync", "").is_err_and(|answer| answer.starts_with("HTTP/1.1 401")));
}

#[test]
fn a_server_that_stops_says_so() {
    let mut server = Server::start();
    let person = server.professional();
    let mut socket = Socket::of(&server, &person);
    let reader = std::thread::spawn(move || socket.close_code());
    server.stop();
    assert_eq!(reader.join().unwrap(), 1001);
}
