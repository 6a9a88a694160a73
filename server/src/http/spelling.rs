//! Ids of commands as they were written: a program that compares the texts of ids finds its own in the answer.

use kring_domain::{CommandId, Timestamp};
use kring_sync::{Position, RawCommand, Submission, Verdict};
use serde::{Deserialize, Deserializer, Serialize, de};
use serde_json::Value;

/// A command as it came over HTTP.
#[derive(Debug, Deserialize)]
pub(super) struct WrittenSubmission {
    id: WrittenId,
    #[serde(default)]
    base: Option<Position>,
    #[serde(default)]
    made_at: Option<Timestamp>,
    command: RawCommand,
}

/// An id, and its text where that is not the usual one: in upper case, without hyphens, in braces, behind `urn:uuid:`.
#[derive(Debug)]
struct WrittenId {
    id: CommandId,
    text: Option<String>,
}

/// The ids of a request's commands, in their order.
pub(super) struct Spellings(Vec<WrittenId>);

/// A verdict that names its command as it was named.
#[derive(Serialize)]
#[serde(untagged)]
pub(super) enum WrittenVerdict {
    Usual(Verdict),
    Written(Value),
}

impl Spellings {
    /// Takes the spellings off a request's commands.
    pub(super) fn split(commands: Vec<WrittenSubmission>) -> (Self, Vec<Submission>) {
        let split = |WrittenSubmission { id, base, made_at, command }| {
            let submission = Submission { id: id.id, base, made_at, command };
            (id, submission)
        };
        let (ids, submissions) = commands.into_iter().map(split).unzip();
        (Self(ids), submissions)
    }

    /// Writes the ids of the verdicts as those of the commands, which have the same order.
    pub(super) fn restore(self, verdicts: Vec<Verdict>) -> Vec<WrittenVerdict> {
        verdicts.into_iter().zip(self.0).map(|(verdict, written)| written.name(verdict)).collect()
    }
}

impl WrittenId {
    fn name(self, verdict: Verdict) -> WrittenVerdict {
        let Some(text) = self.text.filter(|_| self.id == verdict.id) else { return WrittenVerdict::Usual(verdict) };
        match serde_json::to_value(&verdict) {
            Ok(Value::Object(mut fields)) => {
                fields.insert("id".to_owned(), Value::String(text));
                WrittenVerdict::Written(Value::Object(fields))
            }
            // Verdicts are objects of plain data.
            _ => WrittenVerdict::Usual(verdict),
        }
    }
}

impl<'de> Deserialize<'de> for WrittenId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let id: CommandId = text.parse().map_err(|_| de::Error::custom("expected a UUID"))?;
        Ok(Self { id, text: Some(text).filter(|text| *text != id.to_string()) })
    }
}
