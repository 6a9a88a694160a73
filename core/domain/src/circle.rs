//! The support circle: everybody brainstorms, gives hearts and offers help; the client chooses.
//!
//! Sections: `ideas` by id, each with a text that merges word by word and a map of hearts by person; `offers` and
//! `messages` by id; `erasures` by the id of the idea that was.

mod choose_idea;
mod edit_idea;
mod erase_idea;
mod heart_idea;
mod model;
mod offers;
mod post_message;
mod propose_idea;
mod view;
mod withdraw_idea;

use automerge::{Automerge, ReadDoc};

pub use choose_idea::{ChooseIdea, DeclineIdea, ParkIdea};
pub use edit_idea::EditIdea;
pub use erase_idea::EraseIdea;
pub use heart_idea::{HeartIdea, UnheartIdea};
pub use model::{CircleModel, IdeaErasure, IdeaModel, MessageModel, OfferModel};
pub use offers::{MakeOffer, WithdrawOffer};
pub use post_message::PostMessage;
pub use propose_idea::ProposeIdea;
pub use view::{CircleView, IdeaStatus, IdeaView};
pub use withdraw_idea::WithdrawIdea;

use crate::erasure::{self, ERASURES, Paths};
use crate::policy::{Policy, Rule};
use crate::question::Question;
use crate::shared_text::{self, Asked};
use crate::{Access, Edit, Reader, Role};

const IDEAS: &str = "ideas";
const OFFERS: &str = "offers";
const MESSAGES: &str = "messages";

/// The row of what everybody who is in the circle may do.
const EVERYBODY: Policy =
    Policy::NOBODY.client(Rule::Always).representative(Rule::Always).circle(Rule::Always).professional(Rule::Always);

pub(crate) const SECTIONS: &[&str] = &[IDEAS, OFFERS, MESSAGES, ERASURES];

pub(crate) const fn access(role: Role) -> Access {
    match role {
        Role::Client | Role::Representative | Role::Member | Role::Carer | Role::Professional => Access::Write,
        Role::Backup | Role::Colleague | Role::CarerConsultant => Access::None,
    }
}

/// Everything that was written about ideas that were erased.
pub(crate) fn erased(document: &Automerge) -> Paths {
    erasure::all(document).into_iter().map(|(idea, _)| vec![IDEAS.to_owned(), idea]).collect()
}

pub(crate) const fn by_consent(_: Role) -> Access {
    Access::None
}

pub(crate) fn read(document: &impl ReadDoc, reader: &Reader<'_>) -> (CircleModel, Vec<Question>) {
    let circle = CircleView::new(document);
    let asked = Asked { command: EditIdea::NAME, field: "idea_id" };
    let ideas = circle.ideas().into_iter().filter(|idea| idea.status() != IdeaStatus::Withdrawn.name());
    let questions = ideas.filter_map(|idea| shared_text::question(&idea.id().to_string(), &idea.item, &asked, reader));
    (model::of(&circle), questions.collect())
}
