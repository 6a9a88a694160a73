//! The questions that concurrent work on a plan raises.

mod too_many;
mod two_values;

use automerge::ReadDoc;
use serde_json::json;

use super::action::{EventKind, Stage};
use super::{Action, EvaluateAction, Evaluation, Next, UpdateAction};
use crate::brief::brief;
use crate::entity::{Entity, Item};
use crate::question::Question;
use crate::{ActionId, CardKind, CommandKind, DocumentKind, Language, Reader, suggestion};

pub(super) fn of(document: &impl ReadDoc, reader: &Reader<'_>) -> Vec<Question> {
    let mut questions: Vec<Question> = too_many::question(document, reader).into_iter().collect();
    questions.extend(suggestion::questions(document, DocumentKind::Plan, reader));
    questions.extend(two_values::about_goals(document, reader));
    for (id, action) in Action::items(&Item::root(document)) {
        questions.extend(about_stage(id, &action, reader));
        questions.extend(two_values::about_action(id, &action, reader));
    }
    questions
}

fn about_stage<R: ReadDoc>(id: ActionId, action: &Item<'_, R>, reader: &Reader<'_>) -> Option<Question> {
    match Stage::of(action) {
        Stage::PartMissing => {
            let label = reader.language.pick("Schrijf het op", "Write it down");
            let example = json!({ "type": UpdateAction::NAME, (Action::ID): id, (Action::client_part.name()): "…" });
            let question = Question::new(CardKind::ClientPartMissing, own_part(action, reader));
            Some(question.about([id]).fill_in(label, example))
        }
        Stage::Ended(event) if event.is(EventKind::Done) && !Evaluation::is_any(action) => {
            let title = brief(&Action::title_of(action), 5);
            let text = match reader.language {
                Language::Dutch => format!("Kijk samen terug op “{title}”."),
                Language::English => format!("Look back on “{title}” together."),
            };
            let label = reader.language.pick("Terugkijken", "Look back");
            // No look back has the id of an action that nobody looked back on.
            let example = json!({
                "type": EvaluateAction::NAME, (Evaluation::ID): id, (Action::ID): id,
                (Evaluation::next.name()): Next::Continue,
            });
            Some(Question::new(CardKind::NotEvaluated, text).about([id]).fill_in(label, example))
        }
        _ => None,
    }
}

/// The question after the client's own part: to the client, or to those who help with it.
fn own_part<R: ReadDoc>(action: &Item<'_, R>, reader: &Reader<'_>) -> String {
    let title = brief(&Action::title_of(action), 5);
    match (reader.is_client(), reader.language) {
        (true, Language::Dutch) => format!("Wat doe jij zelf bij “{title}”?"),
        (true, Language::English) => format!("What is your part in “{title}”?"),
        (false, Language::Dutch) => format!("Wat doet {} zelf? Het gaat om “{title}”.", reader.client_name()),
        (false, Language::English) => {
            format!("What is the part of {}? It is about “{title}”.", reader.client_name())
        }
    }
}
