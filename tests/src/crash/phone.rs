//! A phone as a process of its own: it edits and syncs until it dies.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use kring_client::{Kring, Options};
use kring_domain::{DocumentId, DocumentKind};
use serde_json::json;

/// The name of the process with: this word, and the phone's file.
pub(super) const WORD: &str = "phone";

/// Lives as the phone with this file: says `saved ID` when an edit is saved, and syncs on the side.
///
/// # Panics
///
/// When the file cannot be opened.
pub fn live(file: &Path) {
    let kring = open(file);
    let circle = circle(&kring);
    kring.connect().expect("the phone is signed in");
    loop {
        let message = json!({"type": "post_message", "message_id": crate::outside::id(), "text": "van de telefoon"});
        let receipt = kring.submit_json(circle, &message.to_string()).expect("the phone takes an edit");
        let mut out = std::io::stdout().lock();
        if writeln!(out, "saved {}", receipt.id).and_then(|()| out.flush()).is_err() {
            return;
        }
        drop(out);
        thread::sleep(Duration::from_millis(3));
    }
}

pub(super) fn open(file: &Path) -> Kring {
    Kring::open(file, Options::default()).expect("what a dead phone leaves behind opens")
}

pub(super) fn circle(kring: &Kring) -> DocumentId {
    let space = kring.spaces().expect("the file is read").first().expect("a space").id;
    let circle = kring.documents(space).into_iter().find(|document| document.kind == DocumentKind::Circle);
    circle.expect("a circle").id
}

/// A phone that runs.
pub(super) struct Running {
    child: Child,
    heard: JoinHandle<Vec<String>>,
}

impl Running {
    /// Starts a phone, to die at a place where one is named.
    pub(super) fn start(program: &Path, file: &Path, place: Option<&str>) -> Self {
        let mut child = Command::new(program)
            .arg(WORD)
            .arg(file)
            .envs(place.map(|place| ("KRING_FAIL_AT", place)))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("the phone starts");
        let said = child.stdout.take().expect("its words are piped");
        let heard = thread::spawn(move || {
            let lines = BufReader::new(said).lines().map_while(Result::ok);
            lines.filter_map(|line| line.strip_prefix("saved ").map(str::to_owned)).collect()
        });
        Self { child, heard }
    }

    /// Kills it where it is not dead yet; what it said was saved, and whether it had died by itself.
    pub(super) fn stop(mut self) -> (Vec<String>, bool) {
        let is_dead = self.child.try_wait().expect("it is our child").is_some();
        let _ = self.child.kill();
        let _ = self.child.wait();
        (self.heard.join().expect("a thread that only reads"), is_dead)
    }
}
