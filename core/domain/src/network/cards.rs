//! The questions that a network map raises.

mod came_back;
mod duplicates;
mod erasures;
mod own_words;
mod suggestions;
mod two_values;

use automerge::ReadDoc;

use super::NetworkModel;
use super::view::NetworkView;
use crate::Reader;
use crate::question::Question;

/// All questions, in the order: suggestions, two values, came back, duplicates, erasures.
pub(super) fn of<R: ReadDoc>(network: &NetworkView<'_, R>, model: &NetworkModel, reader: &Reader<'_>) -> Vec<Question> {
    let contacts = network.contacts();
    let mut questions = suggestions::questions(network.document(), model, reader);
    questions.extend(own_words::questions(&contacts, reader));
    questions.extend(two_values::questions(&contacts, reader));
    questions.extend(came_back::questions(&contacts, reader));
    questions.extend(duplicates::questions(model, reader.language));
    questions.extend(erasures::questions(model, reader.language));
    questions
}
