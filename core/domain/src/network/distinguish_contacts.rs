//! That two contacts with the same name are two people: kept at the one with the smaller id, under the id of the other.

use std::collections::BTreeSet;

use automerge::ReadDoc;
use automerge::transaction::Transactable;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{CONTACTS, NetworkView};
use crate::entity::{Item, create, find, must_exist};
use crate::policy::{Policy, Rule};
use crate::{CommandKind, ContactId, Context, Language, Names, Refusal};

/// The beginning of a contact's field that says of which other contact it is known to be another person.
const PREFIX: &str = "distinct_from:";

/// Says that two contacts are two people, for good; whichever comes first, it is the same answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DistinguishContacts {
    /// One contact.
    pub a: ContactId,
    /// The other contact.
    pub b: ContactId,
}

/// Two contacts that are known to be two people.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct DistinctModel {
    /// The contact with the smaller id.
    pub a: ContactId,
    /// The contact with the larger id.
    pub b: ContactId,
}

impl CommandKind for DistinguishContacts {
    const NAME: &'static str = "distinguish_contacts";
    const POLICY: Policy = Policy::NOBODY.client(Rule::Always).representative(Rule::Always).professional(Rule::Always);

    fn check(&self, document: &impl ReadDoc) -> Result<(), Refusal> {
        if self.a == self.b {
            return Err(Refusal::invalid("b"));
        }
        must_exist(document, CONTACTS, self.a, "a")?;
        must_exist(document, CONTACTS, self.b, "b")
    }

    fn execute(&self, context: &Context, transaction: &mut impl Transactable) -> Result<(), Refusal> {
        find(transaction, CONTACTS, self.b, "b")?;
        find(transaction, CONTACTS, self.a, "a")?;
        let contact = find(transaction, CONTACTS, self.a.min(self.b), "a")?;
        create(transaction, &contact, key(self.a.max(self.b)), context)?;
        Ok(())
    }

    fn words(&self, document: &impl ReadDoc, _names: Names<'_>, language: Language) -> String {
        let network = NetworkView::new(document);
        let a = network.name(self.a, language);
        let b = network.name(self.b, language);
        match language {
            Language::Dutch if a == b => format!("heeft iets gezegd. Twee mensen heten {a}"),
            Language::Dutch => format!("heeft iets gezegd. {a} en {b} zijn twee mensen"),
            Language::English if a == b => format!("said something. Two people are called {a}"),
            Language::English => format!("said something. {a} and {b} are two people"),
        }
    }
}

/// The contacts from which this one is known to be another person, among those with a larger id.
pub(super) fn others<R: ReadDoc>(contact: &Item<'_, R>) -> BTreeSet<ContactId> {
    contact.keys().iter().filter_map(|key| key.strip_prefix(PREFIX)?.parse().ok()).collect()
}

/// The field for another contact.
pub(super) fn key(other: impl std::fmt::Display) -> String {
    format!("{PREFIX}{other}")
}
