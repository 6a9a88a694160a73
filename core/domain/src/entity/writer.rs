//! Writing entities, at the point in history where a transaction is opened.

use std::fmt::Display;

use automerge::transaction::Transactable;
use automerge::{ObjId, ObjType, ROOT, ScalarValue, Value};

use super::item::{AT, BY};
use super::{Key, Stores};
use crate::{Context, Refusal, shared_text};

/// A map of a document, opened for writing.
pub(crate) struct Writer<'t, T> {
    pub(crate) transaction: &'t mut T,
    pub(crate) object: ObjId,
}

impl<'t, T: Transactable> Writer<'t, T> {
    /// Opens the root of a document.
    pub(crate) fn root(transaction: &'t mut T) -> Self {
        Self { transaction, object: ROOT }
    }

    /// Goes on to the map at a key.
    pub(crate) fn into_map(self, key: &str) -> Result<Self, Refusal> {
        match self.transaction.get(&self.object, key)? {
            Some((Value::Object(ObjType::Map), object)) => Ok(Self { object, ..self }),
            _ => Err(Refusal::not_found(key)),
        }
    }

    /// Goes on to the entity with an id; `field` is the one in which the command names it.
    pub(crate) fn into_entity(self, id: impl Display, field: &str) -> Result<Self, Refusal> {
        self.into_map(&id.to_string()).map_err(|_| Refusal::not_found(field))
    }

    /// Makes an entity in this map, and notes who made it and when.
    pub(crate) fn create(self, context: &Context, id: impl Display) -> Result<Self, Refusal> {
        let object = self.transaction.put_object(&self.object, id.to_string(), ObjType::Map)?;
        let mut entity = Self { object, ..self };
        entity.put(BY, context.author.person)?.put(AT, context.at)?;
        Ok(entity)
    }

    /// Writes a value where there is one.
    pub(crate) fn put<V>(&mut self, key: Key<V>, value: impl Stores<V>) -> Result<&mut Self, Refusal> {
        if let Some(value) = value.stored() {
            self.transaction.put(&self.object, key.name(), value)?;
        }
        Ok(self)
    }

    /// Sets, clears or leaves a value. Clearing loses to a concurrent value: nobody's words are lost.
    pub(crate) fn change<V, S: Stores<V>>(
        &mut self,
        key: Key<V>,
        change: &Option<Option<S>>,
    ) -> Result<&mut Self, Refusal> {
        match change {
            Some(None) => self.clear(key),
            Some(Some(value)) => self.put(key, value),
            None => Ok(self),
        }
    }

    /// Takes a value away.
    pub(crate) fn clear<V>(&mut self, key: Key<V>) -> Result<&mut Self, Refusal> {
        self.transaction.delete(&self.object, key.name())?;
        Ok(self)
    }

    /// Writes a value under an id, in a map of values.
    pub(crate) fn set(&mut self, id: impl Display, value: impl Into<ScalarValue>) -> Result<(), Refusal> {
        Ok(self.transaction.put(&self.object, id.to_string(), value)?)
    }

    /// Makes a text that several people may edit.
    pub(crate) fn text(&mut self, text: &str) -> Result<&mut Self, Refusal> {
        shared_text::put(self.transaction, &self.object, text)?;
        Ok(self)
    }

    /// Makes an entity in this map, and goes on with this one afterwards.
    pub(crate) fn make(&mut self, context: &Context, id: impl Display) -> Result<Writer<'_, T>, Refusal> {
        Writer { transaction: &mut *self.transaction, object: self.object.clone() }.create(context, id)
    }

    /// Makes an empty map below this one.
    pub(crate) fn begin(&mut self, key: &str) -> Result<Writer<'_, T>, Refusal> {
        let object = self.transaction.put_object(&self.object, key, ObjType::Map)?;
        Ok(Writer { transaction: self.transaction, object })
    }

    /// Takes whatever is at a key away.
    pub(crate) fn delete(&mut self, key: &str) -> Result<(), Refusal> {
        Ok(self.transaction.delete(&self.object, key)?)
    }
}
