//! The support circle as plain data, for people and programs.

use automerge::ReadDoc;
use serde::Serialize;

use super::view::{CircleView, IdeaView};
use crate::entity::Item;
use crate::erasure;
use crate::{IdeaId, PersonId, TextVersion, Timestamp, shared_text};

/// The content of a support circle.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct CircleModel {
    /// The ideas of the brainstorm.
    pub ideas: Vec<IdeaModel>,
    /// What people offer to do; offers that were taken back are left out.
    pub offers: Vec<OfferModel>,
    /// What people said to each other; messages that were taken back are left out.
    pub messages: Vec<MessageModel>,
    /// The ideas that were erased.
    pub erasures: Vec<IdeaErasure>,
}

/// An idea.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct IdeaModel {
    /// The idea's id.
    pub id: IdeaId,
    /// Who proposed it.
    pub by: Option<PersonId>,
    /// When it was proposed.
    pub at: Timestamp,
    /// The idea in words.
    pub text: String,
    /// Other versions of the text that wait for a choice, in the order in which they were written.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub versions: Vec<TextVersion>,
    /// Who proposed it; the same as `by`.
    pub author: Option<PersonId>,
    /// The interests and talents it fits.
    pub fits: Vec<String>,
    /// The strategy to expand a network it belongs to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub strategy: Option<String>,
    /// The activity for the existing network it belongs to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub activity: Option<String>,
    /// How much it takes: 1 (simple) to 3.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub complexity: Option<i64>,
    /// Who gave it a heart, in order of their ids.
    pub hearts: Vec<PersonId>,
    /// `open`, `chosen`, `parked`, `declined` or `withdrawn`.
    pub status: String,
    /// When it was last chosen; absent for one that never was, or was before this was kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub chosen_at: Option<Timestamp>,
}

/// An offer of help.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct OfferModel {
    /// The offer's id.
    pub id: String,
    /// Who offers.
    pub by: Option<PersonId>,
    /// When it was offered.
    pub at: Timestamp,
    /// What the person can do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub what: Option<String>,
    /// When and how often.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub when: Option<String>,
}

/// A message to the circle.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct MessageModel {
    /// The message's id.
    pub id: String,
    /// Who said it.
    pub by: Option<PersonId>,
    /// When it was said.
    pub at: Timestamp,
    /// What was said.
    pub text: String,
}

/// An idea that was erased; nothing but its id is known any more.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct IdeaErasure {
    /// The id the idea had.
    pub idea_id: IdeaId,
    /// When it was erased.
    pub at: Timestamp,
    /// Whether the document was rewritten since, so that its history holds nothing of the idea either.
    pub complete: bool,
}

pub(super) fn of<R: ReadDoc>(circle: &CircleView<'_, R>) -> CircleModel {
    let offers = circle.offers().into_iter().filter(|(_, offer)| offer.bool("withdrawn") != Some(true));
    let messages = circle.messages().into_iter().filter(|(_, message)| message.bool("withdrawn") != Some(true));
    CircleModel {
        ideas: circle.ideas().iter().map(idea).collect(),
        offers: offers.map(|(id, item)| offer(id, &item)).collect(),
        messages: messages.map(|(id, item)| message(id, &item)).collect(),
        erasures: circle.erasures().iter().filter_map(|(id, item)| erasure(id, item)).collect(),
    }
}

fn idea<R: ReadDoc>(idea: &IdeaView<'_, R>) -> IdeaModel {
    IdeaModel {
        id: idea.id(),
        by: idea.author(),
        at: idea.item.at(),
        text: idea.text(),
        versions: shared_text::versions(&idea.item),
        author: idea.author(),
        fits: idea.item.json("fits").unwrap_or_default(),
        strategy: idea.item.str("strategy"),
        activity: idea.item.str("activity"),
        complexity: idea.item.int("complexity"),
        hearts: idea.hearts(),
        status: idea.status(),
        chosen_at: idea.item.time("chosen_at"),
    }
}

fn offer<R: ReadDoc>(id: String, item: &Item<'_, R>) -> OfferModel {
    OfferModel { id, by: item.by(), at: item.at(), what: item.str("what"), when: item.str("when") }
}

fn message<R: ReadDoc>(id: String, item: &Item<'_, R>) -> MessageModel {
    MessageModel { id, by: item.by(), at: item.at(), text: item.str("text").unwrap_or_default() }
}

fn erasure<R: ReadDoc>(id: &str, item: &Item<'_, R>) -> Option<IdeaErasure> {
    if item.has(erasure::WHAT) {
        return None;
    }
    Some(IdeaErasure { idea_id: id.parse().ok()?, at: item.at(), complete: erasure::is_complete(item) })
}
