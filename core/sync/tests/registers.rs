//! Phones that set one field differently without knowing of each other: both values stay, and a question ends it.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

#[path = "../../domain/tests/support/examples.rs"]
mod examples;

use examples::{example, things};
use kring_domain::{
    Access, Author, Command, CommandId, DeviceId, DocumentId, DocumentKind, Language, PersonId, RefusalCode, Role,
    SpaceId, Timestamp,
};
use kring_sync::{Admission, DeviceFrame, DeviceIdentity, DocumentHead, Entry, Replica, ServerFrame, Verdict};
use serde_json::{Value, json};
use uuid::Uuid;

/// Joost with his phone and his tablet, Marloes with hers, and Ria, who represents him.
const PHONES: [(u128, u128, Role); 5] = [
    (30, 3, Role::Client),
    (31, 3, Role::Client),
    (40, 4, Role::Professional),
    (50, 5, Role::Representative),
    (41, 4, Role::Professional),
];

/// The person who edits at the same time.
const PAIRS: [[usize; 2]; 4] = [[0, 1], [0, 2], [3, 0], [2, 4]];

/// What stays of a field that two devices set at the same time.
enum Kept {
    /// It names a thing.
    Name,
    /// It is set once, when the thing is made.
    Once,
    /// Both values, and a question.
    Both(Value, Value),
    /// Another rule.
    Other,
}

fn both(one: impl Into<Value>, other: impl Into<Value>) -> Kept {
    Kept::Both(one.into(), other.into())
}

/// The table: a field that is not in it fails the test.
fn kept(command: &str, field: &str) -> Option<Kept> {
    Some(match (command, field) {
        ("update_contact", "name") => both("Mo de Wit", "Mohamed"),
        ("update_contact", "quadrant") => both("peers", "society"),
        ("update_contact" | "place_contact", "ring") => both(2, 3),
        ("place_contact", "quadrant") => both("peers", "society"),
        ("update_contact", "relation") => both("friend", "housemate"),
        ("update_contact", "desired_ring") => both(1, 4),
        ("update_contact", "frequency_per_year") => both(12, 52),
        ("update_contact", "initiator") => both("client", "contact"),
        ("update_contact", "gives" | "receives") => both(json!(["advice"]), json!([])),
        ("update_contact", "status") => both("faded", "ended"),
        ("update_contact", "wish") => both("keep", "repair"),
        ("update_contact", "known_since") => both(2020, 2021),
        ("update_contact", "last_contact") => Kept::Other, // Of two days the later one is true.
        ("update_contact", "place") => both("thuis", "in het park"),
        ("update_contact", "does") => both("koffie", "wandelen"),
        ("update_contact", "minor") => both(true, false),
        ("link_member", "person_id") => both(id(8), id(9)),
        ("update_goal", "text") => both("Vaker naar buiten", "Elke dag naar buiten"),
        ("update_goal", "goal_type") => both("new", "role"),
        ("update_action", "title") => both("Kaart sturen", "Kaart brengen"),
        ("update_action", "client_part") => both("Ik schrijf", "Ik bel"),
        ("update_action", "due") => both("2026-05-01", "2026-06-01"),
        ("update_action", "complexity") => both(1, 3),
        ("update_action", "setting") => both("ordinary", "special"),
        ("update_action", "company") => both("pair", "group"),
        ("edit_idea" | "edit_private_note" | "edit_work_note", "text") => both("dinsdag", "donderdag"),
        ("rate_helpfulness", "helpfulness") => both("helpful", "unsafe"),
        ("answer_ask", "state") => both("yes", "later"),
        ("answer_ask", "dare_after") => both(1, 5),
        ("rank_actions", _) => Kept::Other, // The queue asks whenever more go on than fit.
        ("delegate_right" | "revoke_right", "right") => Kept::Other, // Taking back wins.
        (_, "a" | "b") => Kept::Name,
        (_, field) if field.ends_with("_id") => Kept::Name,
        (
            "add_contact" | "take_snapshot" | "add_goal" | "add_action" | "add_step" | "assign_part"
            | "evaluate_action" | "propose_idea" | "make_offer" | "post_message" | "note_privately" | "plan_ask"
            | "open_private_time" | "propose_privately" | "write_work_note" | "give_consent" | "ask_to_look",
            _,
        ) => Kept::Once,
        _ => return None,
    })
}

