//! Counts steps forward.

use super::StatusSources;
use super::round::{ENOUGH_IDEAS, Round};
use crate::Timestamp;
use crate::plan::Action;

/// When the last step forward was made.
///
/// Steps are: putting somebody on the map or in another ring, a tie that is alive again, the first time the map is
/// kept, the ideas of a round up to the third (a brainstorm that goes on and on is no step), choosing one, and in the
/// plan everything but talk.
pub(super) fn last(sources: StatusSources<'_>, round: &Round) -> Option<Timestamp> {
    let contacts = sources.network.into_iter().flat_map(|network| &network.contacts);
    let contacts = contacts.flat_map(|contact| [Some(contact.at), contact.placed_at, contact.revived_at]).flatten();
    let snapshots = sources.network.into_iter().flat_map(|network| &network.snapshots);
    let snapshot = snapshots.map(|snapshot| snapshot.at).min();
    let ideas = round.ideas.iter().copied().take(ENOUGH_IDEAS);
    let chosen = sources.circle.into_iter().flat_map(|circle| &circle.ideas).filter_map(|idea| idea.chosen_at);
    let actions = sources.plan.into_iter().flat_map(|plan| &plan.actions).flat_map(of_action);
    contacts.chain(snapshot).chain(ideas).chain(chosen).chain(actions).max()
}

fn of_action(action: &Action) -> impl Iterator<Item = Timestamp> {
    [Some(action.at), action.activated_at, action.done_at]
        .into_iter()
        .chain(action.steps.iter().map(|step| step.done_at))
        .chain(action.evaluations.iter().map(|evaluation| Some(evaluation.at)))
        .flatten()
}
