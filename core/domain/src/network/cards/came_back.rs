use automerge::ReadDoc;
use serde_json::json;

use crate::brief::brief;
use crate::network::presence::Presence;
use crate::network::view::ContactView;
use crate::question::Question;
use crate::{CardKind, Language, Reader};

/// A question per contact that was taken off the map while somebody else still worked on it.
pub(super) fn questions<R: ReadDoc>(contacts: &[ContactView<'_, R>], reader: &Reader<'_>) -> Vec<Question> {
    let back = contacts.iter().filter(|contact| contact.presence == Presence::CameBack);
    back.map(|contact| question(contact, reader.language)).collect()
}

fn question<R: ReadDoc>(contact: &ContactView<'_, R>, language: Language) -> Question {
    let id = contact.id();
    let name = brief(&contact.name(), 3);
    let text = match language {
        Language::Dutch => {
            format!("{name} was van de kaart. Toen veranderde iemand nog iets. Hoort {name} op de kaart?")
        }
        Language::English => {
            format!("{name} was off the map. Then somebody still changed something. Does {name} belong on the map?")
        }
    };
    // Setting the name it has is an ordinary edit, which keeps the contact on the map.
    let keep = json!({ "type": "update_contact", "contact_id": id, "name": contact.name() });
    Question::new(CardKind::ContactCameBack, text)
        .about([id])
        .answer(language.pick("Op de kaart houden", "Keep on the map"), keep)
        .answer(
            language.pick("Van de kaart halen", "Take off the map"),
            json!({ "type": "archive_contact", "contact_id": id }),
        )
}
