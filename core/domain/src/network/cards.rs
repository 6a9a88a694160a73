//! The questions that a network map raises.

mod came_back;
mod duplicates;
mod erasures;
mod suggestions;
mod two_values;

use automerge::ReadDoc;
use serde_json::Value;

use super::NetworkModel;
use super::view::NetworkView;
use crate::reader::Reader;
use crate::{Card, CardOption};

/// All questions, in the order: suggestions, two values, came back, duplicates, erasures.
pub(super) fn of<R: ReadDoc>(network: &NetworkView<'_, R>, model: &NetworkModel, reader: &Reader<'_>) -> Vec<Card> {
    let contacts = network.contacts();
    let mut cards = suggestions::cards(model, reader);
    cards.extend(two_values::cards(&contacts, reader));
    cards.extend(came_back::cards(&contacts, reader));
    cards.extend(duplicates::cards(model, reader.language));
    cards.extend(erasures::cards(model, reader.language));
    cards
}

fn option(label: impl Into<String>, command: Value) -> CardOption {
    CardOption { label: label.into(), command: Some(command) }
}
