//! How it goes with a client, in a phase and a sentence or two: all that a backup may see.
//!
//! It is derived from what people read and never stored. It tells of nobody: no name, no title, no text that
//! anybody wrote.

mod phase;
mod steps;

use serde::{Deserialize, Serialize};

pub use phase::Phase;

use crate::circle::CircleModel;
use crate::network::NetworkModel;
use crate::plan::PlanModel;
use crate::{Language, Timestamp};

/// After so many days without a step, a question whether help is needed is added.
const HELP_AFTER_DAYS: i64 = 56;

/// How it goes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Status {
    /// How far the client is.
    pub phase: Phase,
    /// When the last step forward was made; absent where none was made yet.
    pub last_step_at: Option<Timestamp>,
    /// Whether the last step is so long ago that somebody should look.
    pub standing_still: bool,
    /// The same in words.
    pub text: String,
}

/// Looks at the three documents of a space, as they read at `now`.
///
/// It stands still after 14 days without a step while the network is mapped, an idea is chosen or a look back
/// waits, after 21 days while actions are being done, and after 90 days when the last look back was the last step.
pub fn status(
    network: &NetworkModel,
    plan: &PlanModel,
    circle: &CircleModel,
    now: Timestamp,
    language: Language,
) -> Status {
    let phase = Phase::of(network, plan, circle);
    let last_step_at = steps::last(network, plan, circle).map(|step| step.min(now));
    let days = last_step_at.map_or(0, |step| now.days_since(step));
    let standing_still = phase.patience_days().is_some_and(|patience| days >= patience);
    let text = if standing_still { standing_words(phase, days, language) } else { phase.words(language).to_owned() };
    Status { phase, last_step_at, standing_still, text }
}

fn standing_words(phase: Phase, days: i64, language: Language) -> String {
    let words = phase.words(language);
    let mut text = match language {
        Language::Dutch => format!("{words} Er is {days} dagen geen stap gezet."),
        Language::English => format!("{words} There was no step for {days} days."),
    };
    if days >= HELP_AFTER_DAYS {
        text.push_str(language.pick(" Vraag of er hulp nodig is.", " Ask if help is needed."));
    }
    text
}
