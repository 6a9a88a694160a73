use automerge::ReadDoc;
use automerge::transaction::Transactable;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{ACTIONS, PlanView};
use crate::entity::{child, create, find};
use crate::policy::{Policy, Rule};
use crate::{ActionId, CommandKind, Context, Language, Names, Refusal, StepId, Text};

/// Adds a step to an action.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AddStep {
    /// The action.
    pub action_id: ActionId,
    /// The new step's id.
    pub step_id: StepId,
    /// The thing to be done.
    pub text: Text,
}

impl CommandKind for AddStep {
    const NAME: &'static str = "add_step";
    const POLICY: Policy = Policy::NOBODY.client(Rule::Always).representative(Rule::Always).professional(Rule::Always);

    fn check(&self, document: &impl ReadDoc) -> Result<(), Refusal> {
        let plan = PlanView::new(document);
        let action = plan.action(self.action_id).ok_or_else(|| Refusal::not_found("action_id"))?;
        if action.has_step(self.step_id) { Err(Refusal::duplicate("step_id")) } else { Ok(()) }
    }

    fn execute(&self, context: &Context, transaction: &mut impl Transactable) -> Result<(), Refusal> {
        let action = find(transaction, ACTIONS, self.action_id, "action_id")?;
        let steps = child(transaction, &action, "steps")?;
        let step = create(transaction, &steps, self.step_id, context)?;
        Ok(transaction.put(&step, "text", self.text.as_str())?)
    }

    fn words(&self, _document: &impl ReadDoc, _names: Names<'_>, language: Language) -> String {
        format!("{} “{}”", language.pick("heeft een stap gemaakt:", "added a step:"), self.text)
    }
}
