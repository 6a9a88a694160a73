use std::collections::BTreeSet;

use automerge::ReadDoc;
use automerge::transaction::Transactable;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::bounded::{DesiredRing, Frequency, Ring, Year};
use super::fields::{Writes, field_name, heading, must_be_past};
use super::place_contact::placement_words;
use super::placement::Move;
use super::values::{Initiator, Quadrant, Status, SupportKind, Wish};
use super::{Contact, own_words, presence, revival};
use crate::bounds::clearable;
use crate::brief::brief;
use crate::entity::Entity;
use crate::policy::{Policy, Rule};
use crate::words::Word;
use crate::{Author, CommandKind, ContactId, Context, Date, Language, Name, Names, Refusal, Role, Slug, Text};

/// Changes what is known about a contact: a field that is absent stays, one that is `null` is cleared.
///
/// The place on the map, the wish, the desired ring and how things stand are the client's own to say: from others,
/// `ring`, `quadrant`, `wish`, `desired_ring` and `status` become a suggestion where the space has a client, and the
/// other fields of the same command are changed at once.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct UpdateContact {
    /// The contact.
    pub contact_id: ContactId,
    /// The name that the client uses for this person; cannot be cleared.
    #[serde(default, deserialize_with = "clearable", skip_serializing_if = "Option::is_none")]
    pub name: Option<Option<Name>>,
    /// The quarter of the map.
    #[serde(default, deserialize_with = "clearable", skip_serializing_if = "Option::is_none")]
    pub quadrant: Option<Option<Quadrant>>,
    /// The ring; 0 or `null` for not placed yet.
    #[serde(default, deserialize_with = "clearable", skip_serializing_if = "Option::is_none")]
    pub ring: Option<Option<Ring>>,
    /// The relation of this person to the client: `parent`, `neighbour`, `doctor` …
    #[serde(default, deserialize_with = "clearable", skip_serializing_if = "Option::is_none")]
    pub relation: Option<Option<Slug>>,
    /// The ring the client would like this person to be in.
    #[serde(default, deserialize_with = "clearable", skip_serializing_if = "Option::is_none")]
    pub desired_ring: Option<Option<DesiredRing>>,
    /// The number of times a year they are in touch.
    #[serde(default, deserialize_with = "clearable", skip_serializing_if = "Option::is_none")]
    pub frequency_per_year: Option<Option<Frequency>>,
    /// The person who usually takes the initiative.
    #[serde(default, deserialize_with = "clearable", skip_serializing_if = "Option::is_none")]
    pub initiator: Option<Option<Initiator>>,
    /// The support that the client gives.
    #[serde(default, deserialize_with = "clearable", skip_serializing_if = "Option::is_none")]
    pub gives: Option<Option<BTreeSet<SupportKind>>>,
    /// The support that the client receives.
    #[serde(default, deserialize_with = "clearable", skip_serializing_if = "Option::is_none")]
    pub receives: Option<Option<BTreeSet<SupportKind>>>,
    /// The state of things.
    #[serde(default, deserialize_with = "clearable", skip_serializing_if = "Option::is_none")]
    pub status: Option<Option<Status>>,
    /// The wish of the client.
    #[serde(default, deserialize_with = "clearable", skip_serializing_if = "Option::is_none")]
    pub wish: Option<Option<Wish>>,
    /// The year in which they met.
    #[serde(default, deserialize_with = "clearable", skip_serializing_if = "Option::is_none")]
    pub known_since: Option<Option<Year>>,
    /// The day they were last in touch; not in the future.
    #[serde(default, deserialize_with = "clearable", skip_serializing_if = "Option::is_none")]
    pub last_contact: Option<Option<Date>>,
    /// The place at which they meet.
    #[serde(default, deserialize_with = "clearable", skip_serializing_if = "Option::is_none")]
    pub place: Option<Option<Text>>,
    /// The things that they do together.
    #[serde(default, deserialize_with = "clearable", skip_serializing_if = "Option::is_none")]
    pub does: Option<Option<Text>>,
    /// True when this person is a child.
    #[serde(default, deserialize_with = "clearable", skip_serializing_if = "Option::is_none")]
    pub minor: Option<Option<bool>>,
}

impl CommandKind for UpdateContact {
    const NAME: &'static str = "update_contact";
    const POLICY: Policy = Policy::NOBODY.client(Rule::Always).representative(Rule::Always).professional(Rule::Always);

