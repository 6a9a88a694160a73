//! Device keys: `device_key` at `POST /v1/sign-in`, and `proof` at `POST /v1/token`.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ed25519_dalek::{Signer, SigningKey};
use kring_domain::Timestamp;
use kring_server::store::StoreError;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::support::{Answer, Person, Server};

const NONCE: &str = "an-exchange-of-mine";

/// A phone with a key, as a program written from the documentation makes one.
struct Phone {
    key: SigningKey,
    session: Value,
}

impl Phone {
    fn sign_in(server: &Server) -> Self {
        let key = SigningKey::from_bytes(&[7; 32]);
        let public = URL_SAFE_NO_PAD.encode(key.verifying_key().as_bytes());
        let body = json!({"code": server.professional_code(), "device_name": "a phone", "device_key": public});
        let answer = server.anybody().post("/v1/sign-in", &body);
        assert_eq!(answer.status, 200, "{:?}", answer.body);
        Self { key, session: answer.body }
    }

    fn token(&self) -> &str {
        self.session["refresh_token"].as_str().unwrap()
    }

    fn proof(&self, token: &str, nonce: &str, at: Timestamp) -> Value {
        let device = self.session["device_id"].as_str().unwrap();
        let hash = URL_SAFE_NO_PAD.encode(Sha256::digest(token));
        let text = format!("kring token proof 1\n{device}\n{hash}\n{at}\n{nonce}");
        let signature = URL_SAFE_NO_PAD.encode(self.key.sign(text.as_bytes()).to_bytes());
        json!({"at": at, "nonce": nonce, "signature": signature})
    }

    fn exchange(&self, server: &Server, token: &str, nonce: &str, seconds: i64) -> Answer {
        let at = Timestamp::from_millis(kring_server::clock::now().millis() + seconds * 1000);
        let body = json!({"refresh_token": token, "proof": self.proof(token, nonce, at)});
        server.anybody().post("/v1/token", &body)
    }

    fn is_signed_in(&self, server: &Server) -> bool {
        Person::new(&server.url, self.session.clone()).get("/v1/spaces").status == 200
    }
}

fn refresh_token(answer: &Answer) -> String {
    assert_eq!(answer.status, 200, "{:?}", answer.body);
    answer.body["refresh_token"].as_str().unwrap().to_owned()
}

#[test]
fn a_stolen_refresh_token_is_worth_nothing_without_the_key() {
    let server = Server::start();
    let phone = Phone::sign_in(&server);
    let thief = Phone { key: SigningKey::from_bytes(&[8; 32]), session: phone.session.clone() };
    server.anybody().post("/v1/token", &json!({"refresh_token": phone.token()})).expect(401, "invalid_proof");
    thief.exchange(&server, phone.token(), NONCE, 0).expect(401, "invalid_proof");
    let old = phone.exchange(&server, phone.token(), NONCE, -400).expect(401, "clock");
    assert!(old.body["server_time"].as_str().unwrap().ends_with('Z'));
    phone.exchange(&server, phone.token(), NONCE, 400).expect(401, "clock");
    // Nothing of it took anything from the owner.
    assert!(phone.is_signed_in(&server));
    let next = refresh_token(&phone.exchange(&server, phone.token(), NONCE, 0));
    refresh_token(&phone.exchange(&server, &next, "another-exchange", 0));
}

#[test]
fn an_answer_that_was_lost_is_given_again_to_the_device_itself() {
    let server = Server::start();
    let phone = Phone::sign_in(&server);
    let lost = refresh_token(&phone.exchange(&server, phone.token(), NONCE, 0));
    let second = refresh_token(&phone.exchange(&server, phone.token(), NONCE, 1));
    let third = refresh_token(&phone.exchange(&server, phone.token(), NONCE, 2));
    assert!(lost != second && second != third && phone.is_signed_in(&server));
    let next = refresh_token(&phone.exchange(&server, &third, "the-exchange-after", 0));
    // Now that its answer was used, the old exchange is over: who asks again has a copy of the phone.
    phone.exchange(&server, phone.token(), NONCE, 3).expect(401, "device_copied");
    assert!(phone.is_signed_in(&server));
    refresh_token(&phone.exchange(&server, &next, "one-more-exchange", 0));
}

#[test]
fn a_second_use_without_the_key_ends_the_session() {
    let server = Server::start();
    for what in ["without a proof", "another key"] {
        let phone = Phone::sign_in(&server);
        let next = refresh_token(&phone.exchange(&server, phone.token(), NONCE, 0));
        let again = match what {
            "another key" => {
                let thief = Phone { key: SigningKey::from_bytes(&[8; 32]), session: phone.session.clone() };
                thief.exchange(&server, phone.token(), NONCE, 1)
            }
            _ => server.anybody().post("/v1/token", &json!({"refresh_token": phone.token()})),
        };
        again.expect(401, "token_reused");
        assert!(!phone.is_signed_in(&server), "{what}");
        phone.exchange(&server, &next, "the-exchange-after", 0).expect(401, "unauthenticated");
    }
}

#[test]
fn bytes_that_were_overheard_bring_nothing() {
    let server = Server::start();
    let phone = Phone::sign_in(&server);
    let at = kring_server::clock::now();
    let body = json!({"refresh_token": phone.token(), "proof": phone.proof(phone.token(), NONCE, at)});
    let first = refresh_token(&server.anybody().post("/v1/token", &body));
    server.anybody().post("/v1/token", &body).expect(401, "clock");
    assert!(phone.is_signed_in(&server));
    refresh_token(&phone.exchange(&server, &first, "the-exchange-after", 1));
}

#[test]
fn an_answer_that_was_replaced_is_void() {
    let server = Server::start();
    let phone = Phone::sign_in(&server);
    let lost = refresh_token(&phone.exchange(&server, phone.token(), NONCE, 0));
    refresh_token(&phone.exchange(&server, phone.token(), NONCE, 1));
    server.anybody().post("/v1/token", &json!({"refresh_token": lost})).expect(401, "token_reused");
    assert!(!phone.is_signed_in(&server), "somebody found it who has no key");
}

#[test]
fn after_a_day_an_exchange_is_over() {
    let server = Server::start();
    let phone = Phone::sign_in(&server);
    refresh_token(&phone.exchange(&server, phone.token(), NONCE, 0));
    let age = server.app.store.write(|connection| -> Result<(), StoreError> {
        connection.execute("UPDATE refresh_tokens SET used_at = used_at - 86400001 WHERE used_at IS NOT NULL", [])?;
        Ok(())
    });
    server.runtime.block_on(age).unwrap();
    phone.exchange(&server, phone.token(), NONCE, 1).expect(401, "device_copied");
    assert!(phone.is_signed_in(&server));
}

#[test]
fn what_is_no_key_is_refused_at_sign_in() {
    let server = Server::start();
    for key in [json!("AAAA"), json!(3), json!(URL_SAFE_NO_PAD.encode([0; 32]))] {
        let body = json!({"code": "0000-0000-0000-0000", "device_name": "x", "device_key": key});
        let answer = server.anybody().post("/v1/sign-in", &body).expect(422, "invalid");
        assert_eq!(answer.body["field"], "device_key");
    }
}
