//! The status of a client, in a phase and a sentence or two: all that a backup may see.
//!
//! It is derived from what people read and never stored. It tells of nobody: no name, no title, no text that
//! anybody wrote. It reproaches nobody either: where it is quiet it says so, with one next step.

mod next;
mod phase;
mod round;
mod steps;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use phase::Phase;

use crate::circle::CircleModel;
use crate::network::NetworkModel;
use crate::plan::PlanModel;
use crate::{Language, Role, Timestamp};
use round::Round;

/// The documents of a space that a status is made of; each is absent where it cannot be read.
#[derive(Clone, Copy, Debug, Default)]
pub struct StatusSources<'a> {
    /// The network map.
    pub network: Option<&'a NetworkModel>,
    /// The action plan.
    pub plan: Option<&'a PlanModel>,
    /// The support circle.
    pub circle: Option<&'a CircleModel>,
}

/// The circumstances in which somebody asks how it goes.
#[derive(Clone, Copy, Debug)]
pub struct StatusRequest {
    /// The moment of asking.
    pub now: Timestamp,
    /// The moment the space was made, before which no step counts; absent where it is not known.
    pub began: Option<Timestamp>,
    /// The role of the person in the space.
    pub role: Role,
    /// The language of the words.
    pub language: Language,
}

/// How it goes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Status {
    /// How far the client is.
    pub phase: Phase,
    /// When the last step forward was made; absent where none was made yet.
    pub last_step_at: Option<Timestamp>,
    /// True when the last step is so long ago that somebody should look.
    pub standing_still: bool,
    /// The same in words, the next step included.
    pub text: String,
    /// One next step, as a kind question; absent where there is none for this role.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// Reads how it goes from the documents of a space.
///
/// It stands still after 14 days without a step while the network is mapped, an idea is chosen, an action is planned
/// or a look back waits, after 21 days while actions are being done, and after 90 days when the last look back was the
/// last step. An action that is done waits for its look back at most 14 days, whatever else goes on.
pub fn status(sources: StatusSources<'_>, request: StatusRequest) -> Status {
    let StatusRequest { now, began, language, .. } = request;
    let round = Round::of(sources);
    let phase = Phase::of(sources, &round);
    let last = steps::last(sources, &round).map(|step| began.map_or(step, |began| step.max(began)).min(now));
    let days = last.map_or(0, |step| now.days_since(step));
    let is_quiet = phase.allowed_quiet_days().is_some_and(|allowed_days| days >= allowed_days);
    let is_waiting = round.waiting_since.is_some_and(|done| now.days_since(done.min(now)) >= phase::LOOK_BACK_DAYS);
    let next = next::step(phase, &round, request, days);
    let mut text = match is_quiet {
        true if phase::is_far(request.role) => {
            format!("{} {}", phase.sentence(&round, language), next::quiet(days, language))
        }
        true => next::quiet(days, language),
        false => phase.sentence(&round, language),
    };
    if let Some(next) = &next {
        text.extend([" ", next.as_str()]);
    }
    Status { phase, last_step_at: last, standing_still: is_quiet || is_waiting, text, next }
}
