use automerge::ReadDoc;
use automerge::transaction::Transactable;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{CLIENT_ALONE, NOTES};
use crate::entity::{create, find, must_be_free, must_exist, put_some, section};
use crate::policy::Policy;
use crate::{ContactId, Context, Edit, Language, Names, NoteId, Refusal, Rewording, Text, shared_text};

/// Writes something down for the client alone.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NotePrivately {
    /// The new note's id.
    pub note_id: NoteId,
    /// What is written down.
    pub text: Text,
    /// The contact it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contact_id: Option<ContactId>,
}

/// Changes the words of a note; merges word by word with a concurrent edit, and brings back a note that was removed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EditPrivateNote {
    /// The note.
    pub note_id: NoteId,
    /// The whole text as it should read.
    pub text: Text,
}

/// Takes a note away; it stays where somebody edited it without knowing.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RemovePrivateNote {
    /// The note.
    pub note_id: NoteId,
}

impl Edit for NotePrivately {
    const NAME: &'static str = "note_privately";
    const POLICY: Policy = CLIENT_ALONE;

    fn check(&self, document: &impl ReadDoc) -> Result<(), Refusal> {
        must_be_free(document, NOTES, self.note_id, "note_id")
    }

    fn execute(&self, context: &Context, transaction: &mut impl Transactable) -> Result<(), Refusal> {
        let notes = section(transaction, NOTES)?;
        let note = create(transaction, &notes, self.note_id, context)?;
        shared_text::put(transaction, &note, &self.text)?;
        put_some(transaction, &note, "contact_id", self.contact_id)
    }

    fn words(&self, _document: &impl ReadDoc, _names: Names<'_>, language: Language) -> String {
        format!("{} “{}”", language.pick("heeft voor zichzelf opgeschreven:", "noted privately:"), self.text)
    }
}

impl Edit for EditPrivateNote {
    const NAME: &'static str = "edit_private_note";
    const POLICY: Policy = CLIENT_ALONE;

    fn check(&self, document: &impl ReadDoc) -> Result<(), Refusal> {
        must_exist(document, NOTES, self.note_id, "note_id")
    }

    fn execute(&self, _context: &Context, transaction: &mut impl Transactable) -> Result<(), Refusal> {
        let note = find(transaction, NOTES, self.note_id, "note_id")?;
        Ok(transaction.put(&note, "removed", false)?)
    }

    fn rewords(&self) -> Option<Rewording<'_>> {
        Some(Rewording { section: NOTES, id: self.note_id.uuid(), field: "note_id", text: &self.text })
    }

    fn words(&self, _document: &impl ReadDoc, _names: Names<'_>, language: Language) -> String {
        format!(
            "{} “{}”",
            language.pick("heeft een eigen aantekening herschreven:", "rewrote a private note:"),
            self.text
        )
    }
}

impl Edit for RemovePrivateNote {
    const NAME: &'static str = "remove_private_note";
    const POLICY: Policy = CLIENT_ALONE;

    fn check(&self, document: &impl ReadDoc) -> Result<(), Refusal> {
        must_exist(document, NOTES, self.note_id, "note_id")
    }

    fn execute(&self, _context: &Context, transaction: &mut impl Transactable) -> Result<(), Refusal> {
        let note = find(transaction, NOTES, self.note_id, "note_id")?;
        Ok(transaction.put(&note, "removed", true)?)
    }

    fn words(&self, _document: &impl ReadDoc, _names: Names<'_>, language: Language) -> String {
        language.pick("heeft een eigen aantekening weggehaald", "took a private note away").to_owned()
    }
}
