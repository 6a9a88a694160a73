//! The server is killed again and again under load, then put back to a backup: real phones have been told what is
//! shared, and it is.

use std::collections::BTreeMap;
use std::time::Duration;

use kring_client::{ClientError, EditState, Kring, Options};
use kring_domain::{DocumentId, DocumentKind};
use kring_tests::outside::{Cast, Person, Server, until};
use serde_json::{Value, json};
use tempfile::TempDir;
use uuid::Uuid;

use super::backup::{json_of, lines_of};

/// The interval at which the server is killed; `KRING_KILLS=50` for the long version.
const KILLS: usize = 10;

/// The number of edits each phone makes between two kills.
const EDITS: usize = 25;

struct Phone {
    kring: Kring,
    person: String,
    _home: TempDir,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_kills_and_a_restore_everything_is_there_once() {
    let kills = std::env::var("KRING_KILLS").ok().and_then(|kills| kills.parse().ok()).unwrap_or(KILLS);
    let mut server = Server::with(&["--command-burst", "100000", "--commands-per-second", "10000"]);
    let cast = Cast::new(&server);
    let circle: DocumentId = cast.circle.parse().unwrap();
    let url = format!("http://{}", server.address());
    let mut phones = Vec::new();
    for _ in 0..3 {
        phones.push(Phone::new(&url, &cast.professional.invite(&cast.space, "member")).await);
    }
    let copy = server.data().join("copy.db");
    let mut told: BTreeMap<String, u64> = BTreeMap::new();
    let mut made = Vec::new();
    for kill in 0..kills {
        for phone in &phones {
            phone.kring.connect().unwrap();
            phone.kring.wake();
        }
        for number in 0..EDITS {
            for (index, phone) in phones.iter().enumerate() {
                let text = format!("{kill}.{index}.{number}");
                let message = json!({"type": "post_message", "message_id": Uuid::now_v7(), "text": text});
                phone.kring.submit_json(circle, &message.to_string()).unwrap();
                made.push(text);
            }
        }
        // At another moment each time, while edits are under way.
        let some = made.len() * (kill % 4 + 1) / 5;
        until("some are shared", || shared(&phones, circle, &mut told) && told.len() >= some).await;
        if kill == kills / 3 {
            json_of(&server.admin(&["backup", "--to", copy.to_str().unwrap()]));
        }
        server.kill();
        shared(&phones, circle, &mut told);
        server.restart();
    }
    shared(&phones, circle, &mut told);
    server.kill();
    let from = copy.to_str().unwrap();
    let restored = json_of(&server.admin(&["restore", "--from", from, "--replace", "--recover-for", "20"]));
    assert!(restored["entries"].as_u64().unwrap() < told.len() as u64, "the backup lacks what was told since");
    server.restart();
    for phone in &phones {
        let code = json_of(&server.admin(&["sign-in-codes", "--person", &phone.person]));
        phone.kring.disconnect();
        // The line is free a moment after the driver was told to end.
        while phone.kring.sync_once().await != Err(ClientError::SignedOut) {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        phone.kring.sign_in(&url, code["code"].as_str().unwrap(), "phone", None).await.unwrap();
        phone.kring.connect().unwrap();
    }
    until("nothing waits any more", || phones.iter().all(|phone| phone.kring.waiting() == 0)).await;
    let codes = lines_of(&server.admin(&["sign-in-codes", "--person", &cast.professional.id]));
    let professional = Person::sign_in(&server.http(), codes[0]["code"].as_str().unwrap(), "Petra");
    let texts = messages(&professional.read(&cast.circle));
    let mut counted: BTreeMap<&str, usize> = BTreeMap::new();
    texts.iter().for_each(|text| *counted.entry(text).or_default() += 1);
    for text in told.keys() {
        assert_eq!(counted.get(text.as_str()), Some(&1), "{text} was told to be shared");
    }
    made.sort_unstable();
    assert!(counted.into_iter().eq(made.iter().map(|text| (text.as_str(), 1))), "everything once");
    for phone in &phones {
        let here = || messages(&serde_json::from_str(&phone.kring.read_json(circle).unwrap()).unwrap());
        until("phones read what the server has", || here() == texts).await;
    }
}

/// Notes what phones have been told is shared.
fn shared(phones: &[Phone], circle: DocumentId, told: &mut BTreeMap<String, u64>) -> bool {
    for edit in phones.iter().flat_map(|phone| phone.kring.edits(circle).unwrap()) {
        if let EditState::Shared { sequence } = edit.state {
            told.insert(edit.command.value()["text"].as_str().unwrap().to_owned(), sequence);
        }
    }
    true
}

fn messages(read: &Value) -> Vec<String> {
    let messages = read["content"]["messages"].as_array().unwrap();
    messages.iter().map(|message| message["text"].as_str().unwrap().to_owned()).collect()
}

impl Phone {
    async fn new(url: &str, code: &str) -> Self {
        let home = TempDir::new().unwrap();
        let kring = Kring::open(home.path().join("kring.db"), Options::default()).unwrap();
        let signed_in = kring.sign_in(url, code, "phone", Some("somebody")).await.unwrap();
        kring.sync_once().await.unwrap();
        let space = signed_in.space.unwrap();
        assert!(kring.documents(space).iter().any(|document| document.kind == DocumentKind::Circle));
        Self { kring, person: signed_in.person.to_string(), _home: home }
    }
}
