//! The plain fields of a contact: how their values are stored, and put into words.

use std::borrow::Cow;

use automerge::ScalarValue;
use automerge::transaction::Transactable;
use serde_json::Value;

use super::Contact;
use super::bounded::{DesiredRing, Frequency, Year};
use super::values::{Initiator, Status, SupportKind, Wish, frequency_label, relation_label, ring_label};
use crate::entity::{Key, Stores, Writer};
use crate::words::Words;
use crate::{Context, Date, Language, Reader, Refusal};

macro_rules! stored {
    ($($kind:ty => $value:ty;)+) => {$(
        impl Stores<$value> for $kind {
            fn stored(&self) -> Option<ScalarValue> {
                Some(self.number().into())
            }
        }
    )+};
}

stored! {
    DesiredRing => i64;
    Year => i64;
    Frequency => f64;
}

/// The fields that one command writes, in a fixed order.
#[derive(Default)]
pub(super) struct Writes(Vec<(&'static str, Option<ScalarValue>)>);

impl Writes {
    /// Sets a field where the command has a value for it.
    pub(super) fn set<V>(mut self, key: Key<V>, value: impl Stores<V>) -> Self {
        self.0.extend(value.stored().map(|value| (key.name(), Some(value))));
        self
    }

    /// Sets, clears or leaves a field.
    pub(super) fn change<V, S: Stores<V>>(mut self, key: Key<V>, change: &Option<Option<S>>) -> Self {
        self.0.extend(change.as_ref().map(|value| (key.name(), value.stored())));
        self
    }

    /// The names of the fields.
    pub(super) fn keys(&self) -> impl Iterator<Item = &'static str> {
        self.0.iter().map(|(key, _)| *key)
    }

    /// Returns whether any field is of a kind.
    pub(super) fn any(&self, is: fn(&str) -> bool) -> bool {
        self.keys().any(is)
    }

    /// The fields that are not of a kind.
    pub(super) fn without(mut self, is: fn(&str) -> bool) -> Self {
        self.0.retain(|(key, _)| !is(key));
        self
    }

    /// Each field that a person can be asked about, as a heading and the value in words.
    pub(super) fn said(&self, language: Language) -> Vec<(String, String)> {
        let asked = |key: &str| ASKED.iter().find(|asked| asked.key == key);
        let said = self.0.iter().filter_map(|(key, value)| {
            let asked = asked(key)?;
            let value = value
                .as_ref()
                .map_or_else(|| language.pick("weg", "gone").to_owned(), |value| asked.label(value, language));
            Some((asked.heading(language), value))
        });
        said.collect()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Writes the fields. Clearing loses to a concurrent value: what somebody filled in is not lost.
    pub(super) fn apply(self, contact: &mut Writer<'_, impl Transactable>) -> Result<(), Refusal> {
        self.0.into_iter().try_for_each(|(key, value)| match value {
            Some(value) => contact.set(key, value),
            None => contact.delete(key),
        })
    }
}

/// Refuses a last contact in the future; a day's grace covers every time zone.
pub(super) fn must_be_past(date: Option<Date>, context: &Context) -> Result<(), Refusal> {
    match date {
        Some(date) if date > context.now.plus_days(1).date() => Err(Refusal::invalid(Contact::last_contact.name())),
        _ => Ok(()),
    }
}

/// A field that can hold two values at once, as a question to a person.
///
/// `last_contact` is not here: of two dates the later one is simply true.
pub(super) struct Asked {
    pub(super) key: &'static str,
    pub(super) dutch: &'static str,
    pub(super) english: &'static str,
    words: fn(&ScalarValue, Language) -> String,
}

impl Asked {
    /// A value in words a person reads.
    pub(super) fn label(&self, value: &ScalarValue, language: Language) -> String {
        (self.words)(value, language)
    }

    /// A value in words that one person reads.
    pub(super) fn label_for(&self, value: &ScalarValue, reader: &Reader<'_>) -> String {
        match value.as_str() {
            Some(word) if self.key == Contact::initiator.name() => reader.label(&Initiator::LIST, word),
            _ => self.label(value, reader.language),
        }
    }

    /// The field at the beginning of a sentence.
    pub(super) fn heading(&self, language: Language) -> String {
        heading(language.pick(self.dutch, self.english))
    }

    /// A value as the field of an `update_contact` that sets it again; `None` for one of a newer version.
    pub(super) fn json(&self, value: &ScalarValue) -> Option<Value> {
        match value {
            ScalarValue::Str(text) if [Contact::gives.name(), Contact::receives.name()].contains(&self.key) => {
                serde_json::from_str(text).ok()
            }
            ScalarValue::Str(text) => Some(Value::from(text.as_str())),
            ScalarValue::Int(number) => Some(Value::from(*number)),
            ScalarValue::Uint(number) => Some(Value::from(*number)),
            ScalarValue::F64(number) => Some(Value::from(*number)),
            ScalarValue::Boolean(yes) => Some(Value::from(*yes)),
            _ => None,
        }
    }
}

macro_rules! asked {
    ($($key:ident: $dutch:literal, $english:literal, $words:expr;)+) => {
        &[$(Asked { key: Contact::$key.name(), dutch: $dutch, english: $english, words: $words },)+]
    };
}

pub(super) const ASKED: &[Asked] = asked! {
    name: "de naam", "the name", plain;
    relation: "de relatie", "the relation", |value, language| known(value, language, relation_label);
    desired_ring: "waar je die wilt", "where you want them",
        |value, language| ring_label(value.as_i64().unwrap_or(-1), language).into_owned();
    frequency_per_year: "hoe vaak", "how often", often;
    initiator: "wie begint", "who begins", |value, language| known(value, language, Initiator::label_of);
    gives: "wat je geeft", "what is given", kinds;
    receives: "wat je krijgt", "what is received", kinds;
    status: "hoe het gaat", "how it goes", |value, language| known(value, language, Status::label_of);
    wish: "de wens", "the wish", |value, language| known(value, language, Wish::label_of);
    known_since: "bekend sinds", "known since", plain;
    place: "de plek", "the place", plain;
    does: "wat jullie doen", "what is done together", plain;
    minor: "of het een kind is", "whether this is a child",
        |value, language| match value.as_bool() {
            Some(true) => language.pick("ja", "yes").to_owned(),
            _ => language.pick("nee", "no").to_owned(),
        };
};

/// Words at the beginning of a sentence.
pub(super) fn heading(label: &str) -> String {
    let mut letters = label.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// A field in words that stand in a sentence.
pub(super) fn field_name(key: &str, language: Language) -> Option<&'static str> {
    match ASKED.iter().find(|asked| asked.key == key) {
        Some(asked) => Some(language.pick(asked.dutch, asked.english)),
        None if key == Contact::last_contact.name() => {
            Some(language.pick("het laatste contact", "the last time in touch"))
        }
        None => None,
    }
}

fn plain(value: &ScalarValue, language: Language) -> String {
    match value {
        ScalarValue::Str(text) => text.to_string(),
        // The library writes out all 324 decimals that a float can have.
        ScalarValue::F64(number) => number.to_string().replace('.', language.pick(",", ".")),
        other => other.to_string(),
    }
}

fn often(value: &ScalarValue, language: Language) -> String {
    frequency_label(value.as_f64().unwrap_or_default(), language).into_owned()
}

fn known(value: &ScalarValue, language: Language, label: fn(&str, Language) -> Cow<'static, str>) -> String {
    match value {
        ScalarValue::Str(name) => label(name, language).into_owned(),
        _ => language.pick("onbekend", "unknown").to_owned(),
    }
}

fn kinds(value: &ScalarValue, language: Language) -> String {
    let names: Vec<String> = match value {
        ScalarValue::Str(text) => serde_json::from_str(text).unwrap_or_default(),
        _ => Vec::new(),
    };
    if names.is_empty() {
        return language.pick("niets", "nothing").to_owned();
    }
    names.iter().map(|name| SupportKind::label_of(name, language)).collect::<Vec<_>>().join(", ")
}
