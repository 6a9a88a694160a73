//! What somebody may not read is nowhere on their phone and in no frame they were ever sent: real phones and raw
//! sockets of every role against a real server, and a search through every byte.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "what is not as it should be ends the test, there"
)]

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use kring_client::{Kring, Language, Options};
use kring_tests::outside::{Cast, Event, Person, Server, Socket, id};
use serde_json::json;
use tempfile::TempDir;

/// A word for each kind of document that stands in nothing else.
const WORDS: [(&str, &str); 7] = [
    ("network", "Grutto-in-het-netwerk"),
    ("plan", "Wulp-in-het-plan"),
    ("circle", "Kievit-in-de-kring"),
    ("private", "Roerdomp-alleen-voor-mij"),
    ("private_time", "Woudaap-in-besloten-tijd"),
    ("pronotes", "IJsvogel-in-de-werkaantekeningen"),
    ("consents", "Snor-in-de-toestemmingen"),
];

/// What each role reads by the role alone.
const READS: [(&str, &[&str]); 8] = [
    ("client", &["network", "plan", "circle", "private", "private_time", "consents"]),
    ("representative", &["network", "plan", "circle", "consents"]),
    ("member", &["plan", "circle", "private_time"]),
    ("carer", &["plan", "circle", "private_time"]),
    ("professional", &["network", "plan", "circle", "pronotes", "consents"]),
    ("backup", &[]),
    ("colleague", &[]),
    ("carer_consultant", &[]),
];

/// Somebody with a phone and a raw socket.
struct Somebody {
    role: &'static str,
    person: Person,
    phone: Kring,
    socket: Socket,
    home: TempDir,
}

struct Stage {
    server: Server,
    cast: Cast,
    people: Vec<Somebody>,
    runtime: tokio::runtime::Runtime,
}

impl Stage {
    fn new() -> Self {
        let server = Server::start();
        let cast = Cast::new(&server);
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        let url = format!("http://{}", server.address());
        let people = READS.map(|(role, _)| {
            let person = match role {
                "client" => cast.client.clone(),
                "member" => cast.member.clone(),
                "professional" => cast.professional.clone(),
                "backup" => cast.backup.clone(),
                other => Person::sign_in(&server.http(), &cast.client.invite(&cast.space, other), other),
            };
            let home = TempDir::new().unwrap();
            let options = Options { language: Language::Dutch, app: "search/1".into() };
            let phone = Kring::open(home.path().join("phone.kring"), options).unwrap();
            let code = person.http.post("/v1/devices/codes", &json!({})).ok(201)["code"].as_str().unwrap().to_owned();
            runtime.block_on(phone.sign_in(&url, &code, "phone", None)).unwrap();
            let socket = person.socket();
            Somebody { role, person, phone, socket, home }
        });
        Self { server, cast, people: people.into(), runtime }
    }

    fn of(&mut self, role: &str) -> &mut Somebody {
        self.people.iter_mut().find(|somebody| somebody.role == role).unwrap()
    }

    /// Writes the word of each kind into the document of that kind.
    fn write(&self) {
        let cast = &self.cast;
        let word = WORDS.into_iter().collect::<BTreeMap<_, _>>();
        let session = id();
        cast.contact(word["network"]);
        cast.action(word["plan"]);
        cast.idea(word["circle"]);
        let add = |document: &str, command| cast.client.admit(document, command);
        add(&cast.circle, json!({"type": "post_message", "message_id": id(), "text": word["circle"]}));
        add(&cast.private, json!({"type": "plan_ask", "ask_id": id(), "what": word["private"]}));
        add(&cast.private_time, json!({"type": "open_private_time", "session_id": session, "question": "?"}));
        let idea = json!({"type": "propose_privately", "idea_id": id(), "session_id": session,
                          "text": word["private_time"]});
        cast.member.admit(&cast.private_time, idea);
        let note = json!({"type": "write_work_note", "note_id": id(), "text": "x", "subject": word["pronotes"]});
        cast.professional.admit(&cast.work_notes, note);
        let consent = json!({"type": "give_consent", "consent_id": id(), "compartment": "private",
                             "purpose": word["consents"], "person_id": id(), "text_version": "1",
                             "language_level": "b1"});
        add(&cast.consents, consent);
    }

    /// Lets everything arrive that is on its way.
    fn arrive(&mut self) {
        for somebody in &mut self.people {
            self.runtime.block_on(somebody.phone.sync_once()).unwrap();
            while let Some(Event::Frame(_)) = somebody.socket.next_within(Duration::from_millis(150)) {}
        }
    }

    /// Searches everything of everybody for the word of a kind, which these roles and nobody else must hold.
    fn search(&self, kind: &str, roles: &[&str], when: &str) {
        let word = WORDS.iter().find(|(other, _)| *other == kind).unwrap().1;
        for Somebody { role, home, socket, .. } in &self.people {
            let may = roles.contains(role);
            assert_eq!(holds(home.path(), word), may, "{when}: the phone of the {role} and the {kind}");
            // A frame that was sent cannot be taken back; what was never to be read was never sent.
            assert!(may || !socket.has_seen(word), "{when}: a frame to the {role} holds the {kind}");
            assert!(!may || socket.has_seen(word), "{when}: the socket of the {role} has not got the {kind}");
        }
    }
}

