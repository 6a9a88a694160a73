//! The parts of every command.

use automerge::ReadDoc;
use automerge::transaction::Transactable;
use serde::Serialize;
use serde_json::Value;
use uuid::Uuid;

use crate::because::Because;
use crate::policy::{Condition, Policy};
use crate::{Author, Command, Context, Effect, Language, PersonId, Refusal, RefusalCode, suggestion};

/// How people are called, for texts that mention them.
pub type Names<'a> = &'a dyn Fn(PersonId) -> String;

/// New words for a text that several people may edit.
#[derive(Clone, Copy, Debug)]
pub struct Rewording<'a> {
    /// The section of the thing whose text it is.
    pub section: &'static str,
    /// The id of the thing.
    pub id: Uuid,
    /// The command's field with that id.
    pub field: &'static str,
    /// The whole text as it should read.
    pub text: &'a str,
}

/// One kind of edit: its row in the policy, its checks, what it writes and how it reads back in words.
///
/// Implemented once per command, in the command's own file; the line in the list of `command.rs` does the rest.
pub trait CommandKind: Serialize {
    /// The command's name on every wire: verb, underscore, noun.
    const NAME: &'static str;
    /// The person who may send it.
    const POLICY: Policy;
    /// True when sending it is choosing, for the sentence to whoever may not.
    const IS_CHOICE: bool = false;
    /// What it does beyond the document; [`Self::erases`] names the thing where it erases one.
    const EFFECT: Effect = Effect::Writes;

    /// Checks the command against the document as it stands now: new ids are free, named things exist.
    ///
    /// # Errors
    ///
    /// The refusal to answer the sender with.
    fn check(&self, document: &impl ReadDoc) -> Result<(), Refusal>;

    /// Returns whether a condition of the policy holds for this author on the document as it stands now.
    ///
    /// Only asked for conditions that [`Self::POLICY`] names; the default holds for nobody.
    fn holds(&self, _condition: Condition, _author: &Author, _document: &impl ReadDoc) -> bool {
        false
    }

    /// Why a condition of the policy does not hold for this author: whose step or thing it is.
    fn why_not(&self, condition: Condition, _author: &Author, _document: &impl ReadDoc) -> Because {
        Because::of_condition(condition)
    }

    /// Returns whether the edit makes sense in the document where its sender stands in history.
    ///
    /// # Errors
    ///
    /// The refusal that [`Self::execute`] ends with there.
    fn makes_sense(&self, _document: &impl ReadDoc) -> Result<(), Refusal> {
        Ok(())
    }

    /// Returns whether an author's edit becomes a suggestion although the rule for the role admits it.
    fn becomes_suggestion(&self, _author: &Author, _document: &impl ReadDoc) -> bool {
        false
    }

    /// Writes the edit at the place in history where the transaction is opened.
    ///
    /// # Errors
    ///
    /// A refusal when the edit makes no sense there; the transaction is then rolled back.
    fn execute(&self, context: &Context, transaction: &mut impl Transactable) -> Result<(), Refusal>;

    /// True when the edit can wait for the client's answer.
    const IS_SUGGESTIBLE: bool = Self::POLICY.suggests();

    /// Writes the edit as a suggestion for the client.
    ///
    /// # Errors
    ///
    /// `forbidden` for a command that cannot be a suggestion.
    fn suggest(&self, context: &Context, transaction: &mut impl Transactable) -> Result<(), Refusal> {
        if !Self::IS_SUGGESTIBLE {
            return Err(Refusal::new(RefusalCode::Forbidden));
        }
        suggestion::keep(context, transaction, &self.to_json())
    }

    /// The command as JSON: its type and its fields.
    fn to_json(&self) -> Value {
        // Commands are structs of strings, numbers and lists, which always have a JSON form.
        let mut json = serde_json::to_value(self).unwrap_or_default();
        if let Some(fields) = json.as_object_mut() {
            fields.insert("type".to_owned(), Self::NAME.into());
        }
        json
    }

    /// The text that this edit gives new words. They are merged with those that others gave it meanwhile, and written
    /// behind what [`Self::execute`] writes.
    fn rewords(&self) -> Option<Rewording<'_>> {
        None
    }

    /// The id of the thing that this edit takes out of the document for good, so that the document has to be
    /// [rewritten](crate::rewrite).
    fn erases(&self) -> Option<Uuid> {
        None
    }

    /// The command that this edit comes to on a document, where it is another one: a yes to a suggested erasure is the
    /// erasure.
    fn resolved(&self, _document: &impl ReadDoc) -> Option<Command> {
        None
    }

    /// Returns what would be done, in a sentence or two of their own: “Het doel: ‘Vaker naar buiten’.”
    fn proposal(&self, document: &impl ReadDoc, names: Names<'_>, language: Language) -> String {
        format!("{}.", self.words(document, names, language))
    }

    /// Returns what was done, in words that follow a person's name: “bedacht: ‘Een kaart naar Dennis’”.
    ///
    /// Things the document no longer holds are called by a general word.
    fn words(&self, document: &impl ReadDoc, names: Names<'_>, language: Language) -> String;
}
