use automerge::ReadDoc;
use automerge::transaction::Transactable;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{CONTACTS, NetworkView, presence};
use crate::entity::{find, must_exist};
use crate::policy::{Policy, Rule};
use crate::{CommandKind, ContactId, Context, Language, Names, PersonId, Refusal};

const POLICY: Policy = Policy::NOBODY.client(Rule::Always).representative(Rule::Always).professional(Rule::Always);

/// The field of a contact that holds the person.
pub(super) const PERSON: &str = "person_id";

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
        must_exist(document, CONTACTS, self.contact_id, "contact_id")
    }

    fn execute(&self, context: &Context, transaction: &mut impl Transactable) -> Result<(), Refusal> {
        let contact = find(transaction, CONTACTS, self.contact_id, "contact_id")?;
        presence::keep(context, transaction, &contact)?;
        Ok(transaction.put(&contact, PERSON, self.person_id.to_string())?)
    }

    fn words(&self, document: &impl ReadDoc, names: Names<'_>, language: Language) -> String {
        let name = NetworkView::new(document).name(self.contact_id, language);
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
        must_exist(document, CONTACTS, self.contact_id, "contact_id")
    }

    fn execute(&self, context: &Context, transaction: &mut impl Transactable) -> Result<(), Refusal> {
        let contact = find(transaction, CONTACTS, self.contact_id, "contact_id")?;
        presence::keep(context, transaction, &contact)?;
        Ok(transaction.delete(&contact, PERSON)?)
    }

    fn words(&self, document: &impl ReadDoc, _names: Names<'_>, language: Language) -> String {
        let name = NetworkView::new(document).name(self.contact_id, language);
        match language {
            Language::Dutch => format!("heeft gezegd dat {name} niet meedoet"),
            Language::English => format!("said that {name} does not take part"),
        }
    }
}
