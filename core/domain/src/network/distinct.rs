//! That two contacts with the same name are two people: kept at the one with the smaller id, under the id of the other.

use std::collections::BTreeSet;

use automerge::ReadDoc;
use automerge::transaction::Transactable;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Contact;
use crate::entity::{Entity, Item, Listed};
use crate::erasure::Paths;
use crate::policy::{Policy, Rule};
use crate::{CommandKind, ContactId, Context, Language, Names, Refusal};

/// The beginning of a contact's field that says of which other contact it is known to be another person.
const PREFIX: &str = "distinct_from:";

/// Two contacts that are known to be two people.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Distinct {
    /// The contact with the smaller id.
    pub a: ContactId,
    /// The contact with the larger id.
    pub b: ContactId,
}

/// Between contacts that are both on the map.
impl Listed for Distinct {
    fn list<R: ReadDoc>(document: &R) -> Vec<Self> {
        let contacts = Contact::on_map(document);
        let present: BTreeSet<ContactId> = contacts.iter().map(|(id, _)| *id).collect();
        let pairs = contacts.iter().flat_map(|(a, contact)| others(contact).into_iter().map(|b| Self { a: *a, b }));
        pairs.filter(|pair| present.contains(&pair.b)).collect()
    }
}

/// Says that two contacts are two people, for good; whichever comes first, it is the same answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DistinguishContacts {
    /// One contact.
    pub a: ContactId,
    /// The other contact.
    pub b: ContactId,
}

impl CommandKind for DistinguishContacts {
    const NAME: &'static str = "distinguish_contacts";
    const POLICY: Policy = Policy::NOBODY.client(Rule::Always).representative(Rule::Always).professional(Rule::Always);

    fn check(&self, document: &impl ReadDoc) -> Result<(), Refusal> {
        if self.a == self.b {
            return Err(Refusal::invalid("b"));
        }
        Contact::must_exist_as(document, self.a, "a")?;
        Contact::must_exist_as(document, self.b, "b")
    }

    fn execute(&self, context: &Context, transaction: &mut impl Transactable) -> Result<(), Refusal> {
        Contact::must_exist_as(&*transaction, self.b, "b")?;
        Contact::must_exist_as(&*transaction, self.a, "a")?;
        Contact::open(transaction, self.a.min(self.b))?.create(context, key(self.a.max(self.b))).map(drop)
    }

    fn words(&self, document: &impl ReadDoc, _names: Names<'_>, language: Language) -> String {
        let a = Contact::called(document, self.a, language);
        let b = Contact::called(document, self.b, language);
        match language {
            Language::Dutch if a == b => format!("heeft iets gezegd. Twee mensen heten {a}"),
            Language::Dutch => format!("heeft iets gezegd. {a} en {b} zijn twee mensen"),
            Language::English if a == b => format!("said something. Two people are called {a}"),
            Language::English => format!("said something. {a} and {b} are two people"),
        }
    }
}

/// The contacts from which this one is known to be another person, among those with a larger id.
fn others<R: ReadDoc>(contact: &Item<'_, R>) -> BTreeSet<ContactId> {
    contact.keys().iter().filter_map(|key| key.strip_prefix(PREFIX)?.parse().ok()).collect()
}

/// Everywhere a contact is told apart from one with a smaller id.
pub(super) fn traces(document: &impl ReadDoc, contact: &str) -> Paths {
    let distinct = key(contact);
    let mut traces = Paths::new();
    for (id, other) in Contact::items(&Item::root(document)) {
        if other.has(&distinct) {
            traces.insert(vec![Contact::IN.to_owned(), id.to_string(), distinct.clone()]);
        }
    }
    traces
}

/// The field for another contact.
fn key(other: impl std::fmt::Display) -> String {
    format!("{PREFIX}{other}")
}
