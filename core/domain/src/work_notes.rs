//! The professionals' work notes: written by them, and open to the client whenever they ask.

mod work_note;

use automerge::{Automerge, ReadDoc};

pub use work_note::{EditWorkNote, WorkNote, WriteWorkNote};

pub use crate::content::WorkNotesModel;
use crate::erasure::Paths;
use crate::question::Question;
use crate::{Access, CommandKind, Reader, Role, shared_text};

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

/// The client and their representative have the right to look.
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

/// The questions that the document raises.
pub(crate) fn questions(document: &impl ReadDoc, _: &WorkNotesModel, reader: &Reader<'_>) -> Vec<Question> {
    shared_text::questions::<WorkNote>(document, EditWorkNote::NAME, reader).collect()
}
