use automerge::ReadDoc;

use super::two_values;
use crate::brief::brief;
use crate::entity::Item;
use crate::network::presence::{self, Presence};
use crate::network::{ArchiveContact, Contact};
use crate::question::Question;
use crate::{CardKind, CommandKind, ContactId, Language, Reader};

/// A question per contact that was taken off the map while somebody else still worked on it.
pub(super) fn questions<R: ReadDoc>(contacts: &[(ContactId, Item<'_, R>)], reader: &Reader<'_>) -> Vec<Question> {
    let back = contacts.iter().filter(|(_, contact)| presence::of(contact) == Presence::CameBack);
    back.map(|(id, contact)| question(*id, contact, reader.language)).collect()
}

fn question<R: ReadDoc>(id: ContactId, contact: &Item<'_, R>, language: Language) -> Question {
    let name = brief(&Contact::name_of(contact), 3);
    let text = match language {
        Language::Dutch => {
            format!("{name} was van de kaart. Toen veranderde iemand nog iets. Hoort {name} op de kaart?")
        }
        Language::English => {
            format!("{name} was off the map. Then somebody still changed something. Does {name} belong on the map?")
        }
    };
    // Setting the name it has is an ordinary edit, which keeps the contact on the map.
    let keep = two_values::update(id, Contact::name.name(), Contact::name_of(contact).into());
    Question::new(CardKind::ContactCameBack, text)
        .about([id])
        .answer(language.pick("Op de kaart houden", "Keep on the map"), keep)
        .answer(language.pick("Van de kaart halen", "Take off the map"), ArchiveContact { contact_id: id }.to_json())
}
