use automerge::ReadDoc;
use automerge::transaction::Transactable;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::stage::EVENTS;
use super::{Action, Company, Setting};
use crate::bounds::list;
use crate::entity::Entity;
use crate::plan::{Evaluation, Goal, Part, Step};
use crate::policy::{Policy, Rule};
use crate::{
    ActionId, CommandKind, ContactId, Context, Date, GoalId, IdeaId, Language, Name, Names, Refusal, Text, suggestion,
};

/// Plans an action; it starts when somebody activates it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AddAction {
    /// The new action's id.
    pub action_id: ActionId,
    /// The name.
    pub title: Name,
    /// The client's own part.
    pub client_part: Text,
    /// The goal it works towards.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub goal_id: Option<GoalId>,
    /// The idea of the support circle it comes from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub idea_id: Option<IdeaId>,
    /// The contacts on the network map it is about, at most 100.
    #[serde(default, deserialize_with = "list", skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 100))]
    pub contacts: Vec<ContactId>,
    /// When it should be done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due: Option<Date>,
    /// The effort that it takes: 1 (simple) to 3.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 3))]
    pub complexity: Option<u8>,
    /// The setting in which it takes place.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub setting: Option<Setting>,
    /// With whom the client does it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub company: Option<Company>,
}

impl CommandKind for AddAction {
    const NAME: &'static str = "add_action";
    const POLICY: Policy = Policy::NOBODY.client(Rule::Always).representative(Rule::Always).professional(Rule::Always);

    fn check(&self, document: &impl ReadDoc) -> Result<(), Refusal> {
        if self.complexity.is_some_and(|complexity| !(1..=3).contains(&complexity)) {
            return Err(Refusal::invalid(Action::complexity.name()));
        }
        if let Some(goal) = self.goal_id {
            // A goal that was suggested may be there before long.
            Goal::must_exist(document, goal).or_else(|refusal| {
                let is_suggested = suggestion::would_make(document, Goal::ID, &goal.to_string());
                if is_suggested { Ok(()) } else { Err(refusal) }
            })?;
        }
        Action::must_be_free(document, self.action_id)
    }

    fn execute(&self, context: &Context, transaction: &mut impl Transactable) -> Result<(), Refusal> {
        let mut action = Action::create(context, transaction, self.action_id)?;
        action.put(Action::title, &self.title)?.put(Action::client_part, &self.client_part)?;
        action.put(Action::goal_id, self.goal_id)?.put(Action::idea_id, self.idea_id)?;
        action.put(Action::contacts, &self.contacts)?.put(Action::due, self.due)?;
        action.put(Action::complexity, self.complexity.map(i64::from))?;
        action.put(Action::setting, self.setting)?.put(Action::company, self.company)?;
        [Step::IN, Part::IN, Evaluation::IN, EVENTS].iter().try_for_each(|map| action.begin(map).map(drop))
    }

    fn words(&self, _document: &impl ReadDoc, _names: Names<'_>, language: Language) -> String {
        format!("{} “{}”", language.pick("heeft een actie gemaakt:", "planned an action:"), self.title)
    }
}
