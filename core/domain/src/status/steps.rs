//! What counts as a step forward.

use super::phase::{ENOUGH_IDEAS, live_ideas};
use crate::Timestamp;
use crate::circle::CircleModel;
use crate::network::NetworkModel;
use crate::plan::{ActionModel, PlanModel};

/// When the last step forward was made.
///
/// Steps are: putting somebody on the map or in another ring, the first time the map is kept, the ideas up to the
/// third (a brainstorm that goes on and on is no step), and in the plan everything but talk.
pub(super) fn last(network: &NetworkModel, plan: &PlanModel, circle: &CircleModel) -> Option<Timestamp> {
    let contacts = network.contacts.iter().flat_map(|contact| [Some(contact.at), contact.placed_at]).flatten();
    let snapshot = network.snapshots.iter().map(|snapshot| snapshot.at).min();
    let mut ideas: Vec<Timestamp> = live_ideas(circle).map(|idea| idea.at).collect();
    ideas.sort_unstable();
    let ideas = ideas.into_iter().take(ENOUGH_IDEAS);
    let actions = plan.actions.iter().flat_map(of_action);
    contacts.chain(snapshot).chain(ideas).chain(actions).max()
}

fn of_action(action: &ActionModel) -> impl Iterator<Item = Timestamp> {
    [Some(action.at), action.activated_at, action.done_at]
        .into_iter()
        .chain(action.steps.iter().map(|step| step.done_at))
        .chain(action.evaluations.iter().map(|evaluation| Some(evaluation.at)))
        .flatten()
}
