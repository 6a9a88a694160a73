use automerge::ReadDoc;
use automerge::transaction::Transactable;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::bounded::Ring;
use super::placement::Move;
use super::values::{Quadrant, ring_label};
use super::{CONTACTS, NetworkView, presence};
use crate::entity::{find, must_exist};
use crate::policy::{Policy, Rule};
use crate::{ContactId, Context, Edit, Language, Names, Refusal};

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

impl Edit for PlaceContact {
    const NAME: &'static str = "place_contact";
    const POLICY: Policy =
        Policy::NOBODY.client(Rule::Always).representative(Rule::Suggest).professional(Rule::Suggest);

    fn check(&self, document: &impl ReadDoc) -> Result<(), Refusal> {
        must_exist(document, CONTACTS, self.contact_id, "contact_id")
    }

    fn execute(&self, context: &Context, transaction: &mut impl Transactable) -> Result<(), Refusal> {
        let contact = find(transaction, CONTACTS, self.contact_id, "contact_id")?;
        presence::keep(context, transaction, &contact)?;
        Move::to(self.ring, self.quadrant).apply(context, transaction, &contact, None)
    }

    fn suggest(&self, context: &Context, transaction: &mut impl Transactable) -> Result<(), Refusal> {
        find(transaction, CONTACTS, self.contact_id, "contact_id")?;
        Move::to(self.ring, self.quadrant).suggest(context, transaction, self.contact_id)
    }

    /// The same words whether the client placed somebody or a professional suggested it.
    fn words(&self, document: &impl ReadDoc, _names: Names<'_>, language: Language) -> String {
        let name = NetworkView::new(document).name(self.contact_id, language);
        let (ring, quadrant) = (ring_label(self.ring.number(), language), self.quadrant.label(language));
        match language {
            Language::Dutch => format!("wees een plek aan voor {name}: {ring}, {quadrant}"),
            Language::English => format!("pointed out a place for {name}: {ring}, {quadrant}"),
        }
    }
}
