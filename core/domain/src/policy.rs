//! Who may do which command: one row per command, read by the decision, the documentation and the tests.

use crate::Role;

/// What one role may do with one command.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Rule {
    /// Refused with `forbidden`.
    Never,
    /// Admitted.
    Always,
    /// Admitted as a suggestion, which the client accepts or declines.
    Suggest,
    /// Admitted where the condition holds, refused with `forbidden` elsewhere.
    If(Condition),
}

/// A circumstance on which a rule can depend.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Condition {
    /// The thing was made by the person who sends the command.
    Author,
    /// The step is part of what the person was asked, or took on, to do.
    Assigned,
    /// The client has delegated the right to start and stop actions to the person.
    Delegated,
    /// The command is about the person who sends it.
    Oneself,
}

/// The row of one command: a rule per role, `Never` where nothing is said.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Policy {
    client: Rule,
    member: Rule,
    professional: Rule,
    backup: Rule,
}

impl Policy {
    /// Nobody may.
    pub const NOBODY: Self =
        Self { client: Rule::Never, member: Rule::Never, professional: Rule::Never, backup: Rule::Never };

    /// What the client may.
    pub const fn client(self, client: Rule) -> Self {
        Self { client, ..self }
    }

    /// What a member of the support circle may.
    pub const fn member(self, member: Rule) -> Self {
        Self { member, ..self }
    }

    /// What the professional may.
    pub const fn professional(self, professional: Rule) -> Self {
        Self { professional, ..self }
    }

    /// The rule for a role.
    pub const fn rule(self, role: Role) -> Rule {
        match role {
            Role::Client => self.client,
            Role::Member => self.member,
            Role::Professional => self.professional,
            Role::Backup => self.backup,
        }
    }
}
