//! Roles in a space, and the access that each gives to documents.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::words::words;

words! {
    /// The role of the person in one space.
    Role in "role" {
        /// The person it is all about; owner of the space.
        Client = "client": "cliënt", "client";
        /// The person who acts for the client where the law or the client says so; the client stays the owner and always sees them.
        Representative = "representative": "vertegenwoordiger", "representative";
        /// Somebody of the support circle: family, a neighbour, a friend.
        Member = "member": "lid van de steuncirkel", "member of the support circle";
        /// The person who cares for the client at home: part of the circle, with tasks of their own in the plan.
        Carer = "carer": "mantelzorger", "carer";
        /// The person who supports the client for their work, and keeps an eye on progress.
        Professional = "professional": "begeleider", "professional";
        /// A professional in the background, who sees only how it goes.
        Backup = "backup": "achterwacht", "backup";
        /// A professional of the same team, who stands in and sees only how it goes.
        Colleague = "colleague": "collega", "colleague";
        /// The person who supports the carer, and sees nothing of the client.
        CarerConsultant = "carer_consultant": "mantelzorgconsulent", "carer consultant";
    }
}

impl Role {
    /// Returns whether somebody with this role may make a code with which somebody with another comes back on a new phone.
    ///
    /// With the code they could come in as the other. The client brings back whoever reads no more than they do; the
    /// professional, who looks after the space, brings back anybody.
    pub const fn may_invite_back(self, other: Self) -> bool {
        match self {
            Role::Client => matches!(other, Role::Representative | Role::Member | Role::Carer | Role::Backup),
            Role::Professional => true,
            Role::Representative
            | Role::Member
            | Role::Carer
            | Role::Backup
            | Role::Colleague
            | Role::CarerConsultant => false,
        }
    }

    /// Returns whether somebody with this role may ask how it goes.
    pub const fn sees_status(self) -> bool {
        !matches!(self, Role::CarerConsultant)
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
