//! An edit of a shared text, written at the point in history where its author was.

use automerge::transaction::Transactable;
use automerge::{ObjId, ObjType, ScalarValue, Value};
use serde::{Deserialize, Serialize};

use super::{BY, Present, TEXT, VERSIONS, Version, Versions, WANTED, person};
use crate::authorization::Seen;
use crate::entity::Writer;
use crate::text_merge::{Merged, merge, splices, words};
use crate::{Author, CommandId, Context, PersonId, Refusal, RefusalCode, Rewording};

/// The most versions of one text that wait for a choice. Each comes from a device of its own.
const MAX_VERSIONS: usize = 20;

/// A text as its author left it, and the text they had before them.
#[derive(Debug, Serialize, Deserialize)]
struct Wanted {
    command: CommandId,
    from: String,
    wanted: String,
}

/// Merges the words of an edit with the present text and writes the result.
///
/// # Errors
///
/// `not_found` where the thing is not in the scope of the transaction, and `conflict` where too many versions wait.
pub(crate) fn write(
    edit: &Rewording<'_>,
    present: &Present,
    seen: &Seen,
    context: &Context,
    transaction: &mut impl Transactable,
) -> Result<(), Refusal> {
    let entity = Writer::root(transaction).into_map(edit.section)?.into_entity(edit.id, edit.field)?.object;
    let scope = Scope::read(transaction, &entity, seen, present, context)?;
    let outcome = merged(edit.text, present, &scope, context)?;
    if is_alone(present, &scope)
        && let Some(object) = &scope.object
    {
        rewrite(transaction, &entity, object, &scope.text, &outcome.text)?;
    } else {
        put(transaction, &entity, &outcome.text)?;
    }
    let mut by = context.author.person.uuid().as_bytes().to_vec();
    by.extend(context.command_id.uuid().as_bytes().get(8..).unwrap_or_default());
    transaction.put(&entity, BY, ScalarValue::Bytes(by))?;
    if outcome.versions != present.versions {
        let versions = Versions { command: Some(context.command_id), versions: outcome.versions };
        put_json(transaction, &entity, VERSIONS, &versions)?;
    }
    if outcome.text != edit.text {
        let from = base_text(transaction, &entity, seen, &scope.text)?;
        let wanted = Wanted { command: context.command_id, from, wanted: edit.text.to_owned() };
        put_json(transaction, &entity, WANTED, &wanted)?;
    } else if scope.has_wanted {
        transaction.delete(&entity, WANTED)?;
    }
    Ok(())
}

/// The text that an edit leaves, and the versions that wait for a choice then.
struct Outcome {
    text: String,
    versions: Vec<Version>,
}

fn merged(wanted: &str, present: &Present, scope: &Scope, context: &Context) -> Result<Outcome, Refusal> {
    let seen = scope.seen();
    let is_unknown = |version: &&Version| !scope.base_versions.contains(version);
    let mut versions: Vec<Version> = present.versions.iter().filter(is_unknown).cloned().collect();
    // Somebody who goes on with a version that lost meanwhile edits that version, and not the one that shows.
    let goes_on = seen != present.text && versions.iter().any(|version| version.text == seen);
    versions.retain(|version| version.text != seen);
    let is_blind = scope.is_unknown && loses_words(wanted, scope, context);
    let Merged { text, conflict } = if (is_blind || goes_on) && wanted != present.text {
        Merged { text: wanted.to_owned(), conflict: Some(present.text.clone()) }
    } else {
        merge(seen, &present.text, wanted)
    };
    versions.extend(conflict.map(|text| Version { text, by: present.by }));
    versions.retain(|version| version.text != text);
    versions.dedup_by(|one, other| one.text == other.text);
    if versions.len() > MAX_VERSIONS {
        Err(Refusal::new(RefusalCode::Conflict))
    } else {
        Ok(Outcome { text, versions })
    }
}

/// Returns whether a text takes away words that somebody else may have written since its author looked.
fn loses_words(wanted: &str, scope: &Scope, context: &Context) -> bool {
    let is_of_others = scope.edited_by.is_some_and(|person| person != context.author.person);
    is_of_others && !words(&scope.text).is_subset(&words(wanted))
}

/// Returns whether nobody edited the text besides what the author has in scope.
fn is_alone(present: &Present, scope: &Scope) -> bool {
    present.object == scope.object && present.edit == scope.edit && present.text == scope.text
}

/// The text in the scope of a transaction: what the author had seen, and their own edits.
struct Scope {
    object: Option<ObjId>,
    edit: Option<ObjId>,
    edited_by: Option<PersonId>,
    text: String,
    /// The versions that the author had seen; not read where none waits now.
    base_versions: Vec<Version>,
    /// The text that the author had before an edit of theirs, which they had not seen admitted, where it reads
    /// differently from the merged one.
    own: Option<String>,
    has_wanted: bool,
    /// True when the author may have seen less than the base, without an edit of their own since.
    is_unknown: bool,
}

