//! What the client is told about what they wrote for themselves.

use serde_json::json;

use super::{Helpfulness, PrivateModel};
use crate::question::Question;
use crate::{CardKind, Reader};

/// A kind word per contact whom the client called unsafe: whom to talk to, and how to take it back.
pub(super) fn questions(model: &PrivateModel, reader: &Reader<'_>) -> Vec<Question> {
    let language = reader.language;
    let text = language.pick(
        "Goed dat je dit zegt. Praat erover met iemand die je vertrouwt. Je kunt Veilig Thuis bellen: 0800-2000. \
         Dat is gratis, dag en nacht. Is er nu gevaar? Bel 112.",
        "Good that you say this. Talk about it with somebody you trust. You can call Veilig Thuis: 0800-2000. \
         It is free, day and night. Is there danger now? Call 112.",
    );
    let is_unsafe = |rating: &&super::RatingModel| rating.helpfulness == Helpfulness::Unsafe.name();
    let ask = |rating: &super::RatingModel| {
        let contact = &rating.contact_id;
        let back = json!({"type": "rate_helpfulness", "contact_id": contact, "helpfulness": Helpfulness::Mixed});
        Question::new(CardKind::NotSafe, text.to_owned())
            .about([contact])
            .answer(language.pick("Het is weer veilig", "It is safe again"), back)
    };
    model.helpfulness.iter().filter(is_unsafe).map(ask).collect()
}
