//! The present round of the work: what came after the last look back.

use super::StatusSources;
use crate::Timestamp;
use crate::circle::{Idea, IdeaStatus};
use crate::plan::{Action, ActionState};

/// The number of ideas make a brainstorm.
pub(super) const ENOUGH_IDEAS: usize = 3;

/// What there is in the present round.
pub(super) struct Round {
    /// The last look back; absent in the first round.
    pub(super) began: Option<Timestamp>,
    /// When the ideas of this round were proposed, in order.
    pub(super) ideas: Vec<Timestamp>,
    /// True when an idea was chosen in this round.
    pub(super) is_chosen: bool,
    /// True when an action is planned and not started.
    pub(super) is_planned: bool,
    /// The number of active actions, without those that wait in the queue.
    pub(super) active: usize,
    /// When the action was done that waits longest for a look back.
    pub(super) waiting_since: Option<Timestamp>,
}

impl Round {
    pub(super) fn of(sources: StatusSources<'_>) -> Self {
        let actions: &[Action] = sources.plan.map_or(&[], |plan| &plan.actions);
        let ideas: &[Idea] = sources.circle.map_or(&[], |circle| &circle.ideas);
        let began = actions.iter().flat_map(|action| &action.evaluations).map(|evaluation| evaluation.at).max();
        let is_now = |at: Timestamp| began.is_none_or(|began| at > began);
        let live = || ideas.iter().filter(|idea| idea.status != IdeaStatus::Withdrawn);
        let mut proposed: Vec<Timestamp> = live().map(|idea| idea.at).filter(|at| is_now(*at)).collect();
        proposed.sort_unstable();
        let waiting =
            actions.iter().filter(|action| action.state == ActionState::Done && action.evaluations.is_empty());
        Self {
            began,
            ideas: proposed,
            // Older documents do not say when an idea was chosen.
            is_chosen: live()
                .any(|idea| idea.status == IdeaStatus::Chosen && is_now(idea.chosen_at.unwrap_or(idea.at))),
            is_planned: actions.iter().any(|action| action.state == ActionState::Draft),
            active: actions.iter().filter(|action| action.state == ActionState::Active).count(),
            waiting_since: waiting.map(|action| action.done_at.unwrap_or(action.at)).min(),
        }
    }

    /// Returns whether there are ideas enough to choose from.
    pub(super) fn has_ideas(&self) -> bool {
        self.ideas.len() >= ENOUGH_IDEAS
    }
}
