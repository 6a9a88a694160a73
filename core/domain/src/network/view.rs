//! The network map as it stands, borrowed from the document.

use std::collections::BTreeSet;

use automerge::ReadDoc;

use super::placement::{self, Placement, Placements};
use super::presence::{self, Presence};
use super::{CONTACTS, ERASURES, SNAPSHOTS, SUGGESTIONS, TIES, own_words, tie};
use crate::entity::Item;
use crate::erasure;
use crate::{ContactId, Language};

/// A network map, over any document that holds one.
pub struct NetworkView<'a, R> {
    document: &'a R,
}

impl<'a, R: ReadDoc> NetworkView<'a, R> {
    /// Looks at a document of kind `network`; of any other it shows an empty map.
    pub fn new(document: &'a R) -> Self {
        Self { document }
    }

    pub(super) fn document(&self) -> &'a R {
        self.document
    }

    /// The contacts on the map, in the order in which they were admitted.
    pub fn contacts(&self) -> Vec<ContactView<'a, R>> {
        self.all().into_iter().filter(|contact| contact.presence != Presence::Archived).collect()
    }

    /// The contacts that were put away.
    pub fn archived(&self) -> Vec<ContactView<'a, R>> {
        self.all().into_iter().filter(|contact| contact.presence == Presence::Archived).collect()
    }

    /// One contact, on the map or put away.
    pub fn contact(&self, id: ContactId) -> Option<ContactView<'a, R>> {
        if Item::find(self.document, ERASURES, id).is_some() {
            return None;
        }
        Item::find(self.document, CONTACTS, id).map(|item| ContactView::new(id, item))
    }

    /// Returns what a contact is called, or a general word where the contact is gone.
    pub(crate) fn name(&self, id: ContactId, language: Language) -> String {
        self.contact(id).map_or_else(|| somebody(language), |contact| contact.name())
    }

    pub(super) fn placement(&self, id: ContactId) -> Option<Placement> {
        self.contact(id)?.placement()
    }

    /// The keys of the ties between contacts that are both on the map.
    pub(super) fn tie_keys(&self) -> Vec<String> {
        let present: BTreeSet<ContactId> = self.contacts().iter().map(ContactView::id).collect();
        let both = |key: &String| tie::ends(key).is_some_and(|(a, b)| present.contains(&a) && present.contains(&b));
        self.items(TIES).into_iter().map(|(key, _)| key).filter(both).collect()
    }

    pub(super) fn erased(&self) -> BTreeSet<ContactId> {
        self.erasures().iter().filter_map(|(id, _)| id.parse().ok()).collect()
    }

    pub(super) fn erasures(&self) -> Vec<(String, Item<'a, R>)> {
        erasure::all(self.document)
    }

    pub(super) fn snapshots(&self) -> Vec<(String, Item<'a, R>)> {
        self.items(SNAPSHOTS)
    }

    pub(super) fn suggestions(&self) -> Vec<(String, Item<'a, R>)> {
        self.items(SUGGESTIONS)
    }

    /// An erased contact is not there, whatever a concurrent edit wrote about it.
    fn all(&self) -> Vec<ContactView<'a, R>> {
        let erased = self.erased();
        self.items(CONTACTS)
            .into_iter()
            .filter_map(|(id, item)| Some(ContactView::new(id.parse().ok()?, item)))
            .filter(|contact| !erased.contains(&contact.id))
            .collect()
    }

    fn items(&self, section: &str) -> Vec<(String, Item<'a, R>)> {
        Item::section(self.document, section).map(|section| section.maps()).unwrap_or_default()
    }
}

/// One contact, borrowed from the document.
pub struct ContactView<'a, R> {
    id: ContactId,
    pub(super) item: Item<'a, R>,
    pub(super) presence: Presence,
}

impl<'a, R: ReadDoc> ContactView<'a, R> {
    fn new(id: ContactId, item: Item<'a, R>) -> Self {
        let presence = presence::of(&item);
        Self { id, item, presence }
    }

    /// The contact's id.
    pub fn id(&self) -> ContactId {
        self.id
    }

    /// Returns what the client calls this person.
    pub fn name(&self) -> String {
        self.item.str("name").unwrap_or_default()
    }

    /// The status's name; one from a newer version is kept as it is.
    pub fn status(&self) -> Option<String> {
        own_words::shown(&self.item, "status")?.into_string().ok()
    }

    /// The ring: 1 the closest to 4, 0 where the contact has no place yet.
    pub fn ring(&self) -> i64 {
        self.placement().map_or(0, |placement| placement.ring)
    }

    /// The last day of contact that anybody filled in.
    pub(super) fn last_contact(&self) -> Option<String> {
        let dates = self.item.candidates("last_contact").into_iter();
        dates.filter_map(|candidate| candidate.value.into_string().ok()).max()
    }

    pub(super) fn placement(&self) -> Option<Placement> {
        self.placements().shown
    }

    pub(super) fn placements(&self) -> Placements {
        placement::placements(&self.item)
    }
}

pub(super) fn somebody(language: Language) -> String {
    language.pick("iemand", "somebody").to_owned()
}
