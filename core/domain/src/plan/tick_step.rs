use automerge::ReadDoc;
use automerge::transaction::Transactable;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{ACTIONS, PlanView};
use crate::because::{Because, Reason};
use crate::entity::{child, create, find};
use crate::policy::{Condition, Policy, Rule};
use crate::{ActionId, Author, CommandKind, Context, Language, Names, Refusal, StepId};

/// Everybody ticks the steps of their own part, the client any.
const POLICY: Policy = Policy::NOBODY
    .client(Rule::Always)
    .representative(Rule::If(Condition::Assigned))
    .circle(Rule::If(Condition::Assigned))
    .professional(Rule::If(Condition::Assigned));

/// Ticks a step off.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TickStep {
    /// The action.
    pub action_id: ActionId,
    /// The step.
    pub step_id: StepId,
}

/// Takes the tick off a step.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct UntickStep {
    /// The action.
    pub action_id: ActionId,
    /// The step.
    pub step_id: StepId,
}

impl CommandKind for TickStep {
    const NAME: &'static str = "tick_step";
    const POLICY: Policy = POLICY;

    fn check(&self, document: &impl ReadDoc) -> Result<(), Refusal> {
        step_exists(document, self.action_id, self.step_id)
    }

    fn holds(&self, _condition: Condition, author: &Author, document: &impl ReadDoc) -> bool {
        PlanView::new(document).is_assigned(self.action_id, self.step_id, author.person)
    }

    fn why_not(&self, _condition: Condition, _author: &Author, document: &impl ReadDoc) -> Because {
        Because::of_persons(Reason::StepOfOthers, PlanView::new(document).assignees(self.action_id, self.step_id))
    }

    fn execute(&self, context: &Context, transaction: &mut impl Transactable) -> Result<(), Refusal> {
        mark(transaction, self.action_id, self.step_id, true, context)
    }

    fn words(&self, document: &impl ReadDoc, _names: Names<'_>, language: Language) -> String {
        let step = PlanView::new(document).step_text(self.action_id, self.step_id, language);
        format!("{} {step}", language.pick("heeft afgevinkt:", "ticked off:"))
    }
}

impl CommandKind for UntickStep {
    const NAME: &'static str = "untick_step";
    const POLICY: Policy = POLICY;

    fn check(&self, document: &impl ReadDoc) -> Result<(), Refusal> {
        step_exists(document, self.action_id, self.step_id)
    }

    fn holds(&self, _condition: Condition, author: &Author, document: &impl ReadDoc) -> bool {
        PlanView::new(document).is_assigned(self.action_id, self.step_id, author.person)
    }

    fn why_not(&self, _condition: Condition, _author: &Author, document: &impl ReadDoc) -> Because {
        Because::of_persons(Reason::StepOfOthers, PlanView::new(document).assignees(self.action_id, self.step_id))
    }

    fn execute(&self, context: &Context, transaction: &mut impl Transactable) -> Result<(), Refusal> {
        mark(transaction, self.action_id, self.step_id, false, context)
    }

    fn words(&self, document: &impl ReadDoc, _names: Names<'_>, language: Language) -> String {
        let step = PlanView::new(document).step_text(self.action_id, self.step_id, language);
        format!("{} {step}", language.pick("heeft het vinkje weggehaald bij", "took the tick off"))
    }
}

fn step_exists(document: &impl ReadDoc, action: ActionId, step: StepId) -> Result<(), Refusal> {
    let plan = PlanView::new(document);
    let action = plan.action(action).ok_or_else(|| Refusal::not_found("action_id"))?;
    if action.has_step(step) { Ok(()) } else { Err(Refusal::not_found("step_id")) }
}

/// Puts a mark anew each time, with who and when in one value: a mark that says what the last one said still counts
/// against a concurrent other one.
fn mark(
    transaction: &mut impl Transactable,
    action: ActionId,
    step: StepId,
    done: bool,
    context: &Context,
) -> Result<(), Refusal> {
    let action = find(transaction, ACTIONS, action, "action_id")?;
    let steps = child(transaction, &action, "steps")?;
    let step = child(transaction, &steps, &step.to_string()).map_err(|_| Refusal::not_found("step_id"))?;
    let mark = create(transaction, &step, "mark", context)?;
    Ok(transaction.put(&mark, "done", done)?)
}
