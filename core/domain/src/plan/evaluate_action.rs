use automerge::ReadDoc;
use automerge::transaction::Transactable;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{ACTIONS, Next, PlanView};
use crate::entity::{child, create, find, put_some};
use crate::policy::{Policy, Rule};
use crate::{ActionId, CommandKind, Context, EvaluationId, Language, Names, Refusal, Text};

/// Looks back on an action; each person with their own eyes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EvaluateAction {
    /// The new evaluation's id.
    pub evaluation_id: EvaluationId,
    /// The action.
    pub action_id: ActionId,
    /// The things that went well.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub well: Option<Text>,
    /// The things that went less well.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub less: Option<Text>,
    /// The thing that is learned.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub learned: Option<Text>,
    /// What follows.
    pub next: Next,
    /// The way in which it felt: 1 (bad) to 5 (good).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 5))]
    pub mood: Option<u8>,
    /// How far the goal was reached, by goal attainment scaling: −2 to 2, where 0 is as expected.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = -2, max = 2))]
    pub gas: Option<i8>,
}

impl CommandKind for EvaluateAction {
    const NAME: &'static str = "evaluate_action";
    const POLICY: Policy = Policy::NOBODY
        .client(Rule::Always)
        .representative(Rule::Always)
        .circle(Rule::Always)
        .professional(Rule::Always);

    fn check(&self, document: &impl ReadDoc) -> Result<(), Refusal> {
        if self.mood.is_some_and(|mood| !(1..=5).contains(&mood)) {
            return Err(Refusal::invalid("mood"));
        }
        if self.gas.is_some_and(|gas| !(-2..=2).contains(&gas)) {
            return Err(Refusal::invalid("gas"));
        }
        let plan = PlanView::new(document);
        let action = plan.action(self.action_id).ok_or_else(|| Refusal::not_found("action_id"))?;
        if action.has_evaluation(self.evaluation_id) { Err(Refusal::duplicate("evaluation_id")) } else { Ok(()) }
    }

    fn execute(&self, context: &Context, transaction: &mut impl Transactable) -> Result<(), Refusal> {
        let action = find(transaction, ACTIONS, self.action_id, "action_id")?;
        let evaluations = child(transaction, &action, "evaluations")?;
        let evaluation = create(transaction, &evaluations, self.evaluation_id, context)?;
        transaction.put(&evaluation, "role", context.author.role.name())?;
        put_some(transaction, &evaluation, "well", self.well.as_ref())?;
        put_some(transaction, &evaluation, "less", self.less.as_ref())?;
        put_some(transaction, &evaluation, "learned", self.learned.as_ref())?;
        transaction.put(&evaluation, "next", self.next.name())?;
        if let Some(mood) = self.mood {
            transaction.put(&evaluation, "mood", i64::from(mood))?;
        }
        if let Some(gas) = self.gas {
            transaction.put(&evaluation, "gas", i64::from(gas))?;
        }
        Ok(())
    }

    fn words(&self, document: &impl ReadDoc, _names: Names<'_>, language: Language) -> String {
        let action = PlanView::new(document).title(self.action_id, language);
        format!("{} {action}", language.pick("heeft teruggekeken op", "looked back on"))
    }
}
