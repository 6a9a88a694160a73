use automerge::ReadDoc;
use schemars::JsonSchema;
use serde::Serialize;

use crate::entity::{Item, Listed};
use crate::erasure::{self, ERASURES};
use crate::{ContactId, Timestamp};

/// A contact that was erased; nothing but its id is known any more.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct ErasedContact {
    /// The id the contact had.
    pub contact_id: ContactId,
    /// When it was erased.
    pub at: Timestamp,
    /// True when the document was rewritten since, so that its history holds nothing of the contact either.
    pub complete: bool,
}

impl Listed for ErasedContact {
    const SECTION: Option<&'static str> = Some(ERASURES);

    fn list<R: ReadDoc>(document: &R) -> Vec<Self> {
        let read = |(id, erasure): (String, Item<'_, R>)| {
            Some(Self { contact_id: id.parse().ok()?, at: erasure.at(), complete: erasure::is_complete(&erasure) })
        };
        erasure::all(document).into_iter().filter_map(read).collect()
    }
}
