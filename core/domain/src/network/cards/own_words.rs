use automerge::{ReadDoc, ScalarValue};
use serde_json::Value;

use super::two_values::update;
use crate::brief::brief;
use crate::entity::{Candidate, Item};
use crate::network::Contact;
use crate::network::fields::{ASKED, Asked};
use crate::network::own_words;
use crate::question::{Question, still_chooses};
use crate::{CardKind, ContactId, Language, Reader, Role};

/// A question to the client per value that somebody else gave for what is the client's own to say.
pub(super) fn questions<R: ReadDoc>(contacts: &[(ContactId, Item<'_, R>)], reader: &Reader<'_>) -> Vec<Question> {
    let mut questions = Vec::new();
    for (id, contact) in contacts {
        for field in ASKED {
            for suggested in own_words::suggested(contact, field.key) {
                questions.push(question(*id, contact, field, &suggested, reader));
            }
        }
    }
    questions
}

fn question<R: ReadDoc>(
    id: ContactId,
    contact: &Item<'_, R>,
    field: &Asked,
    suggested: &Candidate<ScalarValue>,
    reader: &Reader<'_>,
) -> Question {
    let language = reader.language;
    let name = brief(&Contact::name_of(contact), 3);
    let person = reader.called(suggested.author.map(|author| author.person));
    let value = field.label_for(&suggested.value, reader);
    let heading = field.heading(language);
    let said = match language {
        Language::Dutch => format!("{person} zegt iets over {name}. {heading}: ‘{value}’."),
        Language::English if person == "You" => format!("You say something about {name}. {heading}: ‘{value}’."),
        Language::English => format!("{person} says something about {name}. {heading}: ‘{value}’."),
    };
    let mut question =
        Question::new(CardKind::Suggestion, format!("{said} {}", language.pick("Vind jij dat ook?", "Do you agree?")))
            .about([id])
            .only(Role::Client)
            .onlookers(format!("{said} {}", still_chooses(reader)));
    let shown = own_words::shown_scalar(contact, field.key);
    for (label, value) in [
        (language.pick("Ja", "Yes"), field.json(&suggested.value)),
        (language.pick("Nee, laat zo", "No, leave it"), shown.and_then(|shown| field.json(&shown))),
    ] {
        question = match value {
            Some(value) => question.answer(label, update(id, field.key, value)),
            None => question.fill_in(label, update(id, field.key, Value::Null)),
        };
    }
    question
}
