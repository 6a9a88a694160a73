//! `POST /v1/token`, and what an access token is worth.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ed25519_dalek::SigningKey;
use ed25519_dalek::pkcs8::EncodePrivateKey;
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use kring_server::auth::rotate_keys;
use kring_server::store::StoreError;
use serde_json::{Value, json};

use crate::support::{Person, Server};

#[test]
fn a_refresh_token_is_answered_with_the_next_pair() {
    let server = Server::start();
    let person = server.professional();
    let pair = server.anybody().post("/v1/token", &json!({"refresh_token": person.session["refresh_token"]}));
    assert_eq!((pair.status, &pair.body["expires_in"]), (200, &json!(900)));
    assert_ne!(pair.body["refresh_token"], person.session["refresh_token"]);
    assert_eq!(Person::new(&server.url, pair.body).get("/v1/spaces").status, 200);
}

#[test]
fn a_second_use_ends_the_session_and_every_token_of_it() {
    let server = Server::start();
    let person = server.professional();
    let other = server.professional();
    let first = json!({"refresh_token": person.session["refresh_token"]});
    let pair = server.anybody().post("/v1/token", &first).body;
    assert_eq!(person.get("/v1/spaces").status, 200);
    server.anybody().post("/v1/token", &first).expect(401, "token_reused");
    person.get("/v1/spaces").expect(401, "revoked");
    Person::new(&server.url, pair.clone()).get("/v1/spaces").expect(401, "revoked");
    let next = json!({"refresh_token": pair["refresh_token"]});
    server.anybody().post("/v1/token", &next).expect(401, "unauthenticated");
    assert_eq!(other.get("/v1/spaces").status, 200);
}

#[test]
fn of_two_uses_at_once_one_ends_the_session() {
    let server = Server::start();
    let person = server.professional();
    let body = json!({"refresh_token": person.session["refresh_token"]});
    let statuses: Vec<u16> = std::thread::scope(|scope| {
        let uses: Vec<_> = (0..2).map(|_| scope.spawn(|| server.anybody().post("/v1/token", &body).status)).collect();
        uses.into_iter().map(|used| used.join().unwrap()).collect()
    });
    assert!(statuses.contains(&200) && statuses.contains(&401), "{statuses:?}");
    person.get("/v1/spaces").expect(401, "revoked");
}

#[test]
fn what_is_no_refresh_token_is_refused() {
    let server = Server::start();
    for token in ["", "nonsense", &"x".repeat(10_000)] {
        server.anybody().post("/v1/token", &json!({"refresh_token": token})).expect(401, "unauthenticated");
    }
}

#[test]
fn only_this_server_makes_access_tokens() {
    let server = Server::start();
    let person = server.professional();
    let token = person.session["access_token"].as_str().unwrap();
    let header = part(token, 0);
    let claims = part(token, 1);
    let own = own_key(&server);
    let stranger = SigningKey::from_bytes(&[7; 32]);
    let kid = header["kid"].as_str();

    assert_eq!(ask(&server, &sign(&own, kid, &claims)), (200, String::new()), "the test signs as the server does");
    assert_eq!(refusal(&server, &sign(&stranger, kid, &claims)), "unauthenticated");
    assert_eq!(refusal(&server, &sign(&own, Some("another"), &claims)), "unauthenticated");
    assert_eq!(refusal(&server, &sign(&own, None, &claims)), "unauthenticated");
    for (claim, value, code) in [
        ("exp", json!(1_000_000), "token_expired"),
        ("aud", json!("another"), "unauthenticated"),
        ("iss", json!("another"), "unauthenticated"),
        ("nbf", json!(99_999_999_999_u64), "unauthenticated"),
        ("exp", Value::Null, "unauthenticated"),
        ("aud", Value::Null, "unauthenticated"),
        ("sub", json!(uuid::Uuid::nil().to_string()), "revoked"),
        ("device", json!(uuid::Uuid::nil().to_string()), "revoked"),
        ("family", json!(uuid::Uuid::nil().to_string()), "revoked"),
    ] {
        let mut claims = claims.clone();
        claims[claim] = value;
        assert_eq!(refusal(&server, &sign(&own, kid, &claims)), code, "{claim}");
    }
}

#[test]
fn the_algorithm_is_not_the_callers_choice() {
    let server = Server::start();
    let person = server.professional();
    let token = person.session["access_token"].as_str().unwrap();
    let header = part(token, 0);
    let claims = part(token, 1);
    let kid = header["kid"].as_str().unwrap();
    let claims_text = token.split('.').nth(1).unwrap();
    for none in ["none", "None", "NONE"] {
        let header = URL_SAFE_NO_PAD.encode(json!({"alg": none, "kid": kid, "typ": "at+jwt"}).to_string());
        assert_eq!(refusal(&server, &format!("{header}.{claims_text}.")), "unauthenticated");
        let signature = token.split('.').nth(2).unwrap();
        assert_eq!(refusal(&server, &format!("{header}.{claims_text}.{signature}")), "unauthenticated");
    }
    // The public key as the secret of a symmetric algorithm: the oldest trick with these tokens.
    let public = own_key(&server).verifying_key();
    let typ = Some("at+jwt".to_owned());
    let header = Header { kid: Some(kid.to_owned()), typ, ..Header::new(Algorithm::HS256) };
    let forged = encode(&header, &claims, &EncodingKey::from_secret(public.as_bytes())).unwrap();
    assert_eq!(refusal(&server, &forged), "unauthenticated");
    for nonsense in ["a.b.c", "..", "", &"x".repeat(5_000), token.trim_end_matches(|c| c != '.')] {
        assert_eq!(refusal(&server, nonsense), "unauthenticated");
    }
}

