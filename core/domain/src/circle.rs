//! The support circle: everybody brainstorms, gives hearts and offers help; the client chooses.

mod cards;
mod erased_idea;
mod idea;
mod message;
mod offer;

use automerge::{Automerge, ReadDoc};

pub use erased_idea::ErasedIdea;
pub use idea::*;
pub use message::{EraseMessage, Message, PostMessage, WithdrawMessage};
pub use offer::{EraseOffer, MakeOffer, Offer, WithdrawOffer};

pub use crate::content::CircleModel;
use crate::entity::{Entity, Item};
use crate::erasure::{self, Paths};
use crate::policy::{Condition, Policy, Rule};
use crate::question::Question;
use crate::shared_text::{self, Asked};
use crate::{Access, CommandKind, DocumentKind, Reader, Refusal, Role};

/// The row of what everybody who is in the circle may do.
const EVERYBODY: Policy =
    Policy::NOBODY.client(Rule::Always).representative(Rule::Always).circle(Rule::Always).professional(Rule::Always);

/// The row of what people may do with what they made themselves, and the client with anything.
const OWN_OR_CLIENT: Policy = Policy::NOBODY
    .client(Rule::Always)
    .representative(Rule::If(Condition::Author))
    .circle(Rule::If(Condition::Author))
    .professional(Rule::If(Condition::Author));

pub(crate) const fn access(role: Role) -> Access {
    match role {
        Role::Client | Role::Representative | Role::Member | Role::Carer | Role::Professional => Access::Write,
        Role::Backup | Role::Colleague | Role::CarerConsultant => Access::None,
    }
}

pub(crate) const fn by_consent(_: Role) -> Access {
    Access::None
}

/// Everything that was written about ideas, offers and messages that were erased.
pub(crate) fn erased(document: &Automerge) -> Paths {
    let section = |what: Option<String>| match what {
        what if what.as_deref() == Offer::ERASED_AS => Offer::IN,
        what if what.as_deref() == Message::ERASED_AS => Message::IN,
        _ => Idea::IN,
    };
    let erased = erasure::all(document).into_iter();
    erased.map(|(id, erasure)| vec![section(erasure.get(erasure::WHAT)).to_owned(), id]).collect()
}

/// Refuses an id for a new thing that anything in the circle has or had: erasing one must never touch another.
fn must_be_new<E: Entity>(document: &impl ReadDoc, id: E::Id) -> Result<(), Refusal> {
    let is_taken =
        DocumentKind::Circle.sections().into_iter().any(|section| Item::find(document, section, id).is_some());
    if is_taken { Err(Refusal::duplicate(E::ID)) } else { Ok(()) }
}

/// Tells whether an offer or a message was taken back or erased, so that nothing tells its words any more.
fn is_gone<E: Entity>(document: &impl ReadDoc, id: E::Id) -> bool {
    E::item(document, id).is_some_and(|item| !E::is_shown(&item)) || erasure::has(document, id)
}

/// The questions that the document raises.
pub(crate) fn questions(document: &impl ReadDoc, _: &CircleModel, reader: &Reader<'_>) -> Vec<Question> {
    let asked = Asked { command: EditIdea::NAME, field: Idea::ID };
    let ideas = Idea::items(&Item::root(document)).into_iter();
    let ideas = ideas.filter(|(_, idea)| Idea::status_of(idea) != IdeaStatus::Withdrawn);
    let questions = ideas.filter_map(|(id, idea)| shared_text::question(&id.to_string(), &idea, &asked, reader));
    questions.chain(cards::two_answers(document, reader)).collect()
}
