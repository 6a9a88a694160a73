use automerge::ReadDoc;
use automerge::transaction::Transactable;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{EVERYBODY, OWN_OR_CLIENT, is_gone, must_be_new};
use crate::entity::{Entity, Item, entity};
use crate::policy::{Condition, Policy};
use crate::{Author, CommandKind, Context, Effect, Language, MessageId, Names, Refusal, Text};

entity! {
    /// A message to the circle.
    Message[message_id: MessageId] in "messages" {
        /// The thing that is said.
        text: String,
    }
    keeps {
        withdrawn: bool,
    }
    impl {
        const ERASED_AS: Option<&'static str> = Some("message");

        fn is_shown<R: ReadDoc>(message: &Item<'_, R>) -> bool {
            message.get(Self::withdrawn) != Some(true)
        }
    }
}

/// Says something to the whole circle.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PostMessage {
    /// The new message's id.
    pub message_id: MessageId,
    /// The thing that is said.
    pub text: Text,
}

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

impl CommandKind for PostMessage {
    const NAME: &'static str = "post_message";
    const POLICY: Policy = EVERYBODY;

    fn check(&self, document: &impl ReadDoc) -> Result<(), Refusal> {
        must_be_new::<Message>(document, self.message_id)
    }

    fn execute(&self, context: &Context, transaction: &mut impl Transactable) -> Result<(), Refusal> {
        Message::create(context, transaction, self.message_id)?.put(Message::text, &self.text).map(drop)
    }

    /// Without the text where the message was taken back.
    fn words(&self, document: &impl ReadDoc, _names: Names<'_>, language: Language) -> String {
        if is_gone::<Message>(document, self.message_id) {
            return language.pick("heeft iets gezegd", "said something").to_owned();
        }
        format!("{} “{}”", language.pick("heeft gezegd:", "said:"), self.text)
    }
}

impl CommandKind for WithdrawMessage {
    const NAME: &'static str = "withdraw_message";
    const POLICY: Policy = OWN_OR_CLIENT;

    fn check(&self, document: &impl ReadDoc) -> Result<(), Refusal> {
        Message::must_exist(document, self.message_id)
    }

    fn holds(&self, _condition: Condition, author: &Author, document: &impl ReadDoc) -> bool {
        Message::author(document, self.message_id) == Some(author.person)
    }

    fn execute(&self, _context: &Context, transaction: &mut impl Transactable) -> Result<(), Refusal> {
        let mut message = Message::open(transaction, self.message_id)?;
        message.clear(Message::text)?.put(Message::withdrawn, true).map(drop)
    }

    fn words(&self, _document: &impl ReadDoc, _names: Names<'_>, language: Language) -> String {
        language.pick("heeft een bericht weggehaald", "took a message away").to_owned()
    }
}

impl CommandKind for EraseMessage {
    const NAME: &'static str = "erase_message";
    const POLICY: Policy = OWN_OR_CLIENT;
    const EFFECT: Effect = Effect::Erases;

    fn check(&self, document: &impl ReadDoc) -> Result<(), Refusal> {
        Message::must_exist(document, self.message_id)
    }

    fn holds(&self, _condition: Condition, author: &Author, document: &impl ReadDoc) -> bool {
        Message::author(document, self.message_id) == Some(author.person)
    }

    fn execute(&self, context: &Context, transaction: &mut impl Transactable) -> Result<(), Refusal> {
        Message::erase(context, transaction, self.message_id)
    }

    fn erases(&self) -> Option<Uuid> {
        Some(self.message_id.uuid())
    }

    /// Without the text: the words outlive the message.
    fn words(&self, _document: &impl ReadDoc, _names: Names<'_>, language: Language) -> String {
        language.pick("heeft een bericht voorgoed gewist", "erased a message for good").to_owned()
    }
}
