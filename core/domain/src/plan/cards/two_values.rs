use automerge::{ReadDoc, ScalarValue};
use serde_json::{Map, Value, json};

use crate::brief::brief;
use crate::entity::{Candidate, Item};
use crate::plan::{ActionView, Company, GoalType, PlanView, Setting};
use crate::question::Question;
use crate::register::{disputed, is_of_one};
use crate::{Language, Reader, register};

/// A field of an action or a goal that several people can set.
struct Field {
    /// Its key in the document.
    key: &'static str,
    /// Its name in the command that sets it.
    name: &'static str,
    /// A value in words.
    label: fn(&str, Language) -> String,
}

const ACTION: [Field; 6] = [
    Field { key: "title", name: "title", label: quoted },
    Field { key: "client_part", name: "client_part", label: quoted },
    Field { key: "due", name: "due", label: quoted },
    Field { key: "complexity", name: "complexity", label: quoted },
    Field { key: "setting", name: "setting", label: |name, language| Setting::label_of(name, language).into_owned() },
    Field { key: "company", name: "company", label: |name, language| Company::label_of(name, language).into_owned() },
];

const GOAL: [Field; 2] = [
    Field { key: "text", name: "text", label: quoted },
    Field { key: "type", name: "goal_type", label: |name, language| GoalType::label_of(name, language).into_owned() },
];

fn quoted(text: &str, _language: Language) -> String {
    format!("“{}”", brief(text, 6))
}

/// A question per field of an action that was set differently by devices that did not know of each other.
pub(super) fn about_action<R: ReadDoc>(action: &ActionView<'_, R>, reader: &Reader<'_>) -> Vec<Question> {
    let title = brief(&action.title(), 5);
    let ask = |field: &Field| {
        let text = match (field.key, reader.language) {
            ("title", Language::Dutch) => "Een actie heeft twee namen. Welke is goed?".to_owned(),
            ("title", Language::English) => "An action has two names. Which one is right?".to_owned(),
            ("due", Language::Dutch) => format!("“{title}” heeft twee datums. Welke is goed?"),
            ("due", Language::English) => format!("“{title}” has two dates. Which one is right?"),
            ("client_part", Language::Dutch) => format!("{} Er staan twee dingen.", super::own_part(action, reader)),
            ("client_part", Language::English) => format!("{} It says two things.", super::own_part(action, reader)),
            ("complexity", Language::Dutch) => format!("Hoe moeilijk is “{title}”? Er staan twee dingen."),
            ("complexity", Language::English) => format!("How hard is “{title}”? It says two things."),
            ("setting", Language::Dutch) => format!("Waar is “{title}”? Er staan twee dingen."),
            ("setting", Language::English) => format!("Where is “{title}”? It says two things."),
            (_, Language::Dutch) => format!("Met wie is “{title}”? Er staan twee dingen."),
            (_, Language::English) => format!("With whom is “{title}”? It says two things."),
        };
        let command = json!({ "type": "update_action", "action_id": action.id() });
        question(&action.item, field, &text, &command, reader).map(|question| question.about([action.id()]))
    };
    ACTION.iter().filter_map(ask).collect()
}

/// A question per field of a goal that was set differently by devices that did not know of each other.
pub(super) fn about_goals<R: ReadDoc>(plan: &PlanView<'_, R>, reader: &Reader<'_>) -> Vec<Question> {
    let mut questions = Vec::new();
    for (id, goal) in plan.goals() {
        let text = brief(&goal.str("text").unwrap_or_default(), 5);
        let command = json!({ "type": "update_goal", "goal_id": id });
        for field in GOAL {
            let text = match (field.key, reader.language) {
                ("text", Language::Dutch) => "Een doel staat er twee keer anders. Welke is goed?".to_owned(),
                ("text", Language::English) => "A goal was written in two ways. Which one is right?".to_owned(),
                (_, Language::Dutch) => format!("Het doel “{text}” is van twee soorten. Welke is goed?"),
                (_, Language::English) => format!("The goal “{text}” is of two kinds. Which one is right?"),
            };
            let asked = question(&goal, &field, &text, &command, reader);
            questions.extend(asked.map(|question| question.about([&id])));
        }
    }
    questions
}

fn question<R: ReadDoc>(
    item: &Item<'_, R>,
    field: &Field,
    text: &str,
    command: &Value,
    reader: &Reader<'_>,
) -> Option<Question> {
    let values = disputed(item.candidates(field.key));
    if values.is_empty() {
        return None;
    }
    let is_of_one = is_of_one(&values);
    let mut question = register::question(is_of_one, text, reader.language);
    for Candidate { value, author } in values {
        let label = (field.label)(&plain(&value), reader.language);
        let label = match author.filter(|_| !is_of_one) {
            Some(author) => format!("{label} ({})", brief(&(reader.names)(author.person), 3)),
            None => label,
        };
        let mut fields = command.as_object().cloned().unwrap_or_else(Map::new);
        fields.insert(field.name.to_owned(), json(&value));
        question = question.answer(label, Value::Object(fields));
    }
    Some(question)
}

fn plain(value: &ScalarValue) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn json(value: &ScalarValue) -> Value {
    value.as_i64().map_or_else(|| Value::from(plain(value)), Value::from)
}
