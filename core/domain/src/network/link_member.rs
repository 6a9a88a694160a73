use automerge::ReadDoc;
use automerge::transaction::Transactable;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Contact, presence};
use crate::entity::Entity;
use crate::policy::{Policy, Rule};
use crate::{CommandKind, ContactId, Context, Language, Names, PersonId, Refusal};

const POLICY: Policy = Policy::NOBODY.client(Rule::Always).representative(Rule::Always).professional(Rule::Always);

/// Says that a contact on the map is a person in the space.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LinkMember {
    /// The contact.
    pub contact_id: ContactId,
    /// The person, as the roster knows them.
    pub person_id: PersonId,
}

/// Says that a contact on the map is nobody in the space after all.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct UnlinkMember {
    /// The contact.
    pub contact_id: ContactId,
}

impl CommandKind for LinkMember {
    const NAME: &'static str = "link_member";
    const POLICY: Policy = POLICY;

    fn check(&self, document: &impl ReadDoc) -> Result<(), Refusal> {
        Contact::must_exist(document, self.contact_id)
    }

    fn execute(&self, context: &Context, transaction: &mut impl Transactable) -> Result<(), Refusal> {
        let mut contact = Contact::open(transaction, self.contact_id)?;
        presence::keep(context, &mut contact)?;
        contact.put(Contact::person_id, self.person_id).map(drop)
    }

    fn words(&self, document: &impl ReadDoc, names: Names<'_>, language: Language) -> String {
        let name = Contact::called(document, self.contact_id, language);
        let person = names(self.person_id);
        match language {
            Language::Dutch => format!("heeft gezegd wie {name} is. Het is {person}"),
            Language::English => format!("said who {name} is. It is {person}"),
        }
    }
}

impl CommandKind for UnlinkMember {
    const NAME: &'static str = "unlink_member";
    const POLICY: Policy = POLICY;

    fn check(&self, document: &impl ReadDoc) -> Result<(), Refusal> {
        Contact::must_exist(document, self.contact_id)
    }

    fn execute(&self, context: &Context, transaction: &mut impl Transactable) -> Result<(), Refusal> {
        let mut contact = Contact::open(transaction, self.contact_id)?;
        presence::keep(context, &mut contact)?;
        contact.clear(Contact::person_id).map(drop)
    }

    fn words(&self, document: &impl ReadDoc, _names: Names<'_>, language: Language) -> String {
        let name = Contact::called(document, self.contact_id, language);
        match language {
            Language::Dutch => format!("heeft gezegd dat {name} niet meedoet"),
            Language::English => format!("said that {name} does not take part"),
        }
    }
}
