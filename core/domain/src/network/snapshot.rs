//! Snapshots: the map as it was at moments that were kept.

use std::collections::BTreeSet;

use automerge::ReadDoc;
use automerge::transaction::Transactable;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::placement;
use super::tie::{self, Tie};
use super::values::{Quadrant, RingName, Status};
use super::{Contact, own_words};
use crate::entity::{Entity, Item, Listed, Shown, entity};
use crate::erasure::{self, Paths};
use crate::labels::{Labeller, Lists};
use crate::policy::{Policy, Rule};
use crate::words::{Word, Words, words};
use crate::{CommandKind, ContactId, Context, Language, Names, Refusal, SnapshotId};

entity! {
    @nested
    /// The map as it was at one moment.
    Snapshot[snapshot_id: SnapshotId] in "snapshots" {
        /// The moment in the client's work.
        label: Word<SnapshotLabel>,
        /// The contacts then, without those that were erased since.
        contacts: Vec<ContactCopy> => |snapshot| ContactCopy::of(snapshot),
        /// The ties then.
        ties: Vec<Tie> => |snapshot| ties(snapshot).iter().filter_map(|key| Tie::of(key)).collect(),
    }
}

/// Without whom was erased since.
impl Listed for Snapshot {
    const SECTION: Option<&'static str> = Some(Self::IN);

    fn list<R: ReadDoc>(document: &R) -> Vec<Self> {
        let erased: BTreeSet<ContactId> = erasure::ids(document).collect();
        let mut snapshots = Self::all(&Item::root(document));
        for snapshot in &mut snapshots {
            snapshot.contacts.retain(|contact| !erased.contains(&contact.id));
            snapshot.ties.retain(|tie| !erased.contains(&tie.a) && !erased.contains(&tie.b));
        }
        snapshots
    }

    fn labels(&self, labels: &mut Labeller<'_>) {
        Shown::labels(self, Self::IN, labels);
    }

    fn lists(lists: &mut Lists) {
        <Self as Shown>::lists(lists);
    }
}

/// A contact as it was at one moment.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct ContactCopy {
    /// The contact's id.
    pub id: ContactId,
    /// What the client called this person then.
    pub name: String,
    /// The ring then; 0 for not placed.
    pub ring: i64,
    /// The quarter of the map then.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quadrant: Option<Word<Quadrant>>,
    /// How things stood then.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<Word<Status>>,
}

/// The keys of a snapshot's copies, by the id of the contact, and of its ties, by their ends.
const COPIES: &str = Contact::IN;
const TIES: &str = tie::TIES;

/// A copy has the name and the status under the keys of its contact, and the place under those of a placement.
impl ContactCopy {
    fn of<R: ReadDoc>(snapshot: &Item<'_, R>) -> Vec<Self> {
        let copies = snapshot.map(COPIES).map(|copies| copies.maps()).unwrap_or_default();
        let read = |(id, copy): (String, Item<'_, R>)| {
            Some(Self {
                id: id.parse().ok()?,
                name: Contact::name_of(&copy),
                ring: copy.get(placement::RING).unwrap_or(0),
                quadrant: copy.get(placement::QUADRANT),
                status: copy.get(Contact::status),
            })
        };
        copies.into_iter().filter_map(read).collect()
    }
}

impl Shown for ContactCopy {
    fn labels(&self, _field: &'static str, labels: &mut Labeller<'_>) {
        self.quadrant.labels(placement::QUADRANT.name(), labels);
        labels.add(placement::RING.name(), &RingName::LIST, &self.ring.to_string());
        self.status.labels(Contact::status.name(), labels);
    }
}

impl Shown for Tie {}

words! {
    /// The moment in the client's work at which a snapshot is taken.
    SnapshotLabel in "snapshot_label" {
        /// Before anything was done.
        Start = "start": "aan het begin", "at the start";
        /// On the way.
        Interim = "interim": "halverwege", "half way";
        /// When the work is done.
        End = "end": "aan het eind", "at the end";
        /// A year later.
        Year = "year": "een jaar later", "a year later";
    }
}

/// The keys of the ties of a snapshot.
fn ties<R: ReadDoc>(snapshot: &Item<'_, R>) -> Vec<String> {
    snapshot.map(TIES).map(|ties| ties.keys()).unwrap_or_default()
}

/// Everywhere a contact is mentioned in the snapshots.
pub(super) fn traces(document: &impl ReadDoc, contact: &str) -> Paths {
    let mut traces = Paths::new();
    for (id, snapshot) in Snapshot::items(&Item::root(document)) {
        let path =
            |keys: [&str; 2]| [Snapshot::IN, &id.to_string()].into_iter().chain(keys).map(str::to_owned).collect();
        if snapshot.map(COPIES).is_some_and(|copies| copies.has(contact)) {
            traces.insert(path([COPIES, contact]));
        }
        traces.extend(ties(&snapshot).iter().filter(|key| tie::touches(key, contact)).map(|key| path([TIES, key])));
    }
    traces
}

/// Keeps the map as it stands, to compare with later; nothing but an erasure ever changes a snapshot.
///
/// It is the map that the sender saw: edits that were made elsewhere at the same time are not in it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TakeSnapshot {
    /// The new snapshot's id.
    pub snapshot_id: SnapshotId,
    /// The moment in the client's work.
    pub label: SnapshotLabel,
}

impl CommandKind for TakeSnapshot {
    const NAME: &'static str = "take_snapshot";
    const POLICY: Policy = Policy::NOBODY.client(Rule::Always).representative(Rule::Always).professional(Rule::Always);

    fn check(&self, document: &impl ReadDoc) -> Result<(), Refusal> {
        Snapshot::must_be_free(document, self.snapshot_id)
    }

    /// Each contact is kept under its id, and each tie under its ends, so that an erasure can reach them.
    fn execute(&self, context: &Context, transaction: &mut impl Transactable) -> Result<(), Refusal> {
        let copy = |(id, contact): &(ContactId, Item<'_, _>)| {
            let place = placement::shown(contact);
            ContactCopy {
                id: *id,
                name: Contact::name_of(contact),
                ring: place.as_ref().map_or(0, |place| place.ring),
                quadrant: place.and_then(|place| place.quadrant),
                status: own_words::shown(contact, Contact::status),
            }
        };
        let copies: Vec<ContactCopy> = Contact::on_map(&*transaction).iter().map(copy).collect();
        let keys = tie::keys(&*transaction);
        let mut snapshot = Snapshot::create(context, transaction, self.snapshot_id)?;
        let mut kept = snapshot.put(Snapshot::label, self.label)?.begin(COPIES)?;
        for ContactCopy { id, name, ring, quadrant, status } in copies {
            let mut copy = kept.begin(&id.to_string())?;
            copy.put(Contact::name, name)?.put(placement::RING, ring)?;
            copy.put(placement::QUADRANT, quadrant)?.put(Contact::status, status)?;
        }
        let mut kept = snapshot.begin(TIES)?;
        keys.into_iter().try_for_each(|key| kept.set(key, true))
    }

    fn words(&self, _document: &impl ReadDoc, _names: Names<'_>, language: Language) -> String {
        let label = self.label.label(language);
        match language {
            Language::Dutch => format!("heeft de kaart bewaard, {label}"),
            Language::English => format!("kept the map, {label}"),
        }
    }
}
