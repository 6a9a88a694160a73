//! Everything in a document, in the order in which it was made.

use automerge::{Automerge, ObjId, ObjType, ROOT, ReadDoc, Value};

use super::completes;
use crate::erasure::Paths;
use crate::shared_text;

/// A value at a place in a document.
pub(super) struct Found {
    /// The operation that put it there; the object itself, where it is one.
    pub(super) object: ObjId,
    pub(super) parent: ObjId,
    pub(super) key: String,
    pub(super) value: Value<'static>,
    /// True when others stand beside it, set concurrently.
    pub(super) is_contested: bool,
    /// True when it says that an erasure is complete.
    pub(super) completes: bool,
}

/// Finds all values below the maps of a document, except at the paths to leave out.
pub(super) fn all(document: &Automerge, leave_out: &Paths) -> Vec<Found> {
    let mut found = Vec::new();
    let mut maps: Vec<(ObjId, Vec<String>)> = vec![(ROOT, Vec::new())];
    while let Some((map, path)) = maps.pop() {
        for key in document.keys(&map) {
            let mut path = path.clone();
            path.push(key.clone());
            if leave_out.contains(&path) {
                continue;
            }
            if shared_text::is_passing(&key) {
                continue;
            }
            let mut values = document.get_all(&map, key.as_str()).unwrap_or_default();
            if values.last().is_some_and(|(shown, _)| shared_text::settles(&key, shown)) {
                values.drain(..values.len() - 1);
            }
            let is_contested = values.len() > 1;
            for (value, object) in values {
                if matches!(value, Value::Object(ObjType::Map | ObjType::Table)) {
                    maps.push((object.clone(), path.clone()));
                }
                found.push(Found {
                    object,
                    parent: map.clone(),
                    key: key.clone(),
                    value: value.into_owned(),
                    is_contested,
                    completes: completes(&path),
                });
            }
        }
    }
    // Ids of operations grow in the order in which they were admitted, and a map's is smaller than those below it.
    found.sort_by(|one, other| one.object.cmp(&other.object));
    found
}
