use automerge::ReadDoc;
use serde_json::json;

use crate::brief::brief;
use crate::plan::ActionView;
use crate::question::Question;
use crate::{CardKind, Language, PersonId, Reader};

/// A question per field of an action that two people set without knowing of each other.
pub(super) fn questions<R: ReadDoc>(action: &ActionView<'_, R>, reader: &Reader<'_>) -> Vec<Question> {
    ["title", "client_part", "due"].iter().filter_map(|field| question(action, field, reader)).collect()
}

fn question<R: ReadDoc>(action: &ActionView<'_, R>, field: &str, reader: &Reader<'_>) -> Option<Question> {
    let mut values: Vec<(String, Option<PersonId>)> = Vec::new();
    for candidate in action.item.candidates(field) {
        let value = candidate.value.into_string().ok()?;
        let person = candidate.author.map(|author| author.person);
        if !values.iter().any(|(other, _)| *other == value) {
            values.push((value, person));
        }
    }
    let (_, first) = values.first()?;
    if values.iter().all(|(_, person)| person == first) {
        return None;
    }
    let language = reader.language;
    let title = brief(&action.title(), 5);
    let text = match (field, language) {
        ("title", Language::Dutch) => "Een actie heeft twee namen. Welke is goed?".to_owned(),
        ("title", Language::English) => "An action has two names. Which one is right?".to_owned(),
        ("due", Language::Dutch) => format!("“{title}” heeft twee datums. Welke is goed?"),
        ("due", Language::English) => format!("“{title}” has two dates. Which one is right?"),
        (_, Language::Dutch) => format!("{} Er staan twee dingen.", super::own_part(action, reader)),
        (_, Language::English) => format!("{} It says two things.", super::own_part(action, reader)),
    };
    let id = action.id();
    let mut question = Question::new(CardKind::TwoValues, text).about([id]);
    for (value, person) in values {
        let short = brief(&value, 6);
        let label = match person {
            Some(person) => format!("“{short}” ({})", (reader.names)(person)),
            None => format!("“{short}”"),
        };
        question = question.answer(label, json!({ "type": "update_action", "action_id": id, field: value }));
    }
    Some(question)
}
