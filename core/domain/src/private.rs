//! The client's private document: notes, who helps and who does not, and what they would dare to ask.
//!
//! A professional reads it only while a consent of the client is in force.

mod ask;
mod cards;
mod note;
mod rating;

use automerge::{Automerge, ReadDoc};

pub use ask::{AnswerAsk, Ask, AskState, PlanAsk, ReasonShy};
pub use note::{EditPrivateNote, NotePrivately, PrivateNote, RemovePrivateNote};
pub use rating::{Helpfulness, RateHelpfulness, Rating};

pub use crate::content::PrivateModel;
use crate::erasure::Paths;
use crate::policy::{Policy, Rule};
use crate::question::Question;
use crate::{Access, CommandKind, Reader, Role, shared_text};

/// Nobody writes here but the client, whatever was consented to.
const CLIENT_ALONE: Policy = Policy::NOBODY.client(Rule::Always);

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

/// The questions that the document raises.
pub(crate) fn questions(document: &impl ReadDoc, content: &PrivateModel, reader: &Reader<'_>) -> Vec<Question> {
    let disputed = shared_text::questions::<PrivateNote>(document, EditPrivateNote::NAME, reader);
    disputed.chain(cards::two_values(document, reader)).chain(rating::questions(&content.helpfulness, reader)).collect()
}