    fn check(&self, document: &impl ReadDoc) -> Result<(), Refusal> {
        if self.name == Some(None) {
            return Err(Refusal::invalid(Contact::name.name()));
        }
        if self.fields().is_empty() && self.moves().is_empty() {
            return Err(Refusal::invalid("command"));
        }
        Contact::must_exist(document, self.contact_id)
    }

    fn becomes_suggestion(&self, author: &Author, _document: &impl ReadDoc) -> bool {
        author.role != Role::Client && (!self.moves().is_empty() || self.fields().any(own_words::is_own))
    }

    fn execute(&self, context: &Context, transaction: &mut impl Transactable) -> Result<(), Refusal> {
        must_be_past(self.last_contact.flatten(), context)?;
        let before = Contact::placement(&*transaction, self.contact_id);
        let revived_at = revival::of(context, &*transaction, self.contact_id, self.status.flatten());
        let mut contact = Contact::open(transaction, self.contact_id)?;
        presence::keep(context, &mut contact)?;
        self.fields().apply(contact.put(Contact::revived_at, revived_at)?)?;
        let place = self.moves();
        if place.is_empty() { Ok(()) } else { place.apply(context, &mut contact, before) }
    }

    const IS_SUGGESTIBLE: bool = true;

    /// Changes the other fields at once, and keeps what is the client's own to say.
    fn suggest(&self, context: &Context, transaction: &mut impl Transactable) -> Result<(), Refusal> {
        must_be_past(self.last_contact.flatten(), context)?;
        let mut contact = Contact::open(transaction, self.contact_id)?;
        let others = self.fields().without(own_words::is_own);
        if !others.is_empty() {
            presence::keep(context, &mut contact)?;
            others.apply(&mut contact)?;
        }
        own_words::suggest(context, transaction, self.contact_id, self.moves(), self.to_json())
    }

    fn proposal(&self, document: &impl ReadDoc, _names: Names<'_>, language: Language) -> String {
        let name = brief(&Contact::called(document, self.contact_id, language), 3);
        let mut sentences = Vec::new();
        let ring = self.ring.map(|ring| ring.map_or(0, Ring::number));
        let quadrant = self.quadrant.flatten();
        if ring.is_some() || quadrant.is_some() {
            sentences.push(placement_words(&name, ring, quadrant, language));
        }
        for (heading, value) in self.fields().said(language) {
            let value = brief(&value, 6);
            sentences.push(match language {
                Language::Dutch => format!("Bij {name}. {heading}: ‘{value}’."),
                Language::English => format!("About {name}. {heading}: ‘{value}’."),
            });
        }
        sentences.join(" ")
    }

    fn words(&self, document: &impl ReadDoc, _names: Names<'_>, language: Language) -> String {
        let name = Contact::called(document, self.contact_id, language);
        let mut what: Vec<&str> = self.fields().keys().filter_map(|key| field_name(key, language)).collect();
        if !self.moves().is_empty() {
            what.push(language.pick("de plek op de kaart", "the place on the map"));
        }
        // A sentence each, so that a long list stays easy to read.
        let what = what.into_iter().map(heading).collect::<Vec<_>>().join(". ");
        match language {
            Language::Dutch => format!("heeft iets veranderd bij {name}. {what}"),
            Language::English => format!("changed something about {name}. {what}"),
        }
    }
}

impl UpdateContact {
    fn moves(&self) -> Move {
        Move {
            ring: self.ring.map(|ring| ring.map_or(0, Ring::number)),
            quadrant: self.quadrant.map(|quadrant| quadrant.map(Word::from)),
        }
    }

    fn fields(&self) -> Writes {
        Writes::default()
            .change(Contact::name, &self.name)
            .change(Contact::relation, &self.relation)
            .change(Contact::desired_ring, &self.desired_ring)
            .change(Contact::frequency_per_year, &self.frequency_per_year)
            .change(Contact::initiator, &self.initiator)
            .change(Contact::gives, &self.gives)
            .change(Contact::receives, &self.receives)
            .change(Contact::status, &self.status)
            .change(Contact::wish, &self.wish)
            .change(Contact::known_since, &self.known_since)
            .change(Contact::last_contact, &self.last_contact)
            .change(Contact::place, &self.place)
            .change(Contact::does, &self.does)
            .change(Contact::minor, &self.minor)
    }
}
