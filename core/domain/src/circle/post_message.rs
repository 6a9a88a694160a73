use automerge::ReadDoc;
use automerge::transaction::Transactable;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{EVERYBODY, MESSAGES};
use crate::entity::{create, must_be_free, section};
use crate::policy::Policy;
use crate::{Context, Edit, Language, MessageId, Names, Refusal, Text};

/// Says something to the whole circle.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PostMessage {
    /// The new message's id.
    pub message_id: MessageId,
    /// What is said.
    pub text: Text,
}

impl Edit for PostMessage {
    const NAME: &'static str = "post_message";
    const POLICY: Policy = EVERYBODY;

    fn check(&self, document: &impl ReadDoc) -> Result<(), Refusal> {
        must_be_free(document, MESSAGES, self.message_id, "message_id")
    }

    fn execute(&self, context: &Context, transaction: &mut impl Transactable) -> Result<(), Refusal> {
        let messages = section(transaction, MESSAGES)?;
        let message = create(transaction, &messages, self.message_id, context)?;
        Ok(transaction.put(&message, "text", self.text.as_str())?)
    }

    fn words(&self, _document: &impl ReadDoc, _names: Names<'_>, language: Language) -> String {
        format!("{} “{}”", language.pick("zei:", "said:"), self.text)
    }
}
