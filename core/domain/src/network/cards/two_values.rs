use automerge::{ReadDoc, ScalarValue};
use serde_json::{Map, Value};

use crate::brief::brief;
use crate::entity::Candidate;
use crate::network::fields::{ASKED, Asked};
use crate::network::own_words;
use crate::network::view::ContactView;
use crate::question::Question;
use crate::{CardKind, ContactId, Language, PersonId, Reader};

/// A question per field that two people set to different values without knowing of each other.
pub(super) fn questions<R: ReadDoc>(contacts: &[ContactView<'_, R>], reader: &Reader<'_>) -> Vec<Question> {
    let mut questions = Vec::new();
    for contact in contacts {
        for field in ASKED {
            let candidates = contact.item.candidates(field.key);
            if !own_words::is_settled(field.key, &candidates) && disagree(&candidates) {
                questions.push(question(contact, field, &candidates, reader));
            }
        }
    }
    questions
}

/// Whether two different people gave two different values.
fn disagree(candidates: &[Candidate<ScalarValue>]) -> bool {
    candidates.iter().enumerate().any(|(index, one)| {
        let others = candidates.iter().skip(index + 1);
        let mut others = others.filter(|other| other.value != one.value);
        others.any(|other| person(other) != person(one))
    })
}

fn question<R: ReadDoc>(
    contact: &ContactView<'_, R>,
    field: &Asked,
    candidates: &[Candidate<ScalarValue>],
    reader: &Reader<'_>,
) -> Question {
    let language = reader.language;
    let name = brief(&contact.name(), 3);
    let said: Vec<String> = candidates.iter().map(|candidate| said(field, candidate, reader)).collect();
    let said = said.join(" ");
    let about = field.heading(language);
    let text = match language {
        Language::Dutch => format!("Bij {name} staan twee dingen. {about}? {said} Wat klopt?"),
        Language::English => format!("There are two answers for {name}. {about}? {said} Which is right?"),
    };
    let mut question = Question::new(CardKind::TwoValues, text).about([contact.id()]);
    // One answer per value, in the order in which they were admitted.
    let mut values: Vec<&ScalarValue> = Vec::new();
    for candidate in candidates.iter() {
        if !values.contains(&&candidate.value) {
            values.push(&candidate.value);
            let label = brief(&field.label(&candidate.value, language), 6);
            question = match field.json(&candidate.value) {
                Some(value) => question.answer(label, update(contact.id(), field, value)),
                None => question.fill_in(label, update(contact.id(), field, Value::Null)),
            };
        }
    }
    question
}

fn said(field: &Asked, candidate: &Candidate<ScalarValue>, reader: &Reader<'_>) -> String {
    let value = brief(&field.label(&candidate.value, reader.language), 6);
    format!("{}: ‘{value}’.", reader.called(person(candidate)))
}

/// The command that sets a field to a value.
pub(super) fn update(contact: ContactId, field: &Asked, value: Value) -> Value {
    let mut command = Map::new();
    command.insert("type".to_owned(), Value::from("update_contact"));
    command.insert("contact_id".to_owned(), Value::from(contact.to_string()));
    command.insert(field.key.to_owned(), value);
    Value::Object(command)
}

fn person(candidate: &Candidate<ScalarValue>) -> Option<PersonId> {
    candidate.author.map(|author| author.person)
}
