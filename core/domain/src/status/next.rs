//! One next step, as a kind question to the person who asks.

use super::StatusRequest;
use super::phase::{Phase, is_far};
use super::round::Round;
use crate::{Language, Role};

/// After so many days without a step, professionals are asked whether help is needed.
const HELP_AFTER_DAYS: i64 = 56;

/// The next step for a role; somebody in the background has one only where nothing happened for long.
pub(super) fn step(phase: Phase, round: &Round, request: StatusRequest, days: i64) -> Option<String> {
    let StatusRequest { role, language, .. } = request;
    let is_quiet = phase.allowed_quiet_days().is_some_and(|allowed_days| days >= allowed_days);
    if is_quiet && days >= HELP_AFTER_DAYS && (is_far(role) || role == Role::Professional) {
        return Some(language.pick("Vraag of er hulp nodig is.", "Ask if help is needed.").to_owned());
    }
    if is_far(role) {
        return is_quiet.then(|| language.pick("Vraag eens hoe het gaat.", "Ask how it is going.").to_owned());
    }
    let is_circle = matches!(role, Role::Member | Role::Carer);
    let (dutch, english) = if is_circle { to_the_circle(phase, round) } else { together(phase, round) };
    Some(language.pick(dutch, english).to_owned())
}

/// Returns how long nothing happened, without a reproach.
pub(super) fn quiet(days: i64, language: Language) -> String {
    let weeks = days / 7;
    match language {
        Language::Dutch => format!("Het is al {weeks} weken stil."),
        Language::English => format!("It has been quiet for {weeks} weeks."),
    }
}

/// The question to the client, and to those who work on everything with them.
fn together(phase: Phase, round: &Round) -> (&'static str, &'static str) {
    match phase {
        Phase::GettingToKnow => ("Zullen we iemand op de kaart zetten?", "Shall we put somebody on the map?"),
        Phase::Mapping => ("Wie hoort er nog bij?", "Who else belongs here?"),
        Phase::Mapped => ("Zullen we een idee bedenken?", "Shall we think of an idea?"),
        Phase::Ideas if round.is_planned => ("Zullen we een actie starten?", "Shall we start an action?"),
        Phase::Ideas if round.is_chosen => ("Zullen we er een actie van maken?", "Shall we make an action of it?"),
        Phase::Ideas => ("Zullen we een idee kiezen?", "Shall we choose an idea?"),
        Phase::Doing if round.waiting_since.is_some() => LOOK_BACK,
        Phase::Doing => ("Welke stap doen we nu?", "Which step do we take now?"),
        Phase::Evaluating => LOOK_BACK,
        Phase::GoingOn => ("Zullen we een nieuw idee bedenken?", "Shall we think of a new idea?"),
    }
}

/// The question to those who think along.
fn to_the_circle(phase: Phase, round: &Round) -> (&'static str, &'static str) {
    match phase {
        Phase::GettingToKnow | Phase::Mapping | Phase::Mapped => ("Heb jij een idee?", "Do you have an idea?"),
        Phase::Ideas if round.is_planned || round.is_chosen => ("Wat wil jij doen?", "What would you like to do?"),
        Phase::Ideas => ("Welk idee vind jij leuk?", "Which idea do you like?"),
        Phase::Doing if round.waiting_since.is_some() => LOOK_BACK,
        Phase::Doing => ("Kun jij ergens bij helpen?", "Can you help with something?"),
        Phase::Evaluating => LOOK_BACK,
        Phase::GoingOn => ("Heb jij een nieuw idee?", "Do you have a new idea?"),
    }
}

const LOOK_BACK: (&str, &str) = ("Zullen we samen terugkijken?", "Shall we look back together?");
