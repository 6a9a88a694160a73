use automerge::{ReadDoc, ScalarValue};
use serde_json::{Value, json};

use crate::brief::brief;
use crate::entity::{Candidate, Entity, Item};
use crate::network::fields::{ASKED, Asked};
use crate::network::own_words;
use crate::network::place_contact::placement_words;
use crate::network::placement::{self, Placement, QUADRANT, RING};
use crate::network::values::Quadrant;
use crate::network::{Contact, LinkMember, PlaceContact, UpdateContact};
use crate::question::Question;
use crate::register::{disputed, is_of_one};
use crate::{CommandKind, ContactId, Language, PersonId, Reader, Role, register};

/// A question per field that was set to different values by devices that did not know of each other.
pub(super) fn questions<R: ReadDoc>(contacts: &[(ContactId, Item<'_, R>)], reader: &Reader<'_>) -> Vec<Question> {
    let mut questions = Vec::new();
    for (id, contact) in contacts {
        questions.extend(ASKED.iter().filter_map(|field| about_field(*id, contact, field, reader)));
        questions.extend(about_place(*id, contact, reader));
        questions.extend(about_person(*id, contact, reader));
    }
    questions
}

/// Of what is the client's own to say the values of others are suggestions, so that only the client's are asked about.
fn about_field<R: ReadDoc>(
    id: ContactId,
    contact: &Item<'_, R>,
    field: &Asked,
    reader: &Reader<'_>,
) -> Option<Question> {
    let candidates = own_words::counting(contact, field.key);
    let is_own = own_words::is_settled(field.key, &candidates);
    let is_of_one = is_of_one(&candidates);
    let said = candidates.iter().map(|candidate| said(field, candidate, is_of_one, reader)).collect::<Vec<_>>();
    let values = disputed(candidates);
    if values.is_empty() {
        return None;
    }
    let language = reader.language;
    let name = brief(&Contact::name_of(contact), 3);
    let said = said.join(" ");
    let about = field.heading(language);
    let text = match language {
        Language::Dutch => format!("Bij {name} staan twee dingen. {about}? {said} Wat klopt?"),
        Language::English => format!("There are two answers for {name}. {about}? {said} Which is right?"),
    };
    let mut question = register::question(is_of_one, &text, language).about([id]);
    if is_own {
        question = question.only(Role::Client);
    }
    for Candidate { value, .. } in values {
        let label = brief(&field.label_for(&value, reader), 6);
        question = match field.json(&value) {
            Some(value) => question.answer(label, update(id, field.key, value)),
            None => question.fill_in(label, update(id, field.key, Value::Null)),
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

fn about_place<R: ReadDoc>(id: ContactId, contact: &Item<'_, R>, reader: &Reader<'_>) -> Option<Question> {
    let candidates = placement::counting(contact);
    let is_of_one = is_of_one(&candidates);
    let places = disputed(candidates);
    if places.is_empty() {
        return None;
    }
    let language = reader.language;
    let name = brief(&Contact::name_of(contact), 3);
    let text = match language {
        Language::Dutch => format!("{name} staat op twee plekken. Welke plek klopt?"),
        Language::English => format!("{name} has two places. Which one is right?"),
    };
    let mut question = register::question(is_of_one, &text, language).about([id]);
    for Candidate { value: Placement { ring, quadrant, .. }, .. } in places {
        let quadrant = quadrant.and_then(|quadrant| quadrant.known());
        let label = placement_words(&name, Some(ring), quadrant, language);
        let place = |quadrant: Quadrant| json!({ "type": PlaceContact::NAME, (Contact::ID): id, (RING.name()): ring, (QUADRANT.name()): quadrant });
        question = match quadrant {
            Some(quadrant) => question.answer(label, place(quadrant)),
            // The person places the contact by hand, with a command like this one.
            None => question.fill_in(label, place(Quadrant::Family)),
        };
    }
    Some(question)
}

fn about_person<R: ReadDoc>(id: ContactId, contact: &Item<'_, R>, reader: &Reader<'_>) -> Option<Question> {
    let candidates = contact.each(Contact::person_id);
    let is_of_one = is_of_one(&candidates);
    let persons = disputed(candidates);
    if persons.is_empty() {
        return None;
    }
    let language = reader.language;
    let name = brief(&Contact::name_of(contact), 3);
    let text = match language {
        Language::Dutch => format!("Wie is {name}? Er staan twee mensen."),
        Language::English => format!("Who is {name}? It says two people."),
    };
    let mut question = register::question(is_of_one, &text, language).about([id]);
    for Candidate { value, .. } in persons {
        let command = LinkMember { contact_id: id, person_id: value }.to_json();
        question = question.answer(brief(&(reader.names)(value), 6), command);
    }
    Some(question)
}

/// The command that sets a field to a value.
pub(super) fn update(contact: ContactId, field: &str, value: Value) -> Value {
    let fields = [("type", UpdateContact::NAME.into()), (Contact::ID, contact.to_string().into()), (field, value)];
    Value::Object(fields.map(|(key, value): (&str, Value)| (key.to_owned(), value)).into_iter().collect())
}

fn person(candidate: &Candidate<ScalarValue>) -> Option<PersonId> {
    candidate.author.map(|author| author.person)
}