impl Scope {
    fn read(
        transaction: &impl Transactable,
        entity: &ObjId,
        seen: &Seen,
        present: &Present,
        context: &Context,
    ) -> Result<Self, Refusal> {
        let object = match transaction.get(entity, TEXT)? {
            Some((Value::Object(ObjType::Text), object)) => Some(object),
            _ => None,
        };
        let text = object.as_ref().map_or(Ok(String::new()), |object| transaction.text(object))?;
        let edit = transaction.get(entity, BY)?;
        let edited_by = edit.as_ref().and_then(|(value, _)| person(&value.clone().into_scalar().ok()?));
        let edit = edit.map(|(_, operation)| operation);
        let memories = transaction.get_all(entity, WANTED)?;
        let has_wanted = !memories.is_empty();
        let is_own =
            |operation: &ObjId| Author::of(operation).is_some_and(|author| author.device == context.author.device);
        let is_unknown = matches!(seen, Seen::Unknown) && !edit.as_ref().is_some_and(is_own);
        // Reading an earlier state costs more than all the rest, and few edits need it.
        let base_versions = match seen {
            _ if present.versions.is_empty() => Vec::new(),
            Seen::Heads(heads) => versions(transaction.get_at(entity, VERSIONS, heads)?),
            Seen::Scope | Seen::Unknown => versions(transaction.get(entity, VERSIONS)?),
        };
        let own = match seen {
            Seen::Heads(heads) if has_wanted => {
                let seen: Vec<ObjId> =
                    transaction.get_all_at(entity, WANTED, heads)?.into_iter().map(|(_, id)| id).collect();
                let is_unseen = |operation: &ObjId| is_own(operation) && !seen.contains(operation);
                memories
                    .into_iter()
                    .rev()
                    .find(|(_, operation)| is_unseen(operation))
                    .and_then(|(value, _)| parse(value))
            }
            _ => None,
        };
        let own = match own {
            Some(Wanted { from, wanted, .. }) => {
                Some(merge(&from, &base_text(transaction, entity, seen, &text)?, &wanted).text)
            }
            None => None,
        };
        Ok(Self { object, edit, edited_by, text, base_versions, own, has_wanted, is_unknown })
    }

    /// The text as the author of an edit had it before them.
    fn seen(&self) -> &str {
        self.own.as_deref().unwrap_or(&self.text)
    }
}

/// Reads the text without the author's own edits that they had not seen admitted; `text` is the one with them.
fn base_text(transaction: &impl Transactable, entity: &ObjId, seen: &Seen, text: &str) -> Result<String, Refusal> {
    let Seen::Heads(heads) = seen else { return Ok(text.to_owned()) };
    match transaction.get_at(entity, TEXT, heads)? {
        Some((Value::Object(ObjType::Text), object)) => Ok(transaction.text_at(&object, heads)?),
        _ => Ok(String::new()),
    }
}

fn versions(value: Option<(Value<'_>, ObjId)>) -> Vec<Version> {
    value.and_then(|(value, _)| parse::<Versions>(value)).unwrap_or_default().versions
}

fn parse<V: for<'de> Deserialize<'de>>(value: Value<'_>) -> Option<V> {
    serde_json::from_str(&value.into_scalar().ok()?.into_string().ok()?).ok()
}

/// Writes a text as a new object, in the place of any other.
pub(crate) fn put(transaction: &mut impl Transactable, entity: &ObjId, text: &str) -> Result<(), Refusal> {
    let object = transaction.put_object(entity, TEXT, ObjType::Text)?;
    Ok(transaction.splice_text(&object, 0, 0, text)?)
}

fn put_json(
    transaction: &mut impl Transactable,
    entity: &ObjId,
    key: &str,
    value: &impl Serialize,
) -> Result<(), Refusal> {
    let text = serde_json::to_string(value).map_err(|_| Refusal::new(RefusalCode::Conflict))?;
    Ok(transaction.put(entity, key, text)?)
}

/// Changes the words of a text that differ, or writes it anew where that is less.
fn rewrite(
    transaction: &mut impl Transactable,
    entity: &ObjId,
    object: &ObjId,
    from: &str,
    to: &str,
) -> Result<(), Refusal> {
    let splices = splices(from, to);
    let changed: usize = splices.iter().map(|splice| splice.delete + splice.insert.chars().count()).sum();
    if changed > to.chars().count() {
        return put(transaction, entity, to);
    }
    for splice in splices {
        let delete = isize::try_from(splice.delete).map_err(|_| Refusal::new(RefusalCode::TooLarge))?;
        transaction.splice_text(object, splice.at, delete, &splice.insert)?;
    }
    Ok(())
}
