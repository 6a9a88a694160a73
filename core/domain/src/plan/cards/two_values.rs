use automerge::ReadDoc;
use serde::Serialize;
use serde_json::{Map, Value as Json, json};

use crate::brief::brief;
use crate::entity::{Candidate, Entity, Item, Key, Value};
use crate::plan::{Action, Goal, UpdateAction, UpdateGoal};
use crate::question::Question;
use crate::register::{disputed, is_of_one};
use crate::{ActionId, CommandKind, Language, Reader, register};

/// A question per field of an action that was set differently by devices that did not know of each other.
pub(super) fn about_action<R: ReadDoc>(id: ActionId, action: &Item<'_, R>, reader: &Reader<'_>) -> Vec<Question> {
    let thing = Thing { item: action, command: json!({ "type": UpdateAction::NAME, (Action::ID): id }), reader };
    let language = reader.language;
    let title = brief(&Action::title_of(action), 5);
    let part = super::own_part(action, reader);
    let ask = |dutch: String, english: String| match language {
        Language::Dutch => dutch,
        Language::English => english,
    };
    let names = ask(
        "Een actie heeft twee namen. Welke is goed?".to_owned(),
        "An action has two names. Which one is right?".to_owned(),
    );
    let dates = ask(
        format!("“{title}” heeft twee datums. Welke is goed?"),
        format!("“{title}” has two dates. Which one is right?"),
    );
    let parts = ask(format!("{part} Er staan twee dingen."), format!("{part} It says two things."));
    let hard = ask(
        format!("Hoe moeilijk is “{title}”? Er staan twee dingen."),
        format!("How hard is “{title}”? It says two things."),
    );
    let where_to =
        ask(format!("Waar is “{title}”? Er staan twee dingen."), format!("Where is “{title}”? It says two things."));
    let company = ask(
        format!("Met wie is “{title}”? Er staan twee dingen."),
        format!("With whom is “{title}”? It says two things."),
    );
    let questions = [
        thing.question(Action::title, Action::title.name(), &names, |title| quoted(title)),
        thing.question(Action::client_part, Action::client_part.name(), &parts, |part| quoted(part)),
        thing.question(Action::due, Action::due.name(), &dates, |due| quoted(&due.to_string())),
        thing.question(Action::complexity, Action::complexity.name(), &hard, |number| quoted(&number.to_string())),
        thing.question(Action::setting, Action::setting.name(), &where_to, |word| word.label(language).into_owned()),
        thing.question(Action::company, Action::company.name(), &company, |word| word.label(language).into_owned()),
    ];
    questions.into_iter().flatten().map(|question| question.about([id])).collect()
}

/// A question per field of a goal that was set differently by devices that did not know of each other.
pub(super) fn about_goals(document: &impl ReadDoc, reader: &Reader<'_>) -> Vec<Question> {
    let language = reader.language;
    let mut questions = Vec::new();
    for (id, goal) in Goal::items(&Item::root(document)) {
        let thing = Thing { item: &goal, command: json!({ "type": UpdateGoal::NAME, (Goal::ID): id }), reader };
        let text = brief(&goal.get(Goal::text).unwrap_or_default(), 5);
        let texts = language.pick(
            "Een doel staat er twee keer anders. Welke is goed?",
            "A goal was written in two ways. Which one is right?",
        );
        let kinds = match language {
            Language::Dutch => format!("Het doel “{text}” is van twee soorten. Welke is goed?"),
            Language::English => format!("The goal “{text}” is of two kinds. Which one is right?"),
        };
        let asked = [
            thing.question(Goal::text, Goal::text.name(), texts, |text| quoted(text)),
            thing.question(Goal::goal_type, "goal_type", &kinds, |word| word.label(language).into_owned()),
        ];
        questions.extend(asked.into_iter().flatten().map(|question| question.about([id])));
    }
    questions
}

/// A thing whose fields several people can set, with the command that sets one.
struct Thing<'a, R> {
    item: &'a Item<'a, R>,
    command: Json,
    reader: &'a Reader<'a>,
}

impl<R: ReadDoc> Thing<'_, R> {
    /// Asks about a key, which commands call `field`, where it has several values.
    fn question<V: Value + PartialEq + Serialize>(
        &self,
        key: Key<V>,
        field: &str,
        text: &str,
        words: impl Fn(&V) -> String,
    ) -> Option<Question> {
        let values = disputed(self.item.each(key));
        if values.is_empty() {
            return None;
        }
        let is_of_one = is_of_one(&values);
        let mut question = register::question(is_of_one, text, self.reader.language);
        for Candidate { value, author } in values {
            let label = match author.filter(|_| !is_of_one) {
                Some(author) => format!("{} ({})", words(&value), brief(&(self.reader.names)(author.person), 3)),
                None => words(&value),
            };
            let mut fields = self.command.as_object().cloned().unwrap_or_else(Map::new);
            fields.insert(field.to_owned(), serde_json::to_value(&value).unwrap_or_default());
            question = question.answer(label, Json::Object(fields));
        }
        Some(question)
    }
}

fn quoted(text: &str) -> String {
    format!("“{}”", brief(text, 6))
}