struct Case {
    kind: DocumentKind,
    command: &'static str,
    field: String,
    kept: Kept,
}

impl Case {
    fn all() -> Vec<Self> {
        let mut cases = Vec::new();
        for description in Command::descriptions() {
            let schema = serde_json::to_value(&description.schema).unwrap();
            for field in schema["properties"].as_object().unwrap().keys().filter(|field| *field != "type") {
                let kind = description.kind;
                let command = description.name;
                let kept = kept(command, field);
                let kept = kept.unwrap_or_else(|| panic!("{command}.{field}: what stays of it is not in the table"));
                cases.push(Self { kind, command, field: field.clone(), kept });
            }
        }
        cases
    }

    fn with(&self, value: &Value) -> Value {
        let mut command = example(self.command, 3);
        // The example sets another field where none has to be set.
        for (update, field) in [("update_contact", "name"), ("update_goal", "text"), ("update_action", "title")] {
            if self.command == update {
                command.as_object_mut().unwrap().remove(field);
            }
        }
        command[&self.field] = value.clone();
        command
    }
}

struct World {
    server: Admission,
    entries: Vec<Entry>,
    phones: Vec<Phone>,
    made: u128,
}

struct Phone {
    replica: Replica,
    author: Author,
    heard: usize,
    verdicts: Vec<Verdict>,
}

impl World {
    /// Everybody has read the document, and goes offline.
    fn with(kind: DocumentKind) -> Self {
        let server = Admission::new(DocumentId::derive(space(), kind), kind);
        let phones = PHONES.map(|(device, person, role)| {
            let device = DeviceId::new(Uuid::from_u128(device));
            let person = PersonId::new(Uuid::from_u128(person));
            let author = Author { device, person, role, has_client: true };
            Phone { replica: Replica::new(DeviceIdentity { device, person }), author, heard: 0, verdicts: vec![] }
        });
        let mut world = Self { server, entries: vec![], phones: phones.into(), made: 0 };
        world.hear_all();
        for thing in things(kind) {
            let maker = if kind == DocumentKind::WorkNotes { 2 } else { 0 };
            assert!(world.make(maker, thing));
            world.share(maker);
        }
        world.hear_all();
        world
    }

    fn reads(&self, phone: usize) -> bool {
        self.server.kind().access(self.phones[phone].author.role) == Access::Write
    }

    /// Makes an edit on a phone; false where its person may not.
    fn make(&mut self, phone: usize, command: Value) -> bool {
        self.made += 1;
        let id = CommandId::new(Uuid::from_u128(0xc000 + self.made));
        let replica = &mut self.phones[phone].replica;
        let made = replica.submit(self.server.id(), id, Command::parse(command).unwrap(), now());
        store(replica);
        made.is_ok()
    }

    /// Sends what waits on a phone.
    fn share(&mut self, phone: usize) {
        let document = self.server.id();
        let Phone { replica, author, verdicts, .. } = &mut self.phones[phone];
        verdicts.clear();
        let frames: Vec<DeviceFrame> = std::iter::from_fn(|| replica.poll_frame()).collect();
        for frame in frames {
            let DeviceFrame::Submit { commands, .. } = frame else { continue };
            for submission in commands {
                let outcome = self.server.handle_submission(author, submission, now());
                self.entries.extend(outcome.admitted.map(|admitted| admitted.entry));
                verdicts.push(outcome.verdict);
            }
        }
        replica.handle_frame(ServerFrame::Verdicts { document, verdicts: verdicts.clone() }, now()).unwrap();
        store(replica);
    }

