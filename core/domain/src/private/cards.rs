//! Cards for the client about values that their own devices set differently.

use automerge::ReadDoc;
use serde_json::json;

use super::rating::HELPFULNESS;
use super::{AnswerAsk, Ask, RateHelpfulness, Rating};
use crate::brief::brief;
use crate::entity::{Candidate, Entity, Item};
use crate::question::Question;
use crate::register::{disputed, is_of_one};
use crate::{AskId, CommandKind, ContactId, Language, Reader, register};

/// A question per thing that the client's own devices say differently, because one did not know of the other.
pub(super) fn two_values(document: &impl ReadDoc, reader: &Reader<'_>) -> Vec<Question> {
    let root = Item::root(document);
    let ratings = Rating::items(&root).into_iter().filter_map(|(contact, _)| rating(document, contact, reader));
    let asks = Ask::items(&root).into_iter().flat_map(|(id, ask)| about_ask(id, &ask, reader));
    ratings.chain(asks).collect()
}

fn rating(document: &impl ReadDoc, contact: ContactId, reader: &Reader<'_>) -> Option<Question> {
    let values = disputed(Rating::said(document, contact));
    let language = reader.language;
    let text = language
        .pick("Over iemand staan hier twee dingen. Wat klopt?", "It says two things about somebody. Which is right?");
    let begun = register::question(is_of_one(&values), text, language).about([contact]);
    let answered = values.iter().fold(begun, |question, Candidate { value, .. }| {
        let command = json!({ "type": RateHelpfulness::NAME, (Rating::ID): contact, (HELPFULNESS.name()): value });
        question.answer(value.label(language), command)
    });
    Some(answered).filter(|_| !values.is_empty())
}

fn about_ask<R: ReadDoc>(id: AskId, ask: &Item<'_, R>, reader: &Reader<'_>) -> Vec<Question> {
    let language = reader.language;
    let what = brief(&ask.get(Ask::what).unwrap_or_default(), 5);
    let text = match language {
        Language::Dutch => format!("Bij “{what}” staan twee dingen. Wat klopt?"),
        Language::English => format!("It says two things for “{what}”. Which is right?"),
    };
    let states = disputed(ask.each(Ask::state));
    let begun = register::question(is_of_one(&states), &text, language).about([id]);
    let about_state = states.iter().fold(begun, |question, Candidate { value, .. }| {
        let command = json!({ "type": AnswerAsk::NAME, (Ask::ID): id, (Ask::state.name()): value });
        question.answer(value.label(language), command)
    });
    let state = ask.get(Ask::state).unwrap_or_default();
    let dares = disputed(ask.each(Ask::dare_after));
    let begun = register::question(is_of_one(&dares), &text, language).about([id]);
    let about_dare = dares.iter().fold(begun, |question, Candidate { value, .. }| {
        let label = match language {
            Language::Dutch => format!("Hoeveel je durft: {value}"),
            Language::English => format!("How much you dare: {value}"),
        };
        let command = json!({ "type": AnswerAsk::NAME, (Ask::ID): id, (Ask::state.name()): state, (Ask::dare_after.name()): value });
        question.answer(label, command)
    });
    let about_state = Some(about_state).filter(|_| !states.is_empty());
    about_state.into_iter().chain(Some(about_dare).filter(|_| !dares.is_empty())).collect()
}
