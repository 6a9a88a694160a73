//! The action plan as plain data, for people and programs.

use automerge::ReadDoc;
use serde::Serialize;

use super::queue::Queue;
use super::stage::{EventKind, Stage};
use super::{ActionView, PlanView, leads};
use crate::KeptSuggestion;
use crate::entity::{Item, Listed};
use crate::{ActionId, CommandId, ContactId, Date, EvaluationId, GoalId, IdeaId, PersonId, Role, StepId, Timestamp};

/// The content of an action plan.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PlanModel {
    /// The wish of the client.
    pub goals: Vec<GoalModel>,
    /// What is done about it.
    pub actions: Vec<ActionModel>,
    /// The rights in use of the client; only what is in force.
    pub delegations: Vec<DelegationModel>,
    /// The suggestions of others, answered suggestions included.
    pub suggestions: Vec<KeptSuggestion>,
}

/// A goal.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct GoalModel {
    /// The goal's id.
    pub id: GoalId,
    /// The person who wrote it down.
    pub by: Option<PersonId>,
    /// When it was written down.
    pub at: Timestamp,
    /// The goal in words.
    pub text: String,
    /// What it wants for a relationship or a role.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub goal_type: Option<String>,
}

/// An action.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ActionModel {
    /// The action's id.
    pub id: ActionId,
    /// The person who planned it.
    pub by: Option<PersonId>,
    /// When it was planned.
    pub at: Timestamp,
    /// The name.
    pub title: String,
    /// The client's own part; empty where that was cleared.
    pub client_part: String,
    /// `draft`, `active`, `queued`, `done` or `stopped`.
    pub state: String,
    /// The goal it works towards.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub goal_id: Option<GoalId>,
    /// The idea it comes from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub idea_id: Option<IdeaId>,
    /// The contacts it is about.
    pub contacts: Vec<ContactId>,
    /// When it should be done.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub due: Option<Date>,
    /// The effort that it takes: 1 (simple) to 3.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub complexity: Option<i64>,
    /// The location where it takes place.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub setting: Option<String>,
    /// With whom the client does it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub company: Option<String>,
    /// When it was last activated.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub activated_at: Option<Timestamp>,
    /// When it was done, for an action that is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub done_at: Option<Timestamp>,
    /// Its steps.
    pub steps: Vec<StepModel>,
    /// The tasks of each person.
    pub parts: Vec<PartModel>,
    /// The looks back on it.
    pub evaluations: Vec<EvaluationModel>,
}

/// A step of an action.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct StepModel {
    /// The step's id.
    pub id: StepId,
    /// The person who added it.
    pub by: Option<PersonId>,
    /// When it was added.
    pub at: Timestamp,
    /// The thing to be done.
    pub text: String,
    /// True when it is ticked off.
    pub done: bool,
    /// The person who ticked it off.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub done_by: Option<PersonId>,
    /// When it was ticked off.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub done_at: Option<Timestamp>,
}

/// Somebody's part in an action.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PartModel {
    /// The id of the command that assigned it.
    pub id: CommandId,
    /// The person who assigned it.
    pub by: Option<PersonId>,
    /// When it was assigned.
    pub at: Timestamp,
    /// The person who does it.
    pub person_id: Option<PersonId>,
    /// The task of that person.
    pub part: String,
    /// `done_for`, `together`, `reminded` or `alone`.
    pub support: String,
    /// The steps that belong to it.
    pub step_ids: Vec<StepId>,
    /// True when this person leads; false for somebody who took on the same thing later and helps along.
    pub lead: bool,
}

/// A look back on an action.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct EvaluationModel {
    /// The evaluation's id.
    pub id: EvaluationId,
    /// The person who looks back.
    pub by: Option<PersonId>,
    /// When.
    pub at: Timestamp,
    /// The things that went well.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub well: Option<String>,
    /// The things that went less well.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub less: Option<String>,
    /// The thing that is learned.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub learned: Option<String>,
    /// `continue`, `adjust`, `stop` or `new`.
    pub next: String,
    /// The way in which it felt: 1 to 5.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mood: Option<i64>,
    /// How far the goal was reached: −2 to 2.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gas: Option<i64>,
    /// True when it stands for the action: the client's last one, or the first of all where the client has none.
    pub headline: bool,
}

/// A right of the client that somebody else may use.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct DelegationModel {
    /// The person who may use it.
    pub person_id: Option<PersonId>,
    /// `start_action`.
    pub right: String,
    /// The person who gave it.
    pub by: Option<PersonId>,
    /// When it was given.
    pub at: Timestamp,
}

