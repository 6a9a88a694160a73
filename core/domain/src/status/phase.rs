//! The phases of the client's work, each known by what the documents hold.

use serde::{Deserialize, Serialize};

use crate::Language;
use crate::circle::{CircleModel, IdeaModel};
use crate::network::NetworkModel;
use crate::plan::{ActionModel, PlanModel};

/// How many ideas make a brainstorm.
pub(super) const ENOUGH_IDEAS: usize = 3;

/// How far the client is. After a look back the work goes on with ideas and actions, so phases come again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// Nothing is on the map yet.
    GettingToKnow,
    /// The network is being put on the map.
    Mapping,
    /// Everybody has a place on the map, and the map was kept.
    Mapped,
    /// There are at least three ideas, or one was chosen, or an action is planned.
    Ideas,
    /// At least one action is active.
    Doing,
    /// No action is active, and one that is done waits for a look back.
    Evaluating,
    /// What was done was looked back on.
    GoingOn,
}

impl Phase {
    /// Every phase, in the order in which they come.
    pub const ALL: [Self; 7] =
        [Self::GettingToKnow, Self::Mapping, Self::Mapped, Self::Ideas, Self::Doing, Self::Evaluating, Self::GoingOn];

    /// The phase's name on every wire.
    pub const fn name(self) -> &'static str {
        match self {
            Self::GettingToKnow => "getting_to_know",
            Self::Mapping => "mapping",
            Self::Mapped => "mapped",
            Self::Ideas => "ideas",
            Self::Doing => "doing",
            Self::Evaluating => "evaluating",
            Self::GoingOn => "going_on",
        }
    }

    pub(super) fn of(network: &NetworkModel, plan: &PlanModel, circle: &CircleModel) -> Self {
        let any = |test: fn(&ActionModel) -> bool| plan.actions.iter().any(test);
        if any(|action| matches!(action.state.as_str(), "active" | "queued")) {
            Self::Doing
        } else if any(|action| action.state == "done" && action.evaluations.is_empty()) {
            Self::Evaluating
        } else if any(|action| !action.evaluations.is_empty()) {
            Self::GoingOn
        } else if has_ideas(circle) || any(|_| true) {
            Self::Ideas
        } else if is_mapped(network) {
            Self::Mapped
        } else if !network.contacts.is_empty() {
            Self::Mapping
        } else {
            Self::GettingToKnow
        }
    }

    /// After how many days without a step it stands still; `None` for a phase that may take its time.
    pub(super) const fn patience_days(self) -> Option<i64> {
        match self {
            Self::GettingToKnow => None,
            Self::Mapping | Self::Mapped | Self::Ideas | Self::Evaluating => Some(14),
            Self::Doing => Some(21),
            Self::GoingOn => Some(90),
        }
    }

    /// How far the client is, in a sentence.
    pub const fn words(self, language: Language) -> &'static str {
        match self {
            Self::GettingToKnow => language.pick("We leren elkaar kennen.", "We are getting to know each other."),
            Self::Mapping => language.pick("We maken de kaart van het netwerk.", "We are making the network map."),
            Self::Mapped => language.pick("De kaart van het netwerk is klaar.", "The network map is ready."),
            Self::Ideas => language.pick("Er zijn ideeën.", "There are ideas."),
            Self::Doing => language.pick("Er wordt aan acties gewerkt.", "Actions are being done."),
            Self::Evaluating => {
                language.pick("Een actie is klaar. Nu samen terugkijken.", "An action is done. Now look back together.")
            }
            Self::GoingOn => language.pick("We hebben samen teruggekeken.", "We have looked back together."),
        }
    }
}

/// The ideas that count: those that nobody took back.
pub(super) fn live_ideas(circle: &CircleModel) -> impl Iterator<Item = &IdeaModel> {
    circle.ideas.iter().filter(|idea| idea.status != "withdrawn")
}

fn has_ideas(circle: &CircleModel) -> bool {
    live_ideas(circle).count() >= ENOUGH_IDEAS || live_ideas(circle).any(|idea| idea.status == "chosen")
}

/// Somebody added to the map later does not undo that it was finished once.
fn is_mapped(network: &NetworkModel) -> bool {
    let placed_now = !network.contacts.is_empty() && network.contacts.iter().all(|contact| contact.ring != 0);
    network.snapshots.iter().any(|snapshot| {
        let placed_then = !snapshot.contacts.is_empty() && snapshot.contacts.iter().all(|contact| contact.ring != 0);
        placed_now || placed_then
    })
}
