//! Consents: who may see a document that is not theirs by role, and the client's own right to look.
//!
//! Section: `consents` by id. An entry is written once and never changed; a withdrawal is written beside it and wins
//! over whatever happens at the same time. What is in force follows from it: see [`crate::Grants`].

mod answer_suggestion;
mod ask_to_look;
mod give_consent;
mod model;
mod view;
mod vocabulary;
mod withdraw_consent;

use automerge::{Automerge, ReadDoc};

pub use answer_suggestion::{AcceptConsentSuggestion, DeclineConsentSuggestion};
pub use ask_to_look::AskToLook;
pub use give_consent::GiveConsent;
pub use model::{ConsentModel, ConsentsModel, WithdrawalModel};
pub use view::ConsentsView;
pub use vocabulary::LanguageLevel;
pub use withdraw_consent::WithdrawConsent;

use crate::erasure::Paths;
use crate::policy::{Policy, Rule};
use crate::question::Question;
use crate::{Access, DocumentKind, Reader, Role};

const CONSENTS: &str = "consents";

/// Who speaks for the client about what is theirs.
const CLIENT_SIDE: Policy = Policy::NOBODY.client(Rule::Always).representative(Rule::Always);

pub(crate) const SECTIONS: &[&str] = &[CONSENTS];

pub(crate) const fn access(role: Role) -> Access {
    match role {
        Role::Client | Role::Representative => Access::Write,
        Role::Professional => Access::Read,
        Role::Member | Role::Carer | Role::Backup | Role::Colleague | Role::CarerConsultant => Access::None,
    }
}

pub(crate) const fn by_consent(_: Role) -> Access {
    Access::None
}

/// Nothing is erased from it yet but with the whole space.
pub(crate) fn erased(_document: &Automerge) -> Paths {
    Paths::new()
}

pub(crate) fn read(document: &impl ReadDoc, reader: &Reader<'_>) -> (ConsentsModel, Vec<Question>) {
    let questions = crate::suggestion::questions(document, DocumentKind::Consents, reader);
    (model::of(&ConsentsView::new(document)), questions)
}
