use automerge::ReadDoc;
use schemars::JsonSchema;
use serde::Serialize;

use crate::entity::{Item, Listed};
use crate::erasure::{self, ERASURES};
use crate::{IdeaId, Timestamp};

/// An idea that was erased; nothing but its id is known any more.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct ErasedIdea {
    /// The id the idea had.
    pub idea_id: IdeaId,
    /// When it was erased.
    pub at: Timestamp,
    /// True when the document was rewritten since, so that its history holds nothing of the idea either.
    pub complete: bool,
}

impl Listed for ErasedIdea {
    const SECTION: Option<&'static str> = Some(ERASURES);

    fn list<R: ReadDoc>(document: &R) -> Vec<Self> {
        let ideas = erasure::all(document).into_iter().filter(|(_, erasure)| erasure.get(erasure::WHAT).is_none());
        let read = |(id, erasure): (String, Item<'_, R>)| {
            Some(Self { idea_id: id.parse().ok()?, at: erasure.at(), complete: erasure::is_complete(&erasure) })
        };
        ideas.filter_map(read).collect()
    }
}
