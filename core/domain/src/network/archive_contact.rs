use automerge::ReadDoc;
use automerge::transaction::Transactable;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Contact, presence};
use crate::brief::brief;
use crate::entity::Entity;
use crate::policy::{Policy, Rule};
use crate::{CommandKind, ContactId, Context, Language, Names, Refusal};

/// Takes a contact off the map; any later or concurrent edit of the contact brings it back.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ArchiveContact {
    /// The contact.
    pub contact_id: ContactId,
}

impl CommandKind for ArchiveContact {
    const NAME: &'static str = "archive_contact";
    const POLICY: Policy =
        Policy::NOBODY.client(Rule::Always).representative(Rule::Suggest).professional(Rule::Suggest);

    fn check(&self, document: &impl ReadDoc) -> Result<(), Refusal> {
        Contact::must_exist(document, self.contact_id)
    }

    fn execute(&self, context: &Context, transaction: &mut impl Transactable) -> Result<(), Refusal> {
        presence::archive(context, &mut Contact::open(transaction, self.contact_id)?)
    }

    fn words(&self, document: &impl ReadDoc, _names: Names<'_>, language: Language) -> String {
        let name = Contact::called(document, self.contact_id, language);
        match language {
            Language::Dutch => format!("heeft {name} van de kaart gehaald"),
            Language::English => format!("took {name} off the map"),
        }
    }

    fn proposal(&self, document: &impl ReadDoc, _names: Names<'_>, language: Language) -> String {
        let name = brief(&Contact::called(document, self.contact_id, language), 3);
        match language {
            Language::Dutch => format!("{name} van de kaart halen."),
            Language::English => format!("To take {name} off the map."),
        }
    }
}
