//! Data kept beside the map: snapshots, suggestions and erasures.

use automerge::ReadDoc;
use serde::Serialize;
use serde_json::Value;
use uuid::Uuid;

use super::placement::Placement;
use super::tie::{self, TieModel};
use super::view::{ContactView, NetworkView};
use crate::entity::Item;
use crate::erasure;
use crate::suggestion::{self, SuggestionState};
use crate::words::Word;
use crate::{CommandId, ContactId, PersonId, SnapshotId, Timestamp};

/// The map as it was at one moment.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SnapshotModel {
    /// The snapshot's id.
    pub id: SnapshotId,
    /// The person who kept it.
    pub by: Option<PersonId>,
    /// When it was kept.
    pub at: Timestamp,
    /// `start`, `interim`, `end` or `year`.
    pub label: String,
    /// The contacts then, without those that were erased since.
    pub contacts: Vec<SnapshotContact>,
    /// The ties then.
    pub ties: Vec<TieModel>,
}

/// A contact as it was at one moment.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SnapshotContact {
    /// The contact's id.
    pub id: ContactId,
    /// The name that the client uses for this person then.
    pub name: String,
    /// The ring then; 0 for not placed.
    pub ring: i64,
    /// The quarter of the map then.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quadrant: Option<String>,
    /// The state of things then.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
}

/// A change of what is the client's own, which somebody suggested.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SuggestionModel {
    /// The id of the command that made it, or one derived from the contact where a merge made it.
    pub id: CommandId,
    /// The person who suggests it.
    pub by: Option<PersonId>,
    /// When it was suggested.
    pub at: Timestamp,
    /// The contact.
    pub contact_id: ContactId,
    /// The suggested ring; absent to leave it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ring: Option<i64>,
    /// The suggested quadrant; absent to leave it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quadrant: Option<String>,
    /// The command that it would be; absent where a merge made it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub command: Option<Value>,
    /// The client's answer.
    pub state: Word<SuggestionState>,
    /// True when a merge made it: it is then answered by placing the contact.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub derived: bool,
}

/// A contact that was erased; nothing but its id is known any more.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ErasureModel {
    /// The id the contact had.
    pub contact_id: ContactId,
    /// When it was erased.
    pub at: Timestamp,
    /// True when the document was rewritten since, so that its history holds nothing of the contact either.
    pub complete: bool,
}

pub(super) fn snapshots<R: ReadDoc>(network: &NetworkView<'_, R>) -> Vec<SnapshotModel> {
    let erased = network.erased();
    let snapshots = network.snapshots().into_iter();
    snapshots
        .filter_map(|(id, item)| {
            let ties = item.map("ties").map(|ties| ties.keys()).unwrap_or_default();
            let ties = ties.iter().filter_map(|key| tie::ends(key));
            let contacts = item.map("contacts").map(|contacts| contacts.maps()).unwrap_or_default();
            let contacts = contacts.into_iter().filter_map(|(id, copy)| snapshot_contact(&id, &copy));
            Some(SnapshotModel {
                id: id.parse().ok()?,
                by: item.by(),
                at: item.at(),
                label: item.str("label").unwrap_or_default(),
                contacts: contacts.filter(|contact| !erased.contains(&contact.id)).collect(),
                ties: ties
                    .filter(|(a, b)| !erased.contains(a) && !erased.contains(b))
                    .map(|(a, b)| TieModel { a, b })
                    .collect(),
            })
        })
        .collect()
}

fn snapshot_contact<R: ReadDoc>(id: &str, copy: &Item<'_, R>) -> Option<SnapshotContact> {
    Some(SnapshotContact {
        id: id.parse().ok()?,
        name: copy.str("name").unwrap_or_default(),
        ring: copy.int("ring").unwrap_or(0),
        quadrant: copy.str("quadrant"),
        status: copy.str("status"),
    })
}

/// The suggestions that were made, then those a merge made, about contacts that are on the map.
pub(super) fn suggestions<R: ReadDoc>(network: &NetworkView<'_, R>) -> Vec<SuggestionModel> {
    let contacts = network.contacts();
    let made = network.suggestions().into_iter().filter_map(|(id, item)| suggestion(&id, &item));
    let made = made.filter(|suggestion| contacts.iter().any(|contact| contact.id() == suggestion.contact_id));
    made.chain(contacts.iter().flat_map(derived)).collect()
}

fn suggestion<R: ReadDoc>(id: &str, item: &Item<'_, R>) -> Option<SuggestionModel> {
    let command = suggestion::json(item)?;
    Some(SuggestionModel {
        id: id.parse().ok()?,
        by: item.by(),
        at: item.at(),
        contact_id: item.parsed("contact_id")?,
        ring: command.get("ring").and_then(Value::as_i64),
        quadrant: command.get("quadrant").and_then(Value::as_str).map(str::to_owned),
        command: Some(command),
        state: suggestion::state(item),
        derived: false,
    })
}

fn derived<R: ReadDoc>(contact: &ContactView<'_, R>) -> Vec<SuggestionModel> {
    let model = |placement: Placement| SuggestionModel {
        id: derived_id(contact.id(), &placement),
        by: placement.by,
        at: placement.at,
        contact_id: contact.id(),
        ring: Some(placement.ring),
        quadrant: placement.quadrant,
        command: None,
        state: SuggestionState::Open.into(),
        derived: true,
    };
    contact.placements().suggested.into_iter().map(model).collect()
}

fn derived_id(contact: ContactId, placement: &Placement) -> CommandId {
    let by = placement.by.map(|person| person.to_string()).unwrap_or_default();
    let quadrant = placement.quadrant.as_deref().unwrap_or_default();
    let name = format!("{by} {} {} {quadrant}", placement.at, placement.ring);
    CommandId::new(Uuid::new_v5(&contact.uuid(), name.as_bytes()))
}

pub(super) fn erasures<R: ReadDoc>(network: &NetworkView<'_, R>) -> Vec<ErasureModel> {
    let erasure = |(id, item): (String, Item<'_, R>)| {
        let complete = erasure::is_complete(&item);
        Some(ErasureModel { contact_id: id.parse().ok()?, at: item.at(), complete })
    };
    network.erasures().into_iter().filter_map(erasure).collect()
}
