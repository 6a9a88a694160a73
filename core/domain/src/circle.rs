//! The support circle: everybody brainstorms, gives hearts and offers help; the client chooses.
//!
//! Sections: `ideas` by id, each with a text that merges word by word and a map of hearts by person; `offers` and
//! `messages` by id; `erasures` by the id of what was.

mod choose_idea;
mod edit_idea;
mod erase_idea;
mod heart_idea;
mod messages;
mod model;
mod offers;
mod post_message;
mod propose_idea;
mod view;
mod vocabulary;
mod withdraw_idea;

use std::fmt::Display;

use automerge::{Automerge, ReadDoc};

pub use choose_idea::{ChooseIdea, DeclineIdea, ParkIdea};
pub use edit_idea::EditIdea;
pub use erase_idea::EraseIdea;
pub use heart_idea::{HeartIdea, UnheartIdea};
pub use messages::{EraseMessage, WithdrawMessage};
pub use model::{CircleModel, IdeaErasure, IdeaModel, MessageModel, OfferModel};
pub use offers::{EraseOffer, MakeOffer, WithdrawOffer};
pub use post_message::PostMessage;
pub use propose_idea::ProposeIdea;
pub use view::{CircleView, IdeaStatus, IdeaView};
pub use vocabulary::{ACTIVITIES, STRATEGIES};
pub use withdraw_idea::WithdrawIdea;

use crate::entity::{Item, must_be_free};
use crate::erasure::{self, ERASURES, Paths};
use crate::policy::{Condition, Policy, Rule};
use crate::question::Question;
use crate::shared_text::{self, Asked};
use crate::{Access, Edit, Reader, Refusal, Role};

const IDEAS: &str = "ideas";
const OFFERS: &str = "offers";
const MESSAGES: &str = "messages";

/// The row of what everybody who is in the circle may do.
const EVERYBODY: Policy =
    Policy::NOBODY.client(Rule::Always).representative(Rule::Always).circle(Rule::Always).professional(Rule::Always);

/// The row of what people may do with what they made themselves, and the client with anything.
const OWN_OR_CLIENT: Policy = Policy::NOBODY
    .client(Rule::Always)
    .representative(Rule::If(Condition::Author))
    .circle(Rule::If(Condition::Author))
    .professional(Rule::If(Condition::Author));

/// The row of what people may do with their own ideas until the client has chosen them, and the client with any.
const OWN_UNCHOSEN_OR_CLIENT: Policy = Policy::NOBODY
    .client(Rule::Always)
    .representative(Rule::If(Condition::AuthorUntilChosen))
    .circle(Rule::If(Condition::AuthorUntilChosen))
    .professional(Rule::If(Condition::AuthorUntilChosen));

pub(crate) const SECTIONS: &[&str] = &[IDEAS, OFFERS, MESSAGES, ERASURES];

pub(crate) const fn access(role: Role) -> Access {
    match role {
        Role::Client | Role::Representative | Role::Member | Role::Carer | Role::Professional => Access::Write,
        Role::Backup | Role::Colleague | Role::CarerConsultant => Access::None,
    }
}

/// Everything that was written about ideas, offers and messages that were erased.
pub(crate) fn erased(document: &Automerge) -> Paths {
    let section = |erasure: &Item<'_, Automerge>| match erasure.str(erasure::WHAT).as_deref() {
        Some("offer") => OFFERS,
        Some("message") => MESSAGES,
        _ => IDEAS,
    };
    let erased = erasure::all(document).into_iter();
    erased.map(|(id, erasure)| vec![section(&erasure).to_owned(), id]).collect()
}

/// Refuses an id for a new thing that anything in the circle has or had: erasing one must never touch another.
fn must_be_new(document: &impl ReadDoc, id: impl Display, field: &str) -> Result<(), Refusal> {
    [IDEAS, OFFERS, MESSAGES, ERASURES].iter().try_for_each(|section| must_be_free(document, section, &id, field))
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
