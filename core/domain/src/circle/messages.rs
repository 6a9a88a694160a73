use automerge::ReadDoc;
use automerge::transaction::Transactable;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{CircleView, MESSAGES};
use crate::entity::{find, must_exist, section};
use crate::erasure::note_of;
use crate::policy::{Condition, Policy};
use crate::{Author, Context, Edit, Effect, Language, MessageId, Names, Refusal};

/// Takes a message back: nobody reads it any more.
///
/// The client may do it with any message, everybody else with their own.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WithdrawMessage {
    /// The message.
    pub message_id: MessageId,
}

/// Removes a message for good, its history included: a new generation of the circle begins.
///
/// The client may do it with any message, everybody else with their own.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EraseMessage {
    /// The message.
    pub message_id: MessageId,
}

impl Edit for WithdrawMessage {
    const NAME: &'static str = "withdraw_message";
    const POLICY: Policy = super::OWN_OR_CLIENT;

    fn check(&self, document: &impl ReadDoc) -> Result<(), Refusal> {
        must_exist(document, MESSAGES, self.message_id, "message_id")
    }

    fn holds(&self, _condition: Condition, author: &Author, document: &impl ReadDoc) -> bool {
        CircleView::new(document).is_writer(self.message_id, author.person)
    }

    fn execute(&self, _context: &Context, transaction: &mut impl Transactable) -> Result<(), Refusal> {
        let message = find(transaction, MESSAGES, self.message_id, "message_id")?;
        transaction.delete(&message, "text")?;
        Ok(transaction.put(&message, "withdrawn", true)?)
    }

    fn words(&self, _document: &impl ReadDoc, _names: Names<'_>, language: Language) -> String {
        language.pick("heeft een bericht weggehaald", "took a message away").to_owned()
    }
}

impl Edit for EraseMessage {
    const NAME: &'static str = "erase_message";
    const POLICY: Policy = super::OWN_OR_CLIENT;
    const EFFECT: Effect = Effect::Erases;

    fn check(&self, document: &impl ReadDoc) -> Result<(), Refusal> {
        must_exist(document, MESSAGES, self.message_id, "message_id")
    }

    fn holds(&self, _condition: Condition, author: &Author, document: &impl ReadDoc) -> bool {
        CircleView::new(document).is_writer(self.message_id, author.person)
    }

    fn execute(&self, context: &Context, transaction: &mut impl Transactable) -> Result<(), Refusal> {
        find(transaction, MESSAGES, self.message_id, "message_id")?;
        let messages = section(transaction, MESSAGES)?;
        transaction.delete(&messages, self.message_id.to_string())?;
        note_of(context, transaction, &self.message_id.to_string(), "message")
    }

    fn erases(&self) -> Option<Uuid> {
        Some(self.message_id.uuid())
    }

    /// Without the text: the words outlive the message.
    fn words(&self, _document: &impl ReadDoc, _names: Names<'_>, language: Language) -> String {
        language.pick("heeft een bericht voorgoed gewist", "erased a message for good").to_owned()
    }
}