    fn hear_all(&mut self) {
        let document = self.server.id();
        for phone in 0..self.phones.len() {
            if !self.reads(phone) {
                continue;
            }
            let head = self.server.head();
            let kind = self.server.kind();
            let Phone { replica, author, heard, .. } = &mut self.phones[phone];
            replica.handle_disconnected();
            replica.handle_connected("test");
            let head = DocumentHead {
                document,
                kind,
                space: space(),
                space_name: "Joost".into(),
                role: author.role,
                access: Access::Write,
                generation: head.generation,
                sequence: head.sequence,
            };
            let documents = vec![head];
            let server_time = now();
            let welcome = ServerFrame::Welcome { server_time, documents, members: vec![], server: None, through: None };
            replica.handle_frame(welcome, now()).unwrap();
            store(replica);
            let entries = self.entries[*heard..].to_vec();
            *heard = self.entries.len();
            let generation = self.server.head().generation;
            replica.handle_frame(ServerFrame::Entries { document, generation, entries }, now()).unwrap();
            store(replica);
        }
    }

    fn share_all(&mut self) {
        (0..self.phones.len())
            .filter(|phone| self.reads(*phone))
            .collect::<Vec<_>>()
            .into_iter()
            .for_each(|phone| self.share(phone));
        self.hear_all();
    }

    /// Returns what the server and every phone read: the same things, each with the cards for its person.
    fn read(&mut self) -> Vec<Value> {
        let kind = self.server.kind();
        let neutral = kring_domain::read_model(kind, self.server.document(), &|_| "Iemand".into(), Language::Dutch);
        let mut models = vec![serde_json::to_value(neutral).unwrap()];
        for phone in (0..self.phones.len()).filter(|phone| self.reads(*phone)).collect::<Vec<_>>() {
            let read = self.phones[phone].replica.read(self.server.id(), Language::Dutch).unwrap();
            let read = serde_json::to_value(read).unwrap();
            assert_eq!(read["content"], models[0]["content"], "server and phone {phone} read the same");
            models.push(read);
        }
        models
    }

    /// The questions that two values raise, as the server and every phone read them.
    fn questions(&mut self) -> Vec<Vec<Value>> {
        let is_question =
            |card: &&Value| ["two_values", "two_texts", "suggestion"].iter().any(|kind| card["kind"] == *kind);
        let models = self.read();
        models
            .iter()
            .map(|model| model["cards"].as_array().unwrap().iter().filter(is_question).cloned().collect())
            .collect()
    }
}

fn store(replica: &mut Replica) {
    while replica.poll_store().is_some() {
        replica.handle_stored();
    }
}

fn space() -> SpaceId {
    SpaceId::new(Uuid::from_u128(1))
}

fn id(number: u128) -> String {
    Uuid::from_u128(number).to_string()
}

fn now() -> Timestamp {
    "2026-04-01T12:00:00Z".parse().unwrap()
}

/// The world in which two devices set the field differently; nothing where one of them may not.
fn disputed(case: &Case, pair: [usize; 2], values: [&Value; 2]) -> Option<World> {
    let mut world = World::with(case.kind);
    for (phone, value) in pair.into_iter().zip(values) {
        if !world.reads(phone) || !world.make(phone, case.with(value)) {
            return None;
        }
    }
    world.share_all();
    Some(world)
}

