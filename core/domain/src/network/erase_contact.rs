use automerge::ReadDoc;
use automerge::transaction::Transactable;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{CONTACTS, ERASURES, SNAPSHOTS, SUGGESTIONS, TIES, tie};
use crate::entity::{Item, child, create, find, must_exist, section};
use crate::policy::{Policy, Rule};
use crate::{ContactId, Context, Edit, Language, Names, Refusal};

/// Removes a contact for good: from the map, the ties, the suggestions and every snapshot.
///
/// Afterwards nobody reads anything of the contact but its id, in the list of erasures. What an edit wrote that was
/// made without knowing of the erasure, such as a snapshot, is hidden by that list. The document itself still holds
/// such an edit, and its *history* holds what was there before: an erasure is complete only once the document is
/// rewritten as a new generation, made from nothing but what the read model shows, with `complete` set on the
/// erasures.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EraseContact {
    /// The contact.
    pub contact_id: ContactId,
}

impl Edit for EraseContact {
    const NAME: &'static str = "erase_contact";
    const POLICY: Policy = Policy::NOBODY.client(Rule::Always);

    fn check(&self, document: &impl ReadDoc) -> Result<(), Refusal> {
        must_exist(document, CONTACTS, self.contact_id, "contact_id")
    }

    fn execute(&self, context: &Context, transaction: &mut impl Transactable) -> Result<(), Refusal> {
        let contact = self.contact_id.to_string();
        find(transaction, CONTACTS, &contact, "contact_id")?;
        let traces = traces(transaction, &contact);
        for (section_name, key) in traces.entries {
            let section = section(transaction, section_name)?;
            transaction.delete(&section, key)?;
        }
        for (snapshot, part, key) in traces.in_snapshots {
            let snapshot = find(transaction, SNAPSHOTS, snapshot, "contact_id")?;
            let part = child(transaction, &snapshot, part)?;
            transaction.delete(&part, key)?;
        }
        let erasures = section(transaction, ERASURES)?;
        let erasure = create(transaction, &erasures, &contact, context)?;
        Ok(transaction.put(&erasure, "complete", false)?)
    }

    /// Without the name: the words outlive the contact.
    fn words(&self, _document: &impl ReadDoc, _names: Names<'_>, language: Language) -> String {
        language.pick("wiste iemand van de kaart", "erased somebody from the map").to_owned()
    }
}

/// Everywhere a contact is mentioned.
struct Traces {
    /// Sections with the keys below them.
    entries: Vec<(&'static str, String)>,
    /// Snapshots with their part and the key below it.
    in_snapshots: Vec<(String, &'static str, String)>,
}

fn traces(document: &impl ReadDoc, contact: &str) -> Traces {
    let mut entries = vec![(CONTACTS, contact.to_owned())];
    let items = |name| Item::section(document, name).map(|section| section.maps()).unwrap_or_default();
    for (key, _) in items(TIES) {
        if tie::touches(&key, contact) {
            entries.push((TIES, key));
        }
    }
    for (key, suggestion) in items(SUGGESTIONS) {
        if suggestion.str("contact_id").as_deref() == Some(contact) {
            entries.push((SUGGESTIONS, key));
        }
    }
    let mut in_snapshots = Vec::new();
    for (id, snapshot) in items(SNAPSHOTS) {
        if snapshot.map("contacts").is_some_and(|contacts| contacts.has(contact)) {
            in_snapshots.push((id.clone(), "contacts", contact.to_owned()));
        }
        let ties = snapshot.map("ties").map(|ties| ties.keys()).unwrap_or_default();
        for key in ties.into_iter().filter(|key| tie::touches(key, contact)) {
            in_snapshots.push((id.clone(), "ties", key));
        }
    }
    Traces { entries, in_snapshots }
}
