//! Reads what earlier builds wrote: a server's database, phones' files, frames.
//!
//! Each folder below `tests/frozen` was made by `kring-freeze` of the version it is named after and is never made anew.
#![expect(clippy::expect_used, clippy::indexing_slicing, reason = "what is not as it should be ends the test, there")]

use std::fs;
use std::path::{Path, PathBuf};

use kring_client::{Kring, Language, Options};
use kring_domain::{DocumentKind, SpaceId};
use kring_sync::{decode_device_frames, decode_server_frames};
use kring_tests::freeze::{Told, ToldPhone, unpack};
use kring_tests::outside::{Person, Server};
use serde_json::{Value, json};
use tempfile::TempDir;

/// A version's frozen files, unpacked.
struct Frozen {
    home: TempDir,
    told: Told,
}

impl Frozen {
    /// Unpacks every frozen version.
    fn all() -> Vec<Self> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("frozen");
        let versions = fs::read_dir(folder).expect("there are frozen versions").map(|entry| entry.expect("a folder"));
        let all: Vec<Self> = versions.map(|entry| Self::of(&entry.path())).collect();
        assert!(!all.is_empty());
        all
    }

    fn of(version: &Path) -> Self {
        let home = TempDir::new().expect("there is room for a directory");
        for part in ["", "server", "phones", "frames"] {
            unpack(&version.join(part), &home.path().join(part)).expect("the frozen files unpack");
        }
        let told = serde_json::from_slice(&fs::read(home.path().join("told.json")).expect("told.json is there"));
        Self { home, told: told.expect("told.json is as it was written") }
    }

    fn path(&self, part: &str) -> PathBuf {
        self.home.path().join(part)
    }

    fn phone(&self, name: &str) -> Kring {
        let options = Options { language: Language::Dutch, app: "frozen".to_owned() };
        Kring::open(self.path("phones").join(format!("{name}.kring")), options).expect("this build opens the file")
    }

    fn space(&self) -> SpaceId {
        self.told.space.parse().expect("an id")
    }
}

/// Checks that everything in `old` still stands in `new`, which may hold more.
#[track_caller]
fn assert_kept(old: &Value, new: &Value, path: &str) {
    match (old, new) {
        (Value::Object(old), Value::Object(new)) => {
            for (key, value) in old {
                assert_kept(value, new.get(key).unwrap_or(&Value::Null), &format!("{path}.{key}"));
            }
        }
        (Value::Array(old), Value::Array(new)) => {
            assert_eq!(old.len(), new.len(), "{path}");
            old.iter().zip(new).enumerate().for_each(|(index, (old, new))| {
                assert_kept(old, new, &format!("{path}[{index}]"));
            });
        }
        _ => assert_eq!(old, new, "{path}"),
    }
}

#[test]
fn a_frozen_phone_opens_and_shows_what_it_showed() {
    for frozen in Frozen::all() {
        for (name, told) in &frozen.told.phones {
            let shown = ToldPhone::of(&frozen.phone(name), frozen.space()).expect("the phone can be read");
            for (kind, content) in &told.documents {
                assert_kept(content, shown.documents.get(kind).unwrap_or(&Value::Null), &format!("{name}: {kind}"));
            }
            assert_eq!(shown.waiting, told.waiting, "{name}");
            assert_eq!(shown.not_accepted, told.not_accepted, "{name}");
        }
    }
}

#[test]
fn a_frozen_server_starts_and_answers_what_it_answered() {
    for frozen in Frozen::all() {
        let server = Server::on(&frozen.path("server"));
        for (name, told) in &frozen.told.server {
            let person = Person::sign_in(&server.http(), &code_for(&server, &frozen, name), name);
            for (kind, content) in told {
                let document = &frozen.told.documents[kind];
                let read = person.read(document);
                assert_kept(content, &read["content"], &format!("{name}: {kind}"));
                let history = person.http.get(&format!("/v1/documents/{document}/history")).ok(200);
                assert_eq!(history["entries"].as_array().map_or(0, Vec::len), frozen.told.history[kind], "{kind}");
            }
        }
    }
}

#[tokio::test]
async fn a_frozen_phone_shares_its_edits_with_a_frozen_server() {
    for frozen in Frozen::all() {
        let server = Server::on(&frozen.path("server"));
        for name in frozen.told.phones.keys() {
            let phone = frozen.phone(name);
            let waiting = frozen.told.phones[name].waiting.len();
            let url = format!("http://{}", server.address());
            phone.sign_in(&url, &code_for(&server, &frozen, name), "frozen", None).await.expect("the code works");
            phone.sync_once().await.expect("the server answers");
            assert_eq!(phone.waiting(), 0, "{name}");
            let documents = phone.documents(frozen.space());
            let edits = documents.iter().flat_map(|document| phone.edits(document.id).expect("the file can be read"));
            let shared = edits.filter(|edit| matches!(edit.state, kring_client::EditState::Shared { .. }));
            assert!(shared.count() >= waiting, "{name} had {waiting} edits that waited");
        }
        let linda = Person::sign_in(&server.http(), &code_for(&server, &frozen, "linda"), "linda");
        let circle = &frozen.told.documents[DocumentKind::Circle.name()];
        let read = linda.read(circle);
        let texts = read["content"]["messages"].to_string();
        assert!(texts.contains("Dit wacht nog op internet"), "{texts}");
    }
}

#[test]
fn frozen_frames_are_read() {
    for frozen in Frozen::all() {
        for name in ["greeting", "submission"] {
            let read =
                |side: &str| fs::read(frozen.path("frames").join(format!("{name}.{side}.cbor"))).expect("frames");
            assert!(!decode_device_frames(&read("device")).expect("frames of a phone").is_empty());
            assert!(decode_server_frames(&read("server")).expect("frames of a server").len() > 3);
        }
    }
}

/// A code for one more device of somebody of the story, from the command line beside the server.
fn code_for(server: &Server, frozen: &Frozen, name: &str) -> String {
    let printed = server.admin(&["sign-in-codes", "--person", &frozen.told.persons[name]]);
    let printed: Value = serde_json::from_slice(&printed.stdout).expect("it prints JSON and nothing else");
    assert_eq!(printed["person_id"], json!(frozen.told.persons[name]));
    printed["code"].as_str().expect("a code").to_owned()
}
