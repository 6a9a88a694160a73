//! The policy: one row per command, read by the decision, the documentation and the tests.

use crate::Role;

/// The permission of one role with one command.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Rule {
    /// Refused with `forbidden`.
    Never,
    /// Admitted.
    Always,
    /// Admitted as a suggestion, which the client accepts or declines; as it stands in a space without a client.
    Suggest,
    /// Admitted where the condition holds, refused with `forbidden` elsewhere.
    If(Condition),
}

/// A circumstance on which a rule can depend.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Condition {
    /// The thing was made by the person who sends the command.
    Author,
    /// The idea was proposed by the person who sends the command, and the client has not chosen it.
    AuthorUntilChosen,
    /// The step is part of what the person was asked, or took on, to do.
    Assigned,
    /// The client has delegated the right to start and stop actions to the person.
    Delegated,
    /// The command is about the person who sends it.
    Oneself,
}

/// The row of one command: a rule per role, `Never` where nothing is said.
///
/// A colleague, a backup and a carer consultant send no command at all, so no row has a rule for them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Policy {
    client: Rule,
    representative: Rule,
    member: Rule,
    carer: Rule,
    professional: Rule,
}

impl Policy {
    /// Nobody may.
    pub const NOBODY: Self = Self {
        client: Rule::Never,
        representative: Rule::Never,
        member: Rule::Never,
        carer: Rule::Never,
        professional: Rule::Never,
    };

    /// Returns what the client may.
    pub const fn client(self, client: Rule) -> Self {
        Self { client, ..self }
    }

    /// Returns what the client's representative may.
    pub const fn representative(self, representative: Rule) -> Self {
        Self { representative, ..self }
    }

    /// Returns what a member of the support circle may.
    pub const fn member(self, member: Rule) -> Self {
        Self { member, ..self }
    }

    /// Returns what the carer may.
    pub const fn carer(self, carer: Rule) -> Self {
        Self { carer, ..self }
    }

    /// Returns what everybody of the support circle may: its members and the carer.
    pub const fn circle(self, rule: Rule) -> Self {
        self.member(rule).carer(rule)
    }

    /// Returns what the professional may.
    pub const fn professional(self, professional: Rule) -> Self {
        Self { professional, ..self }
    }

    /// Returns whether the command of anybody is a suggestion.
    pub const fn suggests(self) -> bool {
        matches!(self.representative, Rule::Suggest)
            || matches!(self.member, Rule::Suggest)
            || matches!(self.carer, Rule::Suggest)
            || matches!(self.professional, Rule::Suggest)
    }

    /// Returns whether a role may by itself; where no role may, whether it may at all.
    pub(crate) fn is_for(self, role: Role) -> bool {
        let by_itself = |role: Role| matches!(self.rule(role), Rule::Always | Rule::Suggest);
        if Role::ALL.into_iter().any(by_itself) { by_itself(role) } else { self.rule(role) != Rule::Never }
    }

    /// The rule for a role.
    pub const fn rule(self, role: Role) -> Rule {
        match role {
            Role::Client => self.client,
            Role::Representative => self.representative,
            Role::Member => self.member,
            Role::Carer => self.carer,
            Role::Professional => self.professional,
            Role::Backup | Role::Colleague | Role::CarerConsultant => Rule::Never,
        }
    }
}
