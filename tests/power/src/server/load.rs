//! People who do everything at once to a server, and what each of them is told.

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use fastrand::Rng;
use kring_server::store::backup;
use kring_tests::outside::{Event, Http, Person, Socket, command, eventually, file_with, id};
use rusqlite::Connection;
use serde_json::{Value, json};

use super::Load;
use super::promise::Promise;
use crate::running::Running;

/// The most commands in one request.
const BATCH: usize = 8;

/// Rounds after a document was rewritten.
const AFTERWARDS: usize = 3;

type Told = crate::told::Told<Promise>;

/// Two rounds of load with a stop and a start between them; backups go to `copies`.
pub(super) fn run(data: &Path, copies: &Path, told: &Told, load: Load, rng: &mut Rng) {
    let Load { rounds, compaction, .. } = load;
    let server = Running::start(data);
    let http = Http::new(server.address);
    let professional = sign_in(&http, &server.professional_code(), told);
    let mut circles: Vec<Circle> = (0..2).map(|number| Circle::new(number, &professional, data, told)).collect();
    work(&http, &mut circles, rounds / 2, rng);
    delete_a_space(&professional, data, told);
    back_up(data, copies, told);
    server.stop();

    let server = Running::start(data);
    let http = Http::new(server.address);
    circles.iter_mut().for_each(|circle| circle.moved_to(&http));
    work(&http, &mut circles, rounds - rounds / 2, rng);
    if compaction {
        eventually("a long document is rewritten", || circles.iter().any(Circle::is_compacted));
        work(&http, &mut circles, AFTERWARDS, rng);
    }
}

fn work(http: &Http, circles: &mut [Circle], rounds: usize, rng: &mut Rng) {
    let is_over = AtomicBool::new(false);
    let listener = circles[0].person(http, &circles[0].client);
    let told = circles[0].told.clone();
    let is_done = &is_over;
    thread::scope(|scope| {
        scope.spawn(move || listen(&listener, &told, is_done));
        let writers: Vec<_> = circles
            .iter_mut()
            .map(|circle| {
                let mut rng = rng.fork();
                scope.spawn(move || (0..rounds).for_each(|round| circle.round(round, &mut rng)))
            })
            .collect();
        let ended: Vec<_> = writers.into_iter().map(thread::ScopedJoinHandle::join).collect();
        is_over.store(true, Ordering::Release);
        assert!(ended.iter().all(Result::is_ok), "every writer gets to the end");
    });
}

/// A space with a client, who writes.
struct Circle {
    number: usize,
    circle: String,
    network: String,
    client: Person,
    /// A device that does nothing but get new tokens.
    tablet: Person,
    data: std::path::PathBuf,
    told: Told,
    erased: usize,
}

impl Circle {
    fn new(number: usize, professional: &Person, data: &Path, told: &Told) -> Self {
        let (space, made) = make_space(professional, "Sam and others");
        let http = Http::new(professional.http.address());
        let client = sign_in(&http, &professional.invite(&space, "client"), told);
        let tablet = client.another_device();
        let circle = document(&made, "circle");
        let network = document(&made, "network");
        let token = client.http.token().expect("the client is signed in").to_owned();
        for document in [&circle, &network] {
            told.note(Promise::Writer { token: token.clone(), document: document.clone() });
        }
        Self { number, circle, network, client, tablet, data: data.to_owned(), told: told.clone(), erased: 0 }
    }

    fn person(&self, http: &Http, person: &Person) -> Person {
        Person { http: http.bearer(person.http.token().expect("somebody signed in")), ..person.clone() }
    }

    fn moved_to(&mut self, http: &Http) {
        (self.client, self.tablet) = (self.person(http, &self.client), self.person(http, &self.tablet));
    }

    fn round(&mut self, round: usize, rng: &mut Rng) {
        let texts = (0..rng.usize(1..=BATCH)).map(|_| "a message, ".repeat(rng.usize(1..40)));
        let message = |text: String| command(json!({"type": "post_message", "message_id": id(), "text": text}));
        let batch: Vec<Value> = texts.map(message).collect();
        self.submit(&self.circle, &batch);
        match round % 6 {
            1 => self.erase_somebody(),
            2 => self.exchange(),
            3 => drop(sign_in(&Http::new(self.client.http.address()), &device_code(&self.client), &self.told)),
            4 => checkpoint(&self.data, rng),
            _ => {}
        }
    }

    /// Nothing is ever erased in the circle, so that it begins anew only where its history was too long.
    fn is_compacted(&self) -> bool {
        self.client.read(&self.circle)["generation"].as_u64() > Some(1)
    }

    fn submit(&self, document: &str, commands: &[Value]) {
        let verdicts = self.client.submit(document, commands);
        for verdict in verdicts {
            assert_eq!(verdict["verdict"], "admitted", "a client may do this: {verdict}");
            let sequence = verdict["sequence"].as_u64().expect("an admitted command has a place");
            let command = verdict["id"].as_str().expect("an id").to_owned();
            self.told.note(Promise::Admitted { document: document.to_owned(), command, sequence });
        }
    }

