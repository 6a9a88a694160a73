use crate::network::NetworkModel;
use crate::question::Question;
use crate::{CardKind, Language};

/// One honest word about all erasures that the document's history has not caught up with.
pub(super) fn questions(model: &NetworkModel, language: Language) -> Vec<Question> {
    let open: Vec<_> =
        model.erasures.iter().filter(|erasure| !erasure.complete).map(|erasure| erasure.contact_id).collect();
    if open.is_empty() {
        return Vec::new();
    }
    let text = language.pick(
        "Iemand is van de kaart. Het opruimen duurt nog even.",
        "Somebody is off the map. Tidying up takes a little longer.",
    );
    vec![Question::new(CardKind::ErasureIncomplete, text.to_owned()).about(open)]
}
