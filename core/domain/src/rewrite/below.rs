//! Lists, which no command of this version makes: copied as they show, element by element.

use automerge::transaction::{Transactable, Transaction};
use automerge::{Automerge, ObjId, ObjType, Prop, ReadDoc, Value};

use crate::Refusal;

/// Copies what a list shows, and everything below it.
pub(super) fn copy(source: &Automerge, target: &mut Transaction<'_>, from: &ObjId, to: &ObjId) -> Result<(), Refusal> {
    let mut open = vec![(from.clone(), to.clone())];
    while let Some((from, to)) = open.pop() {
        for place in places(source, &from) {
            let Some((value, object)) = source.get(&from, place.clone())? else { continue };
            match value {
                Value::Scalar(value) => match place {
                    Prop::Map(key) => target.put(&to, key, value.as_ref().clone())?,
                    Prop::Seq(index) => target.insert(&to, index, value.as_ref().clone())?,
                },
                Value::Object(kind) => {
                    let made = match place {
                        Prop::Map(key) => target.put_object(&to, key, kind)?,
                        Prop::Seq(index) => target.insert_object(&to, index, kind)?,
                    };
                    match kind {
                        ObjType::Text => target.splice_text(&made, 0, 0, &source.text(&object)?)?,
                        _ => open.push((object, made)),
                    }
                }
            }
        }
    }
    Ok(())
}

fn places(source: &Automerge, object: &ObjId) -> Vec<Prop> {
    match source.object_type(object) {
        Ok(ObjType::List) => (0..source.length(object)).map(Prop::Seq).collect(),
        _ => source.keys(object).map(Prop::Map).collect(),
    }
}
