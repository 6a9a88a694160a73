//! `proof` at `POST /v1/sign-in`: a device whose answer was lost gets it again.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ed25519_dalek::{Signer, SigningKey};
use kring_domain::Timestamp;
use kring_server::store::StoreError;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::support::{Answer, Person, Server};

const NONCE: &str = "a-sign-in-of-mine";

/// A phone with a key, as a program written from the documentation makes one.
struct Phone(SigningKey);

impl Phone {
    fn new(number: u8) -> Self {
        Self(SigningKey::from_bytes(&[number; 32]))
    }

    fn public(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.0.verifying_key().as_bytes())
    }

    fn body(&self, code: &str, nonce: &str, seconds: i64) -> Value {
        let at = Timestamp::from_millis(kring_server::clock::now().millis() + seconds * 1000);
        let hash = URL_SAFE_NO_PAD.encode(Sha256::digest(code.replace('-', "")));
        let text = format!("kring sign-in proof 1\n{}\n{hash}\n{at}\n{nonce}", self.public());
        let signature = URL_SAFE_NO_PAD.encode(self.0.sign(text.as_bytes()).to_bytes());
        json!({
            "code": code,
            "device_name": "a phone",
            "device_key": self.public(),
            "proof": {"at": at, "nonce": nonce, "signature": signature},
        })
    }

    fn sign_in(&self, server: &Server, code: &str, nonce: &str, seconds: i64) -> Answer {
        server.anybody().post("/v1/sign-in", &self.body(code, nonce, seconds))
    }
}

fn who(answer: &Answer) -> (String, String) {
    assert_eq!(answer.status, 200, "{:?}", answer.body);
    let text = |field: &str| answer.body[field].as_str().unwrap().to_owned();
    (text("person_id"), text("device_id"))
}

fn is_signed_in(server: &Server, answer: &Answer) -> bool {
    Person::new(&server.url, answer.body.clone()).get("/v1/spaces").status == 200
}

#[test]
fn the_same_device_gets_the_same_answer_again() {
    let server = Server::start();
    let (space, professional, []) = server.space([]);
    let code = professional.invite(&space, "client");
    let phone = Phone::new(1);
    let lost = phone.sign_in(&server, &code, NONCE, 0);
    for seconds in 1..4 {
        let again = phone.sign_in(&server, &code, NONCE, seconds);
        assert_eq!(who(&again), who(&lost));
        assert_eq!((&again.body["space_id"], &again.body["role"]), (&json!(space), &json!("client")));
        assert!(is_signed_in(&server, &again));
        assert_ne!(again.body["refresh_token"], lost.body["refresh_token"]);
    }
    let members = professional.get(&format!("/v1/spaces/{space}/members")).body;
    assert_eq!(members["members"].as_array().unwrap().len(), 2, "{members}");
}

#[test]
fn whoever_has_only_the_code_gets_nothing() {
    let server = Server::start();
    let code = server.professional_code();
    let phone = Phone::new(1);
    let thief = Phone::new(2);
    let overheard = phone.body(&code, NONCE, 0);
    let first = server.anybody().post("/v1/sign-in", &overheard);
    who(&first);
    let with = |field: &str, value: Value| {
        let mut body = phone.body(&code, NONCE, 1);
        body[field] = value;
        body
    };
    for (body, expected) in [
        (json!({"code": code, "device_name": "a phone"}), "invalid_code"),
        (json!({"code": code, "device_name": "a phone", "device_key": phone.public()}), "invalid_code"),
        (thief.body(&code, NONCE, 1), "invalid_code"),
        (phone.body(&code, "another-nonce-of-it", 1), "invalid_code"),
        (with("device_key", json!(thief.public())), "invalid_proof"),
        (with("device_key", Value::Null), "invalid_proof"),
        (overheard, "clock"),
    ] {
        server.anybody().post("/v1/sign-in", &body).expect(401, expected);
    }
    assert!(is_signed_in(&server, &first), "nothing of it took anything from the owner");
}

#[test]
fn a_proof_of_another_time_spends_no_code() {
    let server = Server::start();
    let code = server.professional_code();
    let phone = Phone::new(1);
    for seconds in [-400, 400] {
        let answer = phone.sign_in(&server, &code, NONCE, seconds).expect(401, "clock");
        assert!(answer.body["server_time"].as_str().unwrap().ends_with('Z'));
    }
    who(&phone.sign_in(&server, &code, NONCE, 0));
}

