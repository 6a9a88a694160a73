//! The phases of the client's work, each known by what the documents hold.

use serde::{Deserialize, Serialize};

use super::StatusSources;
use super::round::Round;
use crate::network::NetworkModel;
use crate::{Language, Role};

/// After so many days an action that is done has waited too long for a look back.
pub(super) const LOOK_BACK_DAYS: i64 = 14;

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

    pub(super) fn of(sources: StatusSources<'_>, round: &Round) -> Self {
        if round.active > 0 {
            Self::Doing
        } else if round.waiting_since.is_some() {
            Self::Evaluating
        } else if round.has_ideas() || round.is_chosen || round.is_planned {
            Self::Ideas
        } else if round.began.is_some() {
            Self::GoingOn
        } else {
            sources.network.map_or(Self::GettingToKnow, Self::of_map)
        }
    }

    fn of_map(network: &NetworkModel) -> Self {
        if network.contacts.is_empty() {
            Self::GettingToKnow
        } else if is_mapped(network) {
            Self::Mapped
        } else {
            Self::Mapping
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

    /// The phase in a sentence that fits what there is in the round.
    pub(super) fn sentence(self, round: &Round, language: Language) -> String {
        match (self, language) {
            (Self::Ideas, language) if round.is_planned => {
                language.pick("Er is een plan.", "There is a plan.").to_owned()
            }
            (Self::Doing, Language::Dutch) if round.active == 1 => "We zijn bezig met 1 actie.".to_owned(),
            (Self::Doing, Language::English) if round.active == 1 => "We are working on 1 action.".to_owned(),
            (Self::Doing, Language::Dutch) => format!("We zijn bezig met {} acties.", round.active),
            (Self::Doing, Language::English) => format!("We are working on {} actions.", round.active),
            (phase, language) => phase.words(language).to_owned(),
        }
    }

    /// How far the client is, in a sentence.
    pub const fn words(self, language: Language) -> &'static str {
        match self {
            Self::GettingToKnow => language.pick("We leren elkaar kennen.", "We are getting to know each other."),
            Self::Mapping => language.pick("We maken de kaart van het netwerk.", "We are making the network map."),
            Self::Mapped => language.pick("De cirkel is klaar.", "The circle is ready."),
            Self::Ideas => language.pick("Er zijn ideeën.", "There are ideas."),
            Self::Doing => language.pick("We zijn bezig met acties.", "We are working on actions."),
            Self::Evaluating => language.pick("Een actie is klaar.", "An action is done."),
            Self::GoingOn => language.pick("We hebben samen teruggekeken.", "We have looked back together."),
        }
    }
}

/// Whether somebody with this role sees from the background how it goes, and nothing else.
pub(super) const fn is_far(role: Role) -> bool {
    matches!(role, Role::Backup | Role::Colleague)
}

/// Somebody added to the map later does not undo that it was finished once.
fn is_mapped(network: &NetworkModel) -> bool {
    let placed_now = !network.contacts.is_empty() && network.contacts.iter().all(|contact| contact.ring != 0);
    network.snapshots.iter().any(|snapshot| {
        let placed_then = !snapshot.contacts.is_empty() && snapshot.contacts.iter().all(|contact| contact.ring != 0);
        placed_now || placed_then
    })
}
