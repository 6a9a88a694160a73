//! A file that is encrypted with a key from the phone's key store.

#![cfg(feature = "sqlcipher")]
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "helpers of tests may fail the test")]

use std::collections::BTreeSet;
use std::path::Path;

use kring_client::{ClientError, FileKey, Kring, Options};
use kring_domain::DocumentKind;
use serde_json::json;
use uuid::Uuid;

const MARKER: &str = "zonnebloemolie";

/// Makes a space and an idea with the marker in both, and reads them again.
fn work(kring: &Kring) {
    let space = kring.create_space(MARKER).unwrap();
    let circle = kring.documents(space).into_iter().find(|document| document.kind == DocumentKind::Circle).unwrap().id;
    let idea = json!({"type": "propose_idea", "idea_id": Uuid::now_v7(), "text": format!("een fles {MARKER} {}", Uuid::now_v7())});
    kring.submit_json(circle, &idea.to_string()).unwrap();
    assert!(kring.read_json(circle).unwrap().contains(MARKER));
}

/// Returns what the ideas that wait say.
fn texts(kring: &Kring) -> BTreeSet<String> {
    let documents = kring.spaces().unwrap().into_iter().flat_map(|space| kring.documents(space.id));
    let edits = documents.flat_map(|document| kring.edits(document.id).unwrap());
    let edits = edits.chain(kring.not_accepted().unwrap());
    edits.filter_map(|edit| edit.command.value()["text"].as_str().map(str::to_owned)).collect()
}

/// Returns whether a word is in any byte of any file of a directory.
fn is_in_files(directory: &Path, word: &str) -> bool {
    std::fs::read_dir(directory).unwrap().any(|file| {
        let bytes = std::fs::read(file.unwrap().path()).unwrap();
        bytes.windows(word.len()).any(|window| window == word.as_bytes())
    })
}

#[test]
fn nothing_of_an_encrypted_file_can_be_read_without_its_key() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("kring.db");
    let key = FileKey::new([7; 32]);
    assert_eq!(format!("{key:?}"), "FileKey(…)");
    let kring = Kring::open_encrypted(&path, &key, Options::default()).unwrap();
    work(&kring);
    for when in ["while it is open", "after it was closed"] {
        for word in [MARKER, "SQLite format 3", "CREATE TABLE"] {
            assert!(!is_in_files(directory.path(), word), "{word} {when}");
        }
        kring.close();
    }
    let wrong = Kring::open_encrypted(&path, &FileKey::new([8; 32]), Options::default());
    assert_eq!(wrong.err(), Some(ClientError::WrongKey));
    assert_eq!(Kring::open(&path, Options::default()).err(), Some(ClientError::Damaged), "no key at all");
    let kring = Kring::open_encrypted(&path, &key, Options::default()).unwrap();
    assert_eq!(kring.spaces().unwrap()[0].name, MARKER);
}

#[test]
fn a_damaged_encrypted_file_is_rescued_with_its_key_only() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("kring.db");
    let key = FileKey::new([7; 32]);
    let kring = Kring::open_encrypted(&path, &key, Options::default()).unwrap();
    (0..60).for_each(|_| work(&kring));
    let texts = texts(&kring);
    kring.close();
    let whole = std::fs::read(&path).unwrap();
    let mut rescued = 0;
    let mut damaged = 0;
    for page in (4096..whole.len()).step_by(4096) {
        let mut bytes = whole.clone();
        bytes[page + 100] ^= 1;
        std::fs::write(&path, bytes).unwrap();
        match Kring::open_encrypted(&path, &key, Options::default()) {
            // A page that is not in use.
            Ok(kring) => assert_eq!(kring.waiting(), 60),
            Err(error) => {
                assert_eq!(error, ClientError::Damaged, "page {}", page / 4096);
                let wrong = Kring::rescue_encrypted(&path, &FileKey::new([8; 32]), Options::default());
                assert_eq!(wrong.err(), Some(ClientError::WrongKey), "page {}", page / 4096);
                let (kring, rescue) = Kring::rescue_encrypted(&path, &key, Options::default()).unwrap();
                damaged += 1;
                rescued += self::texts(&kring).intersection(&texts).count();
                kring.close();
                assert!(rescue.set_aside.unwrap().exists());
                assert!(Kring::open_encrypted(&path, &key, Options::default()).is_ok(), "encrypted as before");
            }
        }
        assert!(!is_in_files(directory.path(), MARKER), "page {}", page / 4096);
        for file in std::fs::read_dir(directory.path()).unwrap() {
            std::fs::remove_file(file.unwrap().path()).unwrap();
        }
    }
    println!("{damaged} damaged files, {rescued} of {} texts rescued", damaged * texts.len());
    assert!(damaged > 10 && rescued * 10 > damaged * texts.len() * 6);

    // Of a damaged first page nobody can tell whether it is that or the key.
    let mut bytes = whole;
    bytes[100] ^= 1;
    std::fs::write(&path, &bytes).unwrap();
    let refused = Kring::rescue_encrypted(&path, &key, Options::default());
    assert_eq!(refused.err(), Some(ClientError::WrongKey));
    assert_eq!(std::fs::read(&path).unwrap(), bytes, "left as it was");
}

#[test]
fn an_encrypted_file_that_was_only_begun_opens_as_new() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("kring.db");
    std::fs::write(&path, b"").unwrap();
    let key = FileKey::new([7; 32]);
    work(&Kring::open_encrypted(&path, &key, Options::default()).unwrap());
    assert!(!is_in_files(directory.path(), MARKER));
    assert_eq!(Kring::open_encrypted(&path, &key, Options::default()).unwrap().waiting(), 1);
}

#[test]
fn a_file_without_a_key_shows_what_the_search_would_find() {
    let directory = tempfile::tempdir().unwrap();
    let kring = Kring::open(directory.path().join("kring.db"), Options::default()).unwrap();
    work(&kring);
    assert!(is_in_files(directory.path(), MARKER) && is_in_files(directory.path(), "SQLite format 3"));
}
