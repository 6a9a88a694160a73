//! The action plan: goals, the actions towards them with their steps and parts, and the looks back on them.
//!
//! Sections: `goals` by id; `actions` by id, each with maps of `steps`, `parts`, `evaluations` and `events`;
//! `delegations` by person and right. The register `ranking` at the root holds the client's choice of what comes
//! first. What state an action is in is never stored: it follows from its events.

mod add_action;
mod add_goal;
mod add_step;
mod answer_suggestion;
mod assign_part;
mod cards;
mod delegate_right;
mod evaluate_action;
mod leads;
mod model;
mod queue;
mod rank_actions;
mod stage;
mod tick_step;
mod transitions;
mod update_action;
mod update_goal;
mod view;
mod vocabulary;

use automerge::{Automerge, ReadDoc};

pub use add_action::AddAction;
pub use add_goal::AddGoal;
pub use add_step::AddStep;
pub use answer_suggestion::{AcceptPlanSuggestion, DeclinePlanSuggestion};
pub use assign_part::AssignPart;
pub use delegate_right::{DelegateRight, RevokeRight};
pub use evaluate_action::EvaluateAction;
pub use model::{ActionModel, DelegationModel, EvaluationModel, GoalModel, PartModel, PlanModel, StepModel};
pub use queue::MAX_ACTIVE;
pub use rank_actions::RankActions;
pub use tick_step::{TickStep, UntickStep};
pub use transitions::{ActivateAction, FinishAction, StopAction};
pub use update_action::UpdateAction;
pub use update_goal::UpdateGoal;
pub use view::{ActionView, PlanView};
pub use vocabulary::{ACTION_STATES, Company, GoalType, Next, Right, Setting, SupportLevel};

use crate::erasure::Paths;
use crate::question::Question;
use crate::{Access, Reader, Role};

const GOALS: &str = "goals";
const ACTIONS: &str = "actions";
const DELEGATIONS: &str = "delegations";

const SECTIONS: &[&str] = &[GOALS, ACTIONS, DELEGATIONS];

pub(crate) fn sections() -> Vec<&'static str> {
    SECTIONS.to_vec()
}

pub(crate) const fn access(role: Role) -> Access {
    match role {
        Role::Client | Role::Representative | Role::Member | Role::Carer | Role::Professional => Access::Write,
        Role::Backup | Role::Colleague | Role::CarerConsultant => Access::None,
    }
}

/// Nothing is erased from a plan yet.
pub(crate) fn erased(_document: &Automerge) -> Paths {
    Paths::new()
}

pub(crate) const fn by_consent(_: Role) -> Access {
    Access::None
}

pub(crate) fn read(document: &impl ReadDoc, reader: &Reader<'_>) -> (PlanModel, Vec<Question>) {
    let plan = PlanView::new(document);
    let queue = queue::Queue::of(&plan);
    (model::of(&plan, &queue), cards::of(&plan, &queue, reader))
}
