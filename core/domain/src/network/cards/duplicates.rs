use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;

use crate::brief::brief;
use crate::network::{ContactModel, NetworkModel};
use crate::question::Question;
use crate::{CardKind, ContactId, Language};

/// A question per contact that may be the same person as an earlier one: the same name, and no two relations that
/// say otherwise. It names the first such contact only, so that ten of a name are nine questions, and passes over those
/// of whom somebody said that they are two people.
pub(super) fn questions(model: &NetworkModel, language: Language) -> Vec<Question> {
    let distinct: BTreeSet<(ContactId, ContactId)> = model.distinct.iter().map(|pair| (pair.a, pair.b)).collect();
    let mut earlier: BTreeMap<String, Vec<&ContactModel>> = BTreeMap::new();
    let mut questions = Vec::new();
    for contact in &model.contacts {
        let namesakes = earlier.entry(normalised(&contact.name)).or_default();
        if let Some(same) = namesakes.iter().find(|other| {
            may_be_same(other, contact) && !distinct.contains(&(contact.id.min(other.id), contact.id.max(other.id)))
        }) {
            questions.push(question(same, contact, language));
        }
        namesakes.push(contact);
    }
    questions
}

/// Lower case, single spaces; accents stay, since they tell names apart.
fn normalised(name: &str) -> String {
    name.to_lowercase().split_whitespace().collect::<Vec<_>>().join(" ")
}

fn may_be_same(one: &ContactModel, other: &ContactModel) -> bool {
    match (&one.relation, &other.relation) {
        (Some(one), Some(other)) => one == other,
        _ => true,
    }
}

fn question(one: &ContactModel, other: &ContactModel, language: Language) -> Question {
    let name = brief(&other.name, 3);
    let text = match language {
        Language::Dutch => format!("{name} staat twee keer op de kaart. Is dat dezelfde persoon?"),
        Language::English => format!("{name} is on the map twice. Is it the same person?"),
    };
    Question::new(CardKind::PossibleDuplicate, text)
        .about([one.id, other.id])
        .answer(
            language.pick("Nee, twee mensen", "No, two people"),
            json!({ "type": "distinguish_contacts", "a": one.id, "b": other.id }),
        )
        .answer(
            language.pick("Ja, haal de tweede weg", "Yes, take the second one off"),
            json!({ "type": "archive_contact", "contact_id": other.id }),
        )
}
