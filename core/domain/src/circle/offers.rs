use automerge::ReadDoc;
use automerge::transaction::Transactable;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{CircleView, OFFERS, OWN_OR_CLIENT, must_be_new};
use crate::because::{Because, Reason};
use crate::entity::{create, find, must_exist, put_some, section};
use crate::erasure::note_of;
use crate::policy::{Condition, Policy, Rule};
use crate::{Author, Context, Edit, Effect, Language, Name, Names, OfferId, Refusal, Text};

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

/// Takes an offer back: nobody reads it any more.
///
/// The client may do it with any offer, everybody else with their own.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WithdrawOffer {
    /// The offer.
    pub offer_id: OfferId,
}

/// Removes an offer for good, its history included: a new generation of the circle begins.
///
/// The client may do it with any offer, everybody else with their own.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EraseOffer {
    /// The offer.
    pub offer_id: OfferId,
}

impl Edit for MakeOffer {
    const NAME: &'static str = "make_offer";
    const POLICY: Policy = Policy::NOBODY.client(Rule::Always).representative(Rule::Always).circle(Rule::Always);

    fn check(&self, document: &impl ReadDoc) -> Result<(), Refusal> {
        must_be_new(document, self.offer_id, "offer_id")
    }

    fn execute(&self, context: &Context, transaction: &mut impl Transactable) -> Result<(), Refusal> {
        let offers = section(transaction, OFFERS)?;
        let offer = create(transaction, &offers, self.offer_id, context)?;
        put_some(transaction, &offer, "what", self.what.as_ref())?;
        put_some(transaction, &offer, "when", self.when.as_ref())
    }

    /// Without the text where the offer was taken back.
    fn words(&self, document: &impl ReadDoc, _names: Names<'_>, language: Language) -> String {
        if CircleView::new(document).is_gone(OFFERS, self.offer_id) {
            return language.pick("heeft hulp aangeboden", "offered help").to_owned();
        }
        let what = self.what.as_deref().unwrap_or(language.pick("hulp", "help"));
        format!("{} “{what}”", language.pick("heeft aangeboden:", "offered:"))
    }
}

impl Edit for WithdrawOffer {
    const NAME: &'static str = "withdraw_offer";
    const POLICY: Policy = OWN_OR_CLIENT.professional(Rule::Never);

    fn check(&self, document: &impl ReadDoc) -> Result<(), Refusal> {
        must_exist(document, OFFERS, self.offer_id, "offer_id")
    }

    fn holds(&self, _condition: Condition, author: &Author, document: &impl ReadDoc) -> bool {
        CircleView::new(document).is_offerer(self.offer_id, author.person)
    }

    fn why_not(&self, _condition: Condition, _author: &Author, document: &impl ReadDoc) -> Because {
        Because::of_persons(Reason::MadeByOthers, CircleView::new(document).offerer(self.offer_id))
    }

    fn execute(&self, _context: &Context, transaction: &mut impl Transactable) -> Result<(), Refusal> {
        let offer = find(transaction, OFFERS, self.offer_id, "offer_id")?;
        for text in ["what", "when"] {
            transaction.delete(&offer, text)?;
        }
        Ok(transaction.put(&offer, "withdrawn", true)?)
    }

    fn words(&self, _document: &impl ReadDoc, _names: Names<'_>, language: Language) -> String {
        language.pick("heeft een aanbod weggehaald", "took an offer away").to_owned()
    }
}

impl Edit for EraseOffer {
    const NAME: &'static str = "erase_offer";
    const POLICY: Policy = OWN_OR_CLIENT.professional(Rule::Never);
    const EFFECT: Effect = Effect::Erases;

    fn check(&self, document: &impl ReadDoc) -> Result<(), Refusal> {
        must_exist(document, OFFERS, self.offer_id, "offer_id")
    }

    fn holds(&self, _condition: Condition, author: &Author, document: &impl ReadDoc) -> bool {
        CircleView::new(document).is_offerer(self.offer_id, author.person)
    }

    fn execute(&self, context: &Context, transaction: &mut impl Transactable) -> Result<(), Refusal> {
        find(transaction, OFFERS, self.offer_id, "offer_id")?;
        let offers = section(transaction, OFFERS)?;
        transaction.delete(&offers, self.offer_id.to_string())?;
        note_of(context, transaction, &self.offer_id.to_string(), "offer")
    }

    fn erases(&self) -> Option<Uuid> {
        Some(self.offer_id.uuid())
    }

    /// Without the text: the words outlive the offer.
    fn words(&self, _document: &impl ReadDoc, _names: Names<'_>, language: Language) -> String {
        language.pick("heeft een aanbod voorgoed gewist", "erased an offer for good").to_owned()
    }
}
