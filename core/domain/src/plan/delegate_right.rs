use automerge::ReadDoc;
use automerge::transaction::Transactable;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{DELEGATIONS, Right};
use crate::entity::{Item, create, section};
use crate::policy::{Policy, Rule};
use crate::{CommandKind, Context, Effect, Language, Names, PersonId, Refusal};

/// Lets somebody use a right of the client.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DelegateRight {
    /// The person who gets the right.
    pub person_id: PersonId,
    /// The right.
    pub right: Right,
}

/// Takes a delegated right back; wins over a concurrent delegation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RevokeRight {
    /// The person who loses the right.
    pub person_id: PersonId,
    /// The right.
    pub right: Right,
}

/// The key of a delegation. Its register holds a map while it is given and a plain value once it is revoked.
pub(super) fn key(person: PersonId, right: Right) -> String {
    format!("{person}:{right}")
}

impl CommandKind for DelegateRight {
    const NAME: &'static str = "delegate_right";
    const POLICY: Policy = Policy::NOBODY.client(Rule::Always);
    const EFFECT: Effect = Effect::ChangesRights;

    fn check(&self, _document: &impl ReadDoc) -> Result<(), Refusal> {
        Ok(())
    }

    fn execute(&self, context: &Context, transaction: &mut impl Transactable) -> Result<(), Refusal> {
        let delegations = section(transaction, DELEGATIONS)?;
        let delegation = create(transaction, &delegations, key(self.person_id, self.right), context)?;
        transaction.put(&delegation, "person_id", self.person_id.to_string())?;
        Ok(transaction.put(&delegation, "right", self.right.name())?)
    }

    fn words(&self, _document: &impl ReadDoc, names: Names<'_>, language: Language) -> String {
        let who = names(self.person_id);
        match language {
            Language::Dutch => format!("heeft {who} acties laten starten, stoppen en afmaken"),
            Language::English => format!("let {who} start, stop and finish actions"),
        }
    }
}

impl CommandKind for RevokeRight {
    const NAME: &'static str = "revoke_right";
    const POLICY: Policy = Policy::NOBODY.client(Rule::Always).representative(Rule::Always);
    const EFFECT: Effect = Effect::ChangesRights;

    fn check(&self, document: &impl ReadDoc) -> Result<(), Refusal> {
        let known = Item::section(document, DELEGATIONS)
            .is_some_and(|delegations| delegations.has(&key(self.person_id, self.right)));
        if known { Ok(()) } else { Err(Refusal::not_found("person_id")) }
    }

    /// The command's id makes it another value each time: Automerge leaves out a write of what is there already, and
    /// revoking once more would leave no trace beside a concurrent delegation.
    fn execute(&self, context: &Context, transaction: &mut impl Transactable) -> Result<(), Refusal> {
        let delegations = section(transaction, DELEGATIONS)?;
        let revoked = format!("revoked {}", context.command_id);
        Ok(transaction.put(&delegations, key(self.person_id, self.right), revoked)?)
    }

    fn words(&self, _document: &impl ReadDoc, names: Names<'_>, language: Language) -> String {
        let who = names(self.person_id);
        match language {
            Language::Dutch => format!("heeft dat weer zelf genomen. {who} mag het niet meer"),
            Language::English => format!("took that back. {who} may no longer do it"),
        }
    }
}
