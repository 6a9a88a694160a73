use automerge::{ReadDoc, ScalarValue};
use serde_json::{Map, Value};

use crate::entity::Candidate;
use crate::network::fields::{ASKED, Asked};
use crate::network::view::ContactView;
use crate::reader::Reader;
use crate::{Card, CardKind, CardOption, ContactId, Language, PersonId};

/// A question per field that two people set to different values without knowing of each other.
pub(super) fn cards<R: ReadDoc>(contacts: &[ContactView<'_, R>], reader: &Reader<'_>) -> Vec<Card> {
    let mut cards = Vec::new();
    for contact in contacts {
        for field in ASKED {
            let candidates = contact.item.candidates(field.key);
            if disagree(&candidates) {
                cards.push(card(contact, field, &candidates, reader));
            }
        }
    }
    cards
}

/// Whether two different people gave two different values.
fn disagree(candidates: &[Candidate<ScalarValue>]) -> bool {
    candidates.iter().enumerate().any(|(index, one)| {
        let others = candidates.iter().skip(index + 1);
        let mut others = others.filter(|other| other.value != one.value);
        others.any(|other| person(other) != person(one))
    })
}

fn card<R: ReadDoc>(
    contact: &ContactView<'_, R>,
    field: &Asked,
    candidates: &[Candidate<ScalarValue>],
    reader: &Reader<'_>,
) -> Card {
    let language = reader.language;
    let said: Vec<String> = candidates.iter().map(|candidate| said(field, candidate, reader)).collect();
    let (name, said) = (contact.name(), said.join(", "));
    Card {
        kind: CardKind::TwoValues,
        text: match language {
            Language::Dutch => {
                format!("Over {name} is twee keer iets anders ingevuld, {}: {said}. Wat klopt?", field.dutch)
            }
            Language::English => {
                format!("Two answers were given about {name}, {}: {said}. Which is right?", field.english)
            }
        },
        about: vec![contact.id().to_string()],
        options: options(contact.id(), field, candidates, language),
    }
}

fn said(field: &Asked, candidate: &Candidate<ScalarValue>, reader: &Reader<'_>) -> String {
    let language = reader.language;
    let who = person(candidate).map_or_else(|| language.pick("iemand", "somebody").to_owned(), |by| (reader.names)(by));
    let value = field.label(&candidate.value, language);
    match language {
        Language::Dutch => format!("{who} zegt ‘{value}’"),
        Language::English => format!("{who} says ‘{value}’"),
    }
}

/// One answer per value, in the order in which they were admitted.
fn options(
    contact: ContactId,
    field: &Asked,
    candidates: &[Candidate<ScalarValue>],
    language: Language,
) -> Vec<CardOption> {
    let mut options: Vec<CardOption> = Vec::new();
    let mut values: Vec<&ScalarValue> = Vec::new();
    for candidate in candidates {
        if !values.contains(&&candidate.value) {
            values.push(&candidate.value);
            let command = field.json(&candidate.value).map(|value| command(contact, field, value));
            options.push(CardOption { label: field.label(&candidate.value, language), command });
        }
    }
    options
}

fn command(contact: ContactId, field: &Asked, value: Value) -> Value {
    let mut command = Map::new();
    command.insert("type".to_owned(), Value::from("update_contact"));
    command.insert("contact_id".to_owned(), Value::from(contact.to_string()));
    command.insert(field.key.to_owned(), value);
    Value::Object(command)
}

fn person(candidate: &Candidate<ScalarValue>) -> Option<PersonId> {
    candidate.author.map(|author| author.person)
}
