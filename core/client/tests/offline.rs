//! A person works on a phone that has never seen a server.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "helpers of tests may fail the test")]

use kring_client::{ClientError, Command, Connection, EditState, Event, Kring, Options, Permission};
use kring_domain::{DocumentId, DocumentKind, IdeaId, PersonId, RefusalCode, SpaceId};
use serde_json::{Value, json};
use tempfile::TempDir;
use uuid::Uuid;

#[test]
fn an_edit_is_there_after_a_reopen() {
    let phone = Phone::new();
    let kring = phone.open();
    let person = kring.identity().person;
    let space = kring.create_space("  Rond Dennis ").unwrap();
    let circle = document(&kring, DocumentKind::Circle);
    let receipt = kring.submit_json(circle, &idea(1, "Een kaart naar Dennis")).unwrap();
    kring.submit_json(circle, &json!({"type": "heart_idea", "idea_id": id(1)}).to_string()).unwrap();
    let before = kring.read_json(circle).unwrap();
    kring.close();

    let kring = phone.open();
    assert_eq!(kring.identity().person, person);
    assert_eq!(kring.read_json(circle).unwrap(), before);
    let content: Value = serde_json::from_str(&before).unwrap();
    assert_eq!(content["content"]["ideas"][0]["text"], "Een kaart naar Dennis");
    assert_eq!(content["content"]["ideas"][0]["hearts"], json!([person]));
    assert_eq!((&content["generation"], &content["sequence"]), (&json!(1), &json!(0)));

    let spaces = kring.spaces().unwrap();
    assert_eq!((spaces[0].id, spaces[0].name.as_str(), spaces[0].is_local), (space, "Rond Dennis", true));
    let edits = kring.edits(circle).unwrap();
    assert_eq!(edits.len(), 2);
    assert_eq!((edits[0].id, &edits[0].state), (receipt.id, &EditState::SavedHere));
    assert_eq!(edits[0].command.value()["text"], "Een kaart naar Dennis");
    assert_eq!(kring.waiting(), 2);
    assert!(kring.not_accepted().unwrap().is_empty());
}

