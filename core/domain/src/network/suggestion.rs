//! Suggestions about the map: those that were made, and those that a merge made.

use automerge::ReadDoc;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;
use uuid::Uuid;

use super::Contact;
use super::placement::{self, Placement};
use super::values::{Quadrant, RingName};
use crate::entity::{Item, Listed, Shown};
use crate::labels::{Labeller, Lists};
use crate::suggestion::{self, SuggestionState};
use crate::words::{Word, Words};
use crate::{CommandId, ContactId, PersonId, Timestamp};

/// A change of what is the client's own, which somebody suggested.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Suggestion {
    /// The id of the command that made it, or one derived from the contact where a merge made it.
    pub id: CommandId,
    /// The person who suggests it.
    pub by: Option<PersonId>,
    /// When it was suggested.
    pub at: Timestamp,
    /// The contact.
    pub contact_id: ContactId,
    /// The suggested ring; absent to leave it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ring: Option<i64>,
    /// The suggested quadrant; absent to leave it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quadrant: Option<Word<Quadrant>>,
    /// The command that it would be; absent where a merge made it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub command: Option<Value>,
    /// The client's answer.
    pub state: Word<SuggestionState>,
    /// True when a merge made it: it is then answered by placing the contact.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub derived: bool,
}

/// The suggestions that were made, then those a merge made, about contacts that are on the map.
impl Listed for Suggestion {
    const SECTION: Option<&'static str> = Some(suggestion::SECTION);

    fn list<R: ReadDoc>(document: &R) -> Vec<Self> {
        let contacts = Contact::on_map(document);
        let made = suggestion::all(document).into_iter().filter_map(|(id, item)| Self::made(id, &item));
        let made = made.filter(|made| contacts.iter().any(|(id, _)| *id == made.contact_id));
        made.chain(contacts.iter().flat_map(|(id, contact)| Self::derived(*id, contact))).collect()
    }

    fn labels(&self, labels: &mut Labeller<'_>) {
        self.state.labels(suggestion::STATE.name(), labels);
        self.quadrant.labels(Quadrant::LIST.name, labels);
        self.ring.iter().for_each(|ring| labels.add(RingName::LIST.name, &RingName::LIST, &ring.to_string()));
    }

    fn lists(lists: &mut Lists) {
        lists.add(SuggestionState::LIST);
    }
}

impl Suggestion {
    fn made<R: ReadDoc>(id: CommandId, item: &Item<'_, R>) -> Option<Self> {
        let command = suggestion::json(item)?;
        Some(Self {
            id,
            by: item.by(),
            at: item.at(),
            contact_id: item.get(suggestion::CONTACT)?.parse().ok()?,
            ring: command.get(RingName::LIST.name).and_then(Value::as_i64),
            quadrant: command.get(Quadrant::LIST.name).and_then(Value::as_str).map(Word::of),
            command: Some(command),
            state: suggestion::state(item),
            derived: false,
        })
    }

    fn derived<R: ReadDoc>(contact: ContactId, item: &Item<'_, R>) -> Vec<Self> {
        let derive = |place: Placement| Self {
            id: derived_id(contact, &place),
            by: place.by,
            at: place.at,
            contact_id: contact,
            ring: Some(place.ring),
            quadrant: place.quadrant,
            command: None,
            state: SuggestionState::Open.into(),
            derived: true,
        };
        placement::suggested(item).into_iter().map(derive).collect()
    }
}

fn derived_id(contact: ContactId, place: &Placement) -> CommandId {
    let by = place.by.map(|person| person.to_string()).unwrap_or_default();
    let quadrant = place.quadrant.as_deref().unwrap_or_default();
    let name = format!("{by} {} {} {quadrant}", place.at, place.ring);
    CommandId::new(Uuid::new_v5(&contact.uuid(), name.as_bytes()))
}
