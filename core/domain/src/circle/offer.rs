use automerge::ReadDoc;
use automerge::transaction::Transactable;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{OWN_OR_CLIENT, is_gone, must_be_new};
use crate::because::{Because, Reason};
use crate::entity::{Entity, Item, entity};
use crate::policy::{Condition, Policy, Rule};
use crate::{Author, CommandKind, Context, Effect, Language, Name, Names, OfferId, Refusal, Text};

entity! {
    /// An offer of help.
    Offer[offer_id: OfferId] in "offers" {
        /// The abilities of the person.
        what: Option<String>,
        /// When and how often.
        when: Option<String>,
    }
    keeps {
        withdrawn: bool,
    }
    impl {
        const ERASED_AS: Option<&'static str> = Some("offer");

        fn is_shown<R: ReadDoc>(offer: &Item<'_, R>) -> bool {
            offer.get(Self::withdrawn) != Some(true)
        }
    }
}

/// Offers help: what, and when.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MakeOffer {
    /// The new offer's id.
    pub offer_id: OfferId,
    /// The abilities of the person.
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

impl CommandKind for MakeOffer {
    const NAME: &'static str = "make_offer";
    const POLICY: Policy = Policy::NOBODY.client(Rule::Always).representative(Rule::Always).circle(Rule::Always);

    fn check(&self, document: &impl ReadDoc) -> Result<(), Refusal> {
        must_be_new::<Offer>(document, self.offer_id)
    }

    fn execute(&self, context: &Context, transaction: &mut impl Transactable) -> Result<(), Refusal> {
        let mut offer = Offer::create(context, transaction, self.offer_id)?;
        offer.put(Offer::what, &self.what)?.put(Offer::when, &self.when).map(drop)
    }

    /// Without the text where the offer was taken back.
    fn words(&self, document: &impl ReadDoc, _names: Names<'_>, language: Language) -> String {
        if is_gone::<Offer>(document, self.offer_id) {
            return language.pick("heeft hulp aangeboden", "offered help").to_owned();
        }
        let what = self.what.as_deref().unwrap_or(language.pick("hulp", "help"));
        format!("{} “{what}”", language.pick("heeft aangeboden:", "offered:"))
    }
}

impl CommandKind for WithdrawOffer {
    const NAME: &'static str = "withdraw_offer";
    const POLICY: Policy = OWN_OR_CLIENT.professional(Rule::Never);

    fn check(&self, document: &impl ReadDoc) -> Result<(), Refusal> {
        Offer::must_exist(document, self.offer_id)
    }

    fn holds(&self, _condition: Condition, author: &Author, document: &impl ReadDoc) -> bool {
        Offer::author(document, self.offer_id) == Some(author.person)
    }

    fn why_not(&self, _condition: Condition, _author: &Author, document: &impl ReadDoc) -> Because {
        Because::of_persons(Reason::MadeByOthers, Offer::author(document, self.offer_id))
    }

    fn execute(&self, _context: &Context, transaction: &mut impl Transactable) -> Result<(), Refusal> {
        let mut offer = Offer::open(transaction, self.offer_id)?;
        offer.clear(Offer::what)?.clear(Offer::when)?.put(Offer::withdrawn, true).map(drop)
    }

    fn words(&self, _document: &impl ReadDoc, _names: Names<'_>, language: Language) -> String {
        language.pick("heeft een aanbod weggehaald", "took an offer away").to_owned()
    }
}

impl CommandKind for EraseOffer {
    const NAME: &'static str = "erase_offer";
    const POLICY: Policy = OWN_OR_CLIENT.professional(Rule::Never);
    const EFFECT: Effect = Effect::Erases;

    fn check(&self, document: &impl ReadDoc) -> Result<(), Refusal> {
        Offer::must_exist(document, self.offer_id)
    }

    fn holds(&self, _condition: Condition, author: &Author, document: &impl ReadDoc) -> bool {
        Offer::author(document, self.offer_id) == Some(author.person)
    }

    fn execute(&self, context: &Context, transaction: &mut impl Transactable) -> Result<(), Refusal> {
        Offer::erase(context, transaction, self.offer_id)
    }

    fn erases(&self) -> Option<Uuid> {
        Some(self.offer_id.uuid())
    }

    /// Without the text: the words outlive the offer.
    fn words(&self, _document: &impl ReadDoc, _names: Names<'_>, language: Language) -> String {
        language.pick("heeft een aanbod voorgoed gewist", "erased an offer for good").to_owned()
    }
}
