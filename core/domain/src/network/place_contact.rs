use automerge::ReadDoc;
use automerge::transaction::Transactable;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::bounded::Ring;
use super::placement::Move;
use super::values::{Quadrant, ring_label};
use super::{Contact, presence};
use crate::brief::brief;
use crate::entity::Entity;
use crate::policy::{Policy, Rule};
use crate::{CommandKind, ContactId, Context, Language, Names, Refusal};

/// Gives a contact a place on the map: a ring and a quadrant, together.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PlaceContact {
    /// The contact.
    pub contact_id: ContactId,
    /// The ring; 0 takes the contact off the rings again.
    pub ring: Ring,
    /// The quarter of the map.
    pub quadrant: Quadrant,
}

impl CommandKind for PlaceContact {
    const NAME: &'static str = "place_contact";
    const POLICY: Policy =
        Policy::NOBODY.client(Rule::Always).representative(Rule::Suggest).professional(Rule::Suggest);

    fn check(&self, document: &impl ReadDoc) -> Result<(), Refusal> {
        Contact::must_exist(document, self.contact_id)
    }

    fn execute(&self, context: &Context, transaction: &mut impl Transactable) -> Result<(), Refusal> {
        let mut contact = Contact::open(transaction, self.contact_id)?;
        presence::keep(context, &mut contact)?;
        Move::to(self.ring, self.quadrant).apply(context, &mut contact, None)
    }

    fn suggest(&self, context: &Context, transaction: &mut impl Transactable) -> Result<(), Refusal> {
        Contact::open(transaction, self.contact_id)?;
        Move::to(self.ring, self.quadrant).suggest(context, transaction, self.contact_id)
    }

    fn proposal(&self, document: &impl ReadDoc, _names: Names<'_>, language: Language) -> String {
        let name = brief(&Contact::called(document, self.contact_id, language), 3);
        placement_words(&name, Some(self.ring.number()), Some(self.quadrant), language)
    }

    fn words(&self, document: &impl ReadDoc, _names: Names<'_>, language: Language) -> String {
        let name = Contact::called(document, self.contact_id, language);
        let ring = ring_label(self.ring.number(), language);
        let quadrant = self.quadrant.label(language);
        match language {
            Language::Dutch => format!("heeft {name} een plek gegeven: ‘{ring}’, ‘{quadrant}’"),
            Language::English => format!("gave {name} a place: ‘{ring}’, ‘{quadrant}’"),
        }
    }
}

/// A place for somebody, in sentences that stay short whatever the labels are.
pub(super) fn placement_words(name: &str, ring: Option<i64>, quadrant: Option<Quadrant>, language: Language) -> String {
    let ring = ring.map(|ring| ring_label(ring, language));
    let quadrant = quadrant.map(|quadrant| quadrant.label(language).into());
    match (ring, quadrant, language) {
        (Some(ring), Some(quadrant), Language::Dutch) => format!("{name} bij ‘{ring}’. Het vak: ‘{quadrant}’."),
        (Some(ring), Some(quadrant), Language::English) => format!("{name} at ‘{ring}’. The quarter: ‘{quadrant}’."),
        (one, other, Language::Dutch) => format!("{name} bij ‘{}’.", one.or(other).unwrap_or_default()),
        (one, other, Language::English) => format!("{name} at ‘{}’.", one.or(other).unwrap_or_default()),
    }
}
