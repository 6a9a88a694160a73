use automerge::{ReadDoc, ScalarValue};
use serde_json::{Map, Value, json};

use crate::brief::brief;
use crate::entity::Candidate;
use crate::network::fields::{ASKED, Asked};
use crate::network::link_member::PERSON;
use crate::network::own_words;
use crate::network::place_contact::placement_words;
use crate::network::placement::{self, Placement};
use crate::network::values::Quadrant;
use crate::network::view::ContactView;
use crate::question::Question;
use crate::register::{disputed, is_of_one};
use crate::{ContactId, Language, PersonId, Reader, Role, register};

/// A question per field that was set to different values by devices that did not know of each other.
pub(super) fn questions<R: ReadDoc>(contacts: &[ContactView<'_, R>], reader: &Reader<'_>) -> Vec<Question> {
    let mut questions = Vec::new();
    for contact in contacts {
        questions.extend(ASKED.iter().filter_map(|field| about_field(contact, field, reader)));
        questions.extend(about_place(contact, reader));
        questions.extend(about_person(contact, reader));
    }
    questions
}

/// Of what is the client's own to say the values of others are suggestions, so that only the client's are asked about.
fn about_field<R: ReadDoc>(contact: &ContactView<'_, R>, field: &Asked, reader: &Reader<'_>) -> Option<Question> {
    let candidates = own_words::counting(&contact.item, field.key);
    let is_own = own_words::is_settled(field.key, &candidates);
    let is_of_one = is_of_one(&candidates);
    let said = candidates.iter().map(|candidate| said(field, candidate, is_of_one, reader)).collect::<Vec<_>>();
    let values = disputed(candidates);
    if values.is_empty() {
        return None;
    }
    let language = reader.language;
    let name = brief(&contact.name(), 3);
    let said = said.join(" ");
    let about = field.heading(language);
    let text = match language {
        Language::Dutch => format!("Bij {name} staan twee dingen. {about}? {said} Wat klopt?"),
        Language::English => format!("There are two answers for {name}. {about}? {said} Which is right?"),
    };
    let mut question = register::question(is_of_one, &text, language).about([contact.id()]);
    if is_own {
        question = question.only(Role::Client);
    }
    for Candidate { value, .. } in values {
        let label = brief(&field.label_for(&value, reader), 6);
        question = match field.json(&value) {
            Some(value) => question.answer(label, update(contact.id(), field, value)),
            None => question.fill_in(label, update(contact.id(), field, Value::Null)),
        };
    }
    Some(question)
}

fn said(field: &Asked, candidate: &Candidate<ScalarValue>, is_of_one: bool, reader: &Reader<'_>) -> String {
    let value = brief(&field.label_for(&candidate.value, reader), 6);
    match is_of_one {
        true => format!("‘{value}’."),
        false => format!("{}: ‘{value}’.", reader.called(person(candidate))),
    }
}

fn about_place<R: ReadDoc>(contact: &ContactView<'_, R>, reader: &Reader<'_>) -> Option<Question> {
    let candidates = placement::counting(&contact.item);
    let is_of_one = is_of_one(&candidates);
    let places = disputed(candidates);
    if places.is_empty() {
        return None;
    }
    let language = reader.language;
    let name = brief(&contact.name(), 3);
    let text = match language {
        Language::Dutch => format!("{name} staat op twee plekken. Welke plek klopt?"),
        Language::English => format!("{name} has two places. Which one is right?"),
    };
    let mut question = register::question(is_of_one, &text, language).about([contact.id()]);
    for Candidate { value: Placement { ring, quadrant, .. }, .. } in places {
        let quadrant = quadrant.as_deref().and_then(Quadrant::from_name);
        let label = placement_words(&name, Some(ring), quadrant, language);
        let place = |quadrant: Quadrant| json!({ "type": "place_contact", "contact_id": contact.id(), "ring": ring, "quadrant": quadrant });
        question = match quadrant {
            Some(quadrant) => question.answer(label, place(quadrant)),
            // The person places the contact by hand, with a command like this one.
            None => question.fill_in(label, place(Quadrant::Family)),
        };
    }
    Some(question)
}

fn about_person<R: ReadDoc>(contact: &ContactView<'_, R>, reader: &Reader<'_>) -> Option<Question> {
    let candidates = contact.item.candidates(PERSON);
    let is_of_one = is_of_one(&candidates);
    let persons = disputed(candidates);
    if persons.is_empty() {
        return None;
    }
    let language = reader.language;
    let name = brief(&contact.name(), 3);
    let text = match language {
        Language::Dutch => format!("Wie is {name}? Er staan twee mensen."),
        Language::English => format!("Who is {name}? It says two people."),
    };
    let mut question = register::question(is_of_one, &text, language).about([contact.id()]);
    for Candidate { value, .. } in persons {
        let Some(person) = value.as_str().and_then(|person| person.parse::<PersonId>().ok()) else { continue };
        let command = json!({ "type": "link_member", "contact_id": contact.id(), "person_id": person });
        question = question.answer(brief(&(reader.names)(person), 6), command);
    }
    Some(question)
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
