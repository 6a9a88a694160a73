use automerge::ReadDoc;
use automerge::transaction::Transactable;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{ACTIONS, PlanView, SupportLevel};
use crate::bounds::list;
use crate::entity::{child, create, find, put_json};
use crate::policy::{Condition, Policy, Rule};
use crate::{ActionId, Author, CommandKind, Context, Language, Names, PersonId, Refusal, StepId, Text};

/// Gives somebody a part in an action, or takes one on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AssignPart {
    /// The action.
    pub action_id: ActionId,
    /// The person who does it.
    pub person_id: PersonId,
    /// The task of that person.
    pub part: Text,
    /// How much of it is taken off the client's hands.
    pub support: SupportLevel,
    /// The steps that belong to the part, at most 100.
    #[serde(default, deserialize_with = "list", skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 100))]
    pub step_ids: Vec<StepId>,
}

impl CommandKind for AssignPart {
    const NAME: &'static str = "assign_part";
    const POLICY: Policy = Policy::NOBODY
        .client(Rule::Always)
        .representative(Rule::Always)
        .circle(Rule::If(Condition::Oneself))
        .professional(Rule::Always);

    fn check(&self, document: &impl ReadDoc) -> Result<(), Refusal> {
        let plan = PlanView::new(document);
        let action = plan.action(self.action_id).ok_or_else(|| Refusal::not_found("action_id"))?;
        if self.step_ids.iter().all(|step| action.has_step(*step)) {
            Ok(())
        } else {
            Err(Refusal::not_found("step_ids"))
        }
    }

    fn holds(&self, _condition: Condition, author: &Author, _document: &impl ReadDoc) -> bool {
        self.person_id == author.person
    }

    fn execute(&self, context: &Context, transaction: &mut impl Transactable) -> Result<(), Refusal> {
        let action = find(transaction, ACTIONS, self.action_id, "action_id")?;
        let parts = child(transaction, &action, "parts")?;
        let part = create(transaction, &parts, context.command_id, context)?;
        transaction.put(&part, "person_id", self.person_id.to_string())?;
        transaction.put(&part, "part", self.part.as_str())?;
        transaction.put(&part, "support", self.support.name())?;
        if !self.step_ids.is_empty() {
            put_json(transaction, &part, "step_ids", &self.step_ids)?;
        }
        Ok(())
    }

    fn words(&self, _document: &impl ReadDoc, names: Names<'_>, language: Language) -> String {
        let who = names(self.person_id);
        match language {
            Language::Dutch => format!("heeft een taak gegeven aan {who}: “{}”", self.part),
            Language::English => format!("gave a task to {who}: “{}”", self.part),
        }
    }
}
