//! The action plan as it stands, borrowed from the document.

use automerge::ReadDoc;

use super::delegate_right::key;
use super::{ACTIONS, DELEGATIONS, GOALS, Right};
use crate::entity::Item;
use crate::{ActionId, EvaluationId, GoalId, Language, PersonId, StepId};

/// An action plan, over any document that holds one.
pub struct PlanView<'a, R> {
    pub(super) document: &'a R,
}

impl<'a, R: ReadDoc> PlanView<'a, R> {
    /// Looks at a document of kind `plan`; of any other it shows an empty plan.
    pub fn new(document: &'a R) -> Self {
        Self { document }
    }

    /// The actions, in the order in which they were admitted.
    pub fn actions(&self) -> Vec<ActionView<'a, R>> {
        self.items(ACTIONS)
            .into_iter()
            .filter_map(|(id, item)| Some(ActionView { id: id.parse().ok()?, item }))
            .collect()
    }

    /// One action.
    pub fn action(&self, id: ActionId) -> Option<ActionView<'a, R>> {
        Item::find(self.document, ACTIONS, id).map(|item| ActionView { id, item })
    }

    /// Returns whether the client has delegated the right to start and stop actions to this person.
    pub fn may_start(&self, person: PersonId) -> bool {
        let delegations = Item::section(self.document, DELEGATIONS);
        delegations.is_some_and(|delegations| is_given(&delegations, &key(person, Right::StartAction)))
    }

    /// Returns whether the client gave this person that right at any time.
    pub(super) fn had_right_to_start(&self, person: PersonId) -> bool {
        let delegations = Item::section(self.document, DELEGATIONS);
        delegations.is_some_and(|delegations| delegations.has(&key(person, Right::StartAction)))
    }

    /// An action's title between quotation marks, or a general word where the action is gone.
    pub(crate) fn title(&self, id: ActionId, language: Language) -> String {
        match self.action(id) {
            Some(action) => format!("“{}”", action.title()),
            None => language.pick("een actie", "an action").to_owned(),
        }
    }

    /// A goal's text between quotation marks, or a general word where the goal is gone.
    pub(super) fn goal_text(&self, id: GoalId, language: Language) -> String {
        match Item::find(self.document, GOALS, id).and_then(|goal| goal.str("text")) {
            Some(text) => format!("“{text}”"),
            None => language.pick("een doel", "a goal").to_owned(),
        }
    }

    /// A step's text between quotation marks, or a general word where the step is gone.
    pub(crate) fn step_text(&self, action: ActionId, step: StepId, language: Language) -> String {
        match self.action(action).and_then(|action| action.below("steps", step)?.str("text")) {
            Some(text) => format!("“{text}”"),
            None => language.pick("een stap", "a step").to_owned(),
        }
    }

    pub(crate) fn is_assigned(&self, action: ActionId, step: StepId, person: PersonId) -> bool {
        let parts = self.action(action).map(|action| action.items("parts")).unwrap_or_default();
        parts.iter().any(|(_, part)| {
            part.parsed("person_id") == Some(person)
                && part.json::<Vec<StepId>>("step_ids").is_some_and(|steps| steps.contains(&step))
        })
    }

    /// The people whose part a step belongs to, each once, in the order in which they took it on.
    pub(super) fn assignees(&self, action: ActionId, step: StepId) -> Vec<PersonId> {
        let parts = self.action(action).map(|action| action.items("parts")).unwrap_or_default();
        let mut assignees = Vec::new();
        for (_, part) in parts {
            let person = part.parsed("person_id").filter(|person| !assignees.contains(person));
            let has_step = part.json::<Vec<StepId>>("step_ids").is_some_and(|steps| steps.contains(&step));
            assignees.extend(person.filter(|_| has_step));
        }
        assignees
    }

    pub(super) fn goals(&self) -> Vec<(String, Item<'a, R>)> {
        self.items(GOALS)
    }

    /// The delegations in force.
    pub(super) fn delegations(&self) -> Vec<Item<'a, R>> {
        let Some(delegations) = Item::section(self.document, DELEGATIONS) else { return Vec::new() };
        let given = delegations.maps().into_iter().filter(|(key, _)| is_given(&delegations, key));
        given.map(|(_, item)| item).collect()
    }

    fn items(&self, section: &str) -> Vec<(String, Item<'a, R>)> {
        Item::section(self.document, section).map(|section| section.maps()).unwrap_or_default()
    }
}

/// A right is in force where it was given and no concurrent value revokes it: revoking wins, to be safe.
fn is_given<R: ReadDoc>(delegations: &Item<'_, R>, key: &str) -> bool {
    delegations.map(key).is_some() && delegations.candidates(key).is_empty()
}

/// One action, borrowed from the document.
pub struct ActionView<'a, R> {
    id: ActionId,
    pub(super) item: Item<'a, R>,
}

impl<'a, R: ReadDoc> ActionView<'a, R> {
    /// The action's id.
    pub fn id(&self) -> ActionId {
        self.id
    }

    /// Returns what it is called.
    pub fn title(&self) -> String {
        self.item.str("title").unwrap_or_default()
    }

    /// Returns what the client does themselves; `None` where that was cleared.
    pub fn client_part(&self) -> Option<String> {
        self.item.str("client_part").filter(|part| !part.trim().is_empty())
    }

    /// Returns whether somebody has looked back on it.
    pub fn is_evaluated(&self) -> bool {
        !self.items("evaluations").is_empty()
    }

    pub(super) fn has_step(&self, id: StepId) -> bool {
        self.below("steps", id).is_some()
    }

    pub(super) fn has_evaluation(&self, id: EvaluationId) -> bool {
        self.below("evaluations", id).is_some()
    }

    /// The maps in one of the action's own maps, in the order in which they were admitted.
    pub(super) fn items(&self, map: &str) -> Vec<(String, Item<'a, R>)> {
        self.item.map(map).map(|map| map.maps()).unwrap_or_default()
    }

    fn below(&self, map: &str, id: impl std::fmt::Display) -> Option<Item<'a, R>> {
        self.item.map(map)?.map(&id.to_string())
    }
}
