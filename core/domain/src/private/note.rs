use automerge::ReadDoc;
use automerge::transaction::Transactable;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::CLIENT_ALONE;
use crate::entity::{Entity, Item, entity};
use crate::policy::Policy;
use crate::{
    CommandKind, ContactId, Context, Language, Names, NoteId, Refusal, Rewording, Text, TextVersions, shared_text,
};

entity! {
    /// A note for the client alone.
    PrivateNote[note_id: NoteId] in "notes" {
        /// The text; concurrent edits merge word by word.
        text: String => |note| shared_text::text(note),
        /// Other versions of the text that wait for a choice, in the order in which they were written.
        #[serde(default)]
        versions: TextVersions => |note| shared_text::versions(note),
        /// The contact it is about.
        contact_id: Option<ContactId>,
    }
    keeps {
        removed: bool,
    }
    impl {
        /// A note is gone where nobody says that it is there.
        fn is_shown<R: ReadDoc>(note: &Item<'_, R>) -> bool {
            let said = note.each(Self::removed);
            said.is_empty() || said.iter().any(|candidate| !candidate.value)
        }
    }
}

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

impl CommandKind for NotePrivately {
    const NAME: &'static str = "note_privately";
    const POLICY: Policy = CLIENT_ALONE;

    fn check(&self, document: &impl ReadDoc) -> Result<(), Refusal> {
        PrivateNote::must_be_free(document, self.note_id)
    }

    fn execute(&self, context: &Context, transaction: &mut impl Transactable) -> Result<(), Refusal> {
        let mut note = PrivateNote::create(context, transaction, self.note_id)?;
        note.text(&self.text)?.put(PrivateNote::contact_id, self.contact_id).map(drop)
    }

    fn words(&self, _document: &impl ReadDoc, _names: Names<'_>, language: Language) -> String {
        format!("{} “{}”", language.pick("heeft voor zichzelf opgeschreven:", "noted privately:"), self.text)
    }
}

impl CommandKind for EditPrivateNote {
    const NAME: &'static str = "edit_private_note";
    const POLICY: Policy = CLIENT_ALONE;

    fn check(&self, document: &impl ReadDoc) -> Result<(), Refusal> {
        PrivateNote::must_exist(document, self.note_id)
    }

    fn execute(&self, _context: &Context, transaction: &mut impl Transactable) -> Result<(), Refusal> {
        PrivateNote::open(transaction, self.note_id)?.put(PrivateNote::removed, false).map(drop)
    }

    fn rewords(&self) -> Option<Rewording<'_>> {
        Some(PrivateNote::rewording(self.note_id.uuid(), &self.text))
    }

    fn words(&self, _document: &impl ReadDoc, _names: Names<'_>, language: Language) -> String {
        let did = language.pick("heeft een eigen aantekening herschreven:", "rewrote a private note:");
        format!("{did} “{}”", self.text)
    }
}

impl CommandKind for RemovePrivateNote {
    const NAME: &'static str = "remove_private_note";
    const POLICY: Policy = CLIENT_ALONE;

    fn check(&self, document: &impl ReadDoc) -> Result<(), Refusal> {
        PrivateNote::must_exist(document, self.note_id)
    }

    fn execute(&self, _context: &Context, transaction: &mut impl Transactable) -> Result<(), Refusal> {
        PrivateNote::open(transaction, self.note_id)?.put(PrivateNote::removed, true).map(drop)
    }

    fn words(&self, _document: &impl ReadDoc, _names: Names<'_>, language: Language) -> String {
        language.pick("heeft een eigen aantekening weggehaald", "took a private note away").to_owned()
    }
}
