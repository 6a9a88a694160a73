//! Any interleaving of the commands of several devices: nothing panics, and everybody reads the same.

#![allow(clippy::indexing_slicing, reason = "devices are numbered by the test itself, and a test may fail")]

use automerge::{Automerge, ChangeHash, PatchLog};
use kring_domain::network::NetworkModel;
use kring_domain::{
    Author, Command, CommandId, Content, Context, Decision, DeviceId, DocumentKind, Language, PersonId, ReadModel,
    Role, authorize, genesis, read_model,
};
use proptest::prelude::*;
use serde_json::{Value, json};
use uuid::Uuid;

/// What a device does next: one command, or catching up with everything that was admitted.
#[derive(Clone, Debug)]
enum Step {
    Edit(usize, Value),
    CatchUp(usize),
}

const DEVICES: usize = 4;

fn id(number: u8) -> Uuid {
    Uuid::from_u128(number.into())
}

fn any_command() -> impl Strategy<Value = Value> {
    let contact = || 1..5u8;
    let quadrant = || proptest::sample::select(vec!["family", "peers", "professionals", "society"]);
    let fields = proptest::sample::select(vec![
        json!({ "name": "Mo" }),
        json!({ "name": "mo " }),
        json!({ "status": "faded" }),
        json!({ "status": null, "wish": "repair" }),
        json!({ "gives": ["advice", "practical"] }),
        json!({ "frequency_per_year": 0.5, "last_contact": "2026-03-01" }),
        json!({ "relation": "friend", "minor": true }),
        json!({ "ring": 1 }),
        json!({ "ring": null, "quadrant": null }),
        json!({ "quadrant": "society", "status": "strained" }),
    ]);
    prop_oneof![
        3 => (contact(), proptest::option::of(0..5u8), proptest::option::of(quadrant())).prop_map(
            |(contact, ring, quadrant)| {
                json!({
                    "type": "add_contact", "contact_id": id(contact), "name": "Mo", "ring": ring, "quadrant": quadrant,
                })
            }
        ),
        4 => (contact(), fields).prop_map(|(contact, mut fields)| {
            fields["type"] = json!("update_contact");
            fields["contact_id"] = json!(id(contact));
            fields
        }),
        3 => (contact(), 0..5u8, quadrant()).prop_map(|(contact, ring, quadrant)| {
            json!({ "type": "place_contact", "contact_id": id(contact), "ring": ring, "quadrant": quadrant })
        }),
        1 => contact().prop_map(|contact| json!({ "type": "archive_contact", "contact_id": id(contact) })),
        1 => contact().prop_map(|contact| json!({ "type": "erase_contact", "contact_id": id(contact) })),
        2 => (contact(), contact()).prop_map(|(a, b)| json!({ "type": "add_tie", "a": id(a), "b": id(b) })),
        1 => (contact(), contact()).prop_map(|(a, b)| json!({ "type": "remove_tie", "a": id(a), "b": id(b) })),
        1 => (contact(), contact()).prop_map(|(a, b)| json!({ "type": "distinguish_contacts", "a": id(a), "b": id(b) })),
        1 => (1..4u8).prop_map(|it| json!({ "type": "take_snapshot", "snapshot_id": id(it), "label": "year" })),
        2 => (1..30u8).prop_map(|made_by| json!({ "type": "accept_suggestion", "suggestion_id": id(made_by) })),
        1 => (1..30u8).prop_map(|made_by| json!({ "type": "decline_suggestion", "suggestion_id": id(made_by) })),
    ]
}

fn any_step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => (0..DEVICES, any_command()).prop_map(|(device, command)| Step::Edit(device, command)),
        1 => (0..DEVICES).prop_map(Step::CatchUp),
    ]
}

/// A phone and a tablet of the client, and two professionals.
fn author(device: usize) -> Author {
    let person = |number: u8| PersonId::new(id(number));
    let (person, role) = match device {
        0 | 1 => (person(101), Role::Client),
        2 => (person(102), Role::Professional),
        _ => (person(103), Role::Professional),
    };
    Author { device: DeviceId::new(Uuid::from_u128(0xd00 + device as u128)), person, role, has_client: true }
}

