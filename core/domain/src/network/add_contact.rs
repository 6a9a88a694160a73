use std::collections::BTreeSet;

use automerge::ReadDoc;
use automerge::transaction::Transactable;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::bounded::{DesiredRing, Frequency, Ring, Year};
use super::fields::{Writes, must_be_past};
use super::placement::Move;
use super::presence;
use super::values::{Initiator, Quadrant, Status, SupportKind, Wish};
use super::{Contact, own_words};
use crate::entity::Entity;
use crate::policy::{Policy, Rule};
use crate::{Author, CommandKind, ContactId, Context, Date, Language, Name, Names, Refusal, Role, Slug, Text, erasure};

/// Puts somebody on the map.
///
/// The wish, the desired ring and how things stand are the client's own to say: from others, `wish`, `desired_ring` and
/// `status` become a suggestion where the space has a client, and the contact is put on the map with the other fields.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AddContact {
    /// The new contact's id.
    pub contact_id: ContactId,
    /// The name that the client uses for this person.
    pub name: Name,
    /// The quarter of the map.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quadrant: Option<Quadrant>,
    /// The ring; 0 for not placed yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ring: Option<Ring>,
    /// The relation of this person to the client: `parent`, `neighbour`, `doctor` …
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub relation: Option<Slug>,
    /// The ring the client would like this person to be in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub desired_ring: Option<DesiredRing>,
    /// The number of times a year they are in touch.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub frequency_per_year: Option<Frequency>,
    /// The person who usually takes the initiative.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub initiator: Option<Initiator>,
    /// The support that the client gives.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gives: Option<BTreeSet<SupportKind>>,
    /// The support that the client receives.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub receives: Option<BTreeSet<SupportKind>>,
    /// The state of things.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<Status>,
    /// The wish of the client.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wish: Option<Wish>,
    /// The year in which they met.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub known_since: Option<Year>,
    /// The day they were last in touch; not in the future.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_contact: Option<Date>,
    /// The place at which they meet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<Text>,
    /// The things that they do together.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub does: Option<Text>,
    /// True when this person is a child.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub minor: Option<bool>,
}

impl CommandKind for AddContact {
    const NAME: &'static str = "add_contact";
    const POLICY: Policy = Policy::NOBODY.client(Rule::Always).representative(Rule::Always).professional(Rule::Always);

    fn check(&self, document: &impl ReadDoc) -> Result<(), Refusal> {
        Contact::must_be_free(document, self.contact_id)?;
        if erasure::has(document, self.contact_id) { Err(Refusal::duplicate(Contact::ID)) } else { Ok(()) }
    }

    fn becomes_suggestion(&self, author: &Author, _document: &impl ReadDoc) -> bool {
        author.role != Role::Client && self.fields().any(own_words::is_own)
    }

    fn execute(&self, context: &Context, transaction: &mut impl Transactable) -> Result<(), Refusal> {
        self.put(self.fields(), context, transaction)
    }

    /// Puts the contact on the map, and keeps what is the client's own to say.
    ///
    /// A first place stands at once: nobody has given the contact another.
    fn suggest(&self, context: &Context, transaction: &mut impl Transactable) -> Result<(), Refusal> {
        self.put(self.fields().without(own_words::is_own), context, transaction)?;
        let said = Self { ring: None, quadrant: None, ..self.clone() };
        own_words::suggest(context, transaction, self.contact_id, Move::default(), said.to_json())
    }

    fn words(&self, document: &impl ReadDoc, _names: Names<'_>, language: Language) -> String {
        // Not the name in the command: somebody who was erased is named nowhere any more.
        let name = Contact::called(document, self.contact_id, language);
        match language {
            Language::Dutch => format!("heeft {name} op de kaart gezet"),
            Language::English => format!("put {name} on the map"),
        }
    }
}

impl AddContact {
    fn put(&self, fields: Writes, context: &Context, transaction: &mut impl Transactable) -> Result<(), Refusal> {
        must_be_past(self.last_contact, context)?;
        let mut contact = Contact::create(context, transaction, self.contact_id)?;
        presence::keep(context, &mut contact)?;
        fields.apply(&mut contact)?;
        let place = self.place();
        if place.is_empty() { Ok(()) } else { place.apply(context, &mut contact, None) }
    }

    fn place(&self) -> Move {
        Move { ring: self.ring.map(Ring::number), quadrant: self.quadrant.map(|quadrant| Some(quadrant.into())) }
    }

    fn fields(&self) -> Writes {
        Writes::default()
            .set(Contact::name, &self.name)
            .set(Contact::relation, &self.relation)
            .set(Contact::desired_ring, self.desired_ring)
            .set(Contact::frequency_per_year, self.frequency_per_year)
            .set(Contact::initiator, self.initiator)
            .set(Contact::gives, &self.gives)
            .set(Contact::receives, &self.receives)
            .set(Contact::status, self.status)
            .set(Contact::wish, self.wish)
            .set(Contact::known_since, self.known_since)
            .set(Contact::last_contact, self.last_contact)
            .set(Contact::place, &self.place)
            .set(Contact::does, &self.does)
            .set(Contact::minor, self.minor)
    }
}
