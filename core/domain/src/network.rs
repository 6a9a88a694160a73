//! The network map: who is in the client's life, how close, and who knows whom.
//!
//! Sections: `contacts` by id, plain fields with one `placement` and one `presence` register each; `ties` by the
//! two ids, sorted; `snapshots` by id, with copies under the contacts' ids; `suggestions` by the id of the command
//! that made them; `erasures` by the id of the contact that was.

mod add_contact;
mod answer_suggestion;
mod archive_contact;
mod bounded;
mod cards;
mod distinguish_contacts;
mod erase_contact;
mod fields;
mod history;
mod link_member;
mod model;
mod own_words;
mod picture;
mod place_contact;
mod placement;
mod presence;
mod revival;
mod take_snapshot;
#[cfg(test)]
mod tests;
mod tie;
mod update_contact;
mod values;
mod view;

use automerge::{Automerge, ReadDoc};

pub use crate::suggestion::SuggestionState;
pub use add_contact::AddContact;
pub use answer_suggestion::{AcceptSuggestion, DeclineSuggestion};
pub use archive_contact::ArchiveContact;
pub use bounded::{DesiredRing, Frequency, Ring, Year};
pub use distinguish_contacts::{DistinctModel, DistinguishContacts};
pub use erase_contact::EraseContact;
pub use history::{ErasureModel, SnapshotContact, SnapshotModel, SuggestionModel};
pub use link_member::{LinkMember, UnlinkMember};
pub use model::{ArchivedContact, ContactModel, NetworkModel};
pub use picture::picture;
pub use place_contact::PlaceContact;
pub use take_snapshot::TakeSnapshot;
pub use tie::{AddTie, RemoveTie, TieModel};
pub use update_contact::UpdateContact;
pub use values::{
    FREQUENCIES, Initiator, Quadrant, RELATIONS, RINGS, SnapshotLabel, Status, SupportKind, Wish, frequency_label,
    relation_label, ring_label,
};
pub use view::{ContactView, NetworkView};

use crate::erasure::{self, ERASURES, Paths};
use crate::question::Question;
use crate::{Access, Reader, Role};

const CONTACTS: &str = "contacts";
const TIES: &str = "ties";
const SNAPSHOTS: &str = "snapshots";
const SUGGESTIONS: &str = crate::suggestion::SECTION;

const SECTIONS: &[&str] = &[CONTACTS, TIES, SNAPSHOTS, SUGGESTIONS, ERASURES];

pub(crate) fn sections() -> Vec<&'static str> {
    SECTIONS.to_vec()
}

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

pub(crate) fn read(document: &impl ReadDoc, reader: &Reader<'_>) -> (NetworkModel, Vec<Question>) {
    let network = NetworkView::new(document);
    let model = model::of(&network);
    let cards = cards::of(&network, &model, reader);
    (model, cards)
}
