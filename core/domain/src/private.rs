//! What is the client's alone: notes, who helps and who does not, and what they would dare to ask.
//!
//! A professional reads it only while a consent of the client is in force. Sections: `notes` and `asks` by id,
//! `ratings` by the id of the contact.

mod ask;
mod cards;
mod helpfulness;
mod model;
mod note;
mod vocabulary;

use automerge::{Automerge, ReadDoc};

pub use ask::{AnswerAsk, PlanAsk};
pub use helpfulness::RateHelpfulness;
pub use model::{AskModel, PrivateModel, PrivateNoteModel, RatingModel};
pub use note::{EditPrivateNote, NotePrivately, RemovePrivateNote};
pub use vocabulary::{AskState, Helpfulness, ReasonShy};

use crate::erasure::Paths;
use crate::policy::{Policy, Rule};
use crate::question::Question;
use crate::shared_text::{self, Asked};
use crate::{Access, Edit, Reader, Role};

const NOTES: &str = "notes";
const RATINGS: &str = "ratings";
const ASKS: &str = "asks";

/// Nobody writes here but the client, whatever was consented to.
const CLIENT_ALONE: Policy = Policy::NOBODY.client(Rule::Always);

pub(crate) const SECTIONS: &[&str] = &[NOTES, RATINGS, ASKS];

pub(crate) const fn access(role: Role) -> Access {
    match role {
        Role::Client => Access::Write,
        Role::Representative
        | Role::Member
        | Role::Carer
        | Role::Professional
        | Role::Backup
        | Role::Colleague
        | Role::CarerConsultant => Access::None,
    }
}

pub(crate) const fn by_consent(role: Role) -> Access {
    match role {
        Role::Professional => Access::Read,
        _ => Access::None,
    }
}

/// Nothing is erased from it yet but with the whole space.
pub(crate) fn erased(_document: &Automerge) -> Paths {
    Paths::new()
}

pub(crate) fn read(document: &impl ReadDoc, reader: &Reader<'_>) -> (PrivateModel, Vec<Question>) {
    let asked = Asked { command: EditPrivateNote::NAME, field: "note_id" };
    let notes = model::items(document, NOTES).filter(|(_, note)| model::is_there(note));
    let disputed = notes.filter_map(|(id, note)| shared_text::question(&id, &note, &asked, reader));
    let model = model::of(document);
    let questions = disputed.chain(cards::questions(&model, reader)).collect();
    (model, questions)
}
