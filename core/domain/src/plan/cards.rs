//! The questions that concurrent work on a plan raises.

use automerge::ReadDoc;
use serde_json::json;

use super::queue::{MAX_ACTIVE, Queue};
use super::stage::{EventKind, Stage};
use super::{ActionView, PlanView};
use crate::reader::Reader;
use crate::{ActionId, Card, CardKind, CardOption, Language};

/// The most waiting actions that one card offers to take in; the others can be ranked without a card.
const MAX_OFFERED: usize = 20;

pub(super) fn of<R: ReadDoc>(plan: &PlanView<'_, R>, queue: &Queue, reader: &Reader<'_>) -> Vec<Card> {
    let mut cards: Vec<Card> = too_many_active(plan, queue, reader.language).into_iter().collect();
    for action in plan.actions() {
        cards.extend(about_stage(&action, reader.language));
        cards.extend(["title", "client_part", "due"].iter().filter_map(|field| two_values(&action, field, reader)));
    }
    cards
}

fn too_many_active<R: ReadDoc>(plan: &PlanView<'_, R>, queue: &Queue, language: Language) -> Option<Card> {
    if !queue.needs_choice() {
        return None;
    }
    let count = queue.ids().count();
    let present: Vec<ActionId> = queue.active().collect();
    let kept: Vec<ActionId> = present.iter().copied().take(MAX_ACTIVE - 1).collect();
    let with_waiting = queue.waiting().take(MAX_OFFERED).map(|waiting| {
        let mut choice = kept.clone();
        choice.push(waiting);
        choice
    });
    Some(Card {
        kind: CardKind::TooManyActive,
        text: match language {
            Language::Dutch => format!("Er staan nu {count} acties klaar. Kies er {MAX_ACTIVE}."),
            Language::English => format!("There are {count} actions ready now. Choose {MAX_ACTIVE}."),
        },
        about: queue.ids().map(|id| id.to_string()).collect(),
        options: std::iter::once(present.clone())
            .chain(with_waiting)
            .map(|choice| {
                let titles: Vec<String> = choice.iter().map(|id| plan.title(*id, language)).collect();
                let command = json!({ "type": "rank_actions", "action_ids": choice });
                CardOption { label: titles.join(", "), command: Some(command) }
            })
            .collect(),
    })
}

fn about_stage<R: ReadDoc>(action: &ActionView<'_, R>, language: Language) -> Option<Card> {
    let title = action.title();
    let (kind, text, label) = match action.stage() {
        Stage::PartMissing => (
            CardKind::ClientPartMissing,
            match language {
                Language::Dutch => format!("Wat doe jij zelf bij “{title}”?"),
                Language::English => format!("What do you do yourself in “{title}”?"),
            },
            language.pick("Schrijf op wat jij doet", "Write down what you do"),
        ),
        Stage::Ended(event) if event.is(EventKind::Done) && !action.is_evaluated() => (
            CardKind::NotEvaluated,
            match language {
                Language::Dutch => format!("Kijk samen terug op “{title}”."),
                Language::English => format!("Look back on “{title}” together."),
            },
            language.pick("Terugkijken", "Look back"),
        ),
        _ => return None,
    };
    let option = CardOption { label: label.to_owned(), command: None };
    Some(Card { kind, text, about: vec![action.id().to_string()], options: vec![option] })
}

/// Asks which value is right where two people set a field without knowing of each other.
fn two_values<R: ReadDoc>(action: &ActionView<'_, R>, field: &str, reader: &Reader<'_>) -> Option<Card> {
    let mut values: Vec<(String, Option<crate::PersonId>)> = Vec::new();
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
    let text = match (field, language) {
        ("title", Language::Dutch) => "Een actie heeft twee namen. Welke is goed?".to_owned(),
        ("title", Language::English) => "An action has two names. Which one is right?".to_owned(),
        ("due", Language::Dutch) => format!("“{}” heeft twee datums. Welke is goed?", action.title()),
        ("due", Language::English) => format!("“{}” has two dates. Which one is right?", action.title()),
        (_, Language::Dutch) => format!("Wat doe jij zelf bij “{}”? Er staan twee dingen.", action.title()),
        (_, Language::English) => format!("What do you do yourself in “{}”? It says two things.", action.title()),
    };
    let id = action.id().to_string();
    let options = values.into_iter().map(|(value, person)| CardOption {
        label: match person {
            Some(person) => format!("“{value}” ({})", (reader.names)(person)),
            None => format!("“{value}”"),
        },
        command: Some(json!({ "type": "update_action", "action_id": id, field: value })),
    });
    Some(Card { kind: CardKind::TwoValues, text, about: vec![id.clone()], options: options.collect() })
}