#[test]
fn two_values_at_once_both_stay_and_an_answer_ends_the_question() {
    let mut tried = 0;
    for case in Case::all() {
        let Kept::Both(one, other) = &case.kept else { continue };
        let mut is_tried = false;
        for pair in PAIRS {
            let named = format!("{}.{} by {pair:?}", case.command, case.field);
            let Some(mut world) = disputed(&case, pair, [one, other]) else { continue };
            is_tried = true;
            let questions = world.questions();
            assert_eq!(questions[0].len(), questions[0].len().max(1), "{named}: nobody is asked");
            let kept = serde_json::to_string(&(&questions[0], world.read()[0]["content"].clone())).unwrap();
            for value in [one, other] {
                assert!(kept.contains(&value.to_string()), "{named}: {value} is lost: {kept}");
            }
            let asked = |phone: &&Vec<Value>| phone.iter().any(|card| card["options"] != json!([]));
            assert!(questions[1..].iter().any(|phone| asked(&phone)), "{named}: nobody can answer");
            let number =
                world.questions()[0].iter().map(|card| card["options"].as_array().unwrap().len()).max().unwrap();
            for option in 0..number {
                let mut world = disputed(&case, pair, [one, other]).unwrap();
                answer_all(&mut world, option, &named);
                assert_eq!(world.questions().concat(), [Value::Null; 0], "{named}, answer {option}");
            }
        }
        assert!(is_tried, "{}.{}: no two devices may set it", case.command, case.field);
        tried += 1;
    }
    assert!(tried > 25, "{tried}");
}

/// Gives the same numbered answer to each question there is, on a phone of somebody who can.
fn answer_all(world: &mut World, option: usize, named: &str) {
    for _ in 0..3 {
        let questions = world.questions();
        let readers: Vec<usize> = (0..world.phones.len()).filter(|phone| world.reads(*phone)).collect();
        let found = readers.iter().zip(&questions[1..]).find_map(|(phone, cards)| {
            let card = cards.iter().find(|card| card["options"] != json!([]))?;
            Some((*phone, card["options"].as_array().unwrap().clone()))
        });
        let Some((phone, options)) = found else { return };
        let command = match &options[option.min(options.len() - 1)]["command"] {
            // Without a quadrant the person places the contact by hand.
            Value::Null => json!({"type": "place_contact", "contact_id": id(1), "ring": 4, "quadrant": "family"}),
            command => command.clone(),
        };
        assert!(world.make(phone, command), "{named}: the answer is refused");
        world.share_all();
    }
}

#[test]
fn nobody_sets_anew_what_is_set_once() {
    for case in Case::all().into_iter().filter(|case| matches!(case.kept, Kept::Once)) {
        // A part has the id of the command, so that two of them are two.
        if case.command == "assign_part" {
            continue;
        }
        let mut world = World::with(case.kind);
        let [one, other] = if case.kind == DocumentKind::WorkNotes { [2, 4] } else { [0, 1] };
        assert!(world.make(one, example(case.command, 3)), "{}", case.command);
        assert!(world.make(other, example(case.command, 3)), "{}", case.command);
        world.share_all();
        assert_eq!(world.phones[other].verdicts[0].code, Some(RefusalCode::DuplicateId), "{}", case.command);
    }
}

#[test]
fn two_answers_to_an_idea_are_a_question_to_the_client() {
    for (one, other) in [("choose_idea", "decline_idea"), ("park_idea", "choose_idea"), ("decline_idea", "park_idea")] {
        let mut world = World::with(DocumentKind::Circle);
        assert!(world.make(0, example(one, 3)) && world.make(1, example(other, 3)));
        world.share_all();
        let questions = world.questions();
        assert_eq!(questions[0][0]["for"], json!(["client"]));
        assert_eq!(
            questions[0][0]["text"],
            "Dit is op twee toestellen ingevuld. “x” heeft twee antwoorden. Wat klopt?"
        );
        let commands: Vec<&Value> =
            questions[1][0]["options"].as_array().unwrap().iter().map(|option| &option["command"]["type"]).collect();
        assert_eq!(commands, [&json!(one), &json!(other)]);
        assert_eq!(questions[3], [Value::Null; 0], "the professional cannot answer");
        answer_all(&mut world, 0, one);
        assert_eq!(world.questions().concat(), [Value::Null; 0]);
    }
}
