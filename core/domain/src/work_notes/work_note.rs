use automerge::ReadDoc;
use automerge::transaction::Transactable;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::because::{Because, Reason};
use crate::entity::{Entity, entity};
use crate::policy::{Condition, Policy, Rule};
use crate::{
    Author, CommandKind, Context, Language, Name, Names, NoteId, Refusal, Rewording, Text, TextVersions, shared_text,
};

entity! {
    /// A working note.
    WorkNote[note_id: NoteId] in "notes" {
        /// The subject.
        subject: Option<String>,
        /// The text; concurrent edits merge word by word.
        text: String => |item| shared_text::text(item),
        /// Other versions of the text that wait for a choice, in the order in which they were written.
        #[serde(default)]
        versions: TextVersions => |item| shared_text::versions(item),
    }
}

/// Writes a working note.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WriteWorkNote {
    /// The new note's id.
    pub note_id: NoteId,
    /// The subject.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<Name>,
    /// The text.
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

impl CommandKind for WriteWorkNote {
    const NAME: &'static str = "write_work_note";
    const POLICY: Policy = Policy::NOBODY.professional(Rule::Always);

    fn check(&self, document: &impl ReadDoc) -> Result<(), Refusal> {
        WorkNote::must_be_free(document, self.note_id)
    }

    fn execute(&self, context: &Context, transaction: &mut impl Transactable) -> Result<(), Refusal> {
        let mut note = WorkNote::create(context, transaction, self.note_id)?;
        note.put(WorkNote::subject, &self.subject)?.text(&self.text).map(drop)
    }

    fn words(&self, _document: &impl ReadDoc, _names: Names<'_>, language: Language) -> String {
        format!("{} “{}”", language.pick("heeft een werkaantekening geschreven:", "wrote a working note:"), self.text)
    }
}

impl CommandKind for EditWorkNote {
    const NAME: &'static str = "edit_work_note";
    const POLICY: Policy = Policy::NOBODY.professional(Rule::If(Condition::Author));

    fn check(&self, document: &impl ReadDoc) -> Result<(), Refusal> {
        WorkNote::must_exist(document, self.note_id)
    }

    fn holds(&self, _condition: Condition, author: &Author, document: &impl ReadDoc) -> bool {
        WorkNote::author(document, self.note_id) == Some(author.person)
    }

    fn why_not(&self, _condition: Condition, _author: &Author, document: &impl ReadDoc) -> Because {
        Because::of_persons(Reason::MadeByOthers, WorkNote::author(document, self.note_id))
    }

    fn execute(&self, _context: &Context, transaction: &mut impl Transactable) -> Result<(), Refusal> {
        WorkNote::open(transaction, self.note_id).map(drop)
    }

    fn rewords(&self) -> Option<Rewording<'_>> {
        Some(WorkNote::rewording(self.note_id.uuid(), &self.text))
    }

    fn words(&self, _document: &impl ReadDoc, _names: Names<'_>, language: Language) -> String {
        format!(
            "{} “{}”",
            language.pick("heeft een werkaantekening herschreven:", "rewrote a working note:"),
            self.text
        )
    }
}
