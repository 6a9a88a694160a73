//! Questions that a merge has raised, for a person to answer.

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

use crate::{PersonId, Role};

/// The subject of a card.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum CardKind {
    /// More actions are active than a person can carry; some wait.
    TooManyActive,
    /// One field was set to two values by two people who did not know of each other.
    TwoValues,
    /// Two people replaced the same words of a text differently.
    TwoTexts,
    /// Somebody suggests a change of the client's own judgement.
    Suggestion,
    /// Two contacts may be the same person.
    PossibleDuplicate,
    /// An active action has lost the part of the client.
    ClientPartMissing,
    /// A finished action was never looked back on.
    NotEvaluated,
    /// A contact was put away while somebody else still worked on it.
    ContactCameBack,
    /// The client called somebody unsafe, and reads whom to talk to.
    NotSafe,
    /// A contact was erased from the document, while its history may still hold it.
    ErasureIncomplete,
}

/// A question with its possible answers, as one person reads it; each answer is an ordinary command.
///
/// Whoever cannot answer reads a sentence without options, or no card at all.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Card {
    /// The subject.
    pub kind: CardKind,
    /// The question, in words; for an onlooker a sentence about it.
    pub text: String,
    /// The things it is about: ids of contacts, actions or suggestions.
    pub about: Vec<String>,
    /// The roles and persons who can answer; empty for a notice that asks nothing.
    #[serde(default, rename = "for")]
    pub answerers: Vec<Answerer>,
    /// The answers to choose from; empty for an onlooker, and where any ordinary edit answers it.
    pub options: Vec<CardOption>,
}

/// Somebody who can answer a card: everybody with a role, by its name on the wire, or one person, by id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Answerer {
    /// Everybody with this role.
    Role(Role),
    /// One person, whatever their role.
    Person(PersonId),
    /// A role of a newer version of Kring.
    Unknown,
}

impl JsonSchema for Answerer {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Answerer".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "description": "The name of a role, or the id of a person." })
    }
}

impl Serialize for Answerer {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Role(role) => serializer.serialize_str(role.name()),
            Self::Person(person) => person.serialize(serializer),
            Self::Unknown => serializer.serialize_str("unknown"),
        }
    }
}

impl<'de> Deserialize<'de> for Answerer {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Value::String(word) = Value::deserialize(deserializer)? else { return Ok(Self::Unknown) };
        let role = Role::from_name(&word).map(Self::Role);
        Ok(role.or_else(|| word.parse().ok().map(Self::Person)).unwrap_or(Self::Unknown))
    }
}

/// One answer to a card.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CardOption {
    /// The answer, in words.
    pub label: String,
    /// The command that gives this answer, as JSON; absent where the person has to fill something in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub command: Option<Value>,
    /// What the person picks, where the answer is a choice of several things.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub choose: Option<Choose>,
}

/// Things of which a person picks some, for an app to show as boxes to tick.
///
/// The answer is [`Self::command`] with the ids of what was picked, in the order of the picking, in [`Self::field`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Choose {
    /// The ids of the things.
    pub from: Vec<String>,
    /// Their names, in the same order.
    pub labels: Vec<String>,
    /// The most that are picked, and at least one.
    pub count: usize,
    /// The command that gives the answer, as JSON, without what was picked.
    pub command: Value,
    /// The command's field for the ids.
    pub field: String,
}
