use automerge::transaction::Transactable;
use automerge::{ReadDoc, ScalarValue};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{ASKS, AskState, CLIENT_ALONE, ReasonShy};
use crate::entity::{create, find, must_be_free, must_exist, put_some, section};
use crate::policy::Policy;
use crate::{AskId, ContactId, Context, Edit, Language, Names, Refusal, Text};

/// Plans to ask somebody something.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PlanAsk {
    /// The new ask's id.
    pub ask_id: AskId,
    /// Who is asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contact_id: Option<ContactId>,
    /// What is asked.
    pub what: Text,
    /// How to say it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub script: Option<Text>,
    /// What makes it hard to ask.
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

impl Edit for PlanAsk {
    const NAME: &'static str = "plan_ask";
    const POLICY: Policy = CLIENT_ALONE;

    fn check(&self, document: &impl ReadDoc) -> Result<(), Refusal> {
        within_scale(self.dare_before, "dare_before")?;
        must_be_free(document, ASKS, self.ask_id, "ask_id")
    }

    fn execute(&self, context: &Context, transaction: &mut impl Transactable) -> Result<(), Refusal> {
        let asks = section(transaction, ASKS)?;
        let ask = create(transaction, &asks, self.ask_id, context)?;
        put_some(transaction, &ask, "contact_id", self.contact_id)?;
        transaction.put(&ask, "what", self.what.as_str())?;
        put_some(transaction, &ask, "script", self.script.as_ref())?;
        put_some(transaction, &ask, "reason_shy", self.reason_shy)?;
        if let Some(dare) = self.dare_before {
            transaction.put(&ask, "dare_before", ScalarValue::Uint(dare.into()))?;
        }
        Ok(transaction.put(&ask, "state", AskState::Planned.name())?)
    }

    fn words(&self, _document: &impl ReadDoc, _names: Names<'_>, language: Language) -> String {
        format!("{} “{}”", language.pick("heeft een vraag bedacht:", "thought of a question:"), self.what)
    }
}

impl Edit for AnswerAsk {
    const NAME: &'static str = "answer_ask";
    const POLICY: Policy = CLIENT_ALONE;

    fn check(&self, document: &impl ReadDoc) -> Result<(), Refusal> {
        within_scale(self.dare_after, "dare_after")?;
        must_exist(document, ASKS, self.ask_id, "ask_id")
    }

    fn execute(&self, _context: &Context, transaction: &mut impl Transactable) -> Result<(), Refusal> {
        let ask = find(transaction, ASKS, self.ask_id, "ask_id")?;
        if let Some(dare) = self.dare_after {
            transaction.put(&ask, "dare_after", ScalarValue::Uint(dare.into()))?;
        }
        Ok(transaction.put(&ask, "state", self.state.name())?)
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
