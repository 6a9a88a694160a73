//! `POST /v1/devices/reads`

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use kring_domain::{DocumentId, Timestamp};
use kring_sync::{ReadEvent, ReadLogChain};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::{Answer, Person, Server};

/// The list of a phone, as a program written from the documentation keeps it.
struct Phone<'a> {
    person: &'a Person,
    circle: DocumentId,
    events: Vec<ReadEvent>,
}

impl<'a> Phone<'a> {
    fn new(person: &'a Person, space: &str) -> Self {
        let spaces = person.get("/v1/spaces").body;
        let found = spaces["spaces"].as_array().unwrap().iter().find(|found| found["space_id"] == space).unwrap();
        let circle = serde_json::from_value(found["documents"]["circle"].clone()).unwrap();
        Self { person, circle, events: Vec::new() }
    }

    fn event(&mut self, minute: i64) {
        let at = Timestamp::from_millis(1_700_000_000_000 + minute * 60_000);
        self.events.push(ReadEvent { at, document: self.circle });
    }

    fn upload(&self, after: usize) -> Answer {
        let id = |field: &str| -> Uuid { self.person.session[field].as_str().unwrap().parse().unwrap() };
        let device = id("device_id");
        let person = id("person_id");
        let start = ReadLogChain::start(kring_domain::DeviceId::new(device), kring_domain::PersonId::new(person));
        let chain = self.events.iter().fold(start, |chain, event| chain.next(event));
        let chain_hash = URL_SAFE_NO_PAD.encode(chain.chain_hash);
        self.person
            .post("/v1/devices/reads", &json!({"after": after, "looks": self.events[after..], "link": chain_hash}))
    }

    fn through(&self, after: usize) -> Value {
        let answer = self.upload(after);
        assert_eq!(answer.status, 200, "{:?}", answer.body);
        answer.body["through"].clone()
    }

    fn write(&self) -> Answer {
        let command = json!({"type": "post_message", "message_id": Uuid::now_v7(), "text": "hi"});
        let body = json!({"commands": [{"id": Uuid::now_v7(), "command": command}]});
        self.person.post(&format!("/v1/documents/{}/commands", self.circle), &body)
    }
}

#[test]
fn what_was_looked_at_on_a_phone_is_in_the_log_with_its_time() {
    let server = Server::start();
    let (space, _, [client, member]) = server.space(["client", "member"]);
    let mut phone = Phone::new(&member, &space);
    assert_eq!(phone.write().status, 200, "who has never told anything is not asked to");
    phone.event(0);
    phone.event(20);
    assert_eq!(phone.through(0), 2);
    phone.event(40);
    assert_eq!((phone.through(0), phone.through(2)), (json!(2), json!(3)), "what is known changes nothing");
    let log = client.get(&format!("/v1/spaces/{space}/access-log?person={}", member.id())).body;
    let events: Vec<&Value> =
        log["entries"].as_array().unwrap().iter().filter(|line| line["action"] == "read_on_device").collect();
    assert_eq!(events.len(), 3, "{log}");
    assert_eq!((&events[2]["at"], &events[2]["role"]), (&json!("2023-11-14T22:13:20Z"), &json!("member")));
    assert_eq!(events[0]["text"], "the member (lid van de steuncirkel) heeft op de telefoon de steuncirkel bekeken");
    assert_eq!(phone.write().status, 200);
}

#[test]
fn a_gap_is_waited_for_and_nothing_is_taken_meanwhile() {
    let server = Server::start();
    let (space, _, [member]) = server.space(["member"]);
    let mut phone = Phone::new(&member, &space);
    (0..6).for_each(|minute| phone.event(minute * 20));
    assert_eq!(phone.through(4), 0, "two looks, of which the first four are missing");
    phone.write().expect(409, "read_log_gap");
    assert_eq!(member.get("/v1/spaces").status, 200, "only writing waits");
    assert_eq!(phone.through(0), 6);
    assert_eq!(phone.write().status, 200);
}

#[test]
fn another_list_than_before_bars_the_device_and_no_other() {
    let server = Server::start();
    let (space, _, [client, member]) = server.space(["client", "member"]);
    let mut phone = Phone::new(&member, &space);
    (0..3).for_each(|minute| phone.event(minute * 20));
    assert_eq!(phone.through(0), 3);
    // A look is taken out of what was told, as if it had never been.
    phone.events.remove(1);
    phone.event(80);
    phone.event(100);
    phone.upload(3).expect(409, "read_log_broken");
    phone.write().expect(409, "read_log_broken");
    phone.events.clear();
    phone.upload(0).expect(409, "read_log_broken");
    let log = client.get(&format!("/v1/spaces/{space}/access-log")).body;
    assert!(log["entries"].as_array().unwrap().iter().any(|line| line["action"] == "broken_read_log"), "{log}");

    let code = member.post("/v1/devices/codes", &Value::Null).body["code"].as_str().unwrap().to_owned();
    let anew = server.sign_in(&code);
    let mut phone = Phone::new(&anew, &space);
    phone.event(120);
    assert_eq!((phone.through(0), phone.write().status), (json!(1), 200), "signed in anew it begins anew");
}

#[test]
fn a_list_is_bounded_and_well_formed() {
    let server = Server::start();
    let (space, _, [member]) = server.space(["member"]);
    let mut phone = Phone::new(&member, &space);
    (0..501).for_each(|minute| phone.event(minute * 20));
    phone.upload(0).expect(413, "too_large");
    for chain_hash in [json!("AAAA"), json!(3), json!("é")] {
        let body = json!({"after": 0, "looks": [], "link": chain_hash});
        member.post("/v1/devices/reads", &body).expect(422, "invalid");
    }
}
