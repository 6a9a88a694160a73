//! The action plan: goals, the actions towards them with their steps and parts, and the looks back on them.
//!
//! What state an action is in is never stored: it follows from its events. The register `ranking` at the root holds the
//! client's choice of what comes first.

mod action;
mod answer_suggestion;
mod cards;
mod delegation;
mod evaluation;
mod goal;
mod part;
mod step;

use automerge::{Automerge, ReadDoc};

pub use action::{
    Action, ActionState, ActivateAction, AddAction, Company, FinishAction, MAX_ACTIVE, RankActions, Setting,
    StopAction, UpdateAction,
};
pub use answer_suggestion::{AcceptPlanSuggestion, DeclinePlanSuggestion};
pub use delegation::{DelegateRight, Delegation, RevokeRight, Right};
pub use evaluation::{EvaluateAction, Evaluation, Next};
pub use goal::{AddGoal, Goal, GoalType, UpdateGoal};
pub use part::{AssignPart, Part, SupportLevel};
pub use step::{AddStep, Step, TickStep, UntickStep};

pub use crate::KeptSuggestion;
pub use crate::content::PlanModel;
use crate::erasure::Paths;
use crate::question::Question;
use crate::{Access, Reader, Role};

pub(crate) const fn access(role: Role) -> Access {
    match role {
        Role::Client | Role::Representative | Role::Member | Role::Carer | Role::Professional => Access::Write,
        Role::Backup | Role::Colleague | Role::CarerConsultant => Access::None,
    }
}

pub(crate) const fn by_consent(_: Role) -> Access {
    Access::None
}

/// Nothing is erased from a plan yet.
pub(crate) fn erased(_document: &Automerge) -> Paths {
    Paths::new()
}

/// The questions that the document raises.
pub(crate) fn questions(document: &impl ReadDoc, _: &PlanModel, reader: &Reader<'_>) -> Vec<Question> {
    cards::of(document, reader)
}
