//! Consents: who may see a document that is not theirs by role, and the client's own right to look.
//!
//! What is in force follows from what was given and withdrawn: see [`crate::Grants`].

mod answer_suggestion;
mod consent;

use automerge::{Automerge, ReadDoc};

pub use answer_suggestion::{AcceptConsentSuggestion, DeclineConsentSuggestion};
pub use consent::{AskToLook, Consent, GiveConsent, LanguageLevel, WithdrawConsent, Withdrawal};

pub use crate::KeptSuggestion;
pub use crate::content::ConsentsModel;
use crate::erasure::Paths;
use crate::policy::{Policy, Rule};
use crate::question::Question;
use crate::{Access, DocumentKind, PersonId, Reader, Role, suggestion};

impl ConsentsModel {
    /// Those that are for a person, whether by name or because of what they are in the space.
    pub fn about(mut self, person: PersonId, role: Role) -> Self {
        let is_for_role = |consent: &Consent| consent.role.as_ref().is_some_and(|to| *to == role);
        self.consents.retain(|consent| consent.person_id.map_or_else(|| is_for_role(consent), |to| to == person));
        self.suggestions.clear();
        self
    }
}

/// The person who speaks for the client about what is theirs.
const CLIENT_SIDE: Policy = Policy::NOBODY.client(Rule::Always).representative(Rule::Always);

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

/// The questions that the document raises.
pub(crate) fn questions(document: &impl ReadDoc, _: &ConsentsModel, reader: &Reader<'_>) -> Vec<Question> {
    suggestion::questions(document, DocumentKind::Consents, reader)
}
