//! The questions that concurrent work on a circle raises, beside those about its texts.

use automerge::ReadDoc;
use serde_json::json;

use super::{ChooseIdea, DeclineIdea, Idea, IdeaStatus, ParkIdea, WithdrawIdea};
use crate::brief::brief;
use crate::entity::{Candidate, Entity, Item};
use crate::question::Question;
use crate::register::{disputed, is_of_one};
use crate::{CommandKind, Language, Reader, Role, register, shared_text};

/// A question to the client per idea that has two answers: of two of their devices, or theirs and its author's.
pub(super) fn two_answers(document: &impl ReadDoc, reader: &Reader<'_>) -> Vec<Question> {
    let language = reader.language;
    let mut questions = Vec::new();
    for (id, idea) in Idea::items(&Item::root(document)) {
        let values = disputed(idea.each(Idea::status));
        let text = brief(&shared_text::text(&idea), 5);
        let text = match language {
            Language::Dutch => format!("“{text}” heeft twee antwoorden. Wat klopt?"),
            Language::English => format!("“{text}” has two answers. Which is right?"),
        };
        let begun = register::question(is_of_one(&values), &text, language).about([id]).only(Role::Client);
        let answered =
            values.iter().fold(begun, |question, Candidate { value, .. }| match value.known().and_then(command) {
                Some(command) => question.answer(value.label(language), json!({ "type": command, (Idea::ID): id })),
                None => question,
            });
        questions.extend(Some(answered).filter(|_| !values.is_empty()));
    }
    questions
}

/// The command that gives an idea this status.
const fn command(status: IdeaStatus) -> Option<&'static str> {
    match status {
        IdeaStatus::Open => None,
        IdeaStatus::Chosen => Some(ChooseIdea::NAME),
        IdeaStatus::Parked => Some(ParkIdea::NAME),
        IdeaStatus::Declined => Some(DeclineIdea::NAME),
        IdeaStatus::Withdrawn => Some(WithdrawIdea::NAME),
    }
}