    /// Puts somebody on the map and erases them.
    fn erase_somebody(&mut self) {
        self.erased += 1;
        let word = format!("Grutto-{}-{}-marker", self.number, self.erased);
        let contact = id();
        let add = json!({"type": "add_contact", "contact_id": contact, "name": word});
        self.submit(&self.network, &[command(add)]);
        let update = json!({"type": "update_contact", "contact_id": contact, "does": format!("what {word} does")});
        self.submit(&self.network, &[command(update)]);
        self.submit(&self.network, &[command(json!({"type": "erase_contact", "contact_id": contact}))]);
        note_erased(&self.data, &word, &self.told);
    }

    fn exchange(&mut self) {
        let old = self.tablet.refresh.clone();
        self.told.revoke(|promise| matches!(promise, Promise::Fresh { token } if *token == old));
        let http = Http::new(self.client.http.address());
        let answer = http.post("/v1/token", &json!({"refresh_token": old})).ok(200);
        self.tablet.refresh = answer["refresh_token"].as_str().expect("a token").to_owned();
        self.told.note(Promise::Rotated { old });
        self.told.note(Promise::Fresh { token: self.tablet.refresh.clone() });
    }
}

/// What others do is told over the socket, and so are one's own entries.
fn listen(person: &Person, told: &Told, is_over: &AtomicBool) {
    let (mut socket, _) = Socket::hello(&person.http, &[]);
    while !is_over.load(Ordering::Acquire) {
        match socket.next_within(Duration::from_millis(20)) {
            Some(Event::Frame(frame)) if frame["t"] == "entries" => {
                for entry in frame["entries"].as_array().expect("entries") {
                    let document = frame["document"].as_str().expect("a document").to_owned();
                    let command = entry["command_id"].as_str().expect("an id").to_owned();
                    let sequence = entry["sequence"].as_u64().expect("a place");
                    told.note(Promise::Admitted { document, command, sequence });
                }
            }
            Some(Event::Closed(code)) => panic!("closed with {code:?}"),
            _ => {}
        }
    }
}

fn sign_in(http: &Http, code: &str, told: &Told) -> Person {
    let person = Person::sign_in(http, code, "Sam");
    told.note(Promise::Used { code: code.to_owned() });
    person
}

fn device_code(person: &Person) -> String {
    let made = person.http.post("/v1/devices/codes", &json!({})).ok(201);
    made["code"].as_str().expect("a code").to_owned()
}

fn make_space(professional: &Person, name: &str) -> (String, Value) {
    let space = id();
    let made = professional.http.post("/v1/spaces", &json!({"space_id": space, "name": name})).ok(201);
    (space, made)
}

fn document(made: &Value, kind: &str) -> String {
    made["documents"][kind].as_str().expect("a document").to_owned()
}

/// A space that is not there for long.
fn delete_a_space(professional: &Person, data: &Path, told: &Told) {
    let word = "Kievit-marker";
    let (space, made) = make_space(professional, word);
    let circle = document(&made, "circle");
    let token = professional.http.token().expect("signed in").to_owned();
    told.note(Promise::Writer { token, document: circle.clone() });
    for _ in 0..3 {
        let message = json!({"type": "post_message", "message_id": id(), "text": format!("{word} says so")});
        let command = command(message);
        let verdict = professional.submit(&circle, std::slice::from_ref(&command)).remove(0);
        let sequence = verdict["sequence"].as_u64().expect("an admitted command has a place");
        let command = command["id"].as_str().expect("an id").to_owned();
        told.note(Promise::Admitted { document: circle.clone(), command, sequence });
    }
    told.revoke(|promise| match promise {
        Promise::Admitted { document, .. } | Promise::Writer { document, .. } => *document == circle,
        _ => false,
    });
    let deleted = professional.http.delete(&format!("/v1/spaces/{space}"));
    assert!(deleted.status < 300, "{}", deleted.text());
    told.note(Promise::Deleted { document: circle });
    note_erased(data, word, told);
}

/// Notes that a word is erased, when it is: somebody who reads an older state can put it off for a moment.
fn note_erased(data: &Path, word: &str, told: &Told) {
    eventually("nothing is left of what was erased", || file_with(data, word).is_none());
    told.note(Promise::Erased { word: word.to_owned() });
}

/// What SQLite does by itself when the write-ahead file has become long, and what an operator may do.
fn checkpoint(data: &Path, rng: &mut Rng) {
    let connection = Connection::open(data.join("kring.db")).expect("a second connection");
    connection.busy_timeout(Duration::from_secs(5)).expect("a time to wait");
    let how = rng.choice(["PASSIVE", "FULL", "RESTART"]).unwrap_or("PASSIVE");
    connection.query_row(&format!("PRAGMA wal_checkpoint({how})"), [], |_| Ok(())).expect("a checkpoint");
}

fn back_up(data: &Path, copies: &Path, told: &Told) {
    let copy = copies.join("copy.db");
    backup::back_up(data, &copy).expect("a backup");
    for answer in told.all() {
        if let Promise::Erased { word } = answer.promise {
            assert_eq!(file_with(copies, &word), None, "a backup holds nothing that was erased before");
        }
    }
    drop(backup::open_copy(&copy).expect("the backup is whole"));
}
