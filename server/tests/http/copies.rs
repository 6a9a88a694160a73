//! `POST /v1/devices/copies`: two phones from one file.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ed25519_dalek::{Signer, SigningKey};
use kring_domain::Timestamp;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::support::{Answer, Person, Server};

const NONCE: &str = "a-copy-of-a-phone";

fn public(key: &SigningKey) -> String {
    URL_SAFE_NO_PAD.encode(key.verifying_key().as_bytes())
}

/// A phone's file: its key and its sign-in.
struct File {
    key: SigningKey,
    session: Value,
}

impl File {
    fn of_new_phone(server: &Server) -> Self {
        let key = SigningKey::from_bytes(&[7; 32]);
        let body = json!({"code": server.professional_code(), "device_name": "a phone", "device_key": public(&key)});
        let answer = server.anybody().post("/v1/sign-in", &body);
        assert_eq!(answer.status, 200, "{:?}", answer.body);
        Self { key, session: answer.body }
    }

    fn word(&self, name: &str) -> &str {
        self.session[name].as_str().unwrap()
    }

    fn sign(&self, first: &str, new: Option<&SigningKey>, at: Timestamp) -> Value {
        let (device, hash) =
            (self.word("device_id"), URL_SAFE_NO_PAD.encode(Sha256::digest(self.word("refresh_token"))));
        let last = new.map(|key| format!("\n{}", public(key))).unwrap_or_default();
        let text = format!("{first}\n{device}\n{hash}\n{at}\n{NONCE}{last}");
        let signature = URL_SAFE_NO_PAD.encode(self.key.sign(text.as_bytes()).to_bytes());
        json!({"at": at, "nonce": NONCE, "signature": signature})
    }

    fn claim(&self, server: &Server, new: &SigningKey, proof: Value) -> Answer {
        let body = json!({"refresh_token": self.word("refresh_token"), "proof": proof, "device_key": public(new)});
        server.anybody().post("/v1/devices/copies", &body)
    }

    fn copy(&self, server: &Server, new: &SigningKey, seconds: i64) -> Answer {
        self.claim(server, new, self.sign("kring copy proof 1", Some(new), later(seconds)))
    }

    fn exchange(&self, server: &Server) -> Answer {
        let proof = self.sign("kring token proof 1", None, later(0));
        server.anybody().post("/v1/token", &json!({"refresh_token": self.word("refresh_token"), "proof": proof}))
    }
}

fn later(seconds: i64) -> Timestamp {
    Timestamp::from_millis(kring_server::clock::now().millis() + seconds * 1000)
}

fn new_key(number: u8) -> SigningKey {
    SigningKey::from_bytes(&[number; 32])
}

#[test]
fn a_copy_becomes_a_device_and_the_first_one_goes_on() {
    let server = Server::start();
    for was_used in [false, true] {
        let file = File::of_new_phone(&server);
        let first = match was_used {
            true => file.exchange(&server).body,
            false => file.session.clone(),
        };
        let copy = file.copy(&server, &new_key(9), 0);
        assert_eq!(copy.status, 200, "{:?}", copy.body);
        assert_eq!(copy.body["person_id"], file.session["person_id"]);
        assert_ne!(copy.body["device_id"], file.session["device_id"]);
        assert!(copy.body["server_id"].is_string());
        let devices = Person::new(&server.url, copy.body.clone()).get("/v1/devices");
        let devices = devices.body["devices"].as_array().unwrap().clone();
        let ours = devices.iter().find(|device| device["current"] == true).unwrap();
        assert_eq!(ours["copy_of"], file.session["device_id"]);
        assert_eq!(ours["name"], "a phone");
        let mut session = file.session.clone();
        session["access_token"] = first["access_token"].clone();
        assert_eq!(Person::new(&server.url, session).get("/v1/spaces").status, 200, "the first one goes on");
        // The copy's own next exchange is like everybody's.
        let own = File { key: new_key(9), session: copy.body };
        assert_eq!(own.exchange(&server).status, 200);
    }
}

#[test]
fn the_person_reads_of_a_copy_in_every_space_they_are_in() {
    let server = Server::start();
    let file = File::of_new_phone(&server);
    let petra = Person::new(&server.url, file.session.clone());
    let spaces = [petra.create_space(), petra.create_space()];
    let copy = file.copy(&server, &new_key(9), 0);
    for space in spaces {
        let log = petra.get(&format!("/v1/spaces/{space}/access-log"));
        let entries = log.body["entries"].as_array().unwrap().clone();
        let told: Vec<_> = entries.iter().filter(|line| line["action"] == "signed_in").collect();
        assert_eq!(told.len(), 1, "{entries:?}");
        assert_eq!((&told[0]["person_id"], &told[0]["detail"]), (&copy.body["person_id"], &json!("copy")));
        assert!(told[0]["text"].as_str().unwrap().ends_with("heeft een teruggezette telefoon aangemeld"), "{told:?}");
    }
}

#[test]
fn nobody_becomes_a_device_without_the_key_of_the_file() {
    let server = Server::start();
    let file = File::of_new_phone(&server);
    let thief = File { key: new_key(8), session: file.session.clone() };
    thief.copy(&server, &new_key(9), 0).expect(401, "invalid_proof");
    // What was signed for an exchange, or for another new key, is no claim.
    let exchange = file.sign("kring token proof 1", None, later(0));
    file.claim(&server, &new_key(9), exchange).expect(401, "invalid_proof");
    let other = file.sign("kring copy proof 1", Some(&new_key(10)), later(0));
    file.claim(&server, &new_key(9), other).expect(401, "invalid_proof");
    file.copy(&server, &new_key(9), -400).expect(401, "clock");
    file.copy(&server, &new_key(7), 0).expect(401, "unauthenticated");
    // Nothing of it took anything from the owner.
    assert_eq!(file.exchange(&server).status, 200);
}

#[test]
fn a_lost_answer_to_a_copy_is_given_again() {
    let server = Server::start();
    let file = File::of_new_phone(&server);
    let proof = file.sign("kring copy proof 1", Some(&new_key(9)), later(0));
    let lost = file.claim(&server, &new_key(9), proof.clone());
    assert_eq!(lost.status, 200);
    file.claim(&server, &new_key(9), proof).expect(401, "clock");
    let again = file.copy(&server, &new_key(9), 1);
    assert_eq!(again.body["device_id"], lost.body["device_id"], "one device, not two");
    File { key: new_key(9), session: lost.body }.exchange(&server).expect(401, "unauthenticated");
    assert_eq!(File { key: new_key(9), session: again.body }.exchange(&server).status, 200);
    file.copy(&server, &new_key(9), 2).expect(401, "unauthenticated");
}

#[test]
fn copies_are_bounded_and_end_with_the_sign_in() {
    let server = Server::start();
    let file = File::of_new_phone(&server);
    for number in 20..30 {
        assert_eq!(file.copy(&server, &new_key(number), 0).status, 200);
    }
    file.copy(&server, &new_key(30), 0).expect(403, "too_many_copies");
    let file = File::of_new_phone(&server);
    let path = format!("/v1/devices/{}/revoke", file.word("device_id"));
    let owner = Person::new(&server.url, file.session.clone());
    assert_eq!(owner.post(&path, &json!({})).status, 204);
    file.copy(&server, &new_key(31), 0).expect(401, "unauthenticated");
}
