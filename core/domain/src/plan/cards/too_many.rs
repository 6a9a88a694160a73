use automerge::ReadDoc;
use serde_json::{Value, json};

use crate::brief::brief;
use crate::entity::Entity;
use crate::plan::action::{MAX_ACTIVE, Queue};
use crate::plan::{Action, RankActions};
use crate::question::{Question, still_chooses};
use crate::{ActionId, CardKind, Choose, CommandKind, Language, Reader};

/// The most active actions of which every choice of three is an answer of its own: ten answers.
const MOST_SPELLED_OUT: usize = 5;

/// The most actions that one card lets the client pick from; the others can be ranked without a card.
const MOST_OFFERED: usize = 100;

/// Asks the client which of too many active actions go on now.
pub(super) fn question(document: &impl ReadDoc, reader: &Reader<'_>) -> Option<Question> {
    let queue = Queue::of(document);
    if !queue.needs_choice() {
        return None;
    }
    let language = reader.language;
    let ids: Vec<ActionId> = queue.ids().collect();
    let count = ids.len();
    let mut question = Question::new(CardKind::TooManyActive, text(count, reader))
        .about(ids.iter().copied())
        .onlookers(format!("{} {}", text_for_others(count, reader), still_chooses(reader)));
    let spelled_out = if count <= MOST_SPELLED_OUT {
        choices(&ids)
    } else {
        ids.get(..MAX_ACTIVE).map(<[_]>::to_vec).into_iter().collect()
    };
    for choice in spelled_out {
        let waiting: Vec<ActionId> = ids.iter().copied().filter(|id| !choice.contains(id)).collect();
        question = question.answer(label(document, &waiting, language), rank(&choice));
    }
    let offered: Vec<ActionId> = ids.iter().copied().take(MOST_OFFERED).collect();
    let labels = offered.iter().map(|id| title(document, *id));
    let choose = Choose {
        labels: labels.collect(),
        from: offered.iter().map(ActionId::to_string).collect(),
        count: MAX_ACTIVE,
        command: json!({ "type": RankActions::NAME }),
        field: "action_ids".to_owned(),
    };
    let pick = match language {
        Language::Dutch => format!("Kies er {MAX_ACTIVE}"),
        Language::English => format!("Choose {MAX_ACTIVE}"),
    };
    Some(question.choose(pick, choose, rank(&offered.iter().copied().take(MAX_ACTIVE).collect::<Vec<_>>())))
}

fn text(count: usize, reader: &Reader<'_>) -> String {
    if !reader.is_client() {
        return text_for_others(count, reader);
    }
    match reader.language {
        Language::Dutch => format!("Je doet nu {count} acties. {MAX_ACTIVE} is genoeg. Welke {MAX_ACTIVE}?"),
        Language::English => format!("You now do {count} actions. {MAX_ACTIVE} are enough. Which {MAX_ACTIVE}?"),
    }
}

fn text_for_others(count: usize, reader: &Reader<'_>) -> String {
    let client = reader.client_name();
    match reader.language {
        Language::Dutch => format!("{client} doet nu {count} acties. {MAX_ACTIVE} is genoeg."),
        Language::English => format!("{client} now does {count} actions. {MAX_ACTIVE} are enough."),
    }
}

/// Every choice of three, each in the order of the queue; the one that shows now comes first.
fn choices(ids: &[ActionId]) -> Vec<Vec<ActionId>> {
    let mut choices: Vec<Vec<ActionId>> = vec![Vec::new()];
    for id in ids {
        let with: Vec<Vec<ActionId>> = choices
            .iter()
            .filter(|choice| choice.len() < MAX_ACTIVE)
            .map(|choice| choice.iter().copied().chain([*id]).collect())
            .collect();
        choices.extend(with);
    }
    choices.retain(|choice| choice.len() == MAX_ACTIVE);
    choices
}

/// A choice named by what waits, which is less to read than what goes on.
fn label(document: &impl ReadDoc, waiting: &[ActionId], language: Language) -> String {
    let quoted = |id: &ActionId, words| format!("“{}”", brief(&title(document, *id), words));
    match (waiting, language) {
        ([one], Language::Dutch) => format!("{} wacht", quoted(one, 5)),
        ([one], Language::English) => format!("{} waits", quoted(one, 5)),
        ([one, other], Language::Dutch) => format!("{} en {} wachten", quoted(one, 4), quoted(other, 4)),
        ([one, other], Language::English) => format!("{} and {} wait", quoted(one, 4), quoted(other, 4)),
        (_, language) => language.pick("Laat het zo", "Leave it like this").to_owned(),
    }
}

fn title(document: &impl ReadDoc, id: ActionId) -> String {
    Action::item(document, id).map(|action| Action::title_of(&action)).unwrap_or_default()
}

fn rank(choice: &[ActionId]) -> Value {
    RankActions { action_ids: choice.to_vec() }.to_json()
}
