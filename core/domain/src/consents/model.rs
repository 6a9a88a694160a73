//! The consents as plain data, for people and programs.

use automerge::ReadDoc;
use serde::Serialize;

use super::view::{ConsentsView, is_withdrawn};
use crate::entity::Item;
use crate::{KeptSuggestion, PersonId, Role, Timestamp, suggestion};

/// The content of a document of consents.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ConsentsModel {
    /// Every consent and every look that was ever given, those that have ended included.
    pub consents: Vec<ConsentModel>,
    /// Consents that somebody suggested to the client, answered suggestions included.
    pub suggestions: Vec<KeptSuggestion>,
}

/// A consent, or a look that somebody asked for themselves.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ConsentModel {
    /// The consent's id.
    pub id: String,
    /// Who gave it.
    pub by: Option<PersonId>,
    /// What they were in the space: `client` or `representative`.
    pub given_as: String,
    /// When it was given.
    pub at: Timestamp,
    /// The kind of document it opens.
    pub compartment: String,
    /// What for; absent for a look.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub purpose: Option<String>,
    /// Who may read, where it is one person.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub person_id: Option<PersonId>,
    /// Who may read, where it is everybody with a role.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub role: Option<String>,
    /// Which version of the text was agreed to; absent for a look.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text_version: Option<String>,
    /// How plain that text was; absent for a look.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub language_level: Option<String>,
    /// Whether it works now.
    pub in_force: bool,
    /// Who ended it and when, where it has ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub withdrawn: Option<WithdrawalModel>,
}

/// The end of a consent.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct WithdrawalModel {
    /// Who withdrew it.
    pub by: Option<PersonId>,
    /// When.
    pub at: Timestamp,
}

impl ConsentsModel {
    /// Those that are for a person, whether by name or because of what they are in the space.
    pub fn about(mut self, person: PersonId, role: Role) -> Self {
        let is_for = |consent: &ConsentModel| {
            consent.person_id.map_or_else(|| consent.role.as_deref() == Some(role.name()), |to| to == person)
        };
        self.consents.retain(is_for);
        self.suggestions.clear();
        self
    }
}

pub(super) fn of<R: ReadDoc>(consents: &ConsentsView<'_, R>) -> ConsentsModel {
    ConsentsModel {
        consents: consents.entries().into_iter().map(|(id, item)| consent(id, &item)).collect(),
        suggestions: suggestion::models(consents.document()),
    }
}

fn consent<R: ReadDoc>(id: String, item: &Item<'_, R>) -> ConsentModel {
    ConsentModel {
        id,
        by: item.by(),
        given_as: item.str("given_as").unwrap_or_default(),
        at: item.at(),
        compartment: item.str("compartment").unwrap_or_default(),
        purpose: item.str("purpose"),
        person_id: item.parsed("person_id"),
        role: item.str("role"),
        text_version: item.str("text_version"),
        language_level: item.str("language_level"),
        in_force: !is_withdrawn(item),
        withdrawn: item.map("withdrawn").map(|end| WithdrawalModel { by: end.by(), at: end.at() }),
    }
}
