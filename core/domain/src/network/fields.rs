//! The plain fields of a contact: how their values are stored, and put into words.

use std::borrow::Cow;
use std::collections::BTreeSet;

use automerge::transaction::Transactable;
use automerge::{ObjId, ScalarValue};
use serde_json::Value;

use super::bounded::{DesiredRing, Frequency, Year};
use super::values::{Initiator, Status, SupportKind, Wish, frequency_label, relation_label, ring_label};
use crate::{Context, Date, Language, Name, Reader, Refusal, Slug, Text};

/// A value of a contact's field, as it is stored: always one scalar, so that two concurrent values are a conflict
/// that a person can be asked about.
pub(super) trait Stored {
    fn stored(&self) -> ScalarValue;
}

macro_rules! stored {
    ($($kind:ty: $value:ident => $scalar:expr;)+) => {$(
        impl Stored for $kind {
            fn stored(&self) -> ScalarValue {
                let $value = self;
                $scalar.into()
            }
        }
    )+};
}

stored! {
    Name: value => value.as_str();
    Text: value => value.as_str();
    Slug: value => value.as_str();
    Initiator: value => value.name();
    Status: value => value.name();
    Wish: value => value.name();
    DesiredRing: value => value.number();
    Year: value => value.number();
    Frequency: value => value.number();
    Date: value => value.to_string();
    bool: value => *value;
    BTreeSet<SupportKind>: kinds => Value::from_iter(kinds.iter().map(|kind| kind.name())).to_string();
}

/// The fields that one command writes, in a fixed order.
#[derive(Default)]
pub(super) struct Writes(Vec<(&'static str, Option<ScalarValue>)>);

impl Writes {
    /// Sets a field where the command has a value for it.
    pub(super) fn set<V: Stored>(self, key: &'static str, value: Option<&V>) -> Self {
        self.change(key, &value.map(|value| Some(value.stored())))
    }

    /// Sets, clears or leaves a field.
    pub(super) fn change<V: Stored>(mut self, key: &'static str, change: &Option<Option<V>>) -> Self {
        if let Some(value) = change {
            self.0.push((key, value.as_ref().map(Stored::stored)));
        }
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
    pub(super) fn apply(self, transaction: &mut impl Transactable, contact: &ObjId) -> Result<(), Refusal> {
        for (key, value) in self.0 {
            match value {
                Some(value) => transaction.put(contact, key, value)?,
                None => transaction.delete(contact, key)?,
            }
        }
        Ok(())
    }
}

impl Stored for ScalarValue {
    fn stored(&self) -> ScalarValue {
        self.clone()
    }
}

/// Refuses a last contact in the future; a day's grace covers every time zone.
pub(super) fn must_be_past(date: Option<Date>, context: &Context) -> Result<(), Refusal> {
    match date {
        Some(date) if date > context.now.plus_days(1).date() => Err(Refusal::invalid("last_contact")),
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
            Some(word) if self.key == "initiator" => reader.label(&Initiator::WORDS, word),
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
            ScalarValue::Str(text) if matches!(self.key, "gives" | "receives") => serde_json::from_str(text).ok(),
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
    ($($key:literal: $dutch:literal, $english:literal, $words:expr;)+) => {
        &[$(Asked { key: $key, dutch: $dutch, english: $english, words: $words },)+]
    };
}

pub(super) const ASKED: &[Asked] = asked! {
    "name": "de naam", "the name", plain;
    "relation": "de relatie", "the relation", |value, language| known(value, language, relation_label);
    "desired_ring": "waar je die wilt", "where you want them",
        |value, language| ring_label(value.as_i64().unwrap_or(-1), language).into_owned();
    "frequency_per_year": "hoe vaak", "how often", often;
    "initiator": "wie begint", "who begins", |value, language| known(value, language, Initiator::label_of);
    "gives": "wat je geeft", "what is given", kinds;
    "receives": "wat je krijgt", "what is received", kinds;
    "status": "hoe het gaat", "how it goes", |value, language| known(value, language, Status::label_of);
    "wish": "de wens", "the wish", |value, language| known(value, language, Wish::label_of);
    "known_since": "bekend sinds", "known since", plain;
    "place": "de plek", "the place", plain;
    "does": "wat jullie doen", "what is done together", plain;
    "minor": "of het een kind is", "whether this is a child",
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
        None if key == "last_contact" => Some(language.pick("het laatste contact", "the last time in touch")),
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
