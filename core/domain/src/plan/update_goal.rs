use automerge::ReadDoc;
use automerge::transaction::Transactable;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{GOALS, GoalType, PlanView};
use crate::bounds::clearable;
use crate::brief::brief;
use crate::entity::{find, must_exist};
use crate::policy::{Policy, Rule};
use crate::{CommandKind, Context, GoalId, Language, Names, Refusal, Text};

/// Changes a goal: a field that is absent stays as it is, a kind that is `null` is cleared.
///
/// A goal is the client's own: from others it is a suggestion where the space has a client.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct UpdateGoal {
    /// The goal.
    pub goal_id: GoalId,
    /// The goal, in the client's own words; cannot be cleared.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<Text>,
    /// What it wants for a relationship or a role; shown as `type`, a name that commands use for themselves.
    #[serde(default, deserialize_with = "clearable", skip_serializing_if = "Option::is_none")]
    pub goal_type: Option<Option<GoalType>>,
}

impl CommandKind for UpdateGoal {
    const NAME: &'static str = "update_goal";
    const POLICY: Policy =
        Policy::NOBODY.client(Rule::Always).representative(Rule::Suggest).professional(Rule::Suggest);

    fn check(&self, document: &impl ReadDoc) -> Result<(), Refusal> {
        if self.text.is_none() && self.goal_type.is_none() {
            return Err(Refusal::invalid("command"));
        }
        must_exist(document, GOALS, self.goal_id, "goal_id")
    }

    fn execute(&self, _context: &Context, transaction: &mut impl Transactable) -> Result<(), Refusal> {
        let goal = find(transaction, GOALS, self.goal_id, "goal_id")?;
        if let Some(text) = &self.text {
            transaction.put(&goal, "text", text.as_str())?;
        }
        match self.goal_type {
            Some(Some(goal_type)) => transaction.put(&goal, "type", goal_type.name())?,
            Some(None) => transaction.delete(&goal, "type")?,
            None => {}
        }
        Ok(())
    }

    fn words(&self, document: &impl ReadDoc, _names: Names<'_>, language: Language) -> String {
        match &self.text {
            Some(text) => format!("{} “{text}”", language.pick("heeft een doel veranderd:", "changed a goal:")),
            None => {
                let goal = PlanView::new(document).goal_text(self.goal_id, language);
                format!("{} {goal}", language.pick("heeft iets veranderd aan", "changed something about"))
            }
        }
    }

    fn proposal(&self, document: &impl ReadDoc, _names: Names<'_>, language: Language) -> String {
        let before = brief(&PlanView::new(document).goal_text(self.goal_id, language), 7);
        let mut sentences = vec![format!("{} {before}.", language.pick("Het gaat om", "It is about"))];
        if let Some(text) = &self.text {
            sentences.push(format!("{} “{}”.", language.pick("Het wordt:", "It becomes:"), brief(text, 7)));
        }
        if let Some(goal_type) = self.goal_type {
            let label = goal_type.map_or(language.pick("weg", "gone"), |goal_type| goal_type.label(language));
            sentences.push(format!("{} ‘{label}’.", language.pick("Het soort doel:", "The kind of goal:")));
        }
        sentences.join(" ")
    }
}
