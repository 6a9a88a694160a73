use automerge::ReadDoc;
use automerge::transaction::Transactable;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::NOTES;
use crate::because::{Because, Reason};
use crate::entity::{Item, create, find, must_be_free, must_exist, put_some, section};
use crate::policy::{Condition, Policy, Rule};
use crate::{Author, Context, Edit, Language, Name, Names, NoteId, Refusal, Rewording, Text, shared_text};

/// Writes a working note.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WriteWorkNote {
    /// The new note's id.
    pub note_id: NoteId,
    /// What it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<Name>,
    /// What it says.
    pub text: Text,
}

/// Changes the words of a working note; merges word by word with a concurrent edit.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EditWorkNote {
    /// The note.
    pub note_id: NoteId,
    /// The whole text as it should read.
    pub text: Text,
}

impl Edit for WriteWorkNote {
    const NAME: &'static str = "write_work_note";
    const POLICY: Policy = Policy::NOBODY.professional(Rule::Always);

    fn check(&self, document: &impl ReadDoc) -> Result<(), Refusal> {
        must_be_free(document, NOTES, self.note_id, "note_id")
    }

    fn execute(&self, context: &Context, transaction: &mut impl Transactable) -> Result<(), Refusal> {
        let notes = section(transaction, NOTES)?;
        let note = create(transaction, &notes, self.note_id, context)?;
        put_some(transaction, &note, "subject", self.subject.as_ref())?;
        shared_text::put(transaction, &note, &self.text)
    }

    fn words(&self, _document: &impl ReadDoc, _names: Names<'_>, language: Language) -> String {
        format!("{} “{}”", language.pick("heeft een werkaantekening geschreven:", "wrote a working note:"), self.text)
    }
}

impl Edit for EditWorkNote {
    const NAME: &'static str = "edit_work_note";
    const POLICY: Policy = Policy::NOBODY.professional(Rule::If(Condition::Author));

    fn check(&self, document: &impl ReadDoc) -> Result<(), Refusal> {
        must_exist(document, NOTES, self.note_id, "note_id")
    }

    fn holds(&self, _condition: Condition, author: &Author, document: &impl ReadDoc) -> bool {
        Item::find(document, NOTES, self.note_id).and_then(|note| note.by()) == Some(author.person)
    }

    fn why_not(&self, _condition: Condition, _author: &Author, document: &impl ReadDoc) -> Because {
        Because::of_persons(Reason::MadeByOthers, Item::find(document, NOTES, self.note_id).and_then(|note| note.by()))
    }

    fn execute(&self, _context: &Context, transaction: &mut impl Transactable) -> Result<(), Refusal> {
        find(transaction, NOTES, self.note_id, "note_id").map(|_| ())
    }

    fn rewords(&self) -> Option<Rewording<'_>> {
        Some(Rewording { section: NOTES, id: self.note_id.uuid(), field: "note_id", text: &self.text })
    }

    fn words(&self, _document: &impl ReadDoc, _names: Names<'_>, language: Language) -> String {
        format!(
            "{} “{}”",
            language.pick("heeft een werkaantekening herschreven:", "rewrote a working note:"),
            self.text
        )
    }
}
