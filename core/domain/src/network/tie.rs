use std::collections::BTreeSet;

use automerge::ReadDoc;
use automerge::transaction::Transactable;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Contact;
use crate::entity::{Entity, Item, Listed, Writer};
use crate::erasure::Paths;
use crate::policy::{Policy, Rule};
use crate::{CommandKind, ContactId, Context, Language, Names, Refusal};

const POLICY: Policy = Policy::NOBODY.client(Rule::Always).representative(Rule::Always).professional(Rule::Always);

/// Two contacts who know each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Tie {
    /// The contact with the smaller id.
    pub a: ContactId,
    /// The contact with the larger id.
    pub b: ContactId,
}

/// The section of the ties, by the two ids.
pub(super) const TIES: &str = "ties";

/// Between contacts on the map.
impl Listed for Tie {
    const SECTION: Option<&'static str> = Some(TIES);

    fn list<R: ReadDoc>(document: &R) -> Vec<Self> {
        keys(document).iter().filter_map(|key| Self::of(key)).collect()
    }
}

impl Tie {
    /// The tie with a key.
    pub(super) fn of(key: &str) -> Option<Self> {
        let (a, b) = key.split_once(':')?;
        Some(Self { a: a.parse().ok()?, b: b.parse().ok()? })
    }
}

/// Says that two contacts know each other; whichever comes first, it is the same tie.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AddTie {
    /// One contact.
    pub a: ContactId,
    /// The other contact.
    pub b: ContactId,
}

/// Takes back that two contacts know each other.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RemoveTie {
    /// One contact.
    pub a: ContactId,
    /// The other contact.
    pub b: ContactId,
}

impl CommandKind for AddTie {
    const NAME: &'static str = "add_tie";
    const POLICY: Policy = POLICY;

    fn check(&self, document: &impl ReadDoc) -> Result<(), Refusal> {
        if self.a == self.b {
            return Err(Refusal::invalid("b"));
        }
        Contact::must_exist_as(document, self.a, "a")?;
        Contact::must_exist_as(document, self.b, "b")
    }

    /// Puts the tie anew even where it exists, so that it stays when somebody else removes it at the same time.
    fn execute(&self, context: &Context, transaction: &mut impl Transactable) -> Result<(), Refusal> {
        Writer::root(transaction).into_map(TIES)?.create(context, key(self.a, self.b)).map(drop)
    }

    fn words(&self, document: &impl ReadDoc, _names: Names<'_>, language: Language) -> String {
        let a = Contact::called(document, self.a, language);
        let b = Contact::called(document, self.b, language);
        match language {
            Language::Dutch => format!("heeft iets gezegd. {a} en {b} kennen elkaar"),
            Language::English => format!("said something. {a} and {b} know each other"),
        }
    }
}

impl CommandKind for RemoveTie {
    const NAME: &'static str = "remove_tie";
    const POLICY: Policy = POLICY;

    fn check(&self, document: &impl ReadDoc) -> Result<(), Refusal> {
        match Item::find(document, TIES, key(self.a, self.b)) {
            Some(_) => Ok(()),
            None => Err(Refusal::not_found("b")),
        }
    }

    fn execute(&self, _context: &Context, transaction: &mut impl Transactable) -> Result<(), Refusal> {
        let key = key(self.a, self.b);
        Writer::root(transaction).into_map(TIES)?.into_entity(&key, "b")?;
        Writer::root(transaction).into_map(TIES)?.delete(&key)
    }

    fn words(&self, document: &impl ReadDoc, _names: Names<'_>, language: Language) -> String {
        let a = Contact::called(document, self.a, language);
        let b = Contact::called(document, self.b, language);
        match language {
            Language::Dutch => format!("heeft iets gezegd. {a} en {b} kennen elkaar niet"),
            Language::English => format!("said something. {a} does not know {b}"),
        }
    }
}

/// The key of a tie: both ids, the smaller one first.
fn key(a: ContactId, b: ContactId) -> String {
    format!("{}:{}", a.min(b), a.max(b))
}

/// The keys of the ties between contacts that are both on the map.
pub(super) fn keys(document: &impl ReadDoc) -> Vec<String> {
    let present: BTreeSet<ContactId> = Contact::on_map(document).into_iter().map(|(id, _)| id).collect();
    let is_present =
        |key: &String| Tie::of(key).is_some_and(|tie| present.contains(&tie.a) && present.contains(&tie.b));
    all_keys(document).into_iter().filter(is_present).collect()
}

/// The keys of all ties, in the order in which they were made.
fn all_keys(document: &impl ReadDoc) -> Vec<String> {
    let ties = Item::section(document, TIES).map(|ties| ties.maps()).unwrap_or_default();
    ties.into_iter().map(|(key, _)| key).collect()
}

/// Everywhere a contact is mentioned in the ties.
pub(super) fn traces(document: &impl ReadDoc, contact: &str) -> Paths {
    let keys = all_keys(document).into_iter().filter(|key| touches(key, contact));
    keys.map(|key| vec![TIES.to_owned(), key]).collect()
}

/// Returns whether a contact is one of the ends of the tie with this key.
pub(super) fn touches(key: &str, contact: &str) -> bool {
    key.split_once(':').is_some_and(|(a, b)| a == contact || b == contact)
}
