//! `POST /v1/token`, and what an access token is worth.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::thread;

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD as BASE64;
use kring_tests::outside::{Cast, Event, Http, Person, Server, Socket, TIMEOUT, eventually, id};
use serde_json::{Value, json};

fn refresh(http: &Http, token: &str) -> kring_tests::outside::Answer {
    http.post("/v1/token", &json!({"refresh_token": token}))
}

#[test]
fn a_refresh_token_becomes_a_new_pair() {
    let server = Server::shared();
    let petra = Person::professional(&server, "Petra");
    let pair = refresh(&server.http(), &petra.refresh).ok(200);
    assert_eq!(pair["expires_in"], 900);
    assert_ne!(pair["refresh_token"].as_str().unwrap(), petra.refresh);
    let renewed = server.http().bearer(pair["access_token"].as_str().unwrap());
    renewed.get("/v1/spaces").ok(200);
    petra.http.get("/v1/spaces").ok(200);
}

#[test]
fn a_refresh_token_used_twice_ends_its_sign_in() {
    let server = Server::shared();
    let cast = Cast::new(&server);
    let tablet = cast.member.another_device();
    let mut socket = cast.member.socket();
    let pair = refresh(&server.http(), &cast.member.refresh).ok(200);
    let newest = server.http().bearer(pair["access_token"].as_str().unwrap());
    newest.get("/v1/spaces").ok(200);

    let reused = refresh(&server.http(), &cast.member.refresh);
    assert_eq!(reused.status, 401);
    reused.any_problem();
    for ended in [&newest, &cast.member.http] {
        let answer = ended.get("/v1/spaces");
        assert_eq!(answer.status, 401, "{}", answer.text());
        answer.any_problem();
    }
    assert_eq!(refresh(&server.http(), pair["refresh_token"].as_str().unwrap()).status, 401);
    assert_eq!(socket.until_closed().1, Some(4401), "a socket of the family ends too");
    tablet.http.get("/v1/spaces").ok(200);
    refresh(&server.http(), &tablet.refresh).ok(200);
}

#[test]
fn of_two_uses_at_the_same_moment_one_is_a_reuse() {
    let server = Server::shared();
    let petra = Person::professional(&server, "Petra");
    let uses: Vec<_> = (0..2)
        .map(|_| {
            let http = server.http();
            let token = petra.refresh.clone();
            thread::spawn(move || refresh(&http, &token).status)
        })
        .collect();
    let mut statuses: Vec<u16> = uses.into_iter().map(|it| it.join().unwrap()).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 401]);
    assert_eq!(petra.http.get("/v1/spaces").status, 401);
}

