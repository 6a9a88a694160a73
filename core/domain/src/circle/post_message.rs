use automerge::ReadDoc;
use automerge::transaction::Transactable;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{CircleView, EVERYBODY, MESSAGES, must_be_new};
use crate::entity::{create, section};
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
        must_be_new(document, self.message_id, "message_id")
    }

    fn execute(&self, context: &Context, transaction: &mut impl Transactable) -> Result<(), Refusal> {
        let messages = section(transaction, MESSAGES)?;
        let message = create(transaction, &messages, self.message_id, context)?;
        Ok(transaction.put(&message, "text", self.text.as_str())?)
    }

    /// Without the text where the message was taken back.
    fn words(&self, document: &impl ReadDoc, _names: Names<'_>, language: Language) -> String {
        if CircleView::new(document).is_gone(MESSAGES, self.message_id) {
            return language.pick("heeft iets gezegd", "said something").to_owned();
        }
        format!("{} “{}”", language.pick("heeft gezegd:", "said:"), self.text)
    }
}
