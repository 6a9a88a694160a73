use automerge::ReadDoc;
use automerge::transaction::Transactable;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Action, Part};
use crate::because::{Because, Reason};
use crate::entity::{Entity, Item, entity};
use crate::policy::{Condition, Policy, Rule};
use crate::{ActionId, Author, CommandKind, Context, Language, Names, PersonId, Refusal, StepId, Text, Timestamp};

entity! {
    @nested
    /// A step of an action.
    Step[step_id: StepId] in "steps" {
        /// What is to be done.
        text: String,
        /// True when it is ticked off.
        done: bool => |step| tick(step).is_some(),
        /// Who ticked it off.
        done_by: Option<PersonId> => |step| tick(step).and_then(|tick| tick.by()),
        /// When it was ticked off.
        done_at: Option<Timestamp> => |step| tick(step).map(|tick| tick.at()),
    }
    keeps {
        done: bool,
    }
}

/// The key of a step's mark: who said when whether it is done.
const MARK: &str = "mark";

/// The mark of a step that is ticked off.
fn tick<'a, R: ReadDoc>(step: &Item<'a, R>) -> Option<Item<'a, R>> {
    step.map(MARK).filter(|mark| mark.get(Step::done) == Some(true))
}

/// Everybody ticks the steps of their own part, the client any.
const POLICY: Policy = Policy::NOBODY
    .client(Rule::Always)
    .representative(Rule::If(Condition::Assigned))
    .circle(Rule::If(Condition::Assigned))
    .professional(Rule::If(Condition::Assigned));

/// Adds a step to an action.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AddStep {
    /// The action.
    pub action_id: ActionId,
    /// The new step's id.
    pub step_id: StepId,
    /// What is to be done.
    pub text: Text,
}

/// Ticks a step off.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TickStep {
    /// The action.
    pub action_id: ActionId,
    /// The step.
    pub step_id: StepId,
}

/// Takes the tick off a step.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct UntickStep {
    /// The action.
    pub action_id: ActionId,
    /// The step.
    pub step_id: StepId,
}

impl CommandKind for AddStep {
    const NAME: &'static str = "add_step";
    const POLICY: Policy = Policy::NOBODY.client(Rule::Always).representative(Rule::Always).professional(Rule::Always);

    fn check(&self, document: &impl ReadDoc) -> Result<(), Refusal> {
        match Step::below(&Action::existing(document, self.action_id)?, self.step_id) {
            Some(_) => Err(Refusal::duplicate(Step::ID)),
            None => Ok(()),
        }
    }

    fn execute(&self, context: &Context, transaction: &mut impl Transactable) -> Result<(), Refusal> {
        let steps = Action::open(transaction, self.action_id)?.into_map(Step::IN)?;
        steps.create(context, self.step_id)?.put(Step::text, &self.text).map(drop)
    }

    fn words(&self, _document: &impl ReadDoc, _names: Names<'_>, language: Language) -> String {
        format!("{} “{}”", language.pick("heeft een stap gemaakt:", "added a step:"), self.text)
    }
}

impl CommandKind for TickStep {
    const NAME: &'static str = "tick_step";
    const POLICY: Policy = POLICY;

    fn check(&self, document: &impl ReadDoc) -> Result<(), Refusal> {
        step_exists(document, self.action_id, self.step_id)
    }

    fn holds(&self, _condition: Condition, author: &Author, document: &impl ReadDoc) -> bool {
        Part::assignees(document, self.action_id, self.step_id).contains(&author.person)
    }

    fn why_not(&self, _condition: Condition, _author: &Author, document: &impl ReadDoc) -> Because {
        Because::of_persons(Reason::StepOfOthers, Part::assignees(document, self.action_id, self.step_id))
    }

    fn execute(&self, context: &Context, transaction: &mut impl Transactable) -> Result<(), Refusal> {
        mark(transaction, self.action_id, self.step_id, true, context)
    }

    fn words(&self, document: &impl ReadDoc, _names: Names<'_>, language: Language) -> String {
        let step = quoted(document, self.action_id, self.step_id, language);
        format!("{} {step}", language.pick("heeft afgevinkt:", "ticked off:"))
    }
}

impl CommandKind for UntickStep {
    const NAME: &'static str = "untick_step";
    const POLICY: Policy = POLICY;

    fn check(&self, document: &impl ReadDoc) -> Result<(), Refusal> {
        step_exists(document, self.action_id, self.step_id)
    }

    fn holds(&self, _condition: Condition, author: &Author, document: &impl ReadDoc) -> bool {
        Part::assignees(document, self.action_id, self.step_id).contains(&author.person)
    }

    fn why_not(&self, _condition: Condition, _author: &Author, document: &impl ReadDoc) -> Because {
        Because::of_persons(Reason::StepOfOthers, Part::assignees(document, self.action_id, self.step_id))
    }

    fn execute(&self, context: &Context, transaction: &mut impl Transactable) -> Result<(), Refusal> {
        mark(transaction, self.action_id, self.step_id, false, context)
    }

    fn words(&self, document: &impl ReadDoc, _names: Names<'_>, language: Language) -> String {
        let step = quoted(document, self.action_id, self.step_id, language);
        format!("{} {step}", language.pick("heeft het vinkje weggehaald bij", "took the tick off"))
    }
}

fn step_exists(document: &impl ReadDoc, action: ActionId, step: StepId) -> Result<(), Refusal> {
    match Step::below(&Action::existing(document, action)?, step) {
        Some(_) => Ok(()),
        None => Err(Refusal::not_found(Step::ID)),
    }
}

/// A step's text between quotation marks, or a general word where the step is gone.
fn quoted(document: &impl ReadDoc, action: ActionId, step: StepId, language: Language) -> String {
    match Action::item(document, action).and_then(|action| Step::below(&action, step)?.get(Step::text)) {
        Some(text) => format!("“{text}”"),
        None => language.pick("een stap", "a step").to_owned(),
    }
}

/// Puts a mark anew each time, with who and when in one value: a mark that says what the last one said still counts
/// against a concurrent other one.
fn mark(
    transaction: &mut impl Transactable,
    action: ActionId,
    step: StepId,
    done: bool,
    context: &Context,
) -> Result<(), Refusal> {
    let steps = Action::open(transaction, action)?.into_map(Step::IN)?;
    let mut mark = steps.into_entity(step, Step::ID)?.create(context, MARK)?;
    mark.put(Step::done, done).map(drop)
}
