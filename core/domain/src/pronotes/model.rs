//! The working notes as plain data.

use automerge::ReadDoc;
use serde::Serialize;

use super::NOTES;
use crate::entity::Item;
use crate::{PersonId, TextVersion, Timestamp, shared_text};

/// The content of a document of working notes.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PronotesModel {
    /// The notes.
    pub notes: Vec<WorkNoteModel>,
}

/// A working note.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct WorkNoteModel {
    /// The note's id.
    pub id: String,
    /// Who wrote it.
    pub by: Option<PersonId>,
    /// When it was written.
    pub at: Timestamp,
    /// What it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// What it says.
    pub text: String,
    /// Other versions of the text that wait for a choice, in the order in which they were written.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub versions: Vec<TextVersion>,
}

pub(super) fn of(document: &impl ReadDoc) -> PronotesModel {
    let notes = Item::section(document, NOTES).map(|notes| notes.maps()).unwrap_or_default();
    PronotesModel { notes: notes.into_iter().map(|(id, item)| note(id, &item)).collect() }
}

fn note<R: ReadDoc>(id: String, item: &Item<'_, R>) -> WorkNoteModel {
    let text = item.text("text").unwrap_or_default();
    WorkNoteModel {
        id,
        by: item.by(),
        at: item.at(),
        subject: item.str("subject"),
        text,
        versions: shared_text::versions(item),
    }
}
