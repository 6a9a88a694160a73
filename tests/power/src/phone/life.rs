//! Two people work on their phones.

use std::path::Path;

use fastrand::Rng;
use kring_client::{EditState, Kring, Options};
use kring_domain::{DocumentId, DocumentKind, SpaceId};
use kring_tests::outside::{Http, Person, command, eventually, file_with, id};
use serde_json::{Value, json};
use tokio::runtime::Runtime;

use super::{ANNA, BRAM, Promise};
use crate::running::Running;

type Told = crate::told::Told<Promise>;

pub(super) fn live(files: &Path, server: &Running, told: &Told, edits: usize, rng: &mut Rng) {
    anna(files, server, told, edits, rng);
    bram(files, told, edits / 2, rng);
}

/// A phone with one of its people.
struct Phone<'a> {
    kring: Kring,
    file: &'static str,
    told: &'a Told,
}

/// She makes a space without coverage, shares it, works with others, and somebody they knew is erased.
fn anna(files: &Path, server: &Running, told: &Told, edits: usize, rng: &mut Rng) {
    let phone = Phone::open(files, ANNA, told);
    let space = phone.make_space("Rond Sam");
    for _ in 0..edits {
        phone.edit(space, rng);
    }
    phone.kring.close();

    let phone = Phone::open(files, ANNA, told);
    let runtime = runtime();
    let url = format!("http://{}", server.address);
    runtime
        .block_on(phone.kring.sign_in(&url, &server.professional_code(), "a phone", Some("Anna")))
        .expect("a good code");
    told.note(Promise::SignedIn { file: ANNA });
    runtime.block_on(phone.kring.sync_once()).expect("the server is there");
    phone.note_ends(space);

    let invited = runtime.block_on(phone.kring.invite(space, kring_client::Role::Client, None)).expect("she may");
    let client = Person::sign_in(&Http::new(server.address), &invited.code, "Sam");
    phone.kring.connect().expect("she is signed in");
    let network = phone.document(space, DocumentKind::Network);
    let circle = phone.document(space, DocumentKind::Circle);
    for number in 0..edits {
        phone.edit(space, rng);
        let message = json!({"type": "post_message", "message_id": id(), "text": "from the client"});
        client.submit(&circle.to_string(), &[command(message)]);
        if number % 8 == 3 {
            erase_somebody(files, &phone, &client, network, number);
        }
    }
    eventually("everything is shared", || phone.kring.waiting() == 0);
    phone.note_ends(space);
    phone.kring.disconnect();
    for _ in 0..edits / 2 {
        phone.edit(space, rng);
    }
    phone.kring.close();
}

/// Somebody is put on the map, comes to the phone, and is erased.
fn erase_somebody(files: &Path, phone: &Phone<'_>, client: &Person, network: DocumentId, number: usize) {
    let contact = id();
    let word = format!("Grutto-{number}-marker");
    let admit = |fields: Value| client.admit(&network.to_string(), fields);
    admit(json!({"type": "add_contact", "contact_id": contact, "name": word}));
    eventually("the phone hears of it", || phone.read(network).contains(&word));
    let update = json!({"type": "update_contact", "contact_id": contact, "does": format!("what {word} does")});
    phone.submit(network, &update);
    eventually("the phone's own edit is shared", || phone.kring.waiting() == 0);
    admit(json!({"type": "erase_contact", "contact_id": contact}));
    eventually("the phone hears of that", || !phone.read(network).contains(&word));
    eventually("nothing is left of it", || file_with(files, &word).is_none());
    phone.told.note(Promise::Erased { file: ANNA, word });
}

/// He works alone, empties the file, and begins anew.
fn bram(files: &Path, told: &Told, edits: usize, rng: &mut Rng) {
    let phone = Phone::open(files, BRAM, told);
    let word = "Kievit-marker";
    let space = phone.make_space(word);
    for _ in 0..edits {
        phone.edit(space, rng);
    }
    told.revoke(|promise| matches!(promise, Promise::Space { file: BRAM, .. } | Promise::Saved { file: BRAM, .. }));
    runtime().block_on(phone.kring.erase()).expect("the file is emptied");
    assert_eq!(file_with(files, word), None, "nothing is left of it");
    told.note(Promise::Erased { file: BRAM, word: word.to_owned() });
    let space = phone.make_space("Opnieuw");
    for _ in 0..edits {
        phone.edit(space, rng);
    }
    phone.kring.close();
}

impl<'a> Phone<'a> {
    fn open(files: &Path, file: &'static str, told: &'a Told) -> Self {
        let kring = Kring::open(files.join(file), Options::default()).expect("the file opens");
        Self { kring, file, told }
    }

    fn make_space(&self, name: &str) -> SpaceId {
        let space = self.kring.create_space(name).expect("a space");
        self.told.note(Promise::Space { file: self.file, space });
        space
    }

    fn edit(&self, space: SpaceId, rng: &mut Rng) {
        let text = "een zin, ".repeat(rng.usize(1..60));
        let (kind, edit) = match rng.usize(..3) {
            0 => (DocumentKind::Circle, json!({"type": "post_message", "message_id": id(), "text": text})),
            1 => (DocumentKind::Plan, json!({"type": "add_goal", "goal_id": id(), "text": text})),
            _ => (DocumentKind::Network, json!({"type": "add_contact", "contact_id": id(), "name": "Truus"})),
        };
        self.submit(self.document(space, kind), &edit);
    }

    fn submit(&self, document: DocumentId, edit: &Value) {
        let receipt = self.kring.submit_json(document, &edit.to_string()).expect("an edit is taken");
        self.told.note(Promise::Saved { file: self.file, document, edit: receipt.id });
    }

    /// What has become of the edits is not taken back.
    fn note_ends(&self, space: SpaceId) {
        for kind in [DocumentKind::Circle, DocumentKind::Plan, DocumentKind::Network] {
            let document = self.document(space, kind);
            for edit in self.kring.edits(document).expect("the file is read") {
                if edit.state != EditState::SavedHere {
                    let state = edit.state;
                    let edit = edit.id;
                    self.told.note(Promise::Ended { file: self.file, document, edit, state });
                }
            }
        }
    }

    fn document(&self, space: SpaceId, kind: DocumentKind) -> DocumentId {
        let documents = self.kring.documents(space);
        documents.into_iter().find(|document| document.kind == kind).expect("a space has these documents").id
    }

    fn read(&self, document: DocumentId) -> String {
        self.kring.read_json(document).expect("it is here")
    }
}

fn runtime() -> Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime")
}
