//! A small space for the bytes to work on: documents with something in them, and a phone with an edit that waits.

use std::sync::LazyLock;

use automerge::Automerge;
use kring_domain::{
    Access, Author, Command, CommandId, Context, Decision, DocumentId, DocumentKind, Role, SpaceId, Timestamp,
    authorize, genesis,
};
use kring_sync::{
    DeviceIdentity, Pending, Position, RawCommand, Replica, StoreOp, StoreQuery, StoredDocument, Submission,
};
use serde_json::{Value, json};
use uuid::Uuid;

pub(crate) fn space() -> SpaceId {
    SpaceId::new(Uuid::from_u128(1))
}

pub(crate) fn document(kind: DocumentKind) -> DocumentId {
    DocumentId::derive(space(), kind)
}

pub(crate) fn now() -> Timestamp {
    Timestamp::from_millis(1_772_452_800_000)
}

/// A document of a kind with a few things in it, each of whose ids is a small number.
pub(crate) fn filled(kind: DocumentKind) -> Automerge {
    static FILLED: LazyLock<Vec<(DocumentKind, Automerge)>> =
        LazyLock::new(|| DocumentKind::ALL.iter().map(|kind| (*kind, fill(*kind))).collect());
    FILLED.iter().find(|(filled, _)| *filled == kind).expect("every kind was filled").1.clone()
}

fn fill(kind: DocumentKind) -> Automerge {
    let id = Uuid::from_u128;
    let client = Author::example(Role::Client);
    let things = [
        json!({"type": "add_contact", "contact_id": id(1), "name": "Ria", "ring": 2, "quadrant": "family"}),
        json!({"type": "add_contact", "contact_id": id(2), "name": "Wout"}),
        json!({"type": "add_tie", "a": id(1), "b": id(2)}),
        json!({"type": "propose_idea", "idea_id": id(1), "text": "Een kaart naar Dennis"}),
        json!({"type": "make_offer", "offer_id": id(3), "what": "rijden"}),
        json!({"type": "add_goal", "goal_id": id(1), "text": "Vaker naar buiten"}),
        json!({"type": "add_action", "action_id": id(1), "title": "Vissen", "client_part": "Ik bel Wout"}),
        json!({"type": "add_step", "action_id": id(1), "step_id": id(1), "text": "Bellen"}),
        json!({"type": "activate_action", "action_id": id(1)}),
    ];
    let mut document = genesis(kind);
    for (number, thing) in things.into_iter().enumerate() {
        let command = Command::parse(thing).expect("a command of this version");
        if command.kind() == kind {
            execute(&mut document, &client, &command, number as u128).expect("a client may fill a document");
        }
    }
    document
}

/// Decides about a command and executes it; whether it was admitted.
pub(crate) fn execute(document: &mut Automerge, author: &Author, command: &Command, number: u128) -> Option<()> {
    document.set_actor(author.actor());
    let snapshot = document.clone();
    let (Decision::Admit(authorized) | Decision::Suggest(authorized)) = authorize(author, command, &snapshot) else {
        return None;
    };
    let context =
        Context { author: *author, command_id: CommandId::new(Uuid::from_u128(900 + number)), at: now(), now: now() };
    let mut transaction = document.transaction();
    match authorized.execute(&context, &mut transaction) {
        Ok(()) => {
            transaction.commit();
            Some(())
        }
        Err(_) => {
            transaction.rollback();
            None
        }
    }
}

/// The edit that waits on the phone.
fn edit() -> Value {
    json!({"type": "propose_idea", "idea_id": Uuid::from_u128(70), "text": "mijn eigen woorden"})
}

/// A client's phone that holds a circle, with an edit of its own that waits for the server.
pub(crate) struct Phone {
    pub(crate) replica: Replica,
    ended: usize,
}

impl Phone {
    pub(crate) fn new() -> Self {
        let identity = DeviceIdentity {
            device: Author::example(Role::Client).device,
            person: Author::example(Role::Client).person,
        };
        let kind = DocumentKind::Circle;
        let heads = genesis(kind).get_heads().into_iter().map(|hash| hash.0).collect();
        let submission = Submission {
            id: CommandId::new(Uuid::from_u128(7)),
            base: Some(Position::GENESIS),
            made_at: Some(now()),
            command: RawCommand::from_value(edit()),
        };
        let stored = StoredDocument {
            document: document(kind),
            kind,
            space: space(),
            role: Role::Client,
            access: Access::Write,
            known: true,
            position: Position::GENESIS,
            chain_hash: None,
            snapshot: None,
            tail: Vec::new(),
            pending: vec![Pending { submission, heads }],
        };
        let replica = Replica::restore(identity, vec![stored], Vec::new()).expect("an empty document restores");
        Self { replica, ended: 0 }
    }

    /// Whatever the server said: the phone still shows its documents, and its edit waits or has ended, once.
    pub(crate) fn holds(&mut self) {
        self.store();
        // This phone has kept nothing that a server could ask for.
        while let Some(query) = self.replica.poll_store_query() {
            match query {
                StoreQuery::Entries { document, .. } => self.replica.handle_entries(document, Vec::new()),
                StoreQuery::Own { document } => drop(self.replica.handle_own(document, Vec::new())),
            }
            self.store();
        }
        while self.replica.poll_event().is_some() {}
        while self.replica.poll_frame().is_some() {}
        let circle = document(DocumentKind::Circle);
        assert_eq!(self.replica.pending(circle).count() + self.ended, 1, "an edit waits or has ended");
        let held: Vec<_> = self.replica.documents().map(|(id, ..)| id).collect();
        for document in held {
            assert!(self.replica.view(document).is_some(), "a document that is held can be seen");
            self.replica.read(document, kring_domain::Language::Dutch);
        }
    }
    /// Makes durable what is to be, and counts the edits that end.
    fn store(&mut self) {
        while let Some(batch) = self.replica.poll_store() {
            for op in batch {
                if let StoreOp::Settle { edit: settled, .. } = op {
                    assert_eq!(settled.command.value(), &edit(), "the text of an edit is kept");
                    self.ended += 1;
                }
            }
            self.replica.handle_stored();
        }
    }
}
