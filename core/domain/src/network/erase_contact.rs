use automerge::ReadDoc;
use automerge::transaction::Transactable;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{CONTACTS, NetworkView, SNAPSHOTS, SUGGESTIONS, TIES, distinguish_contacts, tie};
use crate::brief::brief;
use crate::entity::{Item, child, find, must_exist};
use crate::erasure::{Paths, note};
use crate::policy::{Policy, Rule};
use crate::{CommandKind, ContactId, Context, Effect, Language, Names, Refusal};

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
        must_exist(document, CONTACTS, self.contact_id, "contact_id")
    }

    fn execute(&self, context: &Context, transaction: &mut impl Transactable) -> Result<(), Refusal> {
        let contact = self.contact_id.to_string();
        find(transaction, CONTACTS, &contact, "contact_id")?;
        for path in traces(&*transaction, &contact) {
            let Some((key, parents)) = path.split_last() else { continue };
            let mut parent = automerge::ROOT;
            for step in parents {
                parent = child(transaction, &parent, step)?;
            }
            transaction.delete(&parent, key.as_str())?;
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
        let name = brief(&NetworkView::new(document).name(self.contact_id, language), 3);
        match language {
            Language::Dutch => format!("{name} voorgoed wissen. Dat kan niet meer terug."),
            Language::English => format!("To erase {name} for good. That cannot be undone."),
        }
    }
}

/// Everywhere a contact is mentioned.
pub(super) fn traces(document: &impl ReadDoc, contact: &str) -> Paths {
    let path = |keys: &[&str]| keys.iter().map(|key| (*key).to_owned()).collect::<Vec<String>>();
    let mut traces = Paths::new();
    let items = |name| Item::section(document, name).map(|section| section.maps()).unwrap_or_default();
    if Item::find(document, CONTACTS, contact).is_some() {
        traces.insert(path(&[CONTACTS, contact]));
    }
    let distinct = distinguish_contacts::key(contact);
    for (id, other) in items(CONTACTS) {
        if other.has(&distinct) {
            traces.insert(path(&[CONTACTS, &id, &distinct]));
        }
    }
    for (key, _) in items(TIES) {
        if tie::touches(&key, contact) {
            traces.insert(path(&[TIES, &key]));
        }
    }
    for (key, suggestion) in items(SUGGESTIONS) {
        if suggestion.str("contact_id").as_deref() == Some(contact) {
            traces.insert(path(&[SUGGESTIONS, &key]));
        }
    }
    for (id, snapshot) in items(SNAPSHOTS) {
        if snapshot.map("contacts").is_some_and(|contacts| contacts.has(contact)) {
            traces.insert(path(&[SNAPSHOTS, &id, "contacts", contact]));
        }
        let ties = snapshot.map("ties").map(|ties| ties.keys()).unwrap_or_default();
        for key in ties.into_iter().filter(|key| tie::touches(key, contact)) {
            traces.insert(path(&[SNAPSHOTS, &id, "ties", &key]));
        }
    }
    traces
}
