//! Reading maps of a document.

use std::fmt::Display;
use std::marker::PhantomData;

use automerge::{ObjId, ObjType, ROOT, ReadDoc, ScalarValue, Value};
use serde::de::DeserializeOwned;

use crate::{Author, PersonId, Timestamp};

/// The key of the person who made an entity.
pub(super) const BY: Key<PersonId> = Key::new("by");

/// The key of the time at which an entity was made.
pub(super) const AT: Key<Timestamp> = Key::new("at");

/// A key of an entity, with the type of the value that stands there.
pub(crate) struct Key<V> {
    name: &'static str,
    value: PhantomData<fn() -> V>,
}

impl<V> Key<V> {
    pub(crate) const fn new(name: &'static str) -> Self {
        Self { name, value: PhantomData }
    }

    /// The key as it is stored.
    pub(crate) const fn name(&self) -> &'static str {
        self.name
    }
}

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

    /// Reads the value under a key.
    pub(crate) fn get<V: super::Value>(&self, key: Key<V>) -> Option<V> {
        V::read(self.scalar(key.name())?)
    }

    /// Reads all values of a key that was set concurrently, the one that shows last.
    pub(crate) fn each<V: super::Value>(&self, key: Key<V>) -> Vec<Candidate<V>> {
        let candidates = self.candidates(key.name()).into_iter();
        let read = |candidate: Candidate<ScalarValue>| {
            Some(Candidate { value: V::read(candidate.value)?, author: candidate.author })
        };
        candidates.filter_map(read).collect()
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

    /// Returns who made this entity.
    pub(crate) fn by(&self) -> Option<PersonId> {
        self.get(BY)
    }

    /// When this entity was made.
    pub(crate) fn at(&self) -> Timestamp {
        self.get(AT).unwrap_or_default()
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
