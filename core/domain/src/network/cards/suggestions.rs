use serde_json::{Value, json};

use crate::brief::brief;
use crate::network::values::{Quadrant, SuggestionState, ring_label};
use crate::network::{ContactModel, NetworkModel, SuggestionModel};
use crate::question::{Question, still_chooses};
use crate::{CardKind, Language, Reader};

/// A question per open suggestion that would change something.
pub(super) fn questions(model: &NetworkModel, reader: &Reader<'_>) -> Vec<Question> {
    let open = model.suggestions.iter().filter(|suggestion| suggestion.state == SuggestionState::Open.name());
    open.filter_map(|suggestion| {
        let contact = model.contacts.iter().find(|contact| contact.id == suggestion.contact_id)?;
        changes(suggestion, contact).then(|| question(suggestion, contact, reader))
    })
    .collect()
}

fn changes(suggestion: &SuggestionModel, contact: &ContactModel) -> bool {
    suggestion.ring.is_some_and(|ring| ring != contact.ring)
        || (suggestion.quadrant.is_some() && suggestion.quadrant != contact.quadrant)
}

fn question(suggestion: &SuggestionModel, contact: &ContactModel, reader: &Reader<'_>) -> Question {
    let language = reader.language;
    let suggested = suggested(suggestion, contact, reader);
    let question = language.pick("Vind jij dat ook?", "Do you agree?");
    let asked = Question::new(CardKind::Suggestion, format!("{suggested} {question}"))
        .about([contact.id.to_string(), suggestion.id.to_string()])
        .onlookers(format!("{suggested} {}", still_chooses(reader)));
    answers(asked, suggestion, contact, language)
}

/// A suggestion that a merge made is no thing in the document: placing the contact answers it.
fn answers(asked: Question, suggestion: &SuggestionModel, contact: &ContactModel, language: Language) -> Question {
    let yes = language.pick("Ja", "Yes");
    let no = language.pick("Nee, laat zo", "No, leave it");
    if !suggestion.derived {
        let id = suggestion.id;
        return asked
            .answer(yes, json!({ "type": "accept_suggestion", "suggestion_id": id }))
            .answer(no, json!({ "type": "decline_suggestion", "suggestion_id": id }));
    }
    let to = |ring: Option<i64>, quadrant: &Option<String>| place_command(contact, ring, quadrant.as_deref());
    let mut asked = asked;
    for (label, place) in
        [(yes, to(suggestion.ring, &suggestion.quadrant)), (no, to(Some(contact.ring), &contact.quadrant))]
    {
        asked = match place {
            Place::Known(command) => asked.answer(label, command),
            Place::ByHand(example) => asked.fill_in(label, example),
        };
    }
    asked
}

/// The command that gives a contact its place.
enum Place {
    Known(Value),
    /// The quadrant is not known: the person places the contact by hand, with a command like this one.
    ByHand(Value),
}

fn place_command(contact: &ContactModel, ring: Option<i64>, quadrant: Option<&str>) -> Place {
    let ring = ring.unwrap_or(contact.ring);
    let command = |quadrant: Quadrant| json!({ "type": "place_contact", "contact_id": contact.id, "ring": ring, "quadrant": quadrant });
    match quadrant.and_then(Quadrant::from_name) {
        Some(quadrant) => Place::Known(command(quadrant)),
        None => Place::ByHand(command(Quadrant::Family)),
    }
}

/// The suggestion in sentences that stay short whatever the names and labels are.
fn suggested(suggestion: &SuggestionModel, contact: &ContactModel, reader: &Reader<'_>) -> String {
    let language = reader.language;
    let person = reader.called(suggestion.by);
    let name = brief(&contact.name, 3);
    let ring = suggestion.ring.map(|ring| ring_label(ring, language));
    let quadrant = suggestion.quadrant.as_deref().map(|quadrant| Quadrant::label_of(quadrant, language));
    let begin = match language {
        Language::Dutch => format!("{person} stelt iets voor."),
        Language::English if person == "You" => "You suggest something.".to_owned(),
        Language::English => format!("{person} suggests something."),
    };
    let place = match (ring, quadrant, language) {
        (Some(ring), Some(quadrant), Language::Dutch) => format!("{name} bij ‘{ring}’. Het vak: ‘{quadrant}’."),
        (Some(ring), Some(quadrant), Language::English) => format!("{name} at ‘{ring}’. The quarter: ‘{quadrant}’."),
        (one, other, Language::Dutch) => format!("{name} bij ‘{}’.", one.or(other).unwrap_or_default()),
        (one, other, Language::English) => format!("{name} at ‘{}’.", one.or(other).unwrap_or_default()),
    };
    format!("{begin} {place}")
}
