use std::collections::BTreeSet;

use automerge::transaction::Transactable;
use automerge::{ObjId, ReadDoc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::bounded::{DesiredRing, Frequency, Ring, Year};
use super::fields::{Writes, must_be_past};
use super::placement::Move;
use super::presence;
use super::values::{Initiator, Quadrant, Status, SupportKind, Wish};
use super::{CONTACTS, NetworkView, own_words};
use crate::entity::{create, must_be_free, section};
use crate::erasure::ERASURES;
use crate::policy::{Policy, Rule};
use crate::{Author, CommandKind, ContactId, Context, Date, Language, Name, Names, Refusal, Role, Slug, Text};

/// Puts somebody on the map.
///
/// The place on the map, the wish, the desired ring and how things stand are the client's own to say: from others,
/// `ring`, `quadrant`, `wish`, `desired_ring` and `status` become a suggestion where the space has a client, and the
/// contact is put on the map with the other fields.
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
    /// The location where they meet.
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
        must_be_free(document, CONTACTS, self.contact_id, "contact_id")?;
        must_be_free(document, ERASURES, self.contact_id, "contact_id")
    }

    fn becomes_suggestion(&self, author: &Author, _document: &impl ReadDoc) -> bool {
        author.role != Role::Client && (!self.place().is_empty() || self.fields().any(own_words::is_own))
    }

    fn execute(&self, context: &Context, transaction: &mut impl Transactable) -> Result<(), Refusal> {
        let contact = self.put(self.fields(), context, transaction)?;
        let place = self.place();
        if !place.is_empty() {
            place.apply(context, transaction, &contact, None)?;
        }
        Ok(())
    }

    /// Puts the contact on the map, and keeps what is the client's own to say.
    fn suggest(&self, context: &Context, transaction: &mut impl Transactable) -> Result<(), Refusal> {
        self.put(self.fields().without(own_words::is_own), context, transaction)?;
        own_words::suggest(context, transaction, self.contact_id, self.place(), self.to_json())
    }

    fn words(&self, document: &impl ReadDoc, _names: Names<'_>, language: Language) -> String {
        // Not the name in the command: somebody who was erased is named nowhere any more.
        let name = NetworkView::new(document).name(self.contact_id, language);
        match language {
            Language::Dutch => format!("heeft {name} op de kaart gezet"),
            Language::English => format!("put {name} on the map"),
        }
    }
}

impl AddContact {
    fn put(&self, fields: Writes, context: &Context, transaction: &mut impl Transactable) -> Result<ObjId, Refusal> {
        must_be_past(self.last_contact, context)?;
        let contacts = section(transaction, CONTACTS)?;
        let contact = create(transaction, &contacts, self.contact_id, context)?;
        presence::keep(context, transaction, &contact)?;
        fields.apply(transaction, &contact)?;
        Ok(contact)
    }

    fn place(&self) -> Move {
        Move {
            ring: self.ring.map(Ring::number),
            quadrant: self.quadrant.map(|quadrant| Some(quadrant.name().to_owned())),
        }
    }

    fn fields(&self) -> Writes {
        Writes::default()
            .set("name", Some(&self.name))
            .set("relation", self.relation.as_ref())
            .set("desired_ring", self.desired_ring.as_ref())
            .set("frequency_per_year", self.frequency_per_year.as_ref())
            .set("initiator", self.initiator.as_ref())
            .set("gives", self.gives.as_ref())
            .set("receives", self.receives.as_ref())
            .set("status", self.status.as_ref())
            .set("wish", self.wish.as_ref())
            .set("known_since", self.known_since.as_ref())
            .set("last_contact", self.last_contact.as_ref())
            .set("place", self.place.as_ref())
            .set("does", self.does.as_ref())
            .set("minor", self.minor.as_ref())
    }
}
