//! A document with its admitted history and the devices that edit it, as the server and the phones see it.

#![allow(dead_code, reason = "each test crate uses its own part of this")]

use automerge::{Automerge, Change, ChangeHash, PatchLog};
use kring_domain::{
    Author, Card, CardKind, Command, CommandId, Context, Decision, DeviceId, DocumentKind, Language, ParseError,
    PersonId, Refusal, RefusalCode, Role, Timestamp, authorize, genesis, read_model, rewrite,
};
use serde_json::{Value, json};
use uuid::Uuid;

/// Midnight UTC on the day on which the histories of the tests start.
pub(crate) const START: &str = "2026-04-08T00:00:00Z";

/// One document and all that was admitted to it.
#[derive(Clone)]
pub(crate) struct History {
    pub(crate) kind: DocumentKind,
    pub(crate) document: Automerge,
    /// The heads after each admitted command; the first are those of the empty document.
    heads: Vec<Vec<ChangeHash>>,
    sent: u128,
    minutes: i64,
}

/// A phone: who holds it, how much of the history it has seen, and the last it added itself.
#[derive(Clone, Debug)]
pub(crate) struct Device {
    pub(crate) author: Author,
    base: usize,
    own: Vec<ChangeHash>,
}

impl Device {
    /// A phone of a person with a number; a person may have several, told apart by `number`.
    pub(crate) fn new(number: u128, person: u128, role: Role) -> Self {
        let device = DeviceId::new(Uuid::from_u128(0xd000 + number));
        let author = Author { device, person: PersonId::new(Uuid::from_u128(person)), role, has_client: true };
        Self { author, base: 0, own: Vec::new() }
    }
}

impl History {
    pub(crate) fn new(kind: DocumentKind) -> Self {
        let document = genesis(kind);
        let heads = vec![document.get_heads()];
        Self { kind, document, heads, sent: 0, minutes: 0 }
    }

    /// Brings a device up to date.
    pub(crate) fn sync(&self, device: &mut Device) {
        device.base = self.heads.len() - 1;
    }

    /// Sends a command that the device makes now, at what it has seen; admitted or not as the server would.
    pub(crate) fn send(&mut self, device: &mut Device, command: Value) -> Result<CommandId, Refusal> {
        self.minutes += 1;
        let at = START.parse::<Timestamp>().unwrap().millis() + self.minutes * 60_000;
        self.send_at(device, command, Timestamp::from_millis(at))
    }

    /// The same, with the time at which the device made the command.
    pub(crate) fn send_at(&mut self, device: &mut Device, command: Value, at: Timestamp) -> Result<CommandId, Refusal> {
        let command = Command::parse(command).map_err(|error| match error {
            ParseError::Unknown => Refusal::new(RefusalCode::UnknownCommand),
            ParseError::Invalid(refusal) => refusal,
        })?;
        self.sent += 1;
        let command_id = CommandId::new(Uuid::from_u128(0xc000_0000 + self.sent));
        let context = Context { author: device.author, command_id, at, now: at };
        let authorized = match authorize(&device.author, &command, &self.document) {
            Decision::Admit(authorized) | Decision::Suggest(authorized) => authorized,
            Decision::Hold(code) => return Err(Refusal::new(code)),
            Decision::Refuse(refusal) => return Err(refusal),
        };
        let authorized =
            if device.own.is_empty() { authorized } else { authorized.seeing(self.heads[device.base].clone()) };
        let mut scope = self.heads[device.base].clone();
        scope.extend(&device.own);
        self.document.set_actor(device.author.actor());
        let mut transaction = self.document.transaction_at(PatchLog::inactive(), &scope).unwrap();
        if let Err(refusal) = authorized.execute(&context, &mut transaction) {
            transaction.rollback();
            return Err(refusal);
        }
        if let (Some(hash), _) = transaction.commit() {
            device.own = vec![hash];
        }
        self.heads.push(self.document.get_heads());
        Ok(command_id)
    }

    /// Writes the document anew, as the start of all that follows.
    pub(crate) fn begin_anew(&mut self) {
        self.document = rewrite(self.kind, &self.document).unwrap();
        self.forget_bases();
    }

    /// Lets what follows be made on the document as it stands, however little a device has seen.
    pub(crate) fn forget_bases(&mut self) {
        self.heads = vec![self.document.get_heads()];
    }

    /// The read model as JSON, for a Dutch reader who calls people by the last digits of their ids.
    pub(crate) fn json(&self) -> Value {
        json_of(self.kind, &self.document)
    }

    /// The cards of one kind.
    pub(crate) fn cards(&self, kind: CardKind) -> Vec<Card> {
        let cards = read_model(self.kind, &self.document, &called, Language::Dutch).cards;
        cards.into_iter().filter(|card| card.kind == kind).collect()
    }

    /// Every change that was admitted, in the order of admission.
    pub(crate) fn changes(&self) -> Vec<Change> {
        self.document.get_changes(&genesis(self.kind).get_heads())
    }
}

/// A read model as JSON.
pub(crate) fn json_of(kind: DocumentKind, document: &Automerge) -> Value {
    serde_json::to_value(read_model(kind, document, &called, Language::Dutch)).unwrap()
}

pub(crate) fn called(person: PersonId) -> String {
    format!("P{}", person.uuid().as_u128())
}

/// An id for a thing with a number.
pub(crate) fn id(number: u128) -> String {
    Uuid::from_u128(number).to_string()
}

/// The command that plans action `number` of a test.
pub(crate) fn add_action(number: u128) -> Value {
    json!({
        "type": "add_action", "action_id": id(number), "title": format!("Actie {number}"), "client_part": "Ik begin",
    })
}

/// A command about action `number` without other fields.
pub(crate) fn about(command: &str, number: u128) -> Value {
    json!({ "type": command, "action_id": id(number) })
}
