//! A text that several people may edit, and the versions of it that wait for a choice.
//!
//! It is kept below four keys of its entity. `text` is the text itself. `text.by` names who edited it last. The other two
//! are there only where people edited at the same time: `text.versions` has the versions that wait for a choice, and
//! `text.wanted` the text as its author left it, where the merged one reads differently.
//!
//! A command is executed at the point in history where its author was, so that it builds on their own earlier edits. The
//! words are merged with the text as it stands: base, present and wanted text are compared word by word
//! ([`text_merge`](crate::text_merge)). Where others edited meanwhile the merged text becomes a new object. The operations
//! of a new change are numbered after all that a document holds, so the value that was admitted last shows on every
//! replica, and is the whole truth about its key.

mod card;
mod write;

use automerge::{ObjId, ObjType, ReadDoc, ScalarValue, Value};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::entity::{Item, Shown};
use crate::{CommandId, PersonId, Rewording};

pub(crate) use card::{Asked, question, questions};
pub(crate) use write::{put, write};

/// The text.
pub(crate) const TEXT: &str = "text";

/// The person who edited the text last: 16 bytes of person, and 8 of the command's id, so that no two edits have the same value.
const BY: &str = "text.by";

/// The text as its author left it, where the merged one reads differently.
const WANTED: &str = "text.wanted";

/// The versions that wait for a choice.
const VERSIONS: &str = "text.versions";

/// Returns whether the value of a key that was admitted last is the whole truth about it, so that the others can go.
pub(crate) fn settles(key: &str, shown: &Value<'_>) -> bool {
    match key {
        TEXT => matches!(shown, Value::Object(ObjType::Text)),
        BY | VERSIONS => true,
        _ => false,
    }
}

/// Returns whether a key is of use only to a device that has commands under way in the same generation.
pub(crate) fn is_passing(key: &str) -> bool {
    key == WANTED
}

/// A version of a text that somebody wrote, and that does not show.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct TextVersion {
    /// The text.
    pub text: String,
    /// The person who wrote it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub by: Option<PersonId>,
}

/// The versions of a text that wait for a choice, besides the one that shows, in the order in which they were written.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(transparent)]
pub struct TextVersions(pub Vec<TextVersion>);

impl Shown for TextVersions {
    fn is_absent(&self) -> bool {
        self.0.is_empty()
    }
}

/// The text of an entity that several people may edit.
pub(crate) fn text<R: ReadDoc>(item: &Item<'_, R>) -> String {
    item.text(TEXT).unwrap_or_default()
}

/// The other versions of it.
pub(crate) fn versions<R: ReadDoc>(item: &Item<'_, R>) -> TextVersions {
    let versions = item.json::<Versions>(VERSIONS).unwrap_or_default().versions;
    TextVersions(versions.into_iter().map(|version| TextVersion { text: version.text, by: version.by }).collect())
}

/// Returns who edited a text last, or made it.
pub(crate) fn edited_by<R: ReadDoc>(item: &Item<'_, R>) -> Option<PersonId> {
    item.value(BY).and_then(|(value, _)| person(&value)).or_else(|| item.by())
}

/// The person in a value of [`BY`].
fn person(value: &ScalarValue) -> Option<PersonId> {
    let ScalarValue::Bytes(bytes) = value else { return None };
    bytes.first_chunk::<16>().map(|person| PersonId::new(Uuid::from_bytes(*person)))
}

/// A version as it is stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Version {
    text: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    by: Option<PersonId>,
}

/// The versions as they are stored; the command makes every value another.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Versions {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    command: Option<CommandId>,
    versions: Vec<Version>,
}

/// A text as the document has it now, whatever the author of an edit has seen.
#[derive(Debug)]
pub(crate) struct Present {
    object: Option<ObjId>,
    /// The operation that says who edited it last; the same operation means the same text.
    edit: Option<ObjId>,
    text: String,
    versions: Vec<Version>,
    by: Option<PersonId>,
}

impl Present {
    /// Reads the text that an edit is about.
    pub(crate) fn of(document: &impl ReadDoc, edit: &Rewording<'_>) -> Option<Self> {
        let item = Item::find(document, edit.section, edit.id)?;
        let last = item.value(BY);
        Some(Self {
            object: item.text_object(TEXT),
            text: item.text(TEXT).unwrap_or_default(),
            versions: item.json::<Versions>(VERSIONS).unwrap_or_default().versions,
            by: last.as_ref().and_then(|(value, _)| person(value)).or_else(|| item.by()),
            edit: last.map(|(_, operation)| operation),
        })
    }
}
