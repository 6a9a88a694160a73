//! Phones that edit one text without knowing of each other.

#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeSet;

use kring_domain::{
    Access, Author, Command, CommandId, DeviceId, DocumentId, DocumentKind, Language, PersonId, Role, SpaceId,
    Timestamp, text_merge,
};
use kring_sync::{Admission, DeviceFrame, DeviceIdentity, DocumentHead, Entry, Judgement, Replica, ServerFrame};
use serde_json::{Value, json};
use uuid::Uuid;

/// Linda, who proposed the idea, and Joost with his phone and his tablet.
const LINDA: usize = 0;
const JOOST: usize = 1;
const TABLET: usize = 2;

struct World {
    circle: Admission,
    entries: Vec<Entry>,
    phones: Vec<Phone>,
    made: u128,
    written: BTreeSet<String>,
}

struct Phone {
    replica: Replica,
    author: Author,
    heard: usize,
}

impl World {
    /// Everybody has read the idea, and goes offline.
    fn with(text: &str) -> Self {
        let circle = Admission::new(DocumentId::derive(space(), DocumentKind::Circle), DocumentKind::Circle);
        let authors = [(20, 2, Role::Member), (30, 3, Role::Client), (31, 3, Role::Client)];
        let phones = authors.map(|(device, person, role)| {
            let device = DeviceId::new(Uuid::from_u128(device));
            let person = PersonId::new(Uuid::from_u128(person));
            Phone {
                replica: Replica::new(DeviceIdentity { device, person }),
                author: Author { device, person, role, has_client: true },
                heard: 0,
            }
        });
        let mut world = Self { circle, entries: vec![], phones: phones.into(), made: 0, written: BTreeSet::new() };
        (0..3).for_each(|phone| world.hear(phone));
        world.make(LINDA, json!({"type": "propose_idea", "idea_id": idea(), "text": text}));
        world.share(LINDA);
        (0..3).for_each(|phone| world.hear(phone));
        world
    }

    fn make(&mut self, phone: usize, command: Value) {
        self.made += 1;
        self.written.extend(text_merge::words(command["text"].as_str().unwrap_or_default()));
        let id = CommandId::new(Uuid::from_u128(0xc000 + self.made));
        let replica = &mut self.phones[phone].replica;
        replica.submit(self.circle.id(), id, Command::parse(command).unwrap(), now()).unwrap();
        store(replica);
        self.verify();
    }

    fn edit(&mut self, phone: usize, text: &str) {
        self.make(phone, json!({"type": "edit_idea", "idea_id": idea(), "text": text}));
    }

    /// Sends what waits on a phone; it hears the verdicts, and not yet the entries.
    fn share(&mut self, phone: usize) {
        let document = self.circle.id();
        let Phone { replica, author, .. } = &mut self.phones[phone];
        let frames: Vec<DeviceFrame> = std::iter::from_fn(|| replica.poll_frame()).collect();
        let mut verdicts = Vec::new();
        for frame in frames {
            let DeviceFrame::Submit { commands, .. } = frame else { continue };
            for submission in commands {
                let outcome = self.circle.handle_submission(author, submission, now());
                assert_eq!(outcome.verdict.judgement, Judgement::Admitted, "{:?}", outcome.verdict);
                self.entries.extend(outcome.admitted.map(|admitted| admitted.entry));
                verdicts.push(outcome.verdict);
            }
        }
        replica.handle_frame(ServerFrame::Verdicts { document, verdicts }, now()).unwrap();
        store(replica);
        self.verify();
    }

    /// A phone comes online and hears everything, without sending anything.
    fn hear(&mut self, phone: usize) {
        let document = self.circle.id();
        let head = self.circle.head();
        let Phone { replica, author, heard } = &mut self.phones[phone];
        replica.handle_disconnected();
        replica.handle_connected("test");
        let head = DocumentHead {
            document,
            kind: DocumentKind::Circle,
            space: space(),
            space_name: "Joost".into(),
            role: author.role,
            access: Access::Write,
            generation: head.generation,
            sequence: head.sequence,
        };
        let welcome = ServerFrame::Welcome {
            server_time: now(),
            documents: vec![head],
            members: vec![],
            server: None,
            through: None,
        };
        replica.handle_frame(welcome, now()).unwrap();
        store(replica);
        let cursor = replica.cursor(document).unwrap();
        let generation = self.circle.head().generation;
        let frame = if cursor.generation == generation {
            let entries = self.entries[*heard..].to_vec();
            ServerFrame::Entries { document, generation, entries }
        } else {
            let sequence = self.circle.head().sequence;
            let bytes = self.circle.snapshot();
            ServerFrame::Snapshot { document, generation, sequence, bytes, chain_hash: None, replaces: false }
        };
        *heard = self.entries.len();
        replica.handle_frame(frame, now()).unwrap();
        store(replica);
        self.verify();
    }