#[test]
fn a_copied_refresh_token_is_worth_nothing() {
    let server = Server::with(&["--access-token-ttl", "1"]);
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("petra.kring");
    let open = || kring_client::Kring::open(&path, kring_client::Options::default()).unwrap();
    let stored = || -> String {
        let file = rusqlite::Connection::open(&path).unwrap();
        file.query_row("SELECT refresh_token FROM session", [], |row| row.get(0)).unwrap()
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let kring = open();
    let url = format!("http://{}", server.address());
    let code = server.invite_professional("Petra");
    runtime.block_on(kring.sign_in(&url, &code, "phone", None)).unwrap();
    kring.close();
    let mut token = String::new();
    for _ in 0..3 {
        eventually("a token that has expired is exchanged", || {
            let kring = open();
            runtime.block_on(kring.sync_once()).expect("the phone stays signed in");
            kring.close();
            std::mem::replace(&mut token, stored()) != token
        });
        let copied = refresh(&server.http(), &token);
        assert_eq!(copied.problem(401, "invalid_proof")["code"], "invalid_proof");
    }
}

#[test]
fn an_access_token_lives_as_long_as_the_server_was_told() {
    let server = Server::with(&["--access-token-ttl", "1"]);
    let body = json!({"code": server.invite_professional("Petra"), "device_name": "phone"});
    let session = server.http().post("/v1/sign-in", &body).ok(200);
    assert_eq!(session["expires_in"], 1);
    let petra = Person::of(&server.http(), &session);
    eventually("the token expires", || petra.http.get("/v1/spaces").status == 401);
    petra.http.get("/v1/spaces").any_problem();
    let mut token = petra.refresh.clone();
    // On a slow machine the second may be over before the request is there.
    eventually("a new token is good", || {
        let pair = refresh(&server.http(), &token).ok(200);
        assert_eq!(pair["expires_in"], 1);
        token = pair["refresh_token"].as_str().unwrap().to_owned();
        server.http().bearer(pair["access_token"].as_str().unwrap()).get("/v1/spaces").status == 200
    });
}

#[test]
fn nobody_comes_in_without_a_token_of_this_server() {
    let server = Server::shared();
    let petra = Person::professional(&server, "Petra");
    let token = petra.http.token().unwrap();
    let parts: Vec<&str> = token.split('.').collect();
    let [header, claims, signature] = parts[..] else { panic!("a token in three parts") };
    let changed = |part: &str, change: &dyn Fn(&mut Value)| {
        let mut json: Value = serde_json::from_slice(&BASE64.decode(part).unwrap()).unwrap();
        change(&mut json);
        BASE64.encode(json.to_string())
    };
    let none = changed(header, &|header| header["alg"] = json!("none"));
    let symmetric = changed(header, &|header| header["alg"] = json!("HS256"));
    let later = changed(claims, &|claims| claims["exp"] = json!(99_999_999_999_u64));
    let foreign = Server::start();
    let stranger = Person::professional(&foreign, "Otto");
    let tokens = [
        String::new(),
        "garbage".to_owned(),
        "a.b.c".to_owned(),
        format!("{none}.{claims}."),
        format!("{none}.{claims}.{signature}"),
        format!("{symmetric}.{claims}.{signature}"),
        format!("{header}.{later}.{signature}"),
        format!("{header}.{claims}."),
        format!("{header}.{claims}.{}", "A".repeat(86)),
        format!("{header}.{claims}.{}", "A".repeat(8_000)),
        stranger.http.token().unwrap().to_owned(),
        petra.refresh.clone(),
        petra.id.clone(),
    ];
    let mut callers: Vec<Http> = tokens.iter().map(|token| server.http().bearer(token)).collect();
    callers.push(server.http());
    callers.push(server.http().header("authorization", format!("Basic {token}")));
    callers.push(server.http().header("authorization", token.to_owned()));
    let space = id();
    let document = id();
    for caller in &callers {
        for path in ["/v1/spaces", "/v1/devices", &format!("/v1/documents/{document}")] {
            let answer = caller.get(path);
            assert_eq!(answer.status, 401, "{path} for {:?}: {}", caller.token(), answer.text());
            answer.any_problem();
        }
    }
    for caller in [&callers[0], callers.last().unwrap(), &server.http()] {
        for path in [
            format!("/v1/spaces/{space}/members"),
            format!("/v1/spaces/{space}/status"),
            format!("/v1/spaces/{space}/access-log"),
            format!("/v1/spaces/{space}/export"),
            format!("/v1/documents/{document}/history"),
        ] {
            assert_eq!(caller.get(&path).status, 401, "{path}");
        }
        for path in [
            "/v1/devices/codes".to_owned(),
            format!("/v1/devices/{space}/revoke"),
            "/v1/sync/ticket".to_owned(),
            format!("/v1/spaces/{space}/invitations"),
            format!("/v1/documents/{document}/commands"),
        ] {
            assert_eq!(caller.post(&path, &json!({"role": "member", "commands": []})).status, 401, "{path}");
        }
        assert_eq!(caller.delete(&format!("/v1/spaces/{space}")).status, 401);
        assert_eq!(caller.delete(&format!("/v1/spaces/{space}/members/{document}")).status, 401);
        assert_eq!(caller.post_bytes("/v1/sync", "application/cbor", vec![0x80]).status, 401);
    }
    // What no client library would send.
    for header in [b"Bearer \xc3\xa9".as_slice(), b"Bearer \xff\xfe", b"Bearer", b"bearer  x  y"] {
        let mut stream = TcpStream::connect(server.address()).unwrap();
        stream.set_read_timeout(Some(TIMEOUT)).unwrap();
        let head: &[u8] = b"GET /v1/spaces HTTP/1.1\r\nhost: kring\r\nconnection: close\r\nauthorization: ";
        stream.write_all(&[head, header, b"\r\n\r\n"].concat()).unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        let answer = String::from_utf8_lossy(&answer);
        assert!(answer.starts_with("HTTP/1.1 401") && answer.contains("application/problem+json"), "{answer}");
    }
    for caller in &callers {
        let refused = Socket::try_open(caller, "/v1/sync").err().expect("no socket without a session");
        assert_eq!(refused.status, 401, "{:?}", caller.token());
        assert_eq!(refused.content_type.as_deref(), Some("application/problem+json"));
        assert!(refused.body["code"].is_string(), "{}", refused.body);
    }
}

#[test]
fn a_malformed_refresh_is_an_error_and_ends_nobodys_session() {
    let server = Server::shared();
    let petra = Person::professional(&server, "Petra");
    for body in [json!({}), json!({"refresh_token": 1}), json!("x"), json!(null)] {
        server.http().post("/v1/token", &body).invalid();
    }
    for token in ["", "garbage", petra.http.token().unwrap(), &"x".repeat(10_000)] {
        let answer = refresh(&server.http(), token);
        answer.any_problem();
        assert!([400, 401, 422].contains(&answer.status), "{}", answer.status);
    }
    petra.http.get("/v1/spaces").ok(200);
    let (mut socket, _) = Socket::hello(&petra.http, &[]);
    assert!(!matches!(socket.next_within(std::time::Duration::from_millis(1)), Some(Event::Closed(_))));
}
