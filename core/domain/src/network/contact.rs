//! The contacts on the map: what is known of each.

use std::collections::BTreeSet;

use automerge::ReadDoc;
use schemars::JsonSchema;
use serde::Serialize;

use super::own_words;
use super::placement::{self, Placement};
use super::presence::{self, Presence};
use super::values::{Initiator, Often, Quadrant, Relation, RingName, Status, SupportKind, Wish, frequency_label};
use crate::entity::{Entity, Item, Listed, Shown, entity};
use crate::labels::{Labeller, Lists};
use crate::words::{Word, Words};
use crate::{ContactId, Date, Language, PersonId, Timestamp, erasure};

entity! {
    @nested
    /// A contact on the map.
    Contact[contact_id: ContactId] in "contacts" {
        /// What the client calls this person.
        name: String,
        /// The person of the space who this is.
        person_id: Option<PersonId>,
        /// The quarter of the map.
        quadrant: Option<Word<Quadrant>> => |contact| placement::shown(contact).and_then(|place| place.quadrant),
        /// The ring: 1 the closest to 4, 0 where the contact has no place yet.
        ring: i64 => |contact| placement::shown(contact).map_or(0, |place| place.ring),
        /// The person who gave the contact its place.
        placed_by: Option<PersonId> => |contact| placement::shown(contact).and_then(|place| place.by),
        /// When that was.
        placed_at: Option<Timestamp> => |contact| placement::shown(contact).map(|place| place.at),
        /// When a tie that had faded, or was strained, was last said to be alive again.
        revived_at: Option<Timestamp>,
        /// What this person is to the client.
        relation: Option<Word<Relation>>,
        /// The ring the client would like this person to be in: 1 to 4.
        desired_ring: Option<i64> => |contact| own_words::shown(contact, Contact::desired_ring),
        /// The number of times a year they are in touch.
        frequency_per_year: Option<f64>,
        /// Who usually takes the initiative.
        initiator: Option<Word<Initiator>>,
        /// What the client gives; empty for nothing, absent for not known.
        gives: Option<Vec<Word<SupportKind>>>,
        /// What the client receives; empty for nothing, absent for not known.
        receives: Option<Vec<Word<SupportKind>>>,
        /// How things stand.
        status: Option<Word<Status>> => |contact| own_words::shown(contact, Contact::status),
        /// What the client would like.
        wish: Option<Word<Wish>> => |contact| own_words::shown(contact, Contact::wish),
        /// The year in which they met.
        known_since: Option<i64>,
        /// The day they were last in touch: the last that anybody filled in.
        last_contact: Option<Date> => |contact| {
            contact.each(Contact::last_contact).into_iter().map(|candidate| candidate.value).max()
        },
        /// Where they meet.
        place: Option<String>,
        /// What they do together.
        does: Option<String>,
        /// True when this person is a child.
        minor: Option<bool>,
    }
    keeps {
        desired_ring: i64,
        status: Word<Status>,
        wish: Word<Wish>,
        last_contact: Date,
    }
    impl {
        fn more_labels(&self, labels: &mut Labeller<'_>) {
            labels.add(RingName::LIST.name, &RingName::LIST, &self.ring.to_string());
            if let Some(ring) = self.desired_ring {
                labels.add(Self::desired_ring.name(), &RingName::LIST, &ring.to_string());
            }
            if let Some(often) = self.frequency_per_year {
                let label = frequency_label(often, labels.language);
                labels.put(Self::frequency_per_year.name(), often.to_string(), label);
            }
        }

        fn more_lists(lists: &mut Lists) {
            lists.add(RingName::LIST);
            lists.add(Often::LIST);
        }
    }
}

/// Those on the map.
impl Listed for Contact {
    const SECTION: Option<&'static str> = Some(Self::IN);

    fn list<R: ReadDoc>(document: &R) -> Vec<Self> {
        Self::on_map(document).iter().map(|(id, contact)| Self::read(*id, contact)).collect()
    }

    fn labels(&self, labels: &mut Labeller<'_>) {
        Shown::labels(self, Self::IN, labels);
    }

    fn lists(lists: &mut Lists) {
        <Self as Shown>::lists(lists);
    }
}

/// A contact that was put away.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct ArchivedContact {
    /// The contact's id.
    pub id: ContactId,
    /// What the client calls this person.
    pub name: String,
}

impl Listed for ArchivedContact {
    fn list<R: ReadDoc>(document: &R) -> Vec<Self> {
        let away = Contact::known(document).into_iter();
        let away = away.filter(|(_, contact)| presence::of(contact) == Presence::Archived);
        away.map(|(id, contact)| Self { id, name: Contact::name_of(&contact) }).collect()
    }
}

impl Contact {
    /// The contacts of a map with those that were put away. An erased one is not there, whatever a concurrent edit wrote
    /// about it.
    fn known<R: ReadDoc>(document: &R) -> Vec<(ContactId, Item<'_, R>)> {
        let erased: BTreeSet<ContactId> = erasure::ids(document).collect();
        let contacts = Self::items(&Item::root(document)).into_iter();
        contacts.filter(|(id, _)| !erased.contains(id)).collect()
    }

    /// The contacts on the map, in the order in which they were admitted.
    pub(super) fn on_map<R: ReadDoc>(document: &R) -> Vec<(ContactId, Item<'_, R>)> {
        let contacts = Self::known(document).into_iter();
        contacts.filter(|(_, contact)| presence::of(contact) != Presence::Archived).collect()
    }

    /// One contact, on the map or put away.
    pub(super) fn one<R: ReadDoc>(document: &R, id: ContactId) -> Option<Item<'_, R>> {
        Self::item(document, id).filter(|_| !erasure::has(document, id))
    }

    /// Returns what the client calls a contact.
    pub(super) fn name_of<R: ReadDoc>(contact: &Item<'_, R>) -> String {
        contact.get(Self::name).unwrap_or_default()
    }

    /// Returns what a contact is called, or a general word where the contact is gone.
    pub(super) fn called(document: &impl ReadDoc, id: ContactId, language: Language) -> String {
        let name = Self::one(document, id).map(|contact| Self::name_of(&contact));
        name.unwrap_or_else(|| language.pick("iemand", "somebody").to_owned())
    }

    /// The place of a contact.
    pub(super) fn placement(document: &impl ReadDoc, id: ContactId) -> Option<Placement> {
        placement::shown(&Self::one(document, id)?)
    }
}
