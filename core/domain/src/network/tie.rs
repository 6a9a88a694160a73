use automerge::ReadDoc;
use automerge::transaction::Transactable;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{CONTACTS, NetworkView, TIES};
use crate::entity::{child, create, must_exist, section};
use crate::policy::{Policy, Rule};
use crate::{CommandKind, ContactId, Context, Language, Names, Refusal};

const POLICY: Policy = Policy::NOBODY.client(Rule::Always).representative(Rule::Always).professional(Rule::Always);

/// Two contacts who know each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct TieModel {
    /// The contact with the smaller id.
    pub a: ContactId,
    /// The contact with the larger id.
    pub b: ContactId,
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
        must_exist(document, CONTACTS, self.a, "a")?;
        must_exist(document, CONTACTS, self.b, "b")
    }

    /// Puts the tie anew even where it exists, so that it stays when somebody else removes it at the same time.
    fn execute(&self, context: &Context, transaction: &mut impl Transactable) -> Result<(), Refusal> {
        let ties = section(transaction, TIES)?;
        create(transaction, &ties, key(self.a, self.b), context)?;
        Ok(())
    }

    fn words(&self, document: &impl ReadDoc, _names: Names<'_>, language: Language) -> String {
        let network = NetworkView::new(document);
        let a = network.name(self.a, language);
        let b = network.name(self.b, language);
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
        must_exist(document, TIES, key(self.a, self.b), "b")
    }

    fn execute(&self, _context: &Context, transaction: &mut impl Transactable) -> Result<(), Refusal> {
        let ties = section(transaction, TIES)?;
        let key = key(self.a, self.b);
        child(transaction, &ties, &key).map_err(|_| Refusal::not_found("b"))?;
        Ok(transaction.delete(&ties, key)?)
    }

    fn words(&self, document: &impl ReadDoc, _names: Names<'_>, language: Language) -> String {
        let network = NetworkView::new(document);
        let a = network.name(self.a, language);
        let b = network.name(self.b, language);
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

/// The two ends of the tie with this key.
pub(super) fn ends(key: &str) -> Option<(ContactId, ContactId)> {
    let (a, b) = key.split_once(':')?;
    Some((a.parse().ok()?, b.parse().ok()?))
}

/// Returns whether a contact is one of the ends of the tie with this key.
pub(super) fn touches(key: &str, contact: &str) -> bool {
    key.split_once(':').is_some_and(|(a, b)| a == contact || b == contact)
}
