use serde_json::{Value, json};

use super::option;
use crate::network::values::{Quadrant, SuggestionState, ring_label};
use crate::network::{ContactModel, NetworkModel, SuggestionModel};
use crate::reader::Reader;
use crate::{Card, CardKind, CardOption, Language};

/// A question per open suggestion that would change something.
pub(super) fn cards(model: &NetworkModel, reader: &Reader<'_>) -> Vec<Card> {
    let open = model.suggestions.iter().filter(|suggestion| suggestion.state == SuggestionState::Open.name());
    open.filter_map(|suggestion| {
        let contact = model.contacts.iter().find(|contact| contact.id == suggestion.contact_id)?;
        changes(suggestion, contact).then(|| card(suggestion, contact, reader))
    })
    .collect()
}

fn changes(suggestion: &SuggestionModel, contact: &ContactModel) -> bool {
    suggestion.ring.is_some_and(|ring| ring != contact.ring)
        || (suggestion.quadrant.is_some() && suggestion.quadrant != contact.quadrant)
}

fn card(suggestion: &SuggestionModel, contact: &ContactModel, reader: &Reader<'_>) -> Card {
    let language = reader.language;
    let who = suggestion.by.map_or_else(|| language.pick("Iemand", "Somebody").to_owned(), |by| (reader.names)(by));
    let place = place(suggestion.ring, suggestion.quadrant.as_deref(), language);
    let name = &contact.name;
    Card {
        kind: CardKind::Suggestion,
        text: match language {
            Language::Dutch => format!("{who} stelt voor: {name} bij {place}. Neem je dat over?"),
            Language::English => format!("{who} suggests: {name} at {place}. Do you agree?"),
        },
        about: vec![contact.id.to_string(), suggestion.id.to_string()],
        options: options(suggestion, contact, language),
    }
}

/// A suggestion that a merge made is no thing in the document: placing the contact answers it.
fn options(suggestion: &SuggestionModel, contact: &ContactModel, language: Language) -> Vec<CardOption> {
    let yes = language.pick("Ja, neem over", "Yes, take it over");
    let no = language.pick("Nee, laat zo", "No, leave it");
    if suggestion.derived {
        let place = |label: &str, ring: Option<i64>, quadrant: Option<&String>| CardOption {
            label: label.to_owned(),
            command: place_command(contact, ring, quadrant),
        };
        return vec![
            place(yes, suggestion.ring, suggestion.quadrant.as_ref()),
            place(no, Some(contact.ring), contact.quadrant.as_ref()),
        ];
    }
    let id = suggestion.id;
    vec![
        option(yes, json!({ "type": "accept_suggestion", "suggestion_id": id })),
        option(no, json!({ "type": "decline_suggestion", "suggestion_id": id })),
    ]
}

/// `None` where the quadrant is not known: the person then places the contact by hand.
fn place_command(contact: &ContactModel, ring: Option<i64>, quadrant: Option<&String>) -> Option<Value> {
    let ring = ring.unwrap_or(contact.ring);
    let quadrant = quadrant.and_then(|quadrant| Quadrant::from_name(quadrant))?;
    Some(json!({ "type": "place_contact", "contact_id": contact.id, "ring": ring, "quadrant": quadrant }))
}

fn place(ring: Option<i64>, quadrant: Option<&str>, language: Language) -> String {
    let ring = ring.map(|ring| ring_label(ring, language));
    let quadrant = quadrant.map(|quadrant| Quadrant::label_of(quadrant, language));
    [ring, quadrant].into_iter().flatten().map(|part| format!("‘{part}’")).collect::<Vec<_>>().join(", ")
}
