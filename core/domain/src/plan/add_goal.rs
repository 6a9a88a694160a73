use automerge::ReadDoc;
use automerge::transaction::Transactable;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{GOALS, GoalType};
use crate::brief::brief;
use crate::entity::{create, must_be_free, put_some, section};
use crate::policy::{Policy, Rule};
use crate::{CommandKind, Context, GoalId, Language, Names, Refusal, Text};

/// Writes down a goal.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AddGoal {
    /// The new goal's id.
    pub goal_id: GoalId,
    /// The goal, in the client's own words.
    pub text: Text,
    /// What it wants for a relationship or a role; shown as `type`, a name that commands use for themselves.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub goal_type: Option<GoalType>,
}

impl CommandKind for AddGoal {
    const NAME: &'static str = "add_goal";
    const POLICY: Policy =
        Policy::NOBODY.client(Rule::Always).representative(Rule::Suggest).professional(Rule::Suggest);

    fn check(&self, document: &impl ReadDoc) -> Result<(), Refusal> {
        must_be_free(document, GOALS, self.goal_id, "goal_id")
    }

    fn execute(&self, context: &Context, transaction: &mut impl Transactable) -> Result<(), Refusal> {
        let goals = section(transaction, GOALS)?;
        let goal = create(transaction, &goals, self.goal_id, context)?;
        transaction.put(&goal, "text", self.text.as_str())?;
        put_some(transaction, &goal, "type", self.goal_type)
    }

    fn words(&self, _document: &impl ReadDoc, _names: Names<'_>, language: Language) -> String {
        format!("{} “{}”", language.pick("heeft een doel opgeschreven:", "wrote down a goal:"), self.text)
    }

    fn proposal(&self, _document: &impl ReadDoc, _names: Names<'_>, language: Language) -> String {
        format!("{} “{}”.", language.pick("Een doel:", "A goal:"), brief(&self.text, 7))
    }
}
