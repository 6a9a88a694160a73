//! The questions that a network map raises.

mod came_back;
mod duplicates;
mod erasures;
mod own_words;
mod suggestions;
mod two_values;

use automerge::ReadDoc;

use super::{Contact, NetworkModel};
use crate::Reader;
use crate::question::Question;

/// All questions, in the order: suggestions, two values, came back, duplicates, erasures.
pub(super) fn of(document: &impl ReadDoc, model: &NetworkModel, reader: &Reader<'_>) -> Vec<Question> {
    let contacts = Contact::on_map(document);
    let mut questions = suggestions::questions(document, model, reader);
    questions.extend(own_words::questions(&contacts, reader));
    questions.extend(two_values::questions(&contacts, reader));
    questions.extend(came_back::questions(&contacts, reader));
    questions.extend(duplicates::questions(model, reader.language));
    questions.extend(erasures::questions(model, reader.language));
    questions
}
