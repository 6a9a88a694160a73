//! A document made anew from its present state, without its history: to erase for good, and to compact.
//!
//! Whatever the present state shows is copied in the order in which it was made, known to this version or not, so that
//! the copy reads the same. A value that stands alone is written by one fixed author. Values that were set concurrently
//! stay beside each other, each with the person and role of its author, because those decide which one shows and what
//! is asked about them. What was erased is left out.

mod below;
mod found;

use std::collections::BTreeMap;

use automerge::transaction::{CommitOptions, Transactable, Transaction};
use automerge::{ActorId, Automerge, ChangeHash, ObjId, ObjType, PatchLog, ROOT, ReadDoc, Value};

use crate::erasure::{COMPLETE, ERASURES};
use crate::{DocumentKind, Refusal, RefusalCode, genesis};

use found::Found;

/// Writes a document anew, from genesis; the same state gives the same bytes on every machine.
///
/// What was erased is not in it, whatever was written about it concurrently, and its erasure is complete.
///
/// # Errors
///
/// [`Refusal`] where the document holds something that cannot be written again, which no command makes.
pub fn rewrite(kind: DocumentKind, document: &Automerge) -> Result<Automerge, Refusal> {
    let found = found::all(document, &kind.erased(document));
    let mut copy = Copy::new(document, genesis(kind));
    for run in found.chunk_by(|one, next| !one.is_contested && !next.is_contested) {
        copy.write(run)?;
    }
    Ok(copy.target)
}

/// A document on its way to be written anew.
struct Copy<'a> {
    source: &'a Automerge,
    target: Automerge,
    /// The objects of the source, with what they are in the target.
    objects: BTreeMap<ObjId, ObjId>,
    /// The contested places, with the heads of the target before the first of their values was written.
    contested: BTreeMap<(ObjId, String), Vec<ChangeHash>>,
    /// The number of contested values that were written so far.
    contesters: u128,
}

impl<'a> Copy<'a> {
    fn new(source: &'a Automerge, target: Automerge) -> Self {
        let objects = BTreeMap::from([(ROOT, ROOT)]);
        Self { source, target, objects, contested: BTreeMap::new(), contesters: 0 }
    }

    /// Writes values as one change: those that stand alone, or one that is contested.
    fn write(&mut self, run: &[Found]) -> Result<(), Refusal> {
        let mut transaction = match run {
            [contested] if contested.is_contested => {
                let place = (contested.parent.clone(), contested.key.clone());
                let scope = self.contested.entry(place).or_insert_with(|| self.target.get_heads());
                self.contesters += 1;
                self.target.set_actor(contester(&contested.object, self.contesters));
                self.target.transaction_at(PatchLog::null(), scope).map_err(|_| Refusal::new(RefusalCode::Conflict))?
            }
            _ => {
                self.target.set_actor(ActorId::from([1u8; 16]));
                self.target.transaction()
            }
        };
        for found in run {
            let Some(parent) = self.objects.get(&found.parent) else { continue };
            if let Some(object) = put(self.source, &mut transaction, parent, found)? {
                self.objects.insert(found.object.clone(), object);
            }
        }
        transaction.commit_with(CommitOptions::default().with_time(0));
        Ok(())
    }
}

/// Writes one value; answers with the object that was made, where it is one.
fn put(
    source: &Automerge,
    target: &mut Transaction<'_>,
    parent: &ObjId,
    found: &Found,
) -> Result<Option<ObjId>, Refusal> {
    let kind = match &found.value {
        Value::Object(kind) => *kind,
        Value::Scalar(_) if found.completes => {
            target.put(parent, found.key.as_str(), true)?;
            return Ok(None);
        }
        Value::Scalar(value) => {
            target.put(parent, found.key.as_str(), value.as_ref().clone())?;
            return Ok(None);
        }
    };
    // Genesis has the sections already.
    if let (ObjType::Map, false, ObjId::Root) = (kind, found.is_contested, parent)
        && let Some((Value::Object(ObjType::Map), section)) = target.get(parent, found.key.as_str())?
    {
        return Ok(Some(section));
    }
    let object = target.put_object(parent, found.key.as_str(), kind)?;
    match kind {
        ObjType::Map | ObjType::Table => {}
        ObjType::Text => target.splice_text(&object, 0, 0, &source.text(&found.object)?)?,
        ObjType::List => below::copy(source, target, &found.object, &object)?,
    }
    Ok(Some(object))
}

/// Makes an author for a contested value: the person and the role that wrote it, on a device of its own.
///
/// Two changes of one device would not be concurrent.
fn contester(operation: &ObjId, number: u128) -> ActorId {
    let mut bytes = number.to_be_bytes().to_vec();
    if let ObjId::Id(_, actor, _) = operation {
        bytes.extend(actor.to_bytes().get(16..).unwrap_or_default());
    }
    ActorId::from(bytes)
}

/// Returns whether the scalar at a path says if an erasure is complete.
fn completes(path: &[String]) -> bool {
    matches!(path, [section, _, field] if section == ERASURES && field == COMPLETE.name())
}