/// Returns whether any file of a phone holds a word: the database, its write-ahead log and whatever lies beside it.
fn holds(home: &Path, word: &str) -> bool {
    std::fs::read_dir(home).unwrap().any(|file| {
        let bytes = std::fs::read(file.unwrap().path()).unwrap();
        bytes.windows(word.len()).any(|window| window == word.as_bytes())
    })
}

#[test]
fn nobody_holds_or_is_sent_a_byte_of_what_they_may_not_read() {
    let mut stage = Stage::new();
    stage.write();
    stage.arrive();
    for (kind, _) in WORDS {
        let roles: Vec<&str> = READS.iter().filter(|(_, kinds)| kinds.contains(&kind)).map(|(role, _)| *role).collect();
        stage.search(kind, &roles, "by role");
    }
    // Not even the ids of the documents reach whoever may not read them.
    for (kind, document, _) in stage.cast.documents("client") {
        for Somebody { role, socket, home, .. } in &stage.people {
            let may = READS.iter().any(|(other, kinds)| other == role && kinds.contains(&kind));
            let uuid = uuid::Uuid::parse_str(document).unwrap();
            let file = std::fs::read(home.path().join("phone.kring")).unwrap();
            let is_there = file.windows(16).any(|window| window == uuid.as_bytes());
            assert!(may || (!socket.has_seen(document) && !is_there), "the {role} knows the id of the {kind}");
        }
    }
    assert!(!WORDS.iter().any(|(_, word)| stage.server.log().contains(word)), "nor does the log tell");
}

#[test]
fn an_ended_consent_leaves_no_byte_on_the_phone() {
    let mut stage = Stage::new();
    stage.write();
    let consent = stage.cast.consent();
    stage.arrive();
    stage.search("private", &["client", "professional"], "with consent");
    stage.cast.withdraw(&consent);
    stage.arrive();
    let professional = stage.of("professional");
    assert!(!holds(professional.home.path(), WORDS[3].1), "a byte is left after the end of the consent");
    assert!(holds(professional.home.path(), WORDS[2].1), "what they may read by their role stays");
    let later = "Nachtzwaluw-na-het-einde";
    let note = json!({"type": "plan_ask", "ask_id": id(), "what": later});
    stage.cast.client.admit(&stage.cast.private, note);
    stage.arrive();
    let professional = stage.of("professional");
    assert!(!professional.socket.has_seen(later) && !holds(professional.home.path(), later));

    let look = id();
    let ask = json!({"type": "ask_to_look", "consent_id": look, "compartment": "pronotes"});
    stage.cast.client.admit(&stage.cast.consents, ask);
    stage.arrive();
    stage.search("pronotes", &["client", "professional"], "while the client looks");
    stage.cast.withdraw(&look);
    stage.arrive();
    assert!(!holds(stage.of("client").home.path(), WORDS[5].1), "a byte is left after the look");
    // No consent of anybody lets a professional into private time.
    let wrong = json!({"type": "give_consent", "consent_id": id(), "compartment": "private_time", "purpose": "x",
                       "role": "professional", "text_version": "1", "language_level": "b1"});
    stage.cast.client.rejected(&stage.cast.consents, wrong, "invalid");
}

#[test]
fn a_removed_phone_keeps_only_its_own_words() {
    let mut stage = Stage::new();
    stage.write();
    stage.arrive();
    let circle = stage.cast.circle.parse().unwrap();
    let own = "Tureluur-nog-niet-gedeeld";
    let idea = json!({"type": "propose_idea", "idea_id": id(), "text": own});
    let member = stage.of("member");
    let edit = member.phone.submit_json(circle, &idea.to_string()).unwrap().id;
    let person = member.person.id.clone();
    let path = format!("/v1/spaces/{}/members/{person}", stage.cast.space);
    assert_eq!(stage.cast.client.http.delete(&path).status, 204);
    assert_eq!(stage.of("member").socket.until_closed().1, Some(4403));
    let member = stage.people.iter().find(|somebody| somebody.role == "member").unwrap();
    for _ in 0..2 {
        stage.runtime.block_on(member.phone.sync_once()).unwrap();
    }
    for (kind, word) in WORDS {
        assert!(!holds(member.home.path(), word), "the {kind} is still on the phone");
    }
    assert!(holds(member.home.path(), own));
    let text = member.phone.export_unshared().unwrap();
    assert!(text.contains(own), "{text}");

    let held = stage.cast.client.http.get(&format!("/v1/spaces/{}/held", stage.cast.space)).ok(200);
    assert_eq!(held["held"][0]["command_id"], json!(edit), "{held}");
    let path = format!("/v1/spaces/{}/held/{edit}", stage.cast.space);
    stage.cast.client.http.post(&path, &json!({"decision": "admit"})).ok(200);
    assert!(stage.cast.client.read(&stage.cast.circle).to_string().contains(own));
}
