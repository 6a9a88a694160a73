//! Files that were damaged in every way: the phone says so, and gives back what the person wrote.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "helpers of tests may fail the test")]

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use kring_client::{ClientError, EditState, Kring, Options};
use kring_domain::{Command, DocumentId, DocumentKind};
use serde_json::json;
use uuid::Uuid;

const EDITS: usize = 200;

#[test]
fn two_hundred_and_fifty_damages_are_rescued() {
    let home = tempfile::tempdir().unwrap();
    let whole = home.path().join("whole.db");
    let written = write(&whole);
    let bytes = fs::read(&whole).unwrap();
    let mut random = fastrand::Rng::with_seed(11);
    let mut damaged = 0;
    let mut saved = 0;
    let mut lost_all = 0;
    for round in 0..250 {
        let path = home.path().join(format!("{round}.db"));
        // Where a phone's file was whole once, there is the mark that says so.
        fs::copy(home.path().join("whole.db-made"), home.path().join(format!("{round}.db-made"))).unwrap();
        fs::write(&path, damage(round, &bytes, &mut random)).unwrap();
        match Kring::open(&path, Options::default()) {
            // What was hit is not in use.
            Ok(kring) => {
                assert_eq!(kring.waiting(), EDITS, "round {round}: an open file has everything");
                continue;
            }
            Err(error) => assert!(matches!(error, ClientError::Damaged | ClientError::Newer), "round {round}: {error}"),
        }
        let Ok((kring, rescue)) = Kring::rescue(&path, Options::default()) else { continue };
        damaged += 1;
        let aside = rescue.set_aside.unwrap();
        assert!(aside.exists(), "the damaged file is kept");
        let texts = texts(&kring);
        assert_eq!(rescue.waiting, kring.waiting(), "round {round}");
        assert!(texts.len() >= rescue.waiting, "round {round}");
        saved += texts.intersection(&written).count();
        lost_all += usize::from(texts.is_empty());
        // It works as a new file does.
        let space = kring.create_space("Rond Emine").unwrap();
        propose(&kring, document(&kring, space), "daarna");
        kring.close();
        assert!(Kring::open(&path, Options::default()).is_ok(), "round {round}");
    }
    let names = fs::read_dir(home.path()).unwrap().map(|file| file.unwrap().file_name().into_string().unwrap());
    let left: Vec<String> = names.filter(|name| name.contains(".head") || name.contains(".fresh")).collect();
    assert_eq!(left, Vec::<String>::new(), "copies of what people wrote");
    println!("{damaged} damaged files, {saved} of {} texts rescued, {lost_all} times none", damaged * EDITS);
    assert!(damaged > 200);
    assert!(saved * 10 > damaged * EDITS * 6, "{saved} of {}", damaged * EDITS);
}

#[test]
fn an_edit_that_was_not_accepted_and_a_session_are_rescued_too() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("kring.db");
    write(&path);
    let database = rusqlite::Connection::open(&path).unwrap();
    database.execute("UPDATE edits SET state = 'not_accepted', code = 'conflict' WHERE number = 7", []).unwrap();
    database.execute("UPDATE edits SET state = 'shared', shared_as = 3 WHERE number = 8", []).unwrap();
    database.execute("UPDATE edits SET command = CAST(x'7b22ff' AS TEXT) WHERE number = 9", []).unwrap();
    database
        .execute("INSERT INTO session (one, access_token, refresh_token, refresh_at) VALUES (1, 'a', 'r', 5)", [])
        .unwrap();
    database.execute("UPDATE account SET server = 'https://kring.example'", []).unwrap();
    database.close().unwrap();
    assert!(matches!(Kring::open(&path, Options::default()), Err(ClientError::Damaged)));
    let (kring, rescue) = Kring::rescue(&path, Options::default()).unwrap();
    assert!(rescue.is_signed_in);
    assert_eq!(kring.identity().server.as_deref(), Some("https://kring.example"));
    assert_eq!((rescue.waiting, rescue.not_accepted), (EDITS - 3, 2));
    let unreadable = kring.not_accepted().unwrap();
    assert_eq!(unreadable[0].command.value()["text"], "tekst 6");
    assert!(unreadable[1].command.value()["text"].as_str().unwrap().starts_with("{\""));
    // Whoever is not damaged is left alone.
    kring.close();
    let (_, again) = Kring::rescue(&path, Options::default()).unwrap();
    assert_eq!((again.set_aside, again.waiting), (None, EDITS - 3));
}

#[test]
fn a_rescue_that_was_cut_off_is_finished_by_the_next_start() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("kring.db");
    let rescued = home.path().join("kring.db.rescued-1763795000000");
    write(&path);
    Kring::open(&path, Options::default()).unwrap().close();
    // As it is when the new file is ready, and no name has changed yet.
    fs::copy(&path, &rescued).unwrap();
    let bytes = fs::read(&path).unwrap();
    fs::write(&path, &bytes[..bytes.len() / 2]).unwrap();
    let kring = Kring::open(&path, Options::default()).unwrap();
    assert_eq!((kring.waiting(), rescued.exists()), (EDITS, false));
    let aside = home.path().join("kring.db.damaged-1763795000000");
    assert_eq!(fs::read(&aside).unwrap(), bytes[..bytes.len() / 2], "the damaged file is kept");
    kring.close();

    // The same, for an app that asks for the rescue again.
    fs::copy(&path, &rescued).unwrap();
    fs::write(&path, b"nothing that can be read").unwrap();
    let (kring, rescue) = Kring::rescue(&path, Options::default()).unwrap();
    assert_eq!((rescue.waiting, rescue.set_aside), (EDITS, Some(aside)));
    kring.close();
}

