use automerge::ReadDoc;
use automerge::transaction::Transactable;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Consent, WITHDRAWN};
use crate::consents::CLIENT_SIDE;
use crate::entity::Entity;
use crate::policy::Policy;
use crate::{CommandKind, ConsentId, Context, Effect, Language, Names, Refusal};

/// Takes a consent back, or ends a look; it works at once and for good.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WithdrawConsent {
    /// The consent, or the look.
    pub consent_id: ConsentId,
}

impl CommandKind for WithdrawConsent {
    const NAME: &'static str = "withdraw_consent";
    const POLICY: Policy = CLIENT_SIDE;
    const EFFECT: Effect = Effect::ChangesRights;

    fn check(&self, document: &impl ReadDoc) -> Result<(), Refusal> {
        Consent::must_exist(document, self.consent_id)
    }

    fn execute(&self, context: &Context, transaction: &mut impl Transactable) -> Result<(), Refusal> {
        let mut end = Consent::open(transaction, self.consent_id)?.create(context, WITHDRAWN)?;
        end.put(Consent::withdrawn_as, context.author.role).map(drop)
    }

    fn words(&self, document: &impl ReadDoc, _names: Names<'_>, language: Language) -> String {
        let what = Consent::compartment_label(document, self.consent_id, language);
        match language {
            Language::Dutch => format!("heeft de toestemming ingetrokken voor {what}"),
            Language::English => format!("withdrew the consent for {what}"),
        }
    }
}
