//! The professionals' working notes: written by them, and open to the client whenever they ask.
//!
//! Section: `notes` by id, each with a text that merges word by word.

mod model;
mod note;

use automerge::{Automerge, ReadDoc};

pub use model::{PronotesModel, WorkNoteModel};
pub use note::{EditWorkNote, WriteWorkNote};

use crate::entity::Item;
use crate::erasure::Paths;
use crate::question::Question;
use crate::shared_text::{self, Asked};
use crate::{Access, Edit, Reader, Role};

const NOTES: &str = "notes";

pub(crate) const SECTIONS: &[&str] = &[NOTES];

pub(crate) const fn access(role: Role) -> Access {
    match role {
        Role::Professional => Access::Write,
        Role::Client
        | Role::Representative
        | Role::Member
        | Role::Carer
        | Role::Backup
        | Role::Colleague
        | Role::CarerConsultant => Access::None,
    }
}

/// The right to look is the client's, and of who represents them.
pub(crate) const fn by_consent(role: Role) -> Access {
    match role {
        Role::Client | Role::Representative => Access::Read,
        _ => Access::None,
    }
}

/// Nothing is erased from it yet but with the whole space.
pub(crate) fn erased(_document: &Automerge) -> Paths {
    Paths::new()
}

pub(crate) fn read(document: &impl ReadDoc, reader: &Reader<'_>) -> (PronotesModel, Vec<Question>) {
    let asked = Asked { command: EditWorkNote::NAME, field: "note_id" };
    let notes = Item::section(document, NOTES).map(|notes| notes.maps()).unwrap_or_default();
    let questions = notes.into_iter().filter_map(|(id, note)| shared_text::question(&id, &note, &asked, reader));
    (model::of(document), questions.collect())
}
