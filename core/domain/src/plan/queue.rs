//! The order of active actions. Nothing is un-activated: what does not fit is shown as waiting.

use automerge::ReadDoc;
use serde::{Deserialize, Serialize};

use super::PlanView;
use super::stage::Stage;
use crate::ActionId;
use crate::entity::Item;

/// The most actions that are shown as active at once.
pub const MAX_ACTIVE: usize = 3;

/// The client's choice of what comes first.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Ranking {
    /// What comes first, in this order.
    pub(super) first: Vec<ActionId>,
    /// What was active as well when the client chose, and was not chosen.
    pub(super) passed: Vec<ActionId>,
}

impl Ranking {
    pub(super) const KEY: &'static str = "ranking";
}

/// The active actions of a plan, in order of precedence.
pub(super) struct Queue {
    ids: Vec<ActionId>,
    ranking: Ranking,
}

impl Queue {
    pub(super) fn of<R: ReadDoc>(plan: &PlanView<'_, R>) -> Self {
        let ranking: Ranking = Item::root(plan.document).json(Ranking::KEY).unwrap_or_default();
        let mut running: Vec<_> = plan
            .actions()
            .iter()
            .filter_map(|action| match action.stage() {
                Stage::Running(event) => {
                    let rank = ranking.first.iter().position(|id| *id == action.id()).unwrap_or(usize::MAX);
                    Some((rank, !event.by_client, event.at, action.id()))
                }
                _ => None,
            })
            .collect();
        running.sort_unstable();
        Self { ids: running.into_iter().map(|(.., id)| id).collect(), ranking }
    }

    /// Every action that was activated, what comes first at the front.
    pub(super) fn ids(&self) -> impl Iterator<Item = ActionId> + '_ {
        self.ids.iter().copied()
    }

    /// Those that are shown as active.
    pub(super) fn active(&self) -> impl Iterator<Item = ActionId> + '_ {
        self.ids().take(MAX_ACTIVE)
    }

    /// Those that wait.
    pub(super) fn waiting(&self) -> impl Iterator<Item = ActionId> + '_ {
        self.ids().skip(MAX_ACTIVE)
    }

    /// Returns whether the client has to choose: some actions wait that the last choice did not fill or did not know.
    pub(super) fn needs_choice(&self) -> bool {
        let Ranking { first, passed } = &self.ranking;
        self.waiting().next().is_some()
            && (!self.active().all(|id| first.contains(&id))
                || !self.waiting().all(|id| first.contains(&id) || passed.contains(&id)))
    }
}
