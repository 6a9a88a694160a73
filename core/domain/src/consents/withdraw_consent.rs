use automerge::ReadDoc;
use automerge::transaction::Transactable;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{CLIENT_SIDE, CONSENTS, ConsentsView};
use crate::entity::{create, find, must_exist};
use crate::policy::Policy;
use crate::{ConsentId, Context, Edit, Effect, Language, Names, Refusal};

/// Takes a consent back, or ends a look; it works at once and for good.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WithdrawConsent {
    /// The consent, or the look.
    pub consent_id: ConsentId,
}

impl Edit for WithdrawConsent {
    const NAME: &'static str = "withdraw_consent";
    const POLICY: Policy = CLIENT_SIDE;
    const EFFECT: Effect = Effect::ChangesRights;

    fn check(&self, document: &impl ReadDoc) -> Result<(), Refusal> {
        must_exist(document, CONSENTS, self.consent_id, "consent_id")
    }

    fn execute(&self, context: &Context, transaction: &mut impl Transactable) -> Result<(), Refusal> {
        let consent = find(transaction, CONSENTS, self.consent_id, "consent_id")?;
        let withdrawal = create(transaction, &consent, "withdrawn", context)?;
        Ok(transaction.put(&withdrawal, "withdrawn_as", context.author.role.name())?)
    }

    fn words(&self, document: &impl ReadDoc, _names: Names<'_>, language: Language) -> String {
        let what = ConsentsView::new(document).compartment(self.consent_id, language);
        match language {
            Language::Dutch => format!("heeft de toestemming ingetrokken voor {what}"),
            Language::English => format!("withdrew the consent for {what}"),
        }
    }
}
