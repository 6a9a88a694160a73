//! The phases of the client's work, each known by what the documents hold.

use super::StatusSources;
use super::round::Round;
use crate::network::NetworkModel;
use crate::words::words;
use crate::{Language, Role};

/// After so many days an action that is done has waited too long for a look back.
pub(super) const LOOK_BACK_DAYS: i64 = 14;

words! {
    /// How far the client is, in a sentence. After a look back the work goes on with ideas and actions, so phases come again.
    Phase in "phase" {
        /// Nothing is on the map yet.
        GettingToKnow = "getting_to_know": "We leren elkaar kennen.", "We are getting to know each other.";
        /// The network is being put on the map.
        Mapping = "mapping": "We maken de kaart van het netwerk.", "We are making the network map.";
        /// Everybody has a place on the map, and the map was kept.
        Mapped = "mapped": "De cirkel is klaar.", "The circle is ready.";
        /// There are at least three ideas, or one was chosen, or an action is planned.
        Ideas = "ideas": "Er zijn ideeën.", "There are ideas.";
        /// At least one action is active.
        Doing = "doing": "We zijn bezig met acties.", "We are working on actions.";
        /// No action is active, and one that is done waits for a look back.
        Evaluating = "evaluating": "Een actie is klaar.", "An action is done.";
        /// What was done was looked back on.
        GoingOn = "going_on": "We hebben samen teruggekeken.", "We have looked back together.";
    }
}

impl Phase {
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
    pub(super) const fn allowed_quiet_days(self) -> Option<i64> {
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
            (phase, language) => phase.label(language).to_owned(),
        }
    }
}

/// Returns whether somebody with this role sees from the background how it goes, and nothing else.
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