/// The server's document, with what each device has seen of it.
struct Server {
    document: Automerge,
    seen: [Vec<ChangeHash>; DEVICES],
    commands: u8,
    admitted: usize,
}

impl Server {
    fn new() -> Self {
        let document = genesis(DocumentKind::Network);
        let seen = std::array::from_fn(|_| document.get_heads());
        Self { document, seen, commands: 0, admitted: 0 }
    }

    fn take(&mut self, step: &Step) -> Result<(), TestCaseError> {
        match step {
            Step::CatchUp(device) => {
                self.seen[*device] = self.document.get_heads();
                Ok(())
            }
            Step::Edit(device, command) => self.edit(*device, command),
        }
    }

    /// Executes a command at what its device has seen, and lets the device see the result.
    fn edit(&mut self, device: usize, command: &Value) -> Result<(), TestCaseError> {
        let command = Command::parse(command.clone()).map_err(failure)?;
        let author = author(device);
        self.commands += 1;
        let context = Context { command_id: CommandId::new(id(self.commands)), ..Context::example(author) };
        let now = self.document.clone();
        let (Decision::Admit(authorized) | Decision::Suggest(authorized)) = authorize(&author, &command, &now) else {
            return Ok(());
        };
        self.document.set_actor(author.actor());
        let mut transaction =
            self.document.transaction_at(PatchLog::inactive(), &self.seen[device]).map_err(failure)?;
        if authorized.execute(&context, &mut transaction).is_err() {
            transaction.rollback();
        } else {
            let (change, _) = transaction.commit();
            let change = change.ok_or_else(|| TestCaseError::fail(format!("{command:?} is no change")))?;
            // The change builds on everything the device had seen.
            self.seen[device] = vec![change];
            self.admitted += 1;
        }
        Ok(())
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(200) })]

    #[test]
    fn everybody_reads_the_same(steps in proptest::collection::vec(any_step(), 1..60)) {
        let mut server = Server::new();
        let mut replica = genesis(DocumentKind::Network);
        for step in &steps {
            server.take(step)?;
            let model = read(&server.document);
            replica.merge(&mut server.document).map_err(failure)?;
            prop_assert_eq!(&model, &read(&replica), "a replica that follows along");
            rules_hold(network(&model)?)?;
        }
        let changes = server.document.get_changes(&[]);
        prop_assert_eq!(changes.len(), 1 + server.admitted, "every admitted command is one change");
        let saved = Automerge::load(&server.document.save()).map_err(failure)?;
        prop_assert_eq!(read(&server.document), read(&saved), "a replica that starts from the saved document");
        let mut backwards = genesis(DocumentKind::Network);
        backwards.apply_changes(changes.into_iter().rev()).map_err(failure)?;
        prop_assert_eq!(read(&server.document), read(&backwards), "a replica that got everything the wrong way round");
    }
}

fn rules_hold(network: &NetworkModel) -> Result<(), TestCaseError> {
    let present = |id| network.contacts.iter().any(|contact| contact.id == id);
    let archived = |id| network.archived.iter().any(|contact| contact.id == id);
    for contact in &network.contacts {
        prop_assert!((0..=4).contains(&contact.ring) && !contact.name.is_empty());
        prop_assert!(!archived(contact.id));
    }
    for tie in &network.ties {
        prop_assert!(tie.a < tie.b && present(tie.a) && present(tie.b));
    }
    for suggestion in &network.suggestions {
        prop_assert!(present(suggestion.contact_id));
    }
    for erasure in &network.erasures {
        let gone = erasure.contact_id;
        prop_assert!(!present(gone) && !archived(gone));
        let mut kept = network.snapshots.iter().flat_map(|snapshot| &snapshot.contacts);
        prop_assert!(!kept.any(|contact| contact.id == gone));
    }
    Ok(())
}

fn read(document: &Automerge) -> ReadModel {
    read_model(DocumentKind::Network, document, &|person| person.to_string(), Language::English)
}

fn network(model: &ReadModel) -> Result<&NetworkModel, TestCaseError> {
    match &model.content {
        Content::Network(network) => Ok(network),
        other => Err(TestCaseError::fail(format!("not a network: {other:?}"))),
    }
}

fn failure(error: impl std::fmt::Display) -> TestCaseError {
    TestCaseError::fail(error.to_string())
}
