use automerge::ReadDoc;
use automerge::transaction::Transactable;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Consent;
use crate::consents::CLIENT_SIDE;
use crate::entity::Entity;
use crate::policy::Policy;
use crate::{Access, CommandKind, ConsentId, Context, DocumentKind, Effect, Language, Names, Refusal, Role};

/// Asks to look into what others write about the client. It is a right, so it opens at once to anybody who asks.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AskToLook {
    /// The new look's id; `withdraw_consent` ends it.
    pub consent_id: ConsentId,
    /// The kind of document to look into.
    pub compartment: DocumentKind,
}

impl CommandKind for AskToLook {
    const NAME: &'static str = "ask_to_look";
    const POLICY: Policy = CLIENT_SIDE;
    const EFFECT: Effect = Effect::ChangesRights;

    fn check(&self, document: &impl ReadDoc) -> Result<(), Refusal> {
        if self.compartment.by_consent(Role::Client) == Access::None {
            return Err(Refusal::invalid(Consent::compartment.name()));
        }
        Consent::must_be_free(document, self.consent_id)
    }

    fn execute(&self, context: &Context, transaction: &mut impl Transactable) -> Result<(), Refusal> {
        let mut look = Consent::create(context, transaction, self.consent_id)?;
        look.put(Consent::given_as, context.author.role)?.put(Consent::compartment, self.compartment)?;
        look.put(Consent::person_id, context.author.person).map(drop)
    }

    fn words(&self, _document: &impl ReadDoc, _names: Names<'_>, language: Language) -> String {
        let what = self.compartment.label(language);
        match language {
            Language::Dutch => format!("heeft gevraagd om te lezen: {what}"),
            Language::English => format!("asked to read: {what}"),
        }
    }
}
