use automerge::ReadDoc;
use serde_json::json;

use super::option;
use crate::network::presence::Presence;
use crate::network::view::ContactView;
use crate::reader::Reader;
use crate::{Card, CardKind, Language};

/// A question per contact that was put away while somebody else still worked on it.
pub(super) fn cards<R: ReadDoc>(contacts: &[ContactView<'_, R>], reader: &Reader<'_>) -> Vec<Card> {
    let back = contacts.iter().filter(|contact| contact.presence == Presence::CameBack);
    back.map(|contact| card(contact, reader.language)).collect()
}

fn card<R: ReadDoc>(contact: &ContactView<'_, R>, language: Language) -> Card {
    let (id, name) = (contact.id(), contact.name());
    Card {
        kind: CardKind::ContactCameBack,
        text: match language {
            Language::Dutch => {
                format!("{name} was opgeborgen. Iemand anders veranderde nog iets. Blijft {name} op de kaart?")
            }
            Language::English => {
                format!("{name} was put away. Somebody else still changed something. Does {name} stay?")
            }
        },
        about: vec![id.to_string()],
        options: vec![
            // Setting the name it has is an ordinary edit, which keeps the contact on the map.
            option(
                language.pick("Op de kaart houden", "Keep on the map"),
                json!({ "type": "update_contact", "contact_id": id, "name": name }),
            ),
            option(language.pick("Opbergen", "Put away"), json!({ "type": "archive_contact", "contact_id": id })),
        ],
    }
}
