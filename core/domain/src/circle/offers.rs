use automerge::ReadDoc;
use automerge::transaction::Transactable;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{CircleView, OFFERS};
use crate::entity::{create, find, must_be_free, must_exist, put_some, section};
use crate::policy::{Condition, Policy, Rule};
use crate::{Author, Context, Edit, Language, Name, Names, OfferId, Refusal, Text};

/// Offers help: what, and when.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MakeOffer {
    /// The new offer's id.
    pub offer_id: OfferId,
    /// What the person can do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub what: Option<Text>,
    /// When and how often.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<Name>,
}

/// Takes an offer back.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WithdrawOffer {
    /// The offer.
    pub offer_id: OfferId,
}

impl Edit for MakeOffer {
    const NAME: &'static str = "make_offer";
    const POLICY: Policy = Policy::NOBODY.client(Rule::Always).representative(Rule::Always).circle(Rule::Always);

    fn check(&self, document: &impl ReadDoc) -> Result<(), Refusal> {
        must_be_free(document, OFFERS, self.offer_id, "offer_id")
    }

    fn execute(&self, context: &Context, transaction: &mut impl Transactable) -> Result<(), Refusal> {
        let offers = section(transaction, OFFERS)?;
        let offer = create(transaction, &offers, self.offer_id, context)?;
        put_some(transaction, &offer, "what", self.what.as_ref())?;
        put_some(transaction, &offer, "when", self.when.as_ref())
    }

    fn words(&self, _document: &impl ReadDoc, _names: Names<'_>, language: Language) -> String {
        let what = self.what.as_deref().unwrap_or(language.pick("hulp", "help"));
        format!("{} “{what}”", language.pick("biedt aan:", "offered:"))
    }
}

impl Edit for WithdrawOffer {
    const NAME: &'static str = "withdraw_offer";
    const POLICY: Policy = Policy::NOBODY
        .client(Rule::If(Condition::Author))
        .representative(Rule::If(Condition::Author))
        .circle(Rule::If(Condition::Author));

    fn check(&self, document: &impl ReadDoc) -> Result<(), Refusal> {
        must_exist(document, OFFERS, self.offer_id, "offer_id")
    }

    fn holds(&self, _condition: Condition, author: &Author, document: &impl ReadDoc) -> bool {
        CircleView::new(document).is_offerer(self.offer_id, author.person)
    }

    fn execute(&self, _context: &Context, transaction: &mut impl Transactable) -> Result<(), Refusal> {
        let offer = find(transaction, OFFERS, self.offer_id, "offer_id")?;
        Ok(transaction.put(&offer, "withdrawn", true)?)
    }

    fn words(&self, _document: &impl ReadDoc, _names: Names<'_>, language: Language) -> String {
        language.pick("trok een aanbod terug", "withdrew an offer").to_owned()
    }
}
