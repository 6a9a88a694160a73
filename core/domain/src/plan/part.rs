mod leads;

use automerge::ReadDoc;
use automerge::transaction::Transactable;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Action, Step};
use crate::bounds::list;
use crate::entity::{Entity, Item, entity};
use crate::policy::{Condition, Policy, Rule};
use crate::words::{Word, words};
use crate::{ActionId, Author, CommandId, CommandKind, Context, Language, Names, PersonId, Refusal, StepId, Text};

entity! {
    @nested
    /// Somebody's part in an action, under the id of the command that assigned it.
    Part[part_id: CommandId] in "parts" {
        /// Who does it.
        person_id: Option<PersonId>,
        /// What that person does.
        part: String,
        /// How much of it is taken off the client's hands.
        support: Word<SupportLevel>,
        /// The steps that belong to it.
        step_ids: Vec<StepId>,
        /// True when this person leads; false for somebody who took on the same thing later and helps along.
        lead: bool => |_part| true,
    }
}

words! {
    /// How much of a part is taken off the client's hands; the rungs of a ladder down to none.
    SupportLevel in "support_level" {
        /// Somebody does it for the client.
        DoneFor = "done_for": "een ander doet het", "somebody else does it";
        /// They do it together.
        Together = "together": "samen", "together";
        /// The client does it and is reminded.
        Reminded = "reminded": "zelf, met een seintje", "alone, with a reminder";
        /// The client does it alone.
        Alone = "alone": "helemaal zelf", "all alone";
    }
}

impl Part {
    /// The parts of an action, with who leads.
    pub(super) fn of<R: ReadDoc>(action: &Item<'_, R>) -> Vec<Self> {
        let mut parts = Self::all(action);
        leads::mark(&mut parts);
        parts
    }

    /// The people whose part a step belongs to, each once, in the order in which they took it on.
    pub(super) fn assignees(document: &impl ReadDoc, action: ActionId, step: StepId) -> Vec<PersonId> {
        let parts = Action::item(document, action).map(|action| Self::all(&action)).unwrap_or_default();
        let mut assignees = Vec::new();
        for part in parts.into_iter().filter(|part| part.step_ids.contains(&step)) {
            assignees.extend(part.person_id.filter(|person| !assignees.contains(person)));
        }
        assignees
    }
}

/// Gives somebody a part in an action, or takes one on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AssignPart {
    /// The action.
    pub action_id: ActionId,
    /// Who does it.
    pub person_id: PersonId,
    /// What that person does.
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
        let action = Action::existing(document, self.action_id)?;
        if self.step_ids.iter().all(|step| Step::below(&action, *step).is_some()) {
            Ok(())
        } else {
            Err(Refusal::not_found(Part::step_ids.name()))
        }
    }

    fn holds(&self, _condition: Condition, author: &Author, _document: &impl ReadDoc) -> bool {
        self.person_id == author.person
    }

    fn execute(&self, context: &Context, transaction: &mut impl Transactable) -> Result<(), Refusal> {
        let parts = Action::open(transaction, self.action_id)?.into_map(Part::IN)?;
        let mut part = parts.create(context, context.command_id)?;
        part.put(Part::person_id, self.person_id)?.put(Part::part, &self.part)?;
        part.put(Part::support, self.support)?.put(Part::step_ids, &self.step_ids).map(drop)
    }

    fn words(&self, _document: &impl ReadDoc, names: Names<'_>, language: Language) -> String {
        let who = names(self.person_id);
        match language {
            Language::Dutch => format!("heeft een taak gegeven aan {who}: “{}”", self.part),
            Language::English => format!("gave a task to {who}: “{}”", self.part),
        }
    }
}
