//! The order of active actions. Nothing is un-activated: what does not fit is shown as waiting.

use automerge::{ReadDoc, ScalarValue};
use serde::{Deserialize, Serialize};

use super::{Action, Stage};
use crate::ActionId;
use crate::entity::{Entity, Item, Key, Stores, Value};

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

/// The key of the ranking, at the root of a plan.
pub(super) const RANKING: Key<Ranking> = Key::new("ranking");

impl Value for Ranking {
    fn read(scalar: ScalarValue) -> Option<Self> {
        serde_json::from_str(scalar.as_str()?).ok()
    }
}

impl Stores<Ranking> for Ranking {
    fn stored(&self) -> Option<ScalarValue> {
        serde_json::to_string(self).ok().map(Into::into)
    }
}

/// The active actions of a plan, in order of precedence.
pub(in crate::plan) struct Queue {
    ids: Vec<ActionId>,
    ranking: Ranking,
}

impl Queue {
    pub(in crate::plan) fn of<R: ReadDoc>(document: &R) -> Self {
        let ranking = Item::root(document).get(RANKING).unwrap_or_default();
        let mut running: Vec<_> = Action::items(&Item::root(document))
            .into_iter()
            .filter_map(|(id, action)| match Stage::of(&action) {
                Stage::Running(event) => {
                    let rank = ranking.first.iter().position(|first| *first == id).unwrap_or(usize::MAX);
                    Some((rank, !event.by_client, event.at, id))
                }
                _ => None,
            })
            .collect();
        running.sort_unstable();
        Self { ids: running.into_iter().map(|(.., id)| id).collect(), ranking }
    }

    /// Every action that was activated, what comes first at the front.
    pub(in crate::plan) fn ids(&self) -> impl Iterator<Item = ActionId> + '_ {
        self.ids.iter().copied()
    }

    /// Those that are shown as active.
    fn active(&self) -> impl Iterator<Item = ActionId> + '_ {
        self.ids().take(MAX_ACTIVE)
    }

    /// Those that wait.
    pub(super) fn waiting(&self) -> impl Iterator<Item = ActionId> + '_ {
        self.ids().skip(MAX_ACTIVE)
    }

    /// True when the client has to choose: some actions wait that the last choice did not fill or did not know.
    pub(in crate::plan) fn needs_choice(&self) -> bool {
        let Ranking { first, passed } = &self.ranking;
        self.waiting().next().is_some()
            && (!self.active().all(|id| first.contains(&id))
                || !self.waiting().all(|id| first.contains(&id) || passed.contains(&id)))
    }
}
