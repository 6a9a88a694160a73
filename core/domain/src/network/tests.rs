//! The rules of the map under real concurrency: commands executed at the heads their devices had seen.

mod archiving;
mod duplicates;
mod erasing;
mod fields;
mod own_words;
mod placing;
mod snapshots;
mod ties;

use automerge::{Automerge, ChangeHash, PatchLog};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{Contact, NetworkModel};
use crate::{
    Author, Card, CardKind, Command, CommandId, Content, Context, Decision, DeviceId, DocumentKind, Language, PersonId,
    ReadModel, Refusal, Role, authorize, genesis, read_model,
};

/// The outcome of a command.
#[derive(Debug, PartialEq)]
enum Outcome {
    Admitted,
    Suggested,
    Refused(Refusal),
}

/// A document on a server: commands of several devices, each made at heads of its own.
struct Server {
    document: Automerge,
    commands: u128,
}

impl Server {
    fn new() -> Self {
        Self { document: genesis(DocumentKind::Network), commands: 0 }
    }

    /// A document with one contact, Mo, in ring 3, who was put there by the client.
    fn with_mo() -> Self {
        let mut server = Self::new();
        server.run(client(), mo());
        server
    }

    fn heads(&self) -> Vec<ChangeHash> {
        self.document.get_heads()
    }

    /// Sends a command that was made with everything in sight.
    fn run(&mut self, author: Author, command: Value) {
        let heads = self.heads();
        let outcome = self.send(author, &heads, command.clone());
        assert!(!matches!(outcome, Outcome::Refused(_)), "{command}: {outcome:?}");
    }

    /// Sends a command that was made with only the past of `heads` in sight.
    fn send(&mut self, author: Author, heads: &[ChangeHash], command: Value) -> Outcome {
        let command = Command::parse(command).unwrap();
        self.commands += 1;
        let context =
            Context { command_id: CommandId::new(Uuid::from_u128(0xc000 + self.commands)), ..Context::example(author) };
        let decided = self.document.clone();
        let authorized = match authorize(&author, &command, &decided) {
            Decision::Admit(authorized) | Decision::Suggest(authorized) => authorized,
            Decision::Refuse(refusal) => return Outcome::Refused(refusal),
            Decision::Hold(code) => panic!("{command:?} held: {code:?}"),
        };
        self.document.set_actor(author.actor());
        let mut transaction = self.document.transaction_at(PatchLog::inactive(), heads).unwrap();
        match authorized.execute(&context, &mut transaction) {
            Ok(()) => transaction.commit(),
            Err(refusal) => {
                transaction.rollback();
                return Outcome::Refused(refusal);
            }
        };
        if authorized.is_suggestion() { Outcome::Suggested } else { Outcome::Admitted }
    }

    fn read(&self) -> ReadModel {
        let names = |person: PersonId| match person {
            person if person == client().person => "Joost".to_owned(),
            person if person == professional().person => "Marloes".to_owned(),
            _ => "Kim".to_owned(),
        };
        read_model(DocumentKind::Network, &self.document, &names, Language::Dutch)
    }

    fn model(&self) -> NetworkModel {
        match self.read().content {
            Content::Network(model) => model,
            other => panic!("not a network: {other:?}"),
        }
    }

    fn mo(&self) -> Contact {
        let contacts = self.model().contacts;
        contacts.into_iter().find(|contact| contact.id.to_string() == id(1)).expect("Mo is on the map")
    }

    fn cards(&self, kind: CardKind) -> Vec<Card> {
        self.read().cards.into_iter().filter(|card| card.kind == kind).collect()
    }

    /// Gives an answer to the only card of a kind.
    fn answer(&mut self, kind: CardKind, option: usize) {
        let cards = self.cards(kind);
        assert_eq!(cards.len(), 1, "{cards:?}");
        let command = cards[0].options[option].command.clone().unwrap();
        self.run(client(), command);
        assert_eq!(self.cards(kind), [], "the answer settles the question");
    }
}

fn client() -> Author {
    Author::example(Role::Client)
}

/// The same person on a second phone.
fn client_tablet() -> Author {
    Author { device: DeviceId::new(Uuid::from_u128(0xee)), ..client() }
}

fn professional() -> Author {
    Author::example(Role::Professional)
}

fn id(number: u128) -> String {
    Uuid::from_u128(number).to_string()
}

fn mo() -> Value {
    json!({ "type": "add_contact", "contact_id": id(1), "name": "Mo", "ring": 3, "quadrant": "peers" })
}

fn add(number: u128, name: &str) -> Value {
    json!({ "type": "add_contact", "contact_id": id(number), "name": name })
}

fn place(ring: i64, quadrant: &str) -> Value {
    json!({ "type": "place_contact", "contact_id": id(1), "ring": ring, "quadrant": quadrant })
}

fn update(mut fields: Value) -> Value {
    fields["type"] = json!("update_contact");
    fields["contact_id"] = json!(id(1));
    fields
}

fn about(kind: &str) -> Value {
    json!({ "type": kind, "contact_id": id(1) })
}

#[test]
fn only_those_who_work_on_the_map_may_edit_it() {
    let mut server = Server::with_mo();
    let heads = server.heads();
    for role in [Role::Member, Role::Backup] {
        for command in [add(2, "Wil"), place(1, "family"), about("erase_contact"), about("archive_contact")] {
            let outcome = server.send(Author::example(role), &heads, command);
            assert!(is_forbidden(&outcome), "{outcome:?}");
        }
    }
    let erase = server.send(professional(), &heads, about("erase_contact"));
    assert!(is_forbidden(&erase), "{erase:?}");
}

fn is_forbidden(outcome: &Outcome) -> bool {
    matches!(outcome, Outcome::Refused(refusal) if refusal.code == crate::RefusalCode::Forbidden)
}

#[test]
fn every_command_reads_back_in_words_of_both_languages() {
    let names = |_: PersonId| "Kim".to_owned();
    let commands = [
        mo(),
        place(2, "society"),
        update(json!({ "status": "faded" })),
        about("archive_contact"),
        about("erase_contact"),
        json!({ "type": "add_tie", "a": id(1), "b": id(2) }),
        json!({ "type": "remove_tie", "a": id(1), "b": id(2) }),
        json!({ "type": "take_snapshot", "snapshot_id": id(9), "label": "start" }),
        json!({ "type": "accept_suggestion", "suggestion_id": id(9) }),
        json!({ "type": "decline_suggestion", "suggestion_id": id(9) }),
    ];
    for command in commands {
        let command = Command::parse(command).unwrap();
        let document = genesis(DocumentKind::Network);
        let (dutch, english) =
            (command.words(&document, &names, Language::Dutch), command.words(&document, &names, Language::English));
        assert!(!dutch.is_empty() && dutch != english, "{dutch} / {english}");
    }
}
