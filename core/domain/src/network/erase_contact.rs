use automerge::ReadDoc;
use automerge::transaction::Transactable;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Contact, distinct, snapshot, tie};
use crate::brief::brief;
use crate::entity::{Entity, Item, Writer};
use crate::erasure::{Paths, note};
use crate::policy::{Policy, Rule};
use crate::{CommandKind, ContactId, Context, Effect, Language, Names, Refusal, suggestion};

/// Removes a contact for good: from the map, the ties, the suggestions, every snapshot and the history.
///
/// Afterwards nobody reads anything of the contact but its id, in the list of erasures. What an edit wrote that was
/// made without knowing of the erasure, such as a snapshot, is hidden by that list until the server has rewritten the
/// document as a new generation, where nothing of it is left.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EraseContact {
    /// The contact.
    pub contact_id: ContactId,
}

impl CommandKind for EraseContact {
    const NAME: &'static str = "erase_contact";
    const POLICY: Policy = Policy::NOBODY.client(Rule::Always).representative(Rule::Suggest);
    const EFFECT: Effect = Effect::Erases;

    fn check(&self, document: &impl ReadDoc) -> Result<(), Refusal> {
        Contact::must_exist(document, self.contact_id)
    }

    fn execute(&self, context: &Context, transaction: &mut impl Transactable) -> Result<(), Refusal> {
        let contact = self.contact_id.to_string();
        Contact::open(transaction, self.contact_id)?;
        for path in traces(&*transaction, &contact) {
            let Some((key, parents)) = path.split_last() else { continue };
            let root = Writer::root(transaction);
            parents.iter().try_fold(root, |parent, step| parent.into_map(step))?.delete(key)?;
        }
        note(context, transaction, &contact, None)
    }

    fn erases(&self) -> Option<Uuid> {
        Some(self.contact_id.uuid())
    }

    /// Without the name: the words outlive the contact.
    fn words(&self, _document: &impl ReadDoc, _names: Names<'_>, language: Language) -> String {
        language.pick("heeft iemand voorgoed gewist", "erased somebody for good").to_owned()
    }

    fn proposal(&self, document: &impl ReadDoc, _names: Names<'_>, language: Language) -> String {
        let name = brief(&Contact::called(document, self.contact_id, language), 3);
        match language {
            Language::Dutch => format!("{name} voorgoed wissen. Dat kan niet meer terug."),
            Language::English => format!("To erase {name} for good. That cannot be undone."),
        }
    }
}

/// Everywhere a contact is mentioned.
pub(super) fn traces(document: &impl ReadDoc, contact: &str) -> Paths {
    let mut traces = Paths::new();
    if Item::find(document, Contact::IN, contact).is_some() {
        traces.insert(vec![Contact::IN.to_owned(), contact.to_owned()]);
    }
    traces.extend(distinct::traces(document, contact));
    traces.extend(tie::traces(document, contact));
    traces.extend(suggestion::traces(document, contact));
    traces.extend(snapshot::traces(document, contact));
    traces
}
