use automerge::ObjType;
use automerge::ReadDoc;
use automerge::transaction::Transactable;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{ACTIONS, Company, GOALS, Setting};
use crate::bounds::list;
use crate::entity::{create, must_be_free, must_exist, put_json, put_some, section};
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
    /// The location where it takes place.
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
            return Err(Refusal::invalid("complexity"));
        }
        if let Some(goal) = self.goal_id {
            // A goal that was suggested may be there before long.
            let exists = must_exist(document, GOALS, goal, "goal_id");
            exists.or_else(|refusal| {
                let is_suggested = suggestion::would_make(document, "goal_id", &goal.to_string());
                if is_suggested { Ok(()) } else { Err(refusal) }
            })?;
        }
        must_be_free(document, ACTIONS, self.action_id, "action_id")
    }

    fn execute(&self, context: &Context, transaction: &mut impl Transactable) -> Result<(), Refusal> {
        let actions = section(transaction, ACTIONS)?;
        let action = create(transaction, &actions, self.action_id, context)?;
        transaction.put(&action, "title", self.title.as_str())?;
        transaction.put(&action, "client_part", self.client_part.as_str())?;
        put_some(transaction, &action, "goal_id", self.goal_id)?;
        put_some(transaction, &action, "idea_id", self.idea_id)?;
        if !self.contacts.is_empty() {
            put_json(transaction, &action, "contacts", &self.contacts)?;
        }
        put_some(transaction, &action, "due", self.due)?;
        if let Some(complexity) = self.complexity {
            transaction.put(&action, "complexity", i64::from(complexity))?;
        }
        put_some(transaction, &action, "setting", self.setting)?;
        put_some(transaction, &action, "company", self.company)?;
        for part in ["steps", "parts", "evaluations", "events"] {
            transaction.put_object(&action, part, ObjType::Map)?;
        }
        Ok(())
    }

    fn words(&self, _document: &impl ReadDoc, _names: Names<'_>, language: Language) -> String {
        format!("{} “{}”", language.pick("heeft een actie gemaakt:", "planned an action:"), self.title)
    }
}
