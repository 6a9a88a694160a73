//! Erasing for good: all that a document keeps of a thing that was erased is its id, so that nobody uses it again.
//!
//! Every kind of document that has such things has a section `erasures`, by the id of what was. An erasure is complete
//! once the document was [rewritten](crate::rewrite), which leaves out whatever a command wrote that was made without
//! knowing of it.

use std::collections::BTreeSet;
use std::fmt::Display;
use std::str::FromStr;

use automerge::transaction::Transactable;
use automerge::{Automerge, ReadDoc};
use serde_json::{Map, Value};
use uuid::Uuid;

use crate::entity::{Item, Key, Writer};
use crate::{Context, DocumentKind, Language, Refusal};

/// The section of the erasures.
pub(crate) const ERASURES: &str = "erasures";

/// The key of an erasure that says whether the document was rewritten since.
pub(crate) const COMPLETE: Key<bool> = Key::new("complete");

/// The key of an erasure that says what was erased, where it is not the usual thing of its document.
pub(crate) const WHAT: Key<String> = Key::new("what");

/// Paths in a document, each as the keys that lead there from the root.
pub(crate) type Paths = BTreeSet<Vec<String>>;

/// Keeps that a thing was erased, under its id; with the word for it where it is not the usual thing of its document.
pub(crate) fn note(
    context: &Context,
    transaction: &mut impl Transactable,
    id: impl Display,
    what: Option<&'static str>,
) -> Result<(), Refusal> {
    let mut erasure = Writer::root(transaction).into_map(ERASURES)?.create(context, id)?;
    erasure.put(COMPLETE, false)?.put(WHAT, what.map(str::to_owned)).map(drop)
}

/// Tells whether the thing with an id was erased.
pub(crate) fn has(document: &impl ReadDoc, id: impl Display) -> bool {
    Item::find(document, ERASURES, id).is_some()
}

/// The ids of everything that was erased, as far as they are of a type.
pub(crate) fn ids<T: FromStr>(document: &impl ReadDoc) -> impl Iterator<Item = T> {
    all(document).into_iter().filter_map(|(id, _)| id.parse().ok())
}

/// Everything that was erased, with its id, in the order in which it was.
pub(crate) fn all<R: ReadDoc>(document: &R) -> Vec<(String, Item<'_, R>)> {
    Item::section(document, ERASURES).map(|section| section.maps()).unwrap_or_default()
}

/// Returns whether an erasure is complete.
pub(crate) fn is_complete<R: ReadDoc>(erasure: &Item<'_, R>) -> bool {
    erasure.get(COMPLETE).unwrap_or(false)
}

impl DocumentKind {
    /// The ids of everything that was erased from this document, in the order in which it was.
    pub fn erased_things(self, document: &Automerge) -> Vec<Uuid> {
        if !self.sections().contains(&ERASURES) {
            return Vec::new();
        }
        all(document).iter().filter_map(|(id, _)| Uuid::try_parse(id).ok()).collect()
    }

    /// Returns whether this document has the thing with an id.
    pub fn has_thing(self, document: &Automerge, id: Uuid) -> bool {
        let id = id.to_string();
        let mut others = self.sections().into_iter().filter(|section| *section != ERASURES);
        others.any(|section| Item::find(document, section, &id).is_some())
    }

    /// Returns whether something was erased from this document that its history may still hold.
    pub fn has_open_erasure(self, document: &Automerge) -> bool {
        self.sections().contains(&ERASURES) && all(document).iter().any(|(_, erasure)| !is_complete(erasure))
    }
}

/// Returns whether a command, as JSON of any version, names the thing with this id, however its UUID is written: as a value, as the
/// name of a field, or within a text.
///
/// ```
/// use serde_json::json;
///
/// let id = "0195f3a0-0000-7000-8000-000000000001".parse()?;
/// assert!(kring_domain::mentions(&json!({"a": [{"b": "0195F3A0000070008000000000000001"}]}), id));
/// assert!(kring_domain::mentions(&json!({"{0195f3a0-0000-7000-8000-000000000001}": "her name"}), id));
/// assert!(!kring_domain::mentions(&json!({"a": "0195f3a0-0000-7000-8000-000000000002"}), id));
/// # Ok::<(), uuid::Error>(())
/// ```
pub fn mentions(command: &Value, id: Uuid) -> bool {
    let digits = id.simple().to_string();
    let names = |text: &str| {
        let hex = |letter: &char| *letter != '-';
        text.len() >= digits.len()
            && text.chars().filter(hex).map(|letter| letter.to_ascii_lowercase()).collect::<String>().contains(&digits)
    };
    let mut rest = vec![command];
    while let Some(value) = rest.pop() {
        match value {
            Value::String(text) if names(text) => return true,
            Value::Array(items) => rest.extend(items),
            Value::Object(fields) if fields.keys().any(|name| names(name)) => return true,
            Value::Object(fields) => rest.extend(fields.values()),
            _ => {}
        }
    }
    false
}

/// Returns what stays of a command, as JSON of any version, when its texts go: its type, and the ids in fields of their own.
pub fn outline(command: &Value) -> Value {
    let is_kept = |key: &str, value: &Value| match value {
        Value::String(text) => key == "type" || Uuid::try_parse(text).is_ok(),
        _ => false,
    };
    let fields = command.as_object().into_iter().flatten().filter(|(key, value)| is_kept(key, value));
    Value::Object(fields.map(|(key, value)| (key.clone(), value.clone())).collect::<Map<_, _>>())
}

/// Returns what was done, where nothing but an [outline] of the command is left; follows a person's name.
pub const fn words_of_outline(language: Language) -> &'static str {
    language.pick("heeft iets gedaan met wat later gewist is", "did something with what was erased later")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_outline_holds_no_text() {
        let id = "0195f3a0-0000-7000-8000-000000000001";
        let command = json!({"type": "update_contact", "contact_id": id, "name": "Ria", "ring": 2, "gives": ["Ria"]});
        assert_eq!(outline(&command), json!({"type": "update_contact", "contact_id": id}));
        assert_eq!(outline(&json!("Ria")), json!({}));
    }
}
