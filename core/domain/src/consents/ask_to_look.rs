use automerge::ReadDoc;
use automerge::transaction::Transactable;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{CLIENT_SIDE, CONSENTS};
use crate::entity::{create, must_be_free, section};
use crate::policy::Policy;
use crate::{Access, ConsentId, Context, DocumentKind, Edit, Effect, Language, Names, Refusal, Role};

/// Asks to look into what others write about the client. It is a right, so it opens at once to who asks.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AskToLook {
    /// The new look's id; `withdraw_consent` ends it.
    pub consent_id: ConsentId,
    /// The kind of document to look into.
    pub compartment: DocumentKind,
}

impl Edit for AskToLook {
    const NAME: &'static str = "ask_to_look";
    const POLICY: Policy = CLIENT_SIDE;
    const EFFECT: Effect = Effect::ChangesRights;

    fn check(&self, document: &impl ReadDoc) -> Result<(), Refusal> {
        if self.compartment.by_consent(Role::Client) == Access::None {
            return Err(Refusal::invalid("compartment"));
        }
        must_be_free(document, CONSENTS, self.consent_id, "consent_id")
    }

    fn execute(&self, context: &Context, transaction: &mut impl Transactable) -> Result<(), Refusal> {
        let consents = section(transaction, CONSENTS)?;
        let look = create(transaction, &consents, self.consent_id, context)?;
        transaction.put(&look, "given_as", context.author.role.name())?;
        transaction.put(&look, "compartment", self.compartment.name())?;
        Ok(transaction.put(&look, "person_id", context.author.person.to_string())?)
    }

    fn words(&self, _document: &impl ReadDoc, _names: Names<'_>, language: Language) -> String {
        let what = self.compartment.label(language);
        match language {
            Language::Dutch => format!("heeft gevraagd om te lezen: {what}"),
            Language::English => format!("asked to read: {what}"),
        }
    }
}