#[test]
fn keys_are_rotated_while_a_server_runs() {
    let data = tempfile::TempDir::new().unwrap();
    let server = Server::start_with(|config| config.data = data.path().into());
    let person = server.professional();
    let kid = |session: &Value| part(session["access_token"].as_str().unwrap(), 0)["kid"].clone();
    let first = kid(&person.session);
    // The other program that opens the same database, as `kring admin rotate-keys` does.
    let rotate = |is_compromised| {
        let store = kring_server::store::Store::open(data.path()).unwrap();
        let rotated = store.write(move |c| rotate_keys(c, kring_server::clock::now(), is_compromised));
        Value::String(server.runtime.block_on(rotated).unwrap())
    };
    let second = rotate(false);
    let refresh = |refresh_token: &Value| {
        let answer = server.anybody().post("/v1/token", &json!({"refresh_token": refresh_token}));
        assert_eq!(answer.status, 200, "{:?}", answer.body);
        answer.body
    };
    let mut pair = refresh(&person.session["refresh_token"]);
    eventually(|| {
        pair = refresh(&pair["refresh_token"]);
        kid(&pair) == second
    });
    assert_ne!(first, second);
    assert_eq!(person.get("/v1/spaces").status, 200, "the old key's tokens are good until they expire");
    let secrets = server.app.store.read(|connection| -> Result<i64, StoreError> {
        let sql = "SELECT count(*) FROM signing_keys WHERE purpose = 'access_token' AND length(secret) > 0";
        Ok(connection.query_row(sql, [], |row| row.get(0))?)
    });
    assert_eq!(server.runtime.block_on(secrets).unwrap(), 1, "a replaced key cannot sign any more");

    rotate(true);
    let newest = Person::new(&server.url, pair.clone());
    eventually(|| newest.get("/v1/spaces").status == 401 && person.get("/v1/spaces").status == 401);
    let renewed = refresh(&pair["refresh_token"]);
    assert_eq!(Person::new(&server.url, renewed).get("/v1/spaces").status, 200);
}

#[test]
fn tokens_outlive_a_restart_and_ended_sessions_stay_ended() {
    let data = tempfile::TempDir::new().unwrap();
    let first = Server::start_with(|config| config.data = data.path().into());
    let stays = first.professional();
    let ends = first.professional();
    let used = json!({"refresh_token": ends.session["refresh_token"]});
    first.anybody().post("/v1/token", &used);
    first.anybody().post("/v1/token", &used).expect(401, "token_reused");
    drop(first);
    let second = Server::start_with(|config| config.data = data.path().into());
    assert_eq!(Person::new(&second.url, stays.session).get("/v1/spaces").status, 200);
    Person::new(&second.url, ends.session).get("/v1/spaces").expect(401, "revoked");
}

fn eventually(mut is_so: impl FnMut() -> bool) {
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(20);
    while !is_so() {
        assert!(std::time::Instant::now() < deadline, "it does not become so");
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
}

fn ask(server: &Server, token: &str) -> (u16, String) {
    let answer = Person::with_token(&server.url, token).get("/v1/spaces");
    (answer.status, answer.code().to_owned())
}

fn refusal(server: &Server, token: &str) -> String {
    let (status, code) = ask(server, token);
    assert_eq!(status, 401);
    code
}

fn part(token: &str, number: usize) -> Value {
    let bytes = URL_SAFE_NO_PAD.decode(token.split('.').nth(number).unwrap()).unwrap();
    serde_json::from_slice(&bytes).unwrap()
}

fn sign(key: &SigningKey, kid: Option<&str>, claims: &Value) -> String {
    let key = EncodingKey::from_ed_der(key.to_pkcs8_der().unwrap().as_bytes());
    let typ = Some("at+jwt".to_owned());
    let header = Header { kid: kid.map(str::to_owned), typ, ..Header::new(Algorithm::EdDSA) };
    encode(&header, claims, &key).unwrap()
}

fn own_key(server: &Server) -> SigningKey {
    let read = server.app.store.read(|connection| -> Result<[u8; 32], StoreError> {
        let sql = "SELECT secret FROM signing_keys WHERE purpose = 'access_token'";
        Ok(connection.query_row(sql, [], |row| row.get(0))?)
    });
    SigningKey::from_bytes(&server.runtime.block_on(read).unwrap())
}
