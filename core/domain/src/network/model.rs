//! The network map as plain data, for people and programs.

use std::collections::BTreeSet;

use automerge::ReadDoc;
use serde::Serialize;

use super::distinguish_contacts::{self, DistinctModel};
use super::history::{self, ErasureModel, SnapshotModel, SuggestionModel};
use super::link_member::PERSON;
use super::tie::{self, TieModel};
use super::view::{ContactView, NetworkView};
use super::{own_words, revival};
use crate::{ContactId, PersonId, Timestamp};

/// The content of a network map.
///
/// Values of closed vocabularies are given by their raw names: a newer version may know more of them.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct NetworkModel {
    /// The contacts on the map.
    pub contacts: Vec<ContactModel>,
    /// The contacts that were put away.
    pub archived: Vec<ArchivedContact>,
    /// The ties, between contacts on the map.
    pub ties: Vec<TieModel>,
    /// The contacts with one name that are known to be two people.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub distinct: Vec<DistinctModel>,
    /// The map as it was at moments that were kept.
    pub snapshots: Vec<SnapshotModel>,
    /// Places that others suggested, answered ones included.
    pub suggestions: Vec<SuggestionModel>,
    /// The contacts that were erased.
    pub erasures: Vec<ErasureModel>,
}

/// A contact on the map.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ContactModel {
    /// The contact's id.
    pub id: ContactId,
    /// The person who put the contact on the map.
    pub by: Option<PersonId>,
    /// When that was.
    pub at: Timestamp,
    /// The name that the client uses for this person.
    pub name: String,
    /// The person of the space who this is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub person_id: Option<PersonId>,
    /// The quarter of the map.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quadrant: Option<String>,
    /// The ring: 1 the closest to 4, 0 where the contact has no place yet.
    pub ring: i64,
    /// The person who gave the contact its place.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub placed_by: Option<PersonId>,
    /// When that was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub placed_at: Option<Timestamp>,
    /// When a tie that had faded, or was strained, was last said to be alive again.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub revived_at: Option<Timestamp>,
    /// The relation of this person to the client.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub relation: Option<String>,
    /// The ring the client would like this person to be in: 1 to 4.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub desired_ring: Option<i64>,
    /// The number of times a year they are in touch.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub frequency_per_year: Option<f64>,
    /// The person who usually takes the initiative.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub initiator: Option<String>,
    /// The support that the client gives; empty for nothing, absent for not known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gives: Option<Vec<String>>,
    /// The support that the client receives; empty for nothing, absent for not known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub receives: Option<Vec<String>>,
    /// The state of things.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
    /// The wish of the client.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub wish: Option<String>,
    /// The year in which they met.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub known_since: Option<i64>,
    /// The day they were last in touch.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_contact: Option<String>,
    /// The location where they meet.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<String>,
    /// The things that they do together.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub does: Option<String>,
    /// True when this person is a child.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub minor: Option<bool>,
}

/// A contact that was put away.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ArchivedContact {
    /// The contact's id.
    pub id: ContactId,
    /// The name that the client uses for this person.
    pub name: String,
}

pub(super) fn of<R: ReadDoc>(network: &NetworkView<'_, R>) -> NetworkModel {
    let archived = network.archived();
    let ties = network.tie_keys().into_iter().filter_map(|key| tie::ends(&key));
    NetworkModel {
        contacts: network.contacts().iter().map(contact).collect(),
        archived: archived.iter().map(|gone| ArchivedContact { id: gone.id(), name: gone.name() }).collect(),
        ties: ties.map(|(a, b)| TieModel { a, b }).collect(),
        distinct: distinct(network),
        snapshots: history::snapshots(network),
        suggestions: history::suggestions(network),
        erasures: history::erasures(network),
    }
}

/// Between contacts that are both on the map.
fn distinct<R: ReadDoc>(network: &NetworkView<'_, R>) -> Vec<DistinctModel> {
    let contacts = network.contacts();
    let present: BTreeSet<ContactId> = contacts.iter().map(ContactView::id).collect();
    let pairs = contacts.iter().flat_map(|contact| {
        distinguish_contacts::others(&contact.item).into_iter().map(|b| DistinctModel { a: contact.id(), b })
    });
    pairs.filter(|pair| present.contains(&pair.b)).collect()
}

fn contact<R: ReadDoc>(contact: &ContactView<'_, R>) -> ContactModel {
    let item = &contact.item;
    let placement = contact.placement();
    ContactModel {
        id: contact.id(),
        by: item.by(),
        at: item.at(),
        name: contact.name(),
        person_id: item.parsed(PERSON),
        quadrant: placement.as_ref().and_then(|placement| placement.quadrant.clone()),
        ring: placement.as_ref().map_or(0, |placement| placement.ring),
        placed_by: placement.as_ref().and_then(|placement| placement.by),
        placed_at: placement.map(|placement| placement.at),
        revived_at: item.time(revival::KEY),
        relation: item.str("relation"),
        desired_ring: own_words::shown(item, "desired_ring").and_then(|ring| ring.as_i64()),
        frequency_per_year: item.float("frequency_per_year"),
        initiator: item.str("initiator"),
        gives: item.json("gives"),
        receives: item.json("receives"),
        status: contact.status(),
        wish: own_words::shown(item, "wish").and_then(|wish| wish.into_string().ok()),
        known_since: item.int("known_since"),
        last_contact: contact.last_contact(),
        place: item.str("place"),
        does: item.str("does"),
        minor: item.bool("minor"),
    }
}