    fn compact(&mut self) {
        self.circle.begin_generation().unwrap();
        self.entries.clear();
        self.phones.iter_mut().for_each(|phone| phone.heard = 0);
    }

    /// Everybody edits, shares one after the other, and hears everything.
    fn all_edit(&mut self, edits: &[(usize, &str)]) {
        edits.iter().for_each(|(phone, text)| self.edit(*phone, text));
        self.all_share();
    }

    fn all_share(&mut self) {
        (0..3).for_each(|phone| self.share(phone));
        (0..3).for_each(|phone| self.hear(phone));
        let shown = self.shown();
        (0..3).for_each(|phone| assert_eq!(self.read(phone)["content"]["ideas"][0]["text"], shown));
    }

    fn read(&mut self, phone: usize) -> Value {
        let read = self.phones[phone].replica.read(self.circle.id(), Language::Dutch).unwrap();
        serde_json::to_value(read).unwrap()
    }

    /// The server's document as it reads.
    fn model(&self) -> Value {
        let kind = DocumentKind::Circle;
        let model = kring_domain::read_model(kind, self.circle.document(), &|_| "Iemand".into(), Language::Dutch);
        serde_json::to_value(model).unwrap()
    }

    fn shown(&self) -> String {
        self.model()["content"]["ideas"][0]["text"].as_str().unwrap().to_owned()
    }

    fn kept(&self) -> Vec<String> {
        let versions = self.model()["content"]["ideas"][0]["versions"].clone();
        versions.as_array().into_iter().flatten().map(|version| version["text"].as_str().unwrap().to_owned()).collect()
    }

