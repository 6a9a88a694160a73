use automerge::transaction::Transactable;
use automerge::{ObjType, ReadDoc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::values::SnapshotLabel;
use super::{NetworkView, SNAPSHOTS};
use crate::entity::{create, must_be_free, put_some, section};
use crate::policy::{Policy, Rule};
use crate::{CommandKind, Context, Language, Names, Refusal, SnapshotId};

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
        must_be_free(document, SNAPSHOTS, self.snapshot_id, "snapshot_id")
    }

    /// Each contact is kept under its id, and each tie under its ends, so that an erasure can reach them.
    fn execute(&self, context: &Context, transaction: &mut impl Transactable) -> Result<(), Refusal> {
        let (contacts, ties) = {
            let network = NetworkView::new(transaction);
            let copy = |contact: &super::ContactView<'_, _>| {
                (contact.id(), contact.name(), contact.placement(), contact.status())
            };
            let contacts: Vec<_> = network.contacts().iter().map(copy).collect();
            (contacts, network.tie_keys())
        };
        let snapshots = section(transaction, SNAPSHOTS)?;
        let snapshot = create(transaction, &snapshots, self.snapshot_id, context)?;
        transaction.put(&snapshot, "label", self.label.name())?;
        let copies = transaction.put_object(&snapshot, "contacts", ObjType::Map)?;
        for (id, name, placement, status) in contacts {
            let copy = transaction.put_object(&copies, id.to_string(), ObjType::Map)?;
            transaction.put(&copy, "name", name)?;
            transaction.put(&copy, "ring", placement.as_ref().map_or(0, |placement| placement.ring))?;
            put_some(transaction, &copy, "quadrant", placement.and_then(|placement| placement.quadrant))?;
            put_some(transaction, &copy, "status", status)?;
        }
        let kept = transaction.put_object(&snapshot, "ties", ObjType::Map)?;
        for key in ties {
            transaction.put(&kept, key, true)?;
        }
        Ok(())
    }

    fn words(&self, _document: &impl ReadDoc, _names: Names<'_>, language: Language) -> String {
        let label = self.label.label(language);
        match language {
            Language::Dutch => format!("heeft de kaart bewaard, {label}"),
            Language::English => format!("kept the map, {label}"),
        }
    }
}