pub(super) fn of<R: ReadDoc>(plan: &PlanView<'_, R>, queue: &Queue) -> PlanModel {
    PlanModel {
        goals: plan.goals().iter().filter_map(|(id, item)| goal(id, item)).collect(),
        actions: plan.actions().iter().map(|view| action(view, queue)).collect(),
        delegations: plan.delegations().iter().map(delegation).collect(),
        suggestions: KeptSuggestion::list(plan.document),
    }
}

fn goal<R: ReadDoc>(id: &str, item: &Item<'_, R>) -> Option<GoalModel> {
    Some(GoalModel {
        id: id.parse().ok()?,
        by: item.by(),
        at: item.at(),
        text: item.str("text").unwrap_or_default(),
        goal_type: item.str("type"),
    })
}

fn action<R: ReadDoc>(view: &ActionView<'_, R>, queue: &Queue) -> ActionModel {
    let item = &view.item;
    let (state, done_at) = state(view, queue);
    let mut parts = view.items("parts").iter().filter_map(|(id, item)| part(id, item)).collect::<Vec<_>>();
    leads::mark(&mut parts);
    ActionModel {
        id: view.id(),
        by: item.by(),
        at: item.at(),
        title: view.title(),
        client_part: view.client_part().unwrap_or_default(),
        state,
        goal_id: item.parsed("goal_id"),
        idea_id: item.parsed("idea_id"),
        contacts: item.json("contacts").unwrap_or_default(),
        due: item.parsed("due"),
        complexity: item.int("complexity"),
        setting: item.str("setting"),
        company: item.str("company"),
        activated_at: view.activated_at(),
        done_at,
        steps: view.items("steps").iter().filter_map(|(id, item)| step(id, item)).collect(),
        parts,
        evaluations: evaluations(view),
    }
}

/// The state that shows, and since when the action is done where it is.
fn state<R: ReadDoc>(view: &ActionView<'_, R>, queue: &Queue) -> (String, Option<Timestamp>) {
    match view.stage() {
        Stage::Draft | Stage::PartMissing => ("draft".to_owned(), None),
        Stage::Running(_) if queue.active().any(|id| id == view.id()) => ("active".to_owned(), None),
        Stage::Running(_) => ("queued".to_owned(), None),
        Stage::Ended(event) => {
            let done_at = event.is(EventKind::Done).then_some(event.at);
            (event.kind, done_at)
        }
    }
}

fn step<R: ReadDoc>(id: &str, item: &Item<'_, R>) -> Option<StepModel> {
    let tick = item.map("mark").filter(|mark| mark.bool("done") == Some(true));
    Some(StepModel {
        id: id.parse().ok()?,
        by: item.by(),
        at: item.at(),
        text: item.str("text").unwrap_or_default(),
        done: tick.is_some(),
        done_by: tick.as_ref().and_then(|tick| tick.by()),
        done_at: tick.map(|tick| tick.at()),
    })
}

fn part<R: ReadDoc>(id: &str, item: &Item<'_, R>) -> Option<PartModel> {
    Some(PartModel {
        id: id.parse().ok()?,
        by: item.by(),
        at: item.at(),
        person_id: item.parsed("person_id"),
        part: item.str("part").unwrap_or_default(),
        support: item.str("support").unwrap_or_default(),
        step_ids: item.json("step_ids").unwrap_or_default(),
        lead: true,
    })
}

fn evaluations<R: ReadDoc>(view: &ActionView<'_, R>) -> Vec<EvaluationModel> {
    let items = view.items("evaluations");
    let by_client = |(_, item): &(String, Item<'_, R>)| item.str("role").as_deref() == Some(Role::Client.name());
    let headline = items.iter().rposition(by_client).unwrap_or(0);
    let models = items.iter().enumerate();
    models.filter_map(|(index, (id, item))| evaluation(id, item, index == headline)).collect()
}

fn evaluation<R: ReadDoc>(id: &str, item: &Item<'_, R>, headline: bool) -> Option<EvaluationModel> {
    Some(EvaluationModel {
        id: id.parse().ok()?,
        by: item.by(),
        at: item.at(),
        well: item.str("well"),
        less: item.str("less"),
        learned: item.str("learned"),
        next: item.str("next").unwrap_or_default(),
        mood: item.int("mood"),
        gas: item.int("gas"),
        headline,
    })
}

fn delegation<R: ReadDoc>(item: &Item<'_, R>) -> DelegationModel {
    DelegationModel {
        person_id: item.parsed("person_id"),
        right: item.str("right").unwrap_or_default(),
        by: item.by(),
        at: item.at(),
    }
}
