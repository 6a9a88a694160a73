//! The values that stand under the keys of entities: how they are read, stored and put into words.

use std::collections::BTreeSet;

use automerge::ScalarValue;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::labels::{Labeller, Lists};
use crate::words::{Word, Words};
use crate::{
    ActionId, CommandId, ContactId, Date, DocumentKind, GoalId, IdeaId, Name, PersonId, SessionId, Slug, StepId, Text,
    Timestamp,
};

/// A value that stands under a key, always as one scalar: two that were set concurrently are a conflict.
pub(crate) trait Value: Sized {
    /// Reads it; `None` for a scalar of another kind.
    fn read(scalar: ScalarValue) -> Option<Self>;
}

/// A value of a command that can be stored where a `V` is read.
pub(crate) trait Stores<V> {
    /// The scalar to write; `None` to write nothing.
    fn stored(&self) -> Option<ScalarValue>;
}

/// A field of a read model, over the value that stands under its key.
pub(crate) trait Field: Sized {
    /// The type of the value.
    type Value: Value;

    /// Makes the field of what stands there.
    fn of(value: Option<Self::Value>) -> Self;
}

/// A field as a person reads it.
pub(crate) trait Shown: Sized {
    /// Tells whether it is left out of the read model.
    fn is_absent(&self) -> bool {
        false
    }

    /// Collects what a person reads for the words in it.
    fn labels(&self, _field: &'static str, _labels: &mut Labeller<'_>) {}

    /// Collects the lists that its words are from.
    fn lists(_lists: &mut Lists) {}
}

impl<V: Value + Default> Field for V {
    type Value = V;

    fn of(value: Option<V>) -> Self {
        value.unwrap_or_default()
    }
}

impl<V: Value> Field for Option<V> {
    type Value = V;

    fn of(value: Option<V>) -> Self {
        value
    }
}

impl<V: Shown> Shown for Option<V> {
    fn is_absent(&self) -> bool {
        self.is_none()
    }

    fn labels(&self, field: &'static str, labels: &mut Labeller<'_>) {
        self.iter().for_each(|value| value.labels(field, labels));
    }

    fn lists(lists: &mut Lists) {
        V::lists(lists);
    }
}

impl<V: Shown> Shown for Vec<V> {
    fn labels(&self, field: &'static str, labels: &mut Labeller<'_>) {
        self.iter().for_each(|value| value.labels(field, labels));
    }

    fn lists(lists: &mut Lists) {
        V::lists(lists);
    }
}

impl<W: Words> Shown for Word<W> {
    fn labels(&self, field: &'static str, labels: &mut Labeller<'_>) {
        labels.add(field, &W::LIST, self.name());
    }

    fn lists(lists: &mut Lists) {
        lists.add(W::LIST);
    }
}

macro_rules! shown {
    ($($type:ty),+ $(,)?) => { $(impl Shown for $type {})+ };
}

shown! { String, bool, i64, f64, Timestamp, Date, serde_json::Value }

impl Value for String {
    fn read(scalar: ScalarValue) -> Option<Self> {
        scalar.into_string().ok()
    }
}

impl Value for bool {
    fn read(scalar: ScalarValue) -> Option<Self> {
        scalar.as_bool()
    }
}

impl Value for i64 {
    fn read(scalar: ScalarValue) -> Option<Self> {
        scalar.as_i64()
    }
}

impl Value for f64 {
    fn read(scalar: ScalarValue) -> Option<Self> {
        scalar.as_f64()
    }
}

impl Value for Timestamp {
    fn read(scalar: ScalarValue) -> Option<Self> {
        match scalar {
            ScalarValue::Timestamp(millis) => Some(Self::from_millis(millis)),
            _ => None,
        }
    }
}

impl<W: Words> Value for Word<W> {
    fn read(scalar: ScalarValue) -> Option<Self> {
        scalar.into_string().ok().map(|name| Self::of(&name))
    }
}

/// A list is kept as JSON: it is set as a whole.
impl<T: DeserializeOwned> Value for Vec<T> {
    fn read(scalar: ScalarValue) -> Option<Self> {
        serde_json::from_str(scalar.as_str()?).ok()
    }
}

macro_rules! parsed {
    ($($type:ty),+ $(,)?) => {$(
        impl Value for $type {
            fn read(scalar: ScalarValue) -> Option<Self> {
                scalar.as_str()?.parse().ok()
            }
        }

        impl Stores<$type> for $type {
            fn stored(&self) -> Option<ScalarValue> {
                Some(self.to_string().into())
            }
        }
    )+};
}

parsed! { ActionId, CommandId, ContactId, Date, GoalId, IdeaId, PersonId, SessionId, StepId }

shown! { ActionId, CommandId, ContactId, GoalId, IdeaId, PersonId, SessionId, StepId }

impl<V, S: Stores<V>> Stores<V> for Option<S> {
    fn stored(&self) -> Option<ScalarValue> {
        self.as_ref()?.stored()
    }
}

impl<V, S: Stores<V>> Stores<V> for &S {
    fn stored(&self) -> Option<ScalarValue> {
        (*self).stored()
    }
}

macro_rules! stores {
    ($($type:ty => $value:ty: $this:ident, $scalar:expr;)+) => {$(
        impl Stores<$value> for $type {
            fn stored(&self) -> Option<ScalarValue> {
                let $this = self;
                Some($scalar)
            }
        }
    )+};
}

stores! {
    String => String: text, text.as_str().into();
    Name => String: name, name.as_str().into();
    Text => String: text, text.as_str().into();
    bool => bool: yes, (*yes).into();
    i64 => i64: number, (*number).into();
    f64 => f64: number, (*number).into();
    u8 => i64: number, ScalarValue::Uint((*number).into());
    Timestamp => Timestamp: instant, ScalarValue::Timestamp(instant.millis());
}

impl Stores<Word<DocumentKind>> for DocumentKind {
    fn stored(&self) -> Option<ScalarValue> {
        Some(self.name().into())
    }
}

impl<W: Words> Stores<Word<W>> for Word<W> {
    fn stored(&self) -> Option<ScalarValue> {
        Some(self.name().into())
    }
}

/// An open list takes any name in snake case.
impl<W: Words> Stores<Word<W>> for Slug {
    fn stored(&self) -> Option<ScalarValue> {
        Some(self.as_str().into())
    }
}

/// An empty list is not written.
impl<T, S: Serialize + Stores<T>> Stores<Vec<T>> for Vec<S> {
    fn stored(&self) -> Option<ScalarValue> {
        if self.is_empty() { None } else { serde_json::to_string(self).ok().map(Into::into) }
    }
}

/// An empty set says that there is nothing.
impl<T, S: Serialize + Stores<T>> Stores<Vec<T>> for BTreeSet<S> {
    fn stored(&self) -> Option<ScalarValue> {
        serde_json::to_string(self).ok().map(Into::into)
    }
}