#[test]
fn an_answer_that_was_used_is_not_given_again() {
    let server = Server::start();
    let code = server.professional_code();
    let phone = Phone::new(1);
    let first = phone.sign_in(&server, &code, NONCE, 0);
    let device = who(&first).1;
    let token = first.body["refresh_token"].as_str().unwrap();
    let at = kring_server::clock::now();
    let hash = URL_SAFE_NO_PAD.encode(Sha256::digest(token));
    let text = format!("kring token proof 1\n{device}\n{hash}\n{at}\n{NONCE}");
    let signature = URL_SAFE_NO_PAD.encode(phone.0.sign(text.as_bytes()).to_bytes());
    let proof = json!({"at": at, "nonce": NONCE, "signature": signature});
    let next = server.anybody().post("/v1/token", &json!({"refresh_token": token, "proof": proof}));
    assert_eq!(next.status, 200, "{:?}", next.body);
    phone.sign_in(&server, &code, NONCE, 1).expect(401, "invalid_code");
    assert!(is_signed_in(&server, &next), "and nothing ends for it");
}

#[test]
fn a_token_of_a_lost_answer_ends_the_session_when_it_turns_up() {
    let server = Server::start();
    let code = server.professional_code();
    let phone = Phone::new(1);
    let lost = phone.sign_in(&server, &code, NONCE, 0);
    let again = phone.sign_in(&server, &code, NONCE, 1);
    server
        .anybody()
        .post("/v1/token", &json!({"refresh_token": lost.body["refresh_token"]}))
        .expect(401, "token_reused");
    assert!(!is_signed_in(&server, &again));
    phone.sign_in(&server, &code, NONCE, 2).expect(401, "invalid_code");
}

#[test]
fn after_a_day_a_code_is_only_used() {
    let server = Server::start();
    let code = server.professional_code();
    let phone = Phone::new(1);
    who(&phone.sign_in(&server, &code, NONCE, 0));
    let age = server.app.store.write(|connection| -> Result<(), StoreError> {
        connection.execute("UPDATE sign_ins SET used_at = used_at - 86400001", [])?;
        Ok(())
    });
    server.runtime.block_on(age).unwrap();
    phone.sign_in(&server, &code, NONCE, 1).expect(401, "invalid_code");
}

#[test]
fn who_was_removed_meanwhile_is_not_back_by_asking_again() {
    let server = Server::start();
    let (space, professional, []) = server.space([]);
    let code = professional.invite(&space, "member");
    let phone = Phone::new(1);
    let (person, device) = who(&phone.sign_in(&server, &code, NONCE, 0));
    assert_eq!(professional.delete(&format!("/v1/spaces/{space}/members/{person}")).status, 204);
    let again = phone.sign_in(&server, &code, NONCE, 1);
    assert_eq!(who(&again), (person, device.clone()));
    assert_eq!(again.body.get("space_id"), None);
    let somebody = Person::new(&server.url, again.body.clone());
    assert_eq!(somebody.get("/v1/spaces").body, json!({"spaces": []}));
    assert_eq!(somebody.post(&format!("/v1/devices/{device}/revoke"), &json!({})).status, 204);
    phone.sign_in(&server, &code, NONCE, 2).expect(401, "invalid_code");
}

#[test]
fn joining_with_a_token_survives_a_lost_answer_too() {
    let server = Server::start();
    let phone = Phone::new(1);
    let other = Phone::new(2);
    let session = phone.sign_in(&server, &server.professional_code(), NONCE, 0);
    let somebody = Person::new(&server.url, session.body.clone());
    let (space, professional, [stranger]) = server.space(["member"]);
    let code = professional.invite(&space, "professional");
    let join = |seconds| somebody.post("/v1/sign-in", &phone.body(&code, "a-joining-of-mine", seconds));
    let lost = join(0);
    let again = join(1);
    assert_eq!(who(&again), who(&lost));
    assert_eq!(who(&again), who(&session));
    assert_eq!(again.body["space_id"], json!(space));
    let mut body = phone.body(&code, "a-joining-of-mine", 2);
    stranger.post("/v1/sign-in", &body).expect(401, "invalid_proof");
    body = other.body(&code, "a-joining-of-mine", 2);
    somebody.post("/v1/sign-in", &body).expect(401, "invalid_proof");
    assert!(is_signed_in(&server, &again));
}
