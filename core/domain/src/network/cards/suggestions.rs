use automerge::ReadDoc;
use serde_json::{Value, json};

use crate::brief::brief;
use crate::entity::Entity;
use crate::network::place_contact::placement_words;
use crate::network::placement::{QUADRANT, RING};
use crate::network::values::Quadrant;
use crate::network::{Contact, NetworkModel, PlaceContact, Suggestion};
use crate::question::Question;
use crate::suggestion::{self, SuggestionState};
use crate::words::Word;
use crate::{Command, CommandKind, DocumentKind, Reader};

/// A question per open suggestion that would change something.
pub(super) fn questions(document: &impl ReadDoc, model: &NetworkModel, reader: &Reader<'_>) -> Vec<Question> {
    let open = model.suggestions.iter().filter(|suggestion| suggestion.state == SuggestionState::Open);
    open.filter_map(|suggestion| {
        let contact = model.contacts.iter().find(|contact| contact.id == suggestion.contact_id)?;
        if !changes(suggestion, contact) {
            return None;
        }
        let about = [contact.id.to_string(), suggestion.id.to_string()];
        let Some(command) = &suggestion.command else {
            return Some(derived(suggestion, contact, reader).about(about));
        };
        let proposal = Command::parse(command.clone()).ok()?.proposal(document, reader.names, reader.language);
        let asked = suggestion::question(DocumentKind::Network, suggestion.id, suggestion.by, &proposal, reader);
        Some(asked.about(about))
    })
    .collect()
}

/// Returns whether any field of the suggestion is not so already; one without fields takes the contact off the map.
fn changes(suggestion: &Suggestion, contact: &Contact) -> bool {
    let Some(Value::Object(command)) = &suggestion.command else {
        return suggestion.ring.is_some_and(|ring| ring != contact.ring)
            || (suggestion.quadrant.is_some() && suggestion.quadrant != contact.quadrant);
    };
    let shown = serde_json::to_value(contact).unwrap_or_default();
    let mut fields = command.iter().filter(|(key, _)| !["type", Contact::ID].contains(&key.as_str())).peekable();
    fields.peek().is_none() || fields.any(|(key, value)| shown.get(key).unwrap_or(&Value::Null) != value)
}

/// A suggestion that a merge made is no thing in the document: placing the contact answers it.
fn derived(suggestion: &Suggestion, contact: &Contact, reader: &Reader<'_>) -> Question {
    let language = reader.language;
    let quadrant = suggestion.quadrant.as_ref().and_then(Word::known);
    let proposal = placement_words(&brief(&contact.name, 3), suggestion.ring, quadrant, language);
    let mut asked = suggestion::asked(suggestion.by, &proposal, reader);
    let to = |ring: Option<i64>, quadrant: &Option<Word<Quadrant>>| placement_command(contact, ring, quadrant.as_ref());
    for (label, placement) in [
        (language.pick("Ja", "Yes"), to(suggestion.ring, &suggestion.quadrant)),
        (language.pick("Nee, laat zo", "No, leave it"), to(Some(contact.ring), &contact.quadrant)),
    ] {
        asked = match placement {
            PlacementCommand::Known(command) => asked.answer(label, command),
            PlacementCommand::ByHand(example) => asked.fill_in(label, example),
        };
    }
    asked
}

/// The command that gives a contact its place.
enum PlacementCommand {
    Known(Value),
    /// The quadrant is not known: the person places the contact by hand, with a command like this one.
    ByHand(Value),
}

fn placement_command(contact: &Contact, ring: Option<i64>, quadrant: Option<&Word<Quadrant>>) -> PlacementCommand {
    let ring = ring.unwrap_or(contact.ring);
    let command = |quadrant: Quadrant| json!({ "type": PlaceContact::NAME, (Contact::ID): contact.id, (RING.name()): ring, (QUADRANT.name()): quadrant });
    match quadrant.and_then(Word::known) {
        Some(quadrant) => PlacementCommand::Known(command(quadrant)),
        None => PlacementCommand::ByHand(command(Quadrant::Family)),
    }
}
