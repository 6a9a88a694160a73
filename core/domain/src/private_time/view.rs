//! Private time as it stands, borrowed from the document.

use automerge::ReadDoc;

use super::{IDEAS, SESSIONS};
use crate::entity::Item;
use crate::{IdeaId, Language, PersonId, SessionId};

/// The brainstorms in private time, over any document that holds them.
pub struct PrivateTimeView<'a, R> {
    document: &'a R,
}

impl<'a, R: ReadDoc> PrivateTimeView<'a, R> {
    /// Looks at a document of kind `private_time`; of any other it shows nothing.
    pub fn new(document: &'a R) -> Self {
        Self { document }
    }

    pub(super) fn sessions(&self) -> Vec<(String, Item<'a, R>)> {
        self.items(SESSIONS)
    }

    pub(super) fn ideas(&self) -> Vec<(String, Item<'a, R>)> {
        self.items(IDEAS)
    }

    /// Whether a session takes ideas.
    pub(super) fn is_open(&self, id: SessionId) -> bool {
        Item::find(self.document, SESSIONS, id).is_some_and(|session| session.bool("closed") != Some(true))
    }

    pub(super) fn is_author(&self, id: IdeaId, person: PersonId) -> bool {
        self.author(id) == Some(person)
    }

    pub(super) fn author(&self, id: IdeaId) -> Option<PersonId> {
        Item::find(self.document, IDEAS, id).and_then(|idea| idea.by())
    }

    /// An idea's text between quotation marks, or a general word where the idea is gone.
    pub(super) fn title(&self, id: IdeaId, language: Language) -> String {
        match Item::find(self.document, IDEAS, id).and_then(|idea| idea.str("text")) {
            Some(text) => format!("“{text}”"),
            None => language.pick("een idee", "an idea").to_owned(),
        }
    }

    fn items(&self, section: &str) -> Vec<(String, Item<'a, R>)> {
        Item::section(self.document, section).map(|section| section.maps()).unwrap_or_default()
    }
}
