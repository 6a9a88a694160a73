//! Reading and writing entities: maps of plain fields, keyed by id below a section of the document.

use std::fmt::Display;

use automerge::transaction::Transactable;
use automerge::{ObjId, ObjType, ROOT, ReadDoc, ScalarValue, Value};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::{Author, Context, PersonId, Refusal, Timestamp};

/// A map in a document, borrowed: a section, an entity or a part of one.
pub(crate) struct Item<'a, R> {
    document: &'a R,
    object: ObjId,
}

/// One of the values of a field that was set concurrently, with who set it.
pub(crate) struct Candidate<V> {
    pub(crate) value: V,
    pub(crate) author: Option<Author>,
}

impl<'a, R: ReadDoc> Item<'a, R> {
    /// A section, by name; `None` only in a document that is not of the kind the caller thinks.
    pub(crate) fn section(document: &'a R, name: &str) -> Option<Self> {
        Self { document, object: ROOT }.map(name)
    }

    /// The entity with this id in a section.
    pub(crate) fn find(document: &'a R, section: &str, id: impl Display) -> Option<Self> {
        Self::section(document, section)?.map(&id.to_string())
    }

    /// The root of the document, for the few registers that belong to no entity.
    pub(crate) fn root(document: &'a R) -> Self {
        Self { document, object: ROOT }
    }

    pub(crate) fn map(&self, key: &str) -> Option<Self> {
        match self.document.get(&self.object, key) {
            Ok(Some((Value::Object(ObjType::Map), object))) => Some(Self { document: self.document, object }),
            _ => None,
        }
    }

    /// The maps below this one with their keys, in the order in which they were made.
    pub(crate) fn maps(&self) -> Vec<(String, Self)> {
        let mut maps: Vec<(String, Self)> =
            self.document.keys(&self.object).filter_map(|key| self.map(&key).map(|item| (key, item))).collect();
        maps.sort_by_key(|(_, item)| item.made());
        maps
    }

    /// The keys below this map, in text order.
    pub(crate) fn keys(&self) -> Vec<String> {
        self.document.keys(&self.object).collect()
    }

    pub(crate) fn has(&self, key: &str) -> bool {
        matches!(self.document.get(&self.object, key), Ok(Some(_)))
    }

    pub(crate) fn str(&self, key: &str) -> Option<String> {
        self.scalar(key)?.into_string().ok()
    }

    pub(crate) fn int(&self, key: &str) -> Option<i64> {
        self.scalar(key)?.as_i64()
    }

    pub(crate) fn float(&self, key: &str) -> Option<f64> {
        self.scalar(key)?.as_f64()
    }

    pub(crate) fn bool(&self, key: &str) -> Option<bool> {
        self.scalar(key)?.as_bool()
    }

    pub(crate) fn time(&self, key: &str) -> Option<Timestamp> {
        match self.scalar(key)? {
            ScalarValue::Timestamp(millis) => Some(Timestamp::from_millis(millis)),
            _ => None,
        }
    }

    /// A text that merges word by word.
    pub(crate) fn text(&self, key: &str) -> Option<String> {
        self.document.text(self.text_object(key)?).ok()
    }

    /// The object of a text that merges word by word.
    pub(crate) fn text_object(&self, key: &str) -> Option<ObjId> {
        match self.document.get(&self.object, key) {
            Ok(Some((Value::Object(ObjType::Text), object))) => Some(object),
            _ => None,
        }
    }

    /// The value of a field with the operation that set it.
    pub(crate) fn value(&self, key: &str) -> Option<(ScalarValue, ObjId)> {
        let (value, operation) = self.document.get(&self.object, key).ok()??;
        Some((value.into_scalar().ok()?, operation))
    }

    /// A value that was written with [`put_json`].
    pub(crate) fn json<V: DeserializeOwned>(&self, key: &str) -> Option<V> {
        serde_json::from_str(&self.str(key)?).ok()
    }

    /// A value that parses from its text form, like an id or a name of an enumeration.
    pub(crate) fn parsed<V: std::str::FromStr>(&self, key: &str) -> Option<V> {
        self.str(key)?.parse().ok()
    }

    /// Who made this entity.
    pub(crate) fn by(&self) -> Option<PersonId> {
        self.parsed("by")
    }

    /// When this entity was made.
    pub(crate) fn at(&self) -> Timestamp {
        self.time("at").unwrap_or_default()
    }

    /// All values of a field that was set concurrently, the one that shows last.
    pub(crate) fn candidates(&self, key: &str) -> Vec<Candidate<ScalarValue>> {
        self.document
            .get_all(&self.object, key)
            .unwrap_or_default()
            .into_iter()
            .filter_map(|(value, operation)| {
                let value = value.into_scalar().ok()?;
                Some(Candidate { value, author: Author::of(&operation) })
            })
            .collect()
    }

    /// All maps that were put at a key concurrently, the one that shows last.
    pub(crate) fn map_candidates(&self, key: &str) -> Vec<Candidate<Self>> {
        self.document
            .get_all(&self.object, key)
            .unwrap_or_default()
            .into_iter()
            .filter(|(value, _)| matches!(value, Value::Object(ObjType::Map)))
            .map(|(_, object)| {
                let author = Author::of(&object);
                Candidate { value: Self { document: self.document, object }, author }
            })
            .collect()
    }

    /// A number that grows in the order in which things were admitted to the document.
    pub(crate) fn made(&self) -> u64 {
        match self.object {
            ObjId::Root => 0,
            ObjId::Id(counter, _, _) => counter,
        }
    }

    fn scalar(&self, key: &str) -> Option<ScalarValue> {
        self.value(key).map(|(value, _)| value)
    }
}

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
