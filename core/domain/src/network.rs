//! The network map: who is in the client's life, how close, and who knows whom.

mod add_contact;
mod answer_suggestion;
mod archive_contact;
mod bounded;
mod cards;
mod contact;
mod distinct;
mod erase_contact;
mod erased_contact;
mod fields;
mod link_member;
mod own_words;
mod picture;
mod place_contact;
mod placement;
mod presence;
mod revival;
mod snapshot;
mod suggestion;
#[cfg(test)]
mod tests;
mod tie;
mod update_contact;
mod values;

use automerge::{Automerge, ReadDoc};

pub use crate::suggestion::SuggestionState;
pub use add_contact::AddContact;
pub use answer_suggestion::{AcceptSuggestion, DeclineSuggestion};
pub use archive_contact::ArchiveContact;
pub use bounded::{DesiredRing, Frequency, Ring, Year};
pub use contact::{ArchivedContact, Contact};
pub use distinct::{Distinct, DistinguishContacts};
pub use erase_contact::EraseContact;
pub use erased_contact::ErasedContact;
pub use link_member::{LinkMember, UnlinkMember};
pub use picture::picture;
pub use place_contact::PlaceContact;
pub(crate) use placement::{QUADRANT, RING};
pub use snapshot::{ContactCopy, Snapshot, SnapshotLabel, TakeSnapshot};
pub use suggestion::Suggestion;
pub use tie::{AddTie, RemoveTie, Tie};
pub use update_contact::UpdateContact;
pub use values::{
    Initiator, Often, Quadrant, Relation, RingName, Status, SupportKind, Wish, frequency_label, relation_label,
    ring_label,
};

pub use crate::content::NetworkModel;
use crate::erasure::{self, Paths};
use crate::question::Question;
use crate::{Access, Reader, Role};

pub(crate) const fn access(role: Role) -> Access {
    match role {
        Role::Client | Role::Representative | Role::Professional => Access::Write,
        Role::Member | Role::Carer | Role::Backup | Role::Colleague | Role::CarerConsultant => Access::None,
    }
}

/// Everything that was written about contacts that were erased.
pub(crate) fn erased(document: &Automerge) -> Paths {
    erasure::all(document).iter().flat_map(|(contact, _)| erase_contact::traces(document, contact)).collect()
}

pub(crate) const fn by_consent(_: Role) -> Access {
    Access::None
}

/// The questions that the document raises.
pub(crate) fn questions(document: &impl ReadDoc, content: &NetworkModel, reader: &Reader<'_>) -> Vec<Question> {
    cards::of(document, content, reader)
}
