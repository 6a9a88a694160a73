//! Who somebody is in a space, and how far that lets them into a document.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Language;

/// What a person is in one space.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// The person it is all about; owner of the space.
    Client,
    /// Somebody of the support circle: family, a neighbour, a friend.
    Member,
    /// Who supports the client for their work, and keeps an eye on progress.
    Professional,
    /// A professional in the background, who sees only how it goes.
    Backup,
}

impl Role {
    /// Every role, in the order of the tables in the documentation.
    pub const ALL: [Role; 4] = [Role::Client, Role::Member, Role::Professional, Role::Backup];

    /// The role's name on every wire, in snake case.
    pub const fn name(self) -> &'static str {
        match self {
            Role::Client => "client",
            Role::Member => "member",
            Role::Professional => "professional",
            Role::Backup => "backup",
        }
    }

    /// The role with this name on the wire.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.name() == name)
    }

    /// The role in words a person reads.
    pub const fn label(self, language: Language) -> &'static str {
        match (self, language) {
            (Role::Client, Language::Dutch) => "cliënt",
            (Role::Client, Language::English) => "client",
            (Role::Member, Language::Dutch) => "lid van de steuncirkel",
            (Role::Member, Language::English) => "member of the support circle",
            (Role::Professional, Language::Dutch) => "begeleider",
            (Role::Professional, Language::English) => "professional",
            (Role::Backup, Language::Dutch) => "achterwacht",
            (Role::Backup, Language::English) => "backup",
        }
    }
}

/// How far a person gets into a document; each rung includes the ones before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Access {
    /// The document does not exist for this person.
    None,
    /// Only how it goes, in words; no byte of the document itself.
    Status,
    /// The whole document, as it is.
    Read,
    /// The whole document, and commands as far as the policy of each command allows.
    Write,
}
