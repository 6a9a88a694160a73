//! Writing by hand, for documents whose entities have no home yet.

use std::fmt::Display;

use automerge::transaction::Transactable;
use automerge::{ObjId, ObjType, ROOT, ReadDoc, ScalarValue, Value};
use serde::Serialize;

use super::Item;
use crate::{Context, Refusal};

/// The object of a section, for writing.
pub(crate) fn section(transaction: &impl Transactable, name: &'static str) -> Result<ObjId, Refusal> {
    child(transaction, &ROOT, name)
}

/// The object of the entity with this id, for writing.
pub(crate) fn find(
    transaction: &impl Transactable,
    name: &'static str,
    id: impl Display,
    field: &str,
) -> Result<ObjId, Refusal> {
    let section = section(transaction, name)?;
    child(transaction, &section, &id.to_string()).map_err(|_| Refusal::not_found(field))
}

/// The map at a key, for writing.
pub(crate) fn child(transaction: &impl Transactable, parent: &ObjId, key: &str) -> Result<ObjId, Refusal> {
    match transaction.get(parent, key)? {
        Some((Value::Object(ObjType::Map), object)) => Ok(object),
        _ => Err(Refusal::not_found(key)),
    }
}

/// Makes an entity under its id and notes who made it and when.
pub(crate) fn create(
    transaction: &mut impl Transactable,
    parent: &ObjId,
    id: impl Display,
    context: &Context,
) -> Result<ObjId, Refusal> {
    let entity = transaction.put_object(parent, id.to_string(), ObjType::Map)?;
    transaction.put(&entity, "by", context.author.person.to_string())?;
    transaction.put(&entity, "at", ScalarValue::Timestamp(context.at.millis()))?;
    Ok(entity)
}

/// Writes a plain text value where there is one.
pub(crate) fn put_some<V: Display>(
    transaction: &mut impl Transactable,
    entity: &ObjId,
    key: &str,
    value: Option<V>,
) -> Result<(), Refusal> {
    if let Some(value) = value {
        transaction.put(entity, key, value.to_string())?;
    }
    Ok(())
}

/// Writes a list or a set as one value: it is set as a whole, and two concurrent sets are a conflict.
pub(crate) fn put_json(
    transaction: &mut impl Transactable,
    entity: &ObjId,
    key: &str,
    value: &impl Serialize,
) -> Result<(), Refusal> {
    let text = serde_json::to_string(value).map_err(|_| Refusal::invalid(key))?;
    Ok(transaction.put(entity, key, text)?)
}

/// Refuses an id for a new thing that is taken.
pub(crate) fn must_be_free(
    document: &impl ReadDoc,
    section: &str,
    id: impl Display,
    field: &str,
) -> Result<(), Refusal> {
    match Item::find(document, section, id) {
        Some(_) => Err(Refusal::duplicate(field)),
        None => Ok(()),
    }
}

/// Refuses the name of a thing that is not there.
pub(crate) fn must_exist(document: &impl ReadDoc, section: &str, id: impl Display, field: &str) -> Result<(), Refusal> {
    match Item::find(document, section, id) {
        Some(_) => Ok(()),
        None => Err(Refusal::not_found(field)),
    }
}
