//! An edit survives the sudden end of the process at any moment after `submit` returned.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "helpers of tests may fail the test")]

use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};

use kring_client::{EditState, Kring, Options};
use kring_domain::{DocumentId, DocumentKind};
use serde_json::json;
use uuid::Uuid;

/// Tells the child which file to write; without it the child has nothing to do.
const FILE: &str = "KRING_TEST_FILE";

#[test]
fn what_was_saved_is_there_after_a_kill() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("kring.db");
    let kring = Kring::open(&path, Options::default()).unwrap();
    kring.create_space("Rond Dennis").unwrap();
    let circle = circle(&kring);
    kring.close();

    let mut confirmed = Vec::new();
    for round in 1..=8 {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "edits_until_it_is_killed", "--ignored", "--nocapture"])
            .env(FILE, &path)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
        let ids = lines.filter_map(|line| line.strip_prefix("saved ").map(str::to_owned));
        confirmed.extend(ids.take(round * 3));
        child.kill().unwrap();
        child.wait().unwrap();

        let kring = Kring::open(&path, Options::default()).unwrap();
        let edits = kring.edits(circle).unwrap();
        for id in &confirmed {
            let edit = edits.iter().find(|edit| edit.id.to_string() == *id);
            assert_eq!(edit.map(|edit| &edit.state), Some(&EditState::SavedHere), "round {round}: {id}");
        }
        // Everything in the list is in the document as well: no edit is half there.
        let ideas = kring.read_json(circle).unwrap().matches("\"idee\"").count();
        assert_eq!(ideas, edits.len(), "round {round}");
    }
    assert_eq!(confirmed.len(), 3 * (1..=8).sum::<usize>());
}

/// The child of the test above.
#[test]
#[ignore = "runs as a child process of the test above"]
fn edits_until_it_is_killed() {
    let Some(path) = std::env::var_os(FILE) else { return };
    let kring = Kring::open(path, Options::default()).unwrap();
    let circle = circle(&kring);
    loop {
        let idea = json!({"type": "propose_idea", "idea_id": Uuid::now_v7(), "text": "idee"});
        let receipt = kring.submit_json(circle, &idea.to_string()).unwrap();
        let mut out = std::io::stdout().lock();
        // A closed pipe means that the parent has heard enough and is about to kill this process.
        if writeln!(out, "saved {}", receipt.id).and_then(|()| out.flush()).is_err() {
            std::thread::park();
        }
    }
}

fn circle(kring: &Kring) -> DocumentId {
    let space = kring.spaces().unwrap()[0].id;
    kring.documents(space).into_iter().find(|document| document.kind == DocumentKind::Circle).unwrap().id
}
