use crate::network::NetworkModel;
use crate::{Card, CardKind, Language};

/// One honest word about all erasures that the document's history has not caught up with.
pub(super) fn cards(model: &NetworkModel, language: Language) -> Vec<Card> {
    let open: Vec<String> = model
        .erasures
        .iter()
        .filter(|erasure| !erasure.complete)
        .map(|erasure| erasure.contact_id.to_string())
        .collect();
    if open.is_empty() {
        return Vec::new();
    }
    let text = language.pick(
        "Iemand is gewist van de kaart. In de geschiedenis kan nog iets staan, tot het document is herschreven.",
        "Somebody was erased from the map. The history may still hold something until the document is rewritten.",
    );
    vec![Card { kind: CardKind::ErasureIncomplete, text: text.to_owned(), about: open, options: Vec::new() }]
}