    /// Nobody ever reads an empty text, or a word that nobody wrote.
    fn verify(&mut self) {
        let there: Vec<usize> = (0..3).filter(|phone| self.phones[*phone].heard > 0).collect();
        let mut texts = vec![self.model()];
        texts.extend(there.into_iter().map(|phone| self.read(phone)));
        for idea in texts.iter().flat_map(|model| model["content"]["ideas"].as_array().unwrap()) {
            let text = idea["text"].as_str().unwrap();
            assert!(!text.trim().is_empty() && text.chars().count() <= 2000);
            assert!(text_merge::words(text).is_subset(&self.written), "{text}");
        }
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

fn idea() -> String {
    Uuid::from_u128(7).to_string()
}

fn now() -> Timestamp {
    "2026-04-01T12:00:00Z".parse().unwrap()
}

/// Linda and Joost edit from the same base: nothing is to be asked.
fn check(base: &str, linda: &str, joost: &str, expected: &str) {
    let mut world = World::with(base);
    world.all_edit(&[(LINDA, linda), (JOOST, joost)]);
    assert_eq!(world.shown(), expected);
    assert_eq!(world.model()["cards"], json!([]));
}

/// Linda and Joost edit from the same base: the later shows, a card asks, and every answer ends it.
fn check_conflict(base: &str, linda: &str, joost: &str) {
    let mut world = World::with(base);
    world.all_edit(&[(LINDA, linda), (JOOST, joost)]);
    assert_eq!(world.shown(), joost);
    assert_eq!(world.kept(), [linda]);
    let cards = world.model()["cards"].clone();
    assert_eq!(cards.as_array().unwrap().len(), 1, "{cards}");
    assert_eq!(cards[0]["kind"], "two_texts");
    assert_eq!(cards[0]["text"], "Twee mensen veranderden deze tekst. Welke blijft?");
    let options = cards[0]["options"].as_array().unwrap().clone();
    let texts: Vec<&str> = options.iter().map(|option| option["command"]["text"].as_str().unwrap()).collect();
    assert_eq!(texts, [linda, joost, &format!("{linda}\n{joost}")]);
    for (answer, phone) in options.iter().zip([LINDA, JOOST, TABLET]) {
        let mut world = World::with(base);
        world.all_edit(&[(LINDA, linda), (JOOST, joost)]);
        world.make(phone, answer["command"].clone());
        world.all_share();
        assert_eq!(json!(world.shown()), answer["command"]["text"]);
        assert_eq!(world.model()["cards"], json!([]));
        assert_eq!(world.kept(), [""; 0]);
    }
}

#[test]
fn a_merge_leaves_words_that_somebody_wrote() {
    check("Samen eten", "Samen wandelen", "Samen wandelen", "Samen wandelen");
    check("Naar de mrkt", "Naar de markt", "Naar de markt", "Naar de markt");
    check("een kaart", "een mooie kaart", "een kaart naar Dennis", "een mooie kaart naar Dennis");
    check("Yarın çay içelim", "Bugün çay içelim", "Yarın kahve içelim", "Bugün kahve içelim");
    check("نشرب القهوة غدا", "نشرب الشاي غدا", "نشرب القهوة اليوم", "نشرب الشاي اليوم");
    check("👩‍👩‍👧 samen 🎉", "👨‍👩‍👧 samen 🎉", "👩‍👩‍👧 samen 🎂", "👨‍👩‍👧 samen 🎂");
}

#[test]
fn different_words_for_the_same_raise_a_card_that_ends() {
    check_conflict("koffie of thee", "koffie", "thee");
    check_conflict("ja nee", "ja", "nee");
    check_conflict("bellen of appen", "bellen", "appen");
    check_conflict("maandag", "dinsdag", "donderdag");
    check_conflict("om 10:00", "om 11:30", "om 14:00");
    check_conflict("Bel 06 12 34 56 78", "Bel 06 12 34 56 79", "Bel 06 22 34 56 78");
}

#[test]
fn three_phones_that_disagree_keep_three_versions() {
    let mut world = World::with("maandag");
    world.all_edit(&[(LINDA, "dinsdag"), (JOOST, "woensdag"), (TABLET, "donderdag")]);
    assert_eq!(world.shown(), "donderdag");
    assert_eq!(world.kept(), ["dinsdag", "woensdag"]);
    assert_eq!(world.model()["cards"][0]["options"].as_array().unwrap().len(), 4);
}

#[test]
fn five_edits_offline_and_those_of_others_all_stay() {
    let mut world = World::with("Samen eten bij Ria");
    for text in ["Samen koken bij Ria", "Samen koken bij Ria om zes", "Samen lekker koken bij Ria om zes"] {
        world.edit(LINDA, text);
    }
    world.edit(JOOST, "Samen eten bij Ria thuis");
    world.share(JOOST);
    world.edit(LINDA, "Samen heel lekker koken bij Ria om zes");
    world.edit(LINDA, "Samen heel lekker koken bij Ria om zeven");
    world.edit(TABLET, "Vrijdag samen eten bij Ria");
    world.share(TABLET);
    world.all_share();
    let words = text_merge::words(&world.shown());
    for word in ["heel", "lekker", "koken", "Ria", "zeven", "thuis"] {
        assert!(words.contains(word), "{word}: {}", world.shown());
    }
    assert!(!world.shown().contains("zes") && !world.shown().contains("eten"), "{}", world.shown());
}

#[test]
fn own_edits_go_on_from_own_words_after_a_merge() {
    let mut world = World::with("een kaart");
    world.edit(JOOST, "een mooie kaart");
    world.share(JOOST);
    // Linda has not heard of Joost. Each edit of hers is shared before she hears anything.
    for text in [
        "een kaart naar Dennis",
        "een kaart naar Dennis en Ria",
        "een kaartje naar Dennis en Ria",
        "een kaartje naar Ria",
    ] {
        world.edit(LINDA, text);
        world.share(LINDA);
    }
    assert_eq!(world.shown(), "een mooie kaartje naar Ria");
    world.all_share();
    assert_eq!(world.model()["cards"], json!([]));
}

#[test]
fn own_edits_after_a_conflict_lose_nobodys_version() {
    let mut world = World::with("maandag");
    world.edit(JOOST, "dinsdag");
    world.share(JOOST);
    for text in ["donderdag", "donderdag om tien", "donderdag om elf"] {
        world.edit(LINDA, text);
        world.share(LINDA);
    }
    assert_eq!(world.shown(), "donderdag om elf");
    assert_eq!(world.kept(), ["dinsdag"]);
    world.all_share();
    // Joost knows of the conflict, and decides by an ordinary edit.
    world.edit(JOOST, "woensdag om elf");
    world.all_share();
    assert_eq!(world.kept(), [""; 0]);
}

#[test]
fn a_version_that_lost_is_gone_on_with_as_a_version() {
    let mut world = World::with("maandag");
    world.edit(LINDA, "dinsdag");
    world.share(LINDA);
    world.edit(JOOST, "donderdag");
    world.share(JOOST);
    world.edit(LINDA, "dinsdag avond");
    world.share(LINDA);
    assert_eq!(world.shown(), "dinsdag avond");
    assert_eq!(world.kept(), ["donderdag"]);
}

#[test]
fn an_answer_ends_only_what_its_author_knew() {
    let mut world = World::with("maandag");
    world.all_edit(&[(LINDA, "dinsdag"), (JOOST, "donderdag")]);
    // Linda answers while the tablet, which knows as much, writes something else.
    world.edit(TABLET, "zaterdag");
    world.share(TABLET);
    world.edit(LINDA, "dinsdag");
    world.share(LINDA);
    assert_eq!(world.shown(), "dinsdag");
    assert_eq!(world.kept(), ["zaterdag"]);
}

#[test]
fn equal_words_written_anew_meanwhile_are_no_base() {
    let mut world = World::with("een kaart naar Dennis in Utrecht");
    for text in ["een brief naar Dennis in Utrecht", "een kaart naar Dennis in Utrecht"] {
        world.edit(JOOST, text);
        world.share(JOOST);
        world.hear(JOOST);
    }
    world.edit(LINDA, "een mail naar Dennis in Utrecht");
    world.share(LINDA);
    assert_eq!(world.shown(), "een mail naar Dennis in Utrecht");
}

#[test]
fn an_edit_from_before_a_compaction_takes_no_words_away() {
    let mut world = World::with("een kaart");
    world.edit(LINDA, "een brief");
    world.edit(JOOST, "een kaart naar Dennis in Utrecht");
    world.share(JOOST);
    world.compact();
    world.hear(LINDA);
    world.share(LINDA);
    assert_eq!(world.shown(), "een brief");
    assert_eq!(world.kept(), ["een kaart naar Dennis in Utrecht"]);
    world.edit(LINDA, "een brief aan Dennis");
    world.share(LINDA);
    assert_eq!((world.shown().as_str(), world.kept().len()), ("een brief aan Dennis", 1));
}

#[test]
fn a_conflict_outlives_a_compaction_and_ends_after_it() {
    let mut world = World::with("maandag");
    world.all_edit(&[(LINDA, "dinsdag"), (JOOST, "donderdag")]);
    let before = world.model();
    world.compact();
    assert_eq!(world.model(), before);
    (0..3).for_each(|phone| world.hear(phone));
    world.edit(TABLET, "dinsdag");
    world.all_share();
    assert_eq!(world.model()["cards"], json!([]));
    assert_eq!(world.shown(), "dinsdag");
}

#[test]
fn the_answers_are_for_the_client_and_the_author() {
    let mut world = World::with("maandag");
    world.all_edit(&[(LINDA, "dinsdag"), (JOOST, "donderdag")]);
    assert_eq!(world.model()["cards"][0]["for"], json!(["client", Uuid::from_u128(2)]));
    assert_eq!(world.read(LINDA)["cards"][0]["options"].as_array().unwrap().len(), 3);
    assert_eq!(world.read(JOOST)["cards"][0]["options"].as_array().unwrap().len(), 3);
}

#[test]
fn nothing_of_an_erased_text_and_its_versions_stays() {
    let mut world = World::with("maandag");
    world.all_edit(&[(LINDA, "dinsdag"), (JOOST, "donderdag om elf")]);
    world.edit(TABLET, "zaterdag");
    world.edit(LINDA, "dinsdag om tien");
    world.share(TABLET);
    world.share(LINDA);
    let holds = |world: &World, word: &str| {
        let bytes = automerge::Automerge::load(&world.circle.snapshot()).unwrap().save_nocompress();
        bytes.windows(word.len()).any(|window| window == word.as_bytes())
    };
    assert!(holds(&world, "zaterdag"), "or the test shows nothing");
    world.make(JOOST, json!({"type": "erase_idea", "idea_id": idea()}));
    world.share(JOOST);
    for word in ["maandag", "dinsdag", "donderdag", "zaterdag"] {
        assert!(!holds(&world, word), "{word}");
    }
}
