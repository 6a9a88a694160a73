use automerge::ReadDoc;
use automerge::transaction::Transactable;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Action;
use crate::entity::{Entity, Item, entity};
use crate::policy::{Policy, Rule};
use crate::words::{Word, words};
use crate::{ActionId, CommandKind, Context, EvaluationId, Language, Names, Refusal, Role, Text};

entity! {
    @nested
    /// A look back on an action.
    Evaluation[evaluation_id: EvaluationId] in "evaluations" {
        /// What went well.
        well: Option<String>,
        /// What went less well.
        less: Option<String>,
        /// What was learned.
        learned: Option<String>,
        /// What follows.
        next: Word<Next>,
        /// How it felt: 1 to 5.
        mood: Option<i64>,
        /// How far the goal was reached: −2 to 2.
        gas: Option<i64>,
        /// True when it stands for the action: the client's last one, or the first of all where the client has none.
        headline: bool => |_evaluation| false,
    }
    keeps {
        role: Word<Role>,
    }
}

words! {
    /// What follows on a look back.
    Next in "next" {
        /// Go on like this.
        Continue = "continue": "zo doorgaan", "go on like this";
        /// Go on in another way.
        Adjust = "adjust": "anders doen", "do it differently";
        /// Stop.
        Stop = "stop": "stoppen", "stop";
        /// Do something new.
        New = "new": "iets nieuws doen", "do something new";
    }
}

impl Evaluation {
    /// The looks back on an action, with the one that stands for it.
    pub(super) fn of<R: ReadDoc>(action: &Item<'_, R>) -> Vec<Self> {
        let items = Self::items(action);
        let is_by_client = |(_, item): &(_, Item<'_, R>)| item.get(Self::role).is_some_and(|role| role == Role::Client);
        let headline = items.iter().rposition(is_by_client).unwrap_or(0);
        let read = |(index, (id, item)): (usize, (EvaluationId, Item<'_, R>))| Self {
            headline: index == headline,
            ..Self::read(id, &item)
        };
        items.into_iter().enumerate().map(read).collect()
    }

    /// Tells whether somebody has looked back on an action.
    pub(super) fn is_any<R: ReadDoc>(action: &Item<'_, R>) -> bool {
        !Self::items(action).is_empty()
    }
}

/// Looks back on an action; each person with their own eyes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EvaluateAction {
    /// The new evaluation's id.
    pub evaluation_id: EvaluationId,
    /// The action.
    pub action_id: ActionId,
    /// What went well.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub well: Option<Text>,
    /// What went less well.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub less: Option<Text>,
    /// What was learned.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub learned: Option<Text>,
    /// What follows.
    pub next: Next,
    /// How it felt: 1 (bad) to 5 (good).
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
            return Err(Refusal::invalid(Evaluation::mood.name()));
        }
        if self.gas.is_some_and(|gas| !(-2..=2).contains(&gas)) {
            return Err(Refusal::invalid(Evaluation::gas.name()));
        }
        match Evaluation::below(&Action::existing(document, self.action_id)?, self.evaluation_id) {
            Some(_) => Err(Refusal::duplicate(Evaluation::ID)),
            None => Ok(()),
        }
    }

    fn execute(&self, context: &Context, transaction: &mut impl Transactable) -> Result<(), Refusal> {
        let evaluations = Action::open(transaction, self.action_id)?.into_map(Evaluation::IN)?;
        let mut evaluation = evaluations.create(context, self.evaluation_id)?;
        evaluation.put(Evaluation::role, context.author.role)?.put(Evaluation::well, &self.well)?;
        evaluation.put(Evaluation::less, &self.less)?.put(Evaluation::learned, &self.learned)?;
        evaluation.put(Evaluation::next, self.next)?.put(Evaluation::mood, self.mood.map(i64::from))?;
        evaluation.put(Evaluation::gas, self.gas.map(i64::from)).map(drop)
    }

    fn words(&self, document: &impl ReadDoc, _names: Names<'_>, language: Language) -> String {
        let action = Action::quoted(document, self.action_id, language);
        format!("{} {action}", language.pick("heeft teruggekeken op", "looked back on"))
    }
}