#[test]
fn a_rescue_on_a_full_disk_changes_nothing() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("kring.db");
    write(&path);
    Kring::open(&path, Options::default()).unwrap().close();
    let mut bytes = fs::read(&path).unwrap();
    bytes[..100].fill(0x5a);
    fs::write(&path, &bytes).unwrap();
    // A folder where the copy is to be, as a file that cannot be written.
    let in_the_way = home.path().join("kring.db.head");
    fs::create_dir(&in_the_way).unwrap();
    assert!(matches!(Kring::rescue(&path, Options::default()), Err(ClientError::Storage(_))));
    assert_eq!(fs::read(&path).unwrap(), bytes);
    fs::remove_dir(&in_the_way).unwrap();
    let (kring, rescue) = Kring::rescue(&path, Options::default()).unwrap();
    assert_eq!((rescue.waiting, texts(&kring).len()), (EDITS, EDITS));
}

#[test]
fn what_was_held_because_of_the_clock_can_be_submitted_again() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("kring.db");
    write(&path);
    let database = rusqlite::Connection::open(&path).unwrap();
    database
        .execute("UPDATE edits SET state = 'held', code = 'clock', made_at = 9000000000000 WHERE number = 5", [])
        .unwrap();
    database.close().unwrap();
    let kring = Kring::open(&path, Options::default()).unwrap();
    let circle = document(&kring, kring.spaces().unwrap()[0].id);
    let held = |kring: &Kring| {
        let edits = kring.edits(circle).unwrap();
        edits.into_iter().find(|edit| matches!(edit.state, EditState::Held { .. }))
    };
    let edit = held(&kring).unwrap();
    let again = kring.submit_again(edit.id).unwrap();
    assert_ne!(again.id, edit.id, "a new edit, since the old one was answered");
    let edits = kring.edits(circle).unwrap();
    let new = edits.iter().find(|edit| edit.id == again.id).unwrap();
    assert_eq!((new.command.value(), &new.state), (edit.command.value(), &EditState::SavedHere));
    assert!(new.made_at < edit.made_at, "made at the time that it is now");
    assert_eq!((held(&kring), edits.len()), (None, EDITS));
    assert_eq!(kring.submit_again(edit.id), Err(ClientError::NotHere));
}

/// Fills a file with edits that wait, and says what they say.
fn write(path: &Path) -> BTreeSet<String> {
    let kring = Kring::open(path, Options::default()).unwrap();
    let space = kring.create_space("Rond Dennis").unwrap();
    let circle = document(&kring, space);
    let texts: BTreeSet<String> = (0..EDITS).map(|number| format!("tekst {number}")).collect();
    (0..EDITS).for_each(|number| propose(&kring, circle, &format!("tekst {number}")));
    kring.close();
    texts
}

/// The file with something wrong.
fn damage(round: usize, whole: &[u8], random: &mut fastrand::Rng) -> Vec<u8> {
    let mut bytes = whole.to_vec();
    match round % 5 {
        0 => {
            let from = random.usize(..bytes.len() - 600);
            bytes[from..from + 600].iter_mut().for_each(|byte| *byte ^= random.u8(1..));
        }
        1 => bytes.truncate(random.usize(4096 * 4..bytes.len() - 4096)),
        2 => {
            for _ in 0..3 {
                let page = random.usize(1..bytes.len() / 4096) * 4096;
                bytes[page..page + 4096].fill(0);
            }
        }
        3 => bytes[..100 + random.usize(..3900)].fill(random.u8(..)),
        _ if round % 50 == 4 => bytes.clear(),
        _ if round % 50 == 9 => bytes.iter_mut().for_each(|byte| *byte = random.u8(..)),
        _ => {
            let page = random.usize(1..bytes.len() / 4096) * 4096;
            (page..page + 12).for_each(|place| bytes[place] = random.u8(..));
        }
    }
    bytes
}

fn texts(kring: &Kring) -> BTreeSet<String> {
    let spaces = kring.spaces().unwrap().into_iter().flat_map(|space| kring.documents(space.id));
    let of_documents = spaces.flat_map(|document| kring.edits(document.id).unwrap());
    let all = of_documents.chain(kring.not_accepted().unwrap());
    all.filter_map(|edit| edit.command.value()["text"].as_str().map(str::to_owned)).collect()
}

fn document(kring: &Kring, space: kring_domain::SpaceId) -> DocumentId {
    kring.documents(space).into_iter().find(|document| document.kind == DocumentKind::Circle).unwrap().id
}

fn propose(kring: &Kring, circle: DocumentId, text: &str) {
    let idea = json!({"type": "propose_idea", "idea_id": Uuid::now_v7(), "text": text});
    kring.submit(circle, Command::parse(idea).unwrap()).unwrap();
}
