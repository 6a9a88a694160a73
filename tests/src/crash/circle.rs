//! A circle with two phones and somebody who writes over HTTP, and what each of them was told.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use kring_client::{EditState, Kring, Options};
use serde_json::{Value, json};
use tempfile::TempDir;

use super::phone::{self, Running};
use super::witness::Witness;
use crate::outside::{Cast, Person, Server, command, file_with, id};

/// Commands in one request.
const BATCH: usize = 5;

/// After so many requests somebody is erased.
const ERASE_EVERY: usize = 3;

pub(super) struct Circle {
    document: String,
    network: String,
    writer: Person,
    /// The phones, with what each said was saved.
    phones: Vec<(PathBuf, BTreeSet<String>)>,
    witness: Witness,
    /// The folder of the server's files.
    data: PathBuf,
    /// What was in what is erased.
    erased: Vec<String>,
    /// A contact, and what was in it, of whom nobody was told that they are erased: the server died before.
    unreported: Option<(String, String)>,
    files: TempDir,
}

impl Circle {
    pub(super) fn new(server: &Server) -> Self {
        let cast = Cast::new(server);
        let files = TempDir::new().expect("there is room for a directory");
        let url = format!("http://{}", server.address());
        let phones = ["member", "professional"].into_iter().enumerate().map(|(number, role)| {
            let file = files.path().join(format!("{number}.kring"));
            sign_in(&file, &url, &cast.professional.invite(&cast.space, role));
            (file, BTreeSet::new())
        });
        let phones = phones.collect();
        let document = cast.circle;
        let network = cast.network;
        let writer = cast.client;
        let witness = Witness::default();
        let data = server.data();
        Self { document, network, writer, phones, witness, data, erased: Vec::new(), unreported: None, files }
    }

    /// Starts both phones, each to die at a place where one is named.
    pub(super) fn start(&self, program: &Path, places: &[Option<String>; 2]) -> Vec<Running> {
        let phones = self.phones.iter().zip(places);
        phones.map(|((file, _), place)| Running::start(program, file, place.as_deref())).collect()
    }

    /// Writes over HTTP for so long, or until the server is gone.
    pub(super) fn burst(&mut self, long: Duration) {
        let until = Instant::now() + long;
        for number in 1_usize.. {
            if Instant::now() >= until {
                return;
            }
            let message = || json!({"type": "post_message", "message_id": id(), "text": "over HTTP"});
            let batch: Vec<Value> = (0..BATCH).map(|_| command(message())).collect();
            let writer = &self.writer;
            let document = &self.document;
            let sent = batch.clone();
            // The server dies in the middle of some of these, and then there is no answer.
            let answer = thread::scope(|scope| scope.spawn(move || writer.try_post(document, &sent)).join());
            match answer {
                Ok(Some(verdicts)) => verdicts.iter().for_each(|verdict| self.witness.note(verdict)),
                _ => return,
            }
            if number % ERASE_EVERY == 0 && self.erase_somebody().is_none() {
                return;
            }
        }
    }

    /// Puts somebody on the map and erases them; nothing where the server is gone.
    fn erase_somebody(&mut self) -> Option<()> {
        let contact = id();
        let word = format!("Grutto-{}-marker", id());
        self.unreported = Some((contact.clone(), word.clone()));
        for fields in [
            json!({"type": "add_contact", "contact_id": contact, "name": word}),
            json!({"type": "erase_contact", "contact_id": contact}),
        ] {
            let writer = &self.writer;
            let network = &self.network;
            let command = command(fields);
            let sent = || writer.try_post(network, std::slice::from_ref(&command));
            let verdict = thread::scope(|scope| scope.spawn(sent).join()).ok().flatten()?.remove(0);
            assert_eq!(verdict["verdict"], "admitted", "a client may do this: {verdict}");
        }
        self.unreported = None;
        self.erased.push(word);
        Some(())
    }

    /// Kills the phones; which of them had died by themselves.
    pub(super) fn stop(&mut self, running: Vec<Running>) -> Vec<bool> {
        let mut dead = Vec::new();
        for (running, (_, saved)) in running.into_iter().zip(&mut self.phones) {
            let (said, has_died) = running.stop();
            saved.extend(said);
            dead.push(has_died);
        }
        dead
    }

