use automerge::ReadDoc;
use automerge::transaction::Transactable;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{CLIENT_ALONE, Helpfulness, RATINGS};
use crate::entity::{create, section};
use crate::policy::Policy;
use crate::{ContactId, Context, Edit, Language, Names, Refusal};

/// Says whether a contact does the client good.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RateHelpfulness {
    /// The contact, by its id on the network map.
    pub contact_id: ContactId,
    /// Whether they do the client good.
    pub helpfulness: Helpfulness,
}

impl Edit for RateHelpfulness {
    const NAME: &'static str = "rate_helpfulness";
    const POLICY: Policy = CLIENT_ALONE;

    /// The contact is in another document, which is not looked into from here.
    fn check(&self, _document: &impl ReadDoc) -> Result<(), Refusal> {
        Ok(())
    }

    /// A rating is put anew each time, with who and when in one value.
    fn execute(&self, context: &Context, transaction: &mut impl Transactable) -> Result<(), Refusal> {
        let ratings = section(transaction, RATINGS)?;
        let rating = create(transaction, &ratings, self.contact_id, context)?;
        Ok(transaction.put(&rating, "helpfulness", self.helpfulness.name())?)
    }

    fn words(&self, _document: &impl ReadDoc, _names: Names<'_>, language: Language) -> String {
        language.pick("heeft gezegd of iemand helpt", "said whether somebody helps").to_owned()
    }
}
