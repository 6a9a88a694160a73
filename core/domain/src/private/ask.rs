use automerge::ReadDoc;
use automerge::transaction::Transactable;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::CLIENT_ALONE;
use crate::entity::{Entity, entity};
use crate::policy::Policy;
use crate::words::{Word, words};
use crate::{AskId, CommandKind, ContactId, Context, Language, Names, Refusal, Text};

entity! {
    /// Something the client would like to ask.
    Ask[ask_id: AskId] in "asks" {
        /// The person who is asked.
        contact_id: Option<ContactId>,
        /// The thing that is asked.
        what: String,
        /// The way to say it.
        script: Option<String>,
        /// The obstacle to asking.
        reason_shy: Option<Word<ReasonShy>>,
        /// How much the client dared it before: 1 to 5.
        dare_before: Option<i64>,
        /// How much the client dared it after: 1 to 5.
        dare_after: Option<i64>,
        /// How far it has come.
        state: Word<AskState>,
    }
}

words! {
    /// The obstacle to asking.
    ReasonShy in "reason_shy" {
        /// Nothing.
        None = "none": "niets", "nothing";
        /// The client wants to manage alone.
        SelfReliance = "selfreliance": "het zelf willen doen", "wanting to manage alone";
        /// It is nobody's business.
        Privacy = "privacy": "het gaat niemand iets aan", "it is nobody’s business";
        /// The client would owe something.
        Debt = "debt": "iets moeten terugdoen", "owing something";
        /// They may say no.
        FearNo = "fear_no": "bang voor een nee", "afraid of a no";
        /// Something else.
        Other = "other": "iets anders", "something else";
    }

    /// How far an ask has come.
    AskState in "ask_state" {
        /// Thought of.
        Planned = "planned": "bedacht", "planned";
        /// Tried out with somebody.
        Practised = "practised": "geoefend", "practised";
        /// Asked, without an answer yet.
        Asked = "asked": "gevraagd", "asked";
        /// They said yes.
        Yes = "yes": "ja gekregen", "they said yes";
        /// They said no.
        No = "no": "nee gekregen", "they said no";
        /// They said later.
        Later = "later": "misschien later", "maybe later";
    }
}

/// Plans to ask somebody something.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PlanAsk {
    /// The new ask's id.
    pub ask_id: AskId,
    /// The person who is asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contact_id: Option<ContactId>,
    /// The thing that is asked.
    pub what: Text,
    /// The way to say it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub script: Option<Text>,
    /// The obstacle to asking.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason_shy: Option<ReasonShy>,
    /// How much the client dares it now: 1 (not at all) to 5.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 5))]
    pub dare_before: Option<u8>,
}

/// Says how far an ask has come, or what the answer was.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AnswerAsk {
    /// The ask.
    pub ask_id: AskId,
    /// How far it has come.
    pub state: AskState,
    /// How much the client dares it now: 1 (not at all) to 5.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 5))]
    pub dare_after: Option<u8>,
}

impl CommandKind for PlanAsk {
    const NAME: &'static str = "plan_ask";
    const POLICY: Policy = CLIENT_ALONE;

    fn check(&self, document: &impl ReadDoc) -> Result<(), Refusal> {
        within_scale(self.dare_before, Ask::dare_before.name())?;
        Ask::must_be_free(document, self.ask_id)
    }

    fn execute(&self, context: &Context, transaction: &mut impl Transactable) -> Result<(), Refusal> {
        let mut ask = Ask::create(context, transaction, self.ask_id)?;
        ask.put(Ask::contact_id, self.contact_id)?.put(Ask::what, &self.what)?.put(Ask::script, &self.script)?;
        ask.put(Ask::reason_shy, self.reason_shy)?.put(Ask::dare_before, self.dare_before)?;
        ask.put(Ask::state, AskState::Planned).map(drop)
    }

    fn words(&self, _document: &impl ReadDoc, _names: Names<'_>, language: Language) -> String {
        format!("{} “{}”", language.pick("heeft een vraag bedacht:", "thought of a question:"), self.what)
    }
}

impl CommandKind for AnswerAsk {
    const NAME: &'static str = "answer_ask";
    const POLICY: Policy = CLIENT_ALONE;

    fn check(&self, document: &impl ReadDoc) -> Result<(), Refusal> {
        within_scale(self.dare_after, Ask::dare_after.name())?;
        Ask::must_exist(document, self.ask_id)
    }

    fn execute(&self, _context: &Context, transaction: &mut impl Transactable) -> Result<(), Refusal> {
        let mut ask = Ask::open(transaction, self.ask_id)?;
        ask.put(Ask::dare_after, self.dare_after)?.put(Ask::state, self.state).map(drop)
    }

    fn words(&self, _document: &impl ReadDoc, _names: Names<'_>, language: Language) -> String {
        match self.state {
            AskState::Planned => language.pick("heeft het zich voorgenomen", "decided to ask"),
            AskState::Practised => language.pick("heeft een vraag geoefend", "practised an ask"),
            AskState::Asked => language.pick("heeft het gevraagd", "asked"),
            AskState::Yes => language.pick("heeft een ja gekregen", "was told yes"),
            AskState::No => language.pick("heeft een nee gekregen", "was told no"),
            AskState::Later => language.pick("heeft gehoord: later", "was told: later"),
        }
        .to_owned()
    }
}

fn within_scale(dare: Option<u8>, field: &str) -> Result<(), Refusal> {
    match dare {
        Some(dare) if !(1..=5).contains(&dare) => Err(Refusal::invalid(field)),
        _ => Ok(()),
    }
}