    /// What was told since the last check is there; what a phone was told of its own edits is so as well.
    pub(super) fn check(&mut self) {
        let mut shared = BTreeMap::new();
        for (file, saved) in &self.phones {
            let kring = phone::open(file);
            let edits = kring.edits(phone::circle(&kring)).expect("the file is read");
            let states: BTreeMap<String, EditState> =
                edits.into_iter().map(|edit| (edit.id.to_string(), edit.state)).collect();
            kring.close();
            for id in saved {
                match states.get(id) {
                    Some(EditState::SavedHere) => {}
                    Some(EditState::Shared { sequence }) => drop(shared.insert(id.clone(), Some(*sequence))),
                    Some(state) => panic!("a member may post a message, but it ended as {state:?}"),
                    // A phone remembers only so many of the edits that were shared.
                    None => drop(shared.insert(id.clone(), None)),
                }
            }
        }
        let asked: Vec<String> = self.witness.fresh().chain(shared.keys().cloned()).collect();
        for (id, verdict) in self.ask(&asked) {
            assert_eq!(verdict["verdict"], "admitted", "{id} was told to be shared: {verdict}");
            let sequence = shared.get(&id).copied().flatten();
            assert!(sequence.is_none_or(|sequence| verdict["sequence"] == sequence), "{id}: {sequence:?}, {verdict}");
            self.witness.confirm(&id, &verdict);
        }
        for (_, saved) in &mut self.phones {
            saved.retain(|id| !shared.contains_key(id));
        }
        if let Some((contact, word)) = self.unreported.take() {
            let read = self.writer.read(&self.network);
            let contacts = read["content"]["contacts"].as_array().expect("contacts");
            // Whoever is not on the map is in no file either, whether that was told or not.
            if !contacts.iter().any(|there| there["id"] == json!(contact)) {
                self.erased.push(word);
            }
        }
        self.nothing_erased_is_in(&self.data);
    }

    fn nothing_erased_is_in(&self, directory: &Path) {
        for word in &self.erased {
            assert_eq!(file_with(directory, word), None, "{word} was erased");
        }
    }

    /// In the end everything that was ever saved is shared, once, without a gap.
    pub(super) fn check_all(&mut self) {
        for (file, _) in &self.phones {
            let kring = phone::open(file);
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
            runtime.block_on(kring.sync_once()).expect("the server is there");
            assert_eq!(kring.waiting(), 0, "everything is shared");
            kring.close();
        }
        self.check();
        self.nothing_erased_is_in(self.files.path());
        let read = self.writer.read(&self.document);
        let messages = read["content"]["messages"].as_array().expect("messages");
        let ids: BTreeSet<&str> = messages.iter().filter_map(|message| message["id"].as_str()).collect();
        assert_eq!(ids.len(), messages.len(), "nothing is there twice");
        assert_eq!(read["sequence"], json!(messages.len()), "every entry is a message");
        self.witness.places_are(messages.len());
    }

    /// Returns what the server says of commands by id; it has never seen those for which this fails.
    fn ask(&self, ids: &[String]) -> Vec<(String, Value)> {
        let repeat = |id: &String| json!({"id": id, "command": {"type": "post_message"}});
        let mut answers = Vec::new();
        for ids in ids.chunks(500) {
            let verdicts = self.writer.submit(&self.document, &ids.iter().map(repeat).collect::<Vec<_>>());
            answers.extend(ids.iter().cloned().zip(verdicts));
        }
        answers
    }

    pub(super) fn erased(&self) -> usize {
        self.erased.len()
    }

    pub(super) fn answered(&self) -> usize {
        self.witness.answered
    }

    pub(super) fn saved(&self) -> usize {
        self.witness.confirmed() - self.witness.answered
    }
}

fn sign_in(file: &Path, url: &str, code: &str) {
    let kring = Kring::open(file, Options::default()).expect("a new phone");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        kring.sign_in(url, code, "a phone", Some("Emine")).await.expect("the code is good");
        kring.sync_once().await.expect("the server is there");
    });
    kring.close();
}
