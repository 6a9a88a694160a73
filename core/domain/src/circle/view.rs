//! The support circle as it stands, borrowed from the document.

use std::fmt::Display;

use automerge::ReadDoc;

use super::{IDEAS, MESSAGES, OFFERS};
use crate::entity::Item;
use crate::erasure::{self, ERASURES};
use crate::words::words;
use crate::{IdeaId, Language, MessageId, OfferId, PersonId};

words! {
    /// What became of an idea.
    IdeaStatus in "idea_status" {
        /// Nobody has decided yet.
        Open = "open": "nog niet gekozen", "not chosen yet";
        /// The client wants to do it.
        Chosen = "chosen": "gekozen", "chosen";
        /// The client keeps it for later.
        Parked = "parked": "bewaard voor later", "kept for later";
        /// The client does not want it.
        Declined = "declined": "liever niet", "rather not";
        /// Its author took it back.
        Withdrawn = "withdrawn": "teruggenomen", "taken back";
    }
}

/// A support circle, over any document that holds one.
pub struct CircleView<'a, R> {
    document: &'a R,
}

impl<'a, R: ReadDoc> CircleView<'a, R> {
    /// Looks at a document of kind `circle`; of any other it shows an empty circle.
    pub fn new(document: &'a R) -> Self {
        Self { document }
    }

    /// The ideas, in the order in which they were admitted.
    pub fn ideas(&self) -> Vec<IdeaView<'a, R>> {
        self.items(IDEAS).into_iter().filter_map(|(id, item)| Some(IdeaView { id: id.parse().ok()?, item })).collect()
    }

    /// One idea.
    pub fn idea(&self, id: IdeaId) -> Option<IdeaView<'a, R>> {
        Item::find(self.document, IDEAS, id).map(|item| IdeaView { id, item })
    }

    /// An idea's text between quotation marks, or a general word where the idea is gone.
    pub(crate) fn title(&self, id: IdeaId, language: Language) -> String {
        match self.idea(id) {
            Some(idea) => format!("“{}”", idea.text()),
            None => language.pick("een idee", "an idea").to_owned(),
        }
    }

    pub(crate) fn is_author(&self, id: IdeaId, person: PersonId) -> bool {
        self.idea(id).and_then(|idea| idea.author()) == Some(person)
    }

    /// Whether an idea is somebody's who may still take it back: the client has not chosen it.
    pub(crate) fn is_author_until_chosen(&self, id: IdeaId, person: PersonId) -> bool {
        let idea = self.idea(id);
        idea.is_some_and(|idea| idea.author() == Some(person) && idea.status() != IdeaStatus::Chosen.name())
    }

    pub(crate) fn is_offerer(&self, id: OfferId, person: PersonId) -> bool {
        self.offerer(id) == Some(person)
    }

    pub(crate) fn offerer(&self, id: OfferId) -> Option<PersonId> {
        Item::find(self.document, OFFERS, id).and_then(|offer| offer.by())
    }

    pub(crate) fn is_writer(&self, id: MessageId, person: PersonId) -> bool {
        Item::find(self.document, MESSAGES, id).and_then(|message| message.by()) == Some(person)
    }

    /// Whether an offer or a message was taken back or erased, so that nothing tells its words any more.
    pub(crate) fn is_gone(&self, section: &str, id: impl Display) -> bool {
        let id = id.to_string();
        let is_withdrawn = |item: Item<'a, R>| item.bool("withdrawn") == Some(true);
        Item::find(self.document, section, &id).is_some_and(is_withdrawn)
            || Item::find(self.document, ERASURES, &id).is_some()
    }

    pub(crate) fn offers(&self) -> Vec<(String, Item<'a, R>)> {
        self.items(OFFERS)
    }

    pub(crate) fn messages(&self) -> Vec<(String, Item<'a, R>)> {
        self.items(MESSAGES)
    }

    pub(crate) fn erasures(&self) -> Vec<(String, Item<'a, R>)> {
        erasure::all(self.document)
    }

    fn items(&self, section: &str) -> Vec<(String, Item<'a, R>)> {
        Item::section(self.document, section).map(|section| section.maps()).unwrap_or_default()
    }
}

/// One idea, borrowed from the document.
pub struct IdeaView<'a, R> {
    id: IdeaId,
    pub(crate) item: Item<'a, R>,
}

impl<R: ReadDoc> IdeaView<'_, R> {
    /// The idea's id.
    pub fn id(&self) -> IdeaId {
        self.id
    }

    /// The idea in words, concurrent edits merged.
    pub fn text(&self) -> String {
        self.item.text("text").unwrap_or_default()
    }

    /// Who proposed it.
    pub fn author(&self) -> Option<PersonId> {
        self.item.by()
    }

    /// Who gave it a heart, in order of their ids.
    pub fn hearts(&self) -> Vec<PersonId> {
        let hearts = self.item.map("hearts").map(|hearts| hearts.keys()).unwrap_or_default();
        hearts.iter().filter_map(|person| person.parse().ok()).collect()
    }

    /// The status's name; one from a newer version is kept as it is.
    pub fn status(&self) -> String {
        self.item.str("status").unwrap_or_else(|| IdeaStatus::Open.name().to_owned())
    }
}