#[test]
fn what_is_not_allowed_is_known_at_once_and_leaves_nothing() {
    let phone = Phone::new();
    let kring = phone.open();
    kring.create_space("Rond Dennis").unwrap();
    let circle = document(&kring, DocumentKind::Circle);
    kring.submit_json(circle, &idea(1, "wandelen")).unwrap();
    let before = kring.read_json(circle).unwrap();
    let choose = json!({"type": "choose_idea", "idea_id": id(1)}).to_string();
    let heart = |number| json!({"type": "heart_idea", "idea_id": id(number)}).to_string();
    let goal = json!({"type": "add_goal", "goal_id": id(5), "text": "fit"}).to_string();
    for (json, code) in [
        (choose.as_str(), RefusalCode::Forbidden),
        (&heart(9), RefusalCode::NotFound),
        (&idea(1, "nog eens"), RefusalCode::DuplicateId),
        (&idea(2, &"a".repeat(2001)), RefusalCode::TooLarge),
        (&goal, RefusalCode::Invalid),
        (r#"{"type": "sing_song"}"#, RefusalCode::UnknownCommand),
        ("no json", RefusalCode::Invalid),
        ("[]", RefusalCode::Invalid),
    ] {
        assert!(!kring.may_json(circle, json), "{json}");
        match kring.submit_json(circle, json) {
            Err(ClientError::Refused(refusal)) => assert_eq!(refusal.code, code, "{json}"),
            other => panic!("{json}: {other:?}"),
        }
    }
    assert!(kring.may_json(circle, &heart(1)));
    assert_eq!(kring.read_json(circle).unwrap(), before);
    assert_eq!(kring.edits(circle).unwrap().len(), 1);
}

#[test]
fn without_a_document_or_a_session_the_answers_are_clear() {
    let phone = Phone::new();
    let kring = phone.open();
    let nowhere = DocumentId::new(Uuid::from_u128(1));
    assert_eq!(kring.read(nowhere).unwrap_err(), ClientError::NotHere);
    assert_eq!(kring.edits(nowhere).unwrap(), []);
    assert!(matches!(kring.submit_json(nowhere, &idea(1, "x")), Err(ClientError::Refused(_))));
    assert!(matches!(kring.create_space(" "), Err(ClientError::Refused(_))));
    assert_eq!(kring.acknowledge(kring_domain::CommandId::new(Uuid::from_u128(1))), Err(ClientError::NotHere));
    assert_eq!(kring.connect(), Err(ClientError::SignedOut));
    assert_eq!(kring.connection(), Connection::Offline);
    wait(async {
        assert_eq!(kring.sync_once().await, Err(ClientError::SignedOut));
        let plain = kring.sign_in("http://kring.example", "code", "phone", None).await;
        assert_eq!(plain, Err(ClientError::Declined { code: "invalid".into() }));
        let away = kring.sign_in("http://127.0.0.1:1", "K7QM-2XAB-90TV-ZZ4E", "phone", None).await;
        assert_eq!(away, Err(ClientError::Offline));
    });
}

#[test]
fn a_file_is_used_once_and_after_close_by_nobody() {
    let phone = Phone::new();
    let kring = phone.open();
    kring.create_space("Rond Dennis").unwrap();
    let plan = document(&kring, DocumentKind::Plan);
    let again = || Kring::open(phone.path(), Options::default());
    assert_eq!(again().err(), Some(ClientError::InUse));
    let clone = kring.clone();
    clone.close();
    let goal = json!({"type": "add_goal", "goal_id": id(5), "text": "fit"}).to_string();
    assert_eq!(kring.submit_json(plan, &goal), Err(ClientError::Closed));
    assert_eq!(kring.create_space("nog een"), Err(ClientError::Closed));
    assert_eq!(kring.edits(plan), Err(ClientError::Closed));
    assert_eq!(kring.connect(), Err(ClientError::Closed));
    assert_eq!(wait(kring.next_event()), None);
    let reopened = again().unwrap();
    assert!(reopened.edits(plan).unwrap().is_empty());
    drop(reopened);
    assert!(again().is_ok(), "dropping the last handle lets go of the file");
}

#[test]
fn a_damaged_file_is_named_and_not_touched() {
    let phone = Phone::new();
    std::fs::write(phone.path(), "boodschappen: melk, brood".repeat(50)).unwrap();
    let before = std::fs::read(phone.path()).unwrap();
    assert_eq!(Kring::open(phone.path(), Options::default()).err(), Some(ClientError::Damaged));
    assert_eq!(std::fs::read(phone.path()).unwrap(), before);
}

#[test]
fn whoever_waits_for_an_event_is_woken() {
    let phone = Phone::new();
    let kring = phone.open();
    kring.create_space("Rond Dennis").unwrap();
    assert_eq!(wait(kring.next_event()), Some(Event::SpacesChanged));
    let waiting = {
        let kring = kring.clone();
        std::thread::spawn(move || wait(kring.next_event()))
    };
    let circle = document(&kring, DocumentKind::Circle);
    kring.submit_json(circle, &idea(1, "wandelen")).unwrap();
    assert_eq!(waiting.join().unwrap(), Some(Event::DocumentChanged(circle)));
}

#[test]
fn many_threads_edit_at_once_and_every_edit_is_kept() {
    let phone = Phone::new();
    let kring = phone.open();
    kring.create_space("Rond Dennis").unwrap();
    let circle = document(&kring, DocumentKind::Circle);
    std::thread::scope(|scope| {
        for thread in 0..4u128 {
            let kring = &kring;
            scope.spawn(move || {
                for number in 0..25 {
                    kring.submit_json(circle, &idea(100 * (thread + 1) + number, "idee")).unwrap();
                }
            });
        }
    });
    kring.close();
    let kring = phone.open();
    assert_eq!(kring.waiting(), 100);
    let model: Value = serde_json::from_str(&kring.read_json(circle).unwrap()).unwrap();
    assert_eq!(model["content"]["ideas"].as_array().unwrap().len(), 100);
}

#[test]
fn erasing_leaves_a_new_person_and_no_text() {
    let phone = Phone::new();
    let kring = phone.open();
    kring.create_space("Rond Dennis").unwrap();
    let circle = document(&kring, DocumentKind::Circle);
    kring.submit_json(circle, &idea(1, "een groot geheim")).unwrap();
    let before: PersonId = kring.identity().person;
    wait(kring.erase()).unwrap();
    assert_ne!(kring.identity().person, before);
    assert_eq!(kring.read(circle).unwrap_err(), ClientError::NotHere);
    assert!(kring.spaces().unwrap().is_empty());
    let after = kring.identity();
    kring.close();
    for entry in std::fs::read_dir(phone.directory.path()).unwrap() {
        let bytes = std::fs::read(entry.unwrap().path()).unwrap();
        assert!(!bytes.windows(6).any(|window| window == b"geheim"));
    }
    assert_eq!(phone.open().identity(), after);
}

#[test]
fn a_typed_command_says_whether_it_may() {
    let phone = Phone::new();
    let kring = phone.open();
    kring.create_space("Rond Dennis").unwrap();
    let circle = document(&kring, DocumentKind::Circle);
    let heart = Command::parse(json!({"type": "heart_idea", "idea_id": id(1)})).unwrap();
    assert!(!kring.may(circle, &heart));
    kring.submit_json(circle, &idea(1, "wandelen")).unwrap();
    assert!(kring.may(circle, &heart));
}

#[test]
fn a_phone_says_what_would_become_of_an_edit_and_why() {
    let phone = Phone::new();
    let kring = phone.open();
    kring.create_space("Rond Dennis").unwrap();
    let circle = document(&kring, DocumentKind::Circle);
    let network = document(&kring, DocumentKind::Network);
    kring.submit_json(circle, &idea(1, "wandelen")).unwrap();
    let contact = json!({"type": "add_contact", "contact_id": id(2), "name": "Mo"}).to_string();
    kring.submit_json(network, &contact).unwrap();
    let place = json!({"type": "place_contact", "contact_id": id(2), "ring": 1, "quadrant": "family"}).to_string();
    assert_eq!(kring.permission_json(circle, &idea(3, "vissen")).unwrap(), Permission::Allowed);
    // There is no client yet whose map it would be.
    assert_eq!(kring.permission_json(network, &place).unwrap(), Permission::Allowed);
    let refused = |command: Value| {
        let error = kring.permission_json(circle, &command.to_string()).unwrap_err();
        kring.explain(circle, &error)
    };
    assert_eq!(refused(json!({"type": "choose_idea", "idea_id": id(1)})), "Alleen de cliënt kiest.");
    assert_eq!(refused(json!({"type": "edit_idea", "idea_id": id(1), "text": 7})), "Kijk nog eens naar: de tekst.");
    assert_eq!(refused(json!({"type": "sing"})), "Dit kan nog niet. Later wel.");
}

#[test]
fn a_phone_tells_how_it_goes_without_a_network() {
    let phone = Phone::new();
    let kring = phone.open();
    let space = kring.create_space("Rond Dennis").unwrap();
    let before = kring.status(space).unwrap();
    assert_eq!((before.last_step_at, before.standing_still), (None, false));
    assert_eq!(before.text, "We leren elkaar kennen. Zullen we iemand op de kaart zetten?");
    let network = document(&kring, DocumentKind::Network);
    let contact = json!({"type": "add_contact", "contact_id": id(2), "name": "Mo"}).to_string();
    kring.submit_json(network, &contact).unwrap();
    let after = kring.status(space).unwrap();
    assert!(after.last_step_at.is_some());
    assert_eq!(after.next.as_deref(), Some("Wie hoort er nog bij?"));
    assert_eq!(kring.status(SpaceId::new(Uuid::from_u128(9))).unwrap_err(), ClientError::NotHere);
}

struct Phone {
    directory: TempDir,
}

impl Phone {
    fn new() -> Self {
        Self { directory: tempfile::tempdir().unwrap() }
    }

    fn path(&self) -> std::path::PathBuf {
        self.directory.path().join("kring.db")
    }

    fn open(&self) -> Kring {
        Kring::open(self.path(), Options::default()).unwrap()
    }
}

fn document(kring: &Kring, kind: DocumentKind) -> DocumentId {
    let space = kring.spaces().unwrap()[0].id;
    kring.documents(space).into_iter().find(|document| document.kind == kind).unwrap().id
}

fn id(number: u128) -> IdeaId {
    IdeaId::new(Uuid::from_u128(number))
}

fn idea(number: u128, text: &str) -> String {
    json!({"type": "propose_idea", "idea_id": id(number), "text": text}).to_string()
}

fn wait<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(future)
}
