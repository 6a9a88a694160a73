use automerge::ReadDoc;
use automerge::transaction::Transactable;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Action, Company, Setting};
use crate::bounds::clearable;
use crate::entity::Entity;
use crate::policy::{Policy, Rule};
use crate::{ActionId, CommandKind, Context, Date, Language, Name, Names, Refusal, Text};

/// Changes an action: a field that is absent stays as it is, one that is `null` is cleared.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct UpdateAction {
    /// The action.
    pub action_id: ActionId,
    /// The name; cannot be cleared.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<Name>,
    /// The client's own part; an action without it cannot be active.
    #[serde(default, deserialize_with = "clearable", skip_serializing_if = "Option::is_none")]
    pub client_part: Option<Option<Text>>,
    /// When it should be done.
    #[serde(default, deserialize_with = "clearable", skip_serializing_if = "Option::is_none")]
    pub due: Option<Option<Date>>,
    /// The effort that it takes: 1 (simple) to 3.
    #[serde(default, deserialize_with = "clearable", skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 3))]
    pub complexity: Option<Option<u8>>,
    /// The setting in which it takes place.
    #[serde(default, deserialize_with = "clearable", skip_serializing_if = "Option::is_none")]
    pub setting: Option<Option<Setting>>,
    /// With whom the client does it.
    #[serde(default, deserialize_with = "clearable", skip_serializing_if = "Option::is_none")]
    pub company: Option<Option<Company>>,
}

impl UpdateAction {
    fn is_empty(&self) -> bool {
        self.title.is_none()
            && self.client_part.is_none()
            && self.due.is_none()
            && self.complexity.is_none()
            && self.setting.is_none()
            && self.company.is_none()
    }
}

impl CommandKind for UpdateAction {
    const NAME: &'static str = "update_action";
    const POLICY: Policy = Policy::NOBODY.client(Rule::Always).representative(Rule::Always).professional(Rule::Always);

    fn check(&self, document: &impl ReadDoc) -> Result<(), Refusal> {
        if self.is_empty() {
            return Err(Refusal::invalid("command"));
        }
        if self.complexity.flatten().is_some_and(|complexity| !(1..=3).contains(&complexity)) {
            return Err(Refusal::invalid(Action::complexity.name()));
        }
        Action::must_exist(document, self.action_id)
    }

    fn execute(&self, _context: &Context, transaction: &mut impl Transactable) -> Result<(), Refusal> {
        let complexity = self.complexity.map(|complexity| complexity.map(i64::from));
        let mut action = Action::open(transaction, self.action_id)?;
        action.put(Action::title, &self.title)?.change(Action::client_part, &self.client_part)?;
        action.change(Action::due, &self.due)?.change(Action::complexity, &complexity)?;
        action.change(Action::setting, &self.setting)?.change(Action::company, &self.company).map(drop)
    }

    fn words(&self, document: &impl ReadDoc, _names: Names<'_>, language: Language) -> String {
        match &self.title {
            Some(title) => format!("{} “{title}”", language.pick("heeft een actie veranderd:", "changed an action:")),
            None => {
                let action = Action::quoted(document, self.action_id, language);
                format!("{} {action}", language.pick("heeft iets veranderd aan", "changed something about"))
            }
        }
    }
}
